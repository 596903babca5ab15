"""Every route of both ports, listed: none but the named probes answers a stranger, and none
answers somebody whose role is too small."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from tests.unit.engine.rig import Rig
from tests.unit.interfaces.http_call import listening
from tests.unit.interfaces.people_port import bearer, people
from tests.unit.interfaces.team import ROLES, detail, people_file, post, token
from worker.adapters.dapr.sidecar import Sidecar
from worker.adapters.telemetry import OtelTelemetry
from worker.interfaces.identities import Needs, Role
from worker.interfaces.people import people_app
from worker.runtime_dapr import sidecar_app

PEOPLES_PROBES = {("GET", "/livez"), ("GET", "/readyz"), ("GET", "/healthz")}
SIDECARS_PROBES = {("GET", "/healthz")}

WEBHOOK = ("POST", "/api/v1/webhooks/alertmanager")  # a token of its own, and no role
NEEDS = {
    ("GET", "/metrics"): Role.VIEWER,
    ("GET", "/api/v1/incidents"): Role.VIEWER,
    ("GET", "/api/v1/incidents/{incident_id}"): Role.VIEWER,
    ("GET", "/api/v1/incidents/{incident_id}/why"): Role.VIEWER,
    ("GET", "/api/v1/journals"): Role.VIEWER,
    ("GET", "/api/v1/journals/{subject_key}"): Role.VIEWER,
    ("GET", "/api/v1/deadletters"): Role.VIEWER,
    ("GET", "/api/v1/deadletters/{letter_id}"): Role.VIEWER,
    ("GET", "/api/v1/approvals"): Role.VIEWER,
    ("GET", "/api/v1/approvals/{request_id}"): Role.VIEWER,
    ("POST", "/api/v1/approvals/{request_id}/approve"): Role.APPROVER,
    ("POST", "/api/v1/approvals/{request_id}/reject"): Role.APPROVER,
    ("GET", "/api/v1/holds"): Role.VIEWER,
    ("POST", "/api/v1/holds"): Role.APPROVER,
    ("POST", "/api/v1/holds/resume"): Role.OPERATOR,
    ("GET", "/api/v1/demotions"): Role.VIEWER,
    ("POST", "/api/v1/demotions/lift"): Role.OPERATOR,
    ("GET", "/api/v1/kill-switch"): Role.VIEWER,
}
"""A new route belongs in here: which role does it take?"""


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
    assert routes(app) == PEOPLES_PROBES | {WEBHOOK} | NEEDS.keys(), "a new route: for whom?"
    for headers in ({}, {"Authorization": "Bearer wrong"}):
        closed_but(await answered(app, headers), PEOPLES_PROBES)
    await rig.close()


def declared(app: FastAPI) -> dict[tuple[str, str], list[Role]]:
    """The roles that each route asks for, as they stand in its dependencies."""
    found: dict[tuple[str, str], list[Role]] = {}
    for context in iter_route_contexts(app.routes):
        dependencies = context.dependant.dependencies
        roles = [one.call.role for one in dependencies if isinstance(one.call, Needs)]
        found |= {(method, str(context.path)): roles for method in context.methods or ()}
    return found


async def test_every_route_says_which_role_it_takes_and_whoever_has_less_is_refused(
    tmp_path: Path,
) -> None:
    async with people(
        tmp_path, people=people_file(tmp_path), api_token="shared", webhook_token="w"
    ) as served:
        app = people_app(served.rig.engine, served.rig.settings, dict, OtelTelemetry().registry)
        without = PEOPLES_PROBES | {WEBHOOK}
        assert declared(app) == {
            **{route: [role] for route, role in NEEDS.items()},
            **{route: [] for route in without},
        }
        for name, role in ROLES.items():
            found = await answered(app, bearer(token(name)))
            for route, needed in NEEDS.items():
                assert (found[route] == 403) is not role_may(role, needed), (name, route)
                assert found[route] != 401, (name, route)
            assert found[WEBHOOK] == 401
        shared = await answered(app, bearer("shared"))
        for route, needed in NEEDS.items():
            assert (shared[route] == 403) is (needed is not Role.VIEWER), route
        assert served.rig.store.saved("") == 0, "nobody sent a body that says anything"


def role_may(role: str, needed: Role) -> bool:
    return Role(role).may(needed)


@pytest.mark.parametrize("name", ["vera", "ann"])
async def test_a_refusal_names_the_role_that_is_needed(tmp_path: Path, name: str) -> None:
    async with people(tmp_path, people=people_file(tmp_path), api_token="shared") as served:
        reply = await post(served, "/holds/resume", {}, by=name)
        assert reply.status == 403
        assert detail(reply) == (
            f"{name} has the role {ROLES[name]}, and this takes the role operator; whoever keeps "
            "the file of AIOPS_PEOPLE can change that"
        )
        shared = await served.port.post("/api/v1/holds", b"{}", bearer("shared"))
        assert shared.status == 403
        assert "api-token may only read, and this takes the role approver" in detail(shared)


async def test_on_loopback_without_any_token_it_can_be_read_and_nothing_else(
    tmp_path: Path,
) -> None:
    async with people(tmp_path, people_host="127.0.0.1") as served:
        app = people_app(served.rig.engine, served.rig.settings, dict, OtelTelemetry().registry)
        found = await answered(app, {})
        for route, needed in NEEDS.items():
            expected = {200, 404} if needed is Role.VIEWER else {403}
            assert found[route] in expected, route


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
