"""Putting on hold and letting go. Holding takes less than letting go: it can only make us wait."""

from __future__ import annotations

from fastapi import APIRouter, Depends, HTTPException, Request

from worker.domain.document.identity import Subject
from worker.domain.people.person_hold import HOLD_MAX_S
from worker.domain.people.steering import HOLD_LEAST_S
from worker.engine.holds import Holds
from worker.engine.ports import Json
from worker.interfaces.identities import Identities, Role, person_of
from worker.interfaces.rest.asked import or_503
from worker.interfaces.rest.bodies import body_of, duration_s, words
from worker.interfaces.rest.where import where_of


def holds(found: Holds, identities: Identities) -> APIRouter:
    router = APIRouter(prefix="/holds")

    @router.get("", dependencies=[Depends(identities.needs(Role.VIEWER))])
    async def listed() -> list[Json]:
        return await or_503(found.all())

    @router.post("", status_code=201, dependencies=[Depends(identities.needs(Role.APPROVER))])
    async def hold(request: Request) -> Json:
        body = await body_of(request, "scope", "for", optional=("words",))
        where, said = where_of(body), words(body)
        for_s = duration_s(body, "for", least_s=HOLD_LEAST_S, most_s=HOLD_MAX_S)
        if isinstance(where, Subject) and not await or_503(found.knows(where)):
            raise HTTPException(
                404,
                f"the cluster has no {where.text}, and it has no story; list subjects at "
                "/api/v1/incidents?closed=true, or hold its namespace",
            )
        by = person_of(request).name
        return await or_503(found.hold(where, by=by, for_s=for_s, words=said))

    @router.post("/resume", dependencies=[Depends(identities.needs(Role.OPERATOR))])
    async def resume(request: Request) -> Json:
        body = await body_of(request, "scope", optional=("words",))
        where, said = where_of(body), words(body)
        by = person_of(request).name
        lifted, still = await or_503(found.resume(where, by=by, words=said))
        if not lifted:
            others = "".join(f"; {one['what']} by {one['by']} holds it still" for one in still)
            raise HTTPException(404, f"{where.text} was not on hold by hand{others}")
        return {"lifted": lifted, "still": still}

    return router
