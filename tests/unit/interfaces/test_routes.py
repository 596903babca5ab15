"""Every route of both ports, listed: none but the named probes answers a stranger."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from tests.unit.engine.rig import Rig
from tests.unit.interfaces.http_call import listening
from worker.adapters.dapr.sidecar import Sidecar
from worker.adapters.telemetry import OtelTelemetry
from worker.interfaces.people import people_app
from worker.runtime_dapr import sidecar_app

PEOPLES_PROBES = {("GET", "/livez"), ("GET", "/readyz"), ("GET", "/healthz")}
SIDECARS_PROBES = {("GET", "/healthz")}

PEOPLES_REST = {
    ("POST", "/api/v1/webhooks/alertmanager"),
    ("GET", "/api/v1/incidents"),
    ("GET", "/api/v1/incidents/{incident_id}"),
    ("GET", "/api/v1/journals"),
    ("GET", "/api/v1/journals/{subject_key}"),
    ("GET", "/api/v1/deadletters"),
    ("GET", "/api/v1/deadletters/{letter_id}"),
    ("GET", "/metrics"),
}


def routes(app: FastAPI) -> set[tuple[str, str]]:
    """(method, path) of all that the app may answer. What can't be listed fails the test."""
    found: set[tuple[str, str]] = set()
    for context in iter_route_contexts(app.routes):
        assert context.path is not None, f"a mount or another app: {context}"
        assert context.methods, f"a websocket, or a route for every method: {context.path}"
        found |= {(method, context.path) for method in context.methods}
    schema = app.openapi()["paths"]
    described = {(method.upper(), path) for path, verbs in schema.items() for method in verbs}
    assert described <= found, "the listing is blind"
    return found


async def answered(app: FastAPI, headers: dict[str, str]) -> dict[tuple[str, str], int]:
    """Each route's status for a stranger, over a real connection."""
    async with listening(app) as port:
        return {
            (method, path): (
                await port.call(
                    method,
                    re.sub(r"\{[^}]*\}", "x", path),
                    None if method == "GET" else b"{}",
                    headers,
                )
            ).status
            for method, path in sorted(routes(app))
        }


def closed_but(found: dict[tuple[str, str], int], probes: set[tuple[str, str]]) -> None:
    assert {route for route, status in found.items() if status != 401} == probes
    assert {found[probe] for probe in probes} == {200}


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0"])
async def test_every_route_of_the_peoples_port_needs_a_token(tmp_path: Path, host: str) -> None:
    rig = Rig(tmp_path, people_host=host, api_token="r", webhook_token="w")
    app = people_app(
        rig.engine, rig.settings, lambda: {"inventory": True}, OtelTelemetry().registry
    )
    assert routes(app) == PEOPLES_PROBES | PEOPLES_REST, "a new route: does it need a token?"
    for headers in ({}, {"Authorization": "Bearer wrong"}):
        closed_but(await answered(app, headers), PEOPLES_PROBES)
    await rig.close()


@pytest.mark.filterwarnings("ignore:Duplicate Operation ID")  # dapr's own /healthz, behind ours
async def test_every_route_of_the_sidecars_port_needs_its_token(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("APP_API_TOKEN", "from-the-sidecar")
    rig = Rig(tmp_path)
    app = await sidecar_app(rig.engine, rig.settings, Sidecar(http_port=1), lambda: True)
    listed = routes(app)
    assert {path for _, path in listed} > {"/deliver/{source}", "/dapr/subscribe", "/dapr/config"}
    for headers in ({}, {"dapr-api-token": "wrong"}, {"Authorization": "Bearer from-the-sidecar"}):
        closed_but(await answered(app, headers), SIDECARS_PROBES)
    await rig.close()
