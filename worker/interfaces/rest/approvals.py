"""What is asked of people, and their yes or no. An answer names exactly what was looked at."""

from __future__ import annotations

import re
from collections.abc import Mapping

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import JSONResponse

from worker.domain.people.approval import Say
from worker.domain.story.reason import Reason
from worker.engine.approvals import Approvals
from worker.engine.ports import Json
from worker.interfaces.identities import Identities, Role, person_of
from worker.interfaces.rest.asked import or_503
from worker.interfaces.rest.bodies import body_of, text, words

REQUEST = re.compile(r"inc-[0-9a-f]{12}-r[0-9]{1,4}")
DIGEST = re.compile(r"[0-9a-f]{64}")
NONCE = re.compile(r"[0-9a-f]{16}")
LOOK_AGAIN = "send it as GET /api/v1/approvals/{id} has it"
NOT_OPEN = "no such open question; list them at /api/v1/approvals"

STATUS: Mapping[Reason, int] = {
    Reason.OTHER_QUESTION: 409,
    Reason.ANSWERED_BEFORE: 409,
    Reason.APPROVAL_EXPIRED: 410,
    Reason.APPROVED_BY_MACHINE: 403,
    Reason.APPROVED_BY_ASKER: 403,
    Reason.INBOX_FULL: 503,
}
"""Of an answer that does nothing; what isn't open any more is 409, what never was is 404."""


def approvals(found: Approvals, identities: Identities) -> APIRouter:
    router = APIRouter(prefix="/approvals")
    viewer = Depends(identities.needs(Role.VIEWER))
    approver = Depends(identities.needs(Role.APPROVER))

    @router.get("", dependencies=[viewer])
    async def listed() -> list[Json]:
        return await or_503(found.all())

    @router.get("/{request_id}", dependencies=[viewer])
    async def one(request_id: str) -> Json:
        shown = None
        if REQUEST.fullmatch(request_id):
            shown = await or_503(found.find(request_id))
        if shown is None:
            raise HTTPException(404, NOT_OPEN)
        return shown

    @router.post("/{request_id}/approve", dependencies=[approver])
    async def approve(request_id: str, request: Request) -> JSONResponse:
        return await _answer(found, request_id, request, Say.YES)

    @router.post("/{request_id}/reject", dependencies=[approver])
    async def reject(request_id: str, request: Request) -> JSONResponse:
        return await _answer(found, request_id, request, Say.NO)

    return router


async def _answer(found: Approvals, request_id: str, request: Request, say: Say) -> JSONResponse:
    """202: it is durable, and the next turn of the subject looks at everything again."""
    body = await body_of(request, "digest", "nonce", optional=("words",))
    digest = text(body, "digest", DIGEST, LOOK_AGAIN)
    nonce = text(body, "nonce", NONCE, LOOK_AGAIN)
    if not REQUEST.fullmatch(request_id):
        raise HTTPException(404, NOT_OPEN)
    person = person_of(request)
    taken = await or_503(
        found.answer(
            request_id, digest=digest, nonce=nonce, say=say, by=person.name, bot=person.bot,
            words=words(body),
        )
    )  # fmt: skip
    if taken.why is None:
        return JSONResponse({"status": "taken in", "by": person.name, "words": taken.words}, 202)
    status = STATUS.get(taken.why, 409 if taken.known else 404)
    return JSONResponse({"reason": str(taken.why), "detail": taken.words}, status)
