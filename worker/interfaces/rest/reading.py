"""Incidents, why they are where they are, dead letters and journals."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Query

from worker.app import Engine
from worker.engine.ports import Json
from worker.interfaces.identities import Identities, Role
from worker.interfaces.rest.asked import or_503


def reading(engine: Engine, identities: Identities) -> APIRouter:
    router = APIRouter(dependencies=[Depends(identities.needs(Role.VIEWER))])

    @router.get("/incidents")
    async def incidents(closed: bool = False) -> list[Json]:
        found = await or_503(engine.reading.incidents(closed_too=closed))
        return [one.summary() for one in found]

    @router.get("/incidents/{incident_id}")
    async def incident(incident_id: str) -> Json:
        found = await or_503(engine.reading.incident(incident_id))
        if found is None:
            raise _no_incident(incident_id)
        return found.whole()

    @router.get("/incidents/{incident_id}/why")
    async def why(incident_id: str) -> Json:
        found = await or_503(engine.explaining.why(incident_id))
        if found is None:
            raise _no_incident(incident_id)
        return found

    @router.get("/deadletters")
    async def dead_letters() -> list[Json]:
        return await or_503(engine.dead_letters.list())

    @router.get("/deadletters/{letter_id}")
    async def dead_letter(letter_id: str) -> Json:
        if not re.fullmatch(r"[0-9a-f]{16}", letter_id):
            raise HTTPException(404, "no such letter; list them at /deadletters")
        letter = await or_503(engine.dead_letters.show(letter_id))
        if letter is None:
            raise HTTPException(404, "no such letter; list them at /deadletters")
        return letter

    @router.get("/journals")
    async def journals() -> list[Json]:
        return await or_503(engine.reading.journals())

    @router.get("/journals/{subject_key}")
    async def journal(subject_key: str, before: Annotated[int | None, Query(ge=1)] = None) -> Json:
        page: Json | None = None
        if re.fullmatch(r"[0-9a-f]{32}", subject_key):
            page = await or_503(engine.reading.journal(subject_key, before_seq=before))
        if page is None:
            raise HTTPException(404, "no such journal; list them at /journals")
        return page

    return router


def _no_incident(incident_id: str) -> HTTPException:
    return HTTPException(404, f"no incident {incident_id[:64]}; list them at /incidents")
