"""The sidecar's port in front of a real engine on SQLite; no sidecar is there to be called."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.unit.engine.rig import Rig
from tests.unit.interfaces.http_call import Port, listening
from worker.adapters.dapr.sidecar import Sidecar
from worker.engine.ports import Json
from worker.runtime_dapr import sidecar_app

TOKEN = {"dapr-api-token": "from-the-sidecar"}


@dataclass
class SidecarPort:
    port: Port
    rig: Rig
    ready: bool = True


@asynccontextmanager
async def sidecar_port(
    folder: Path, monkeypatch: Any, *, token: str = "", **settings: Any
) -> AsyncIterator[SidecarPort]:
    monkeypatch.setenv("APP_API_TOKEN", token)
    rig = Rig(folder, **settings)
    served = SidecarPort(Port(0), rig)
    sidecar = Sidecar(http_port=1)  # nobody listens there
    app = await sidecar_app(rig.engine, rig.settings, sidecar, lambda: served.ready)
    try:
        async with listening(app) as port:
            served.port = port
            yield served
    finally:
        await sidecar.close()
        await rig.close()


def envelope(*bodies: bytes, **metadata: str) -> bytes:
    """A bulk request as daprd sends it with `rawPayload`: records in base64, ids of its own."""
    entries: list[Json] = [
        {
            "entryId": f"id-{number}",
            "event": base64.b64encode(body).decode(),
            "contentType": "application/octet-stream",
            "metadata": {
                "__topic": "alerts", "__partition": "3", "__offset": str(40 + number), **metadata,
            },
        }
        for number, body in enumerate(bodies)
    ]  # fmt: skip
    return json.dumps({"id": "bulk-1", "entries": entries, "topic": "alerts"}).encode()


def statuses(answer: Json) -> dict[str, str]:
    """entryId → status, each entry answered once."""
    found = {one["entryId"]: one["status"] for one in answer["statuses"]}
    assert len(found) == len(answer["statuses"])
    return found
