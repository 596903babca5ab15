"""What lowered a playbook's mode, and giving it back."""

from __future__ import annotations

import re

from fastapi import APIRouter, Depends, HTTPException, Request

from worker.engine.demotions import Demotions
from worker.engine.ports import Json
from worker.interfaces.identities import Identities, Role, person_of
from worker.interfaces.rest.asked import or_503
from worker.interfaces.rest.bodies import body_of, text, words
from worker.interfaces.rest.where import HOW_NAMESPACE, NAMESPACE, subject_in

PLAYBOOK = re.compile(r"[ -~]{1,253}")
HOW_PLAYBOOK = "write the name of a playbook as GET /api/v1/demotions has it"


def demotions(found: Demotions, identities: Identities) -> APIRouter:
    router = APIRouter(prefix="/demotions")

    @router.get("", dependencies=[Depends(identities.needs(Role.VIEWER))])
    async def listed() -> list[Json]:
        return await or_503(found.all())

    @router.post("/lift", dependencies=[Depends(identities.needs(Role.OPERATOR))])
    async def lift(request: Request) -> list[Json]:
        body = await body_of(request, "playbook", "namespace", optional=("subject", "words"))
        playbook = text(body, "playbook", PLAYBOOK, HOW_PLAYBOOK)
        namespace = text(body, "namespace", NAMESPACE, HOW_NAMESPACE)
        subject = subject_in(body, "subject") if "subject" in body else None
        if subject is not None and subject.scope != namespace:
            raise HTTPException(422, f"subject: {subject.text} is not in namespace {namespace}")
        said, by = words(body), person_of(request).name
        lifted = await or_503(found.lift(playbook, namespace, subject, by=by, words=said))
        if not lifted:
            where = subject.text if subject else f"all of namespace {namespace}"
            raise HTTPException(404, f"nothing lowered {playbook} for {where}")
        return lifted

    return router
