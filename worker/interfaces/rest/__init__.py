"""REST under /api/v1. Every route says which role it takes; there is none without."""

from __future__ import annotations

from fastapi import APIRouter

from worker.app import Engine
from worker.interfaces.identities import Identities
from worker.interfaces.rest.approvals import approvals
from worker.interfaces.rest.demotions import demotions
from worker.interfaces.rest.holds import holds
from worker.interfaces.rest.kill_switch import kill_switch
from worker.interfaces.rest.reading import reading


def rest(engine: Engine, identities: Identities, *, read_timeout_s: float) -> APIRouter:
    """All of it. `read_timeout_s` bounds one read of the kill switch."""
    router = APIRouter(prefix="/api/v1")
    router.include_router(reading(engine, identities))
    router.include_router(approvals(engine.steering.approvals, identities))
    router.include_router(holds(engine.steering.holds, identities))
    router.include_router(demotions(engine.steering.demotions, identities))
    router.include_router(kill_switch(engine.kill_switch, identities, read_timeout_s))
    return router
