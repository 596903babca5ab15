"""The state of the kill switch as this worker sees it.

It is only read here. The worker has no right to write its switch, and must not get one: whoever
takes over the worker could else open what was closed because of it. People turn it with their own
account (`aiopsctl kill-switch`, kubectl), which works while the worker doesn't.
"""

from __future__ import annotations

import asyncio

from fastapi import APIRouter, Depends

from worker.engine.ports import Json, KillSwitch, PermanentError, TransientError
from worker.interfaces.identities import Identities, Role


def kill_switch(switch: KillSwitch, identities: Identities, timeout_s: float) -> APIRouter:
    router = APIRouter(prefix="/kill-switch")

    @router.get("", dependencies=[Depends(identities.needs(Role.VIEWER))])
    async def state() -> Json:
        try:
            async with asyncio.timeout(timeout_s):
                stops = await switch.is_set()
        except (TransientError, PermanentError, TimeoutError) as error:
            words = str(error) or f"no answer within {timeout_s:.0f} s"
            return {"set": True, "readable": False, "words": f"counts as set: {words}"}
        words = "no write is sent" if stops else "writes are let through"
        return {"set": stops, "readable": True, "words": words}

    return router
