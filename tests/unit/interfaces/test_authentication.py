"""Who may call the people's port: tokens apart for reading and writing, closed when in doubt."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.engine.rig import alert, body
from tests.unit.interfaces.people_port import WEBHOOK, People, bearer, people
from worker.interfaces.authentication import is_loopback

READING = ("/api/v1/incidents", "/api/v1/deadletters", "/api/v1/incidents/x", "/metrics")
PROBES = ("/livez", "/readyz", "/healthz")
ODD = body(alert("Odd", namespace="nowhere"))
TOKENS = {"api_token": "reading", "webhook_token": "writing"}

WRONG = [
    {},
    bearer(""),
    bearer("wrong"),
    bearer("reading "),
    bearer("readingx"),
    bearer("READING"),
    {"Authorization": "reading"},
    {"Authorization": "Basic cmVhZGluZzo="},
    {"Authorization": "Bearerreading"},
    {"X-Authorization": "Bearer reading"},
    bearer("\xfc"),
]


async def statuses(served: People, headers: dict[str, str]) -> set[int]:
    return {(await served.port.get(path, headers)).status for path in READING}


async def test_a_wrong_token_reads_and_writes_nothing(tmp_path: Path) -> None:
    async with people(tmp_path, **TOKENS) as served:
        for headers in WRONG:
            assert await statuses(served, headers) == {401}, headers
            reply = await served.port.post(WEBHOOK, ODD, headers)
            assert reply.status == 401, headers
            assert reply.headers["www-authenticate"] == "Bearer"
        assert served.rig.store.log == [], "not even looked at"


async def test_each_token_opens_its_own_side_only(tmp_path: Path) -> None:
    async with people(tmp_path, **TOKENS) as served:
        assert await statuses(served, bearer("reading")) == {200, 404}
        assert (await served.port.post(WEBHOOK, ODD, bearer("reading"))).status == 401
        assert (await served.port.post(WEBHOOK, ODD, bearer("writing"))).status == 200
        assert await statuses(served, bearer("writing")) == {401}


async def test_a_token_in_the_address_opens_nothing(tmp_path: Path) -> None:
    async with people(tmp_path, **TOKENS) as served:
        for name in ("token", "access_token", "authorization"):
            reply = await served.port.get(f"/api/v1/incidents?{name}=reading")
            assert reply.status == 401, name


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.1.2.3", "worker.example", ""])
async def test_without_tokens_beyond_loopback_everything_is_closed(
    tmp_path: Path, host: str
) -> None:
    async with people(tmp_path, people_host=host) as served:
        for headers in ({}, bearer(""), bearer("anything")):
            assert await statuses(served, headers) == {401}
            assert (await served.port.post(WEBHOOK, ODD, headers)).status == 401


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", "127.9.9.9"])
async def test_without_tokens_on_loopback_it_is_open(tmp_path: Path, host: str) -> None:
    async with people(tmp_path, people_host=host) as served:
        assert await statuses(served, {}) == {200, 404}
        assert (await served.port.post(WEBHOOK, ODD)).status == 200


async def test_a_token_on_loopback_is_asked_for_all_the_same(tmp_path: Path) -> None:
    async with people(tmp_path, people_host="127.0.0.1", **TOKENS) as served:
        assert await statuses(served, {}) == {401}


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0"])
async def test_probes_need_no_token(tmp_path: Path, host: str) -> None:
    async with people(tmp_path, people_host=host, **TOKENS) as served:
        assert {(await served.port.get(path)).status for path in PROBES} == {200}


async def test_readiness_names_what_is_missing_and_liveness_depends_on_nothing(
    tmp_path: Path,
) -> None:
    async with people(tmp_path) as served:
        served.checks["sidecar"] = False
        served.rig.store.loads_fail = True
        for path in ("/readyz", "/healthz"):
            reply = await served.port.get(path)
            assert reply.status == 503
            assert reply.json()["checks"] == {"inventory": True, "sidecar": False}
        assert (await served.port.get("/livez")).status == 200


async def test_no_other_spelling_of_a_path_gets_around_the_check(tmp_path: Path) -> None:
    async with people(tmp_path, **TOKENS) as served:
        for target in (
            "//api/v1/incidents",
            "/livez/../api/v1/incidents",
            "/livez%2f..%2fmetrics",
            "/api/v1/incidents?/livez",
            "/API/v1/incidents",
        ):
            assert (await served.port.get(target)).status in (401, 404), target


async def test_nothing_describes_the_port(tmp_path: Path) -> None:
    async with people(tmp_path) as served:
        for path in ("/docs", "/redoc", "/openapi.json", "/"):
            assert (await served.port.get(path)).status == 404, path


def test_what_is_loopback() -> None:
    assert is_loopback("127.0.0.1")
    assert not is_loopback("127.0.0.1.example.org")
    assert not is_loopback("localhost.example.org")
