"""The people's port in front of a real engine on SQLite, as embedded mode serves it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.unit.engine.rig import Rig
from tests.unit.interfaces.http_call import Port, listening
from worker.adapters.telemetry import OtelTelemetry
from worker.interfaces.people import people_app

WEBHOOK = "/api/v1/webhooks/alertmanager"


@dataclass
class People:
    port: Port
    rig: Rig
    telemetry: OtelTelemetry
    checks: dict[str, bool] = field(default_factory=lambda: {"inventory": True, "sidecar": True})


@asynccontextmanager
async def people(folder: Path, **settings: Any) -> AsyncIterator[People]:
    rig = Rig(folder, **settings)
    telemetry = OtelTelemetry()
    checks = {"inventory": True, "sidecar": True}
    app = people_app(rig.engine, rig.settings, lambda: checks, telemetry.registry)
    try:
        async with listening(app) as port:
            yield People(port, rig, telemetry, checks)
    finally:
        await rig.close()


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}
