"""The sidecar's port: its token on every path, told by the bytes that were sent."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.unit.engine.rig import alert, body
from tests.unit.interfaces.sidecar_port import TOKEN, SidecarPort, envelope, sidecar_port

SPELLINGS = (
    "/dapr/subscribe?x=/healthz",
    "/dapr/subscribe?/healthz",
    "/dapr/subscribe#/healthz",
    "/dapr/subscribe/../healthz",
    "/healthz/../dapr/subscribe",
    "/healthz/%2e%2e/dapr/subscribe",
    "/healthz%2F..%2Fdapr%2Fsubscribe",
    "/healthz%3f/../dapr/subscribe",
    "/healthz;/dapr/subscribe",
    "//healthz",
    "/healthz/",
    "/./healthz",
    "/%68ealthz",
    "/HEALTHZ",
    "//dapr/subscribe",
    "/%64apr/subscribe",
    "http://worker/dapr/subscribe",
    "http://healthz/dapr/subscribe",
)

ODD = envelope(body(alert("Odd", namespace="nowhere")))


@pytest.fixture
async def closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[SidecarPort]:
    async with sidecar_port(tmp_path, monkeypatch, token="from-the-sidecar") as opened:
        yield opened


async def test_the_right_token_opens_and_a_wrong_one_does_not(closed: SidecarPort) -> None:
    assert (await closed.port.get("/dapr/subscribe", TOKEN)).status == 200
    assert (await closed.port.post("/deliver/alerts", ODD, TOKEN)).status == 200
    for wrong in ("", "x", "from-the-sideca", "From-the-sidecar", "from-the-sidecarx", "\xfc"):
        headers = {"dapr-api-token": wrong}
        assert (await closed.port.get("/dapr/subscribe", headers)).status == 401, wrong
        assert (await closed.port.post("/deliver/alerts", ODD, headers)).status == 401, wrong
    assert len(closed.rig.wakes.woken) == 1


async def test_no_spelling_of_a_path_gets_around_the_token(closed: SidecarPort) -> None:
    for target in SPELLINGS:
        reply = await closed.port.get(target)
        assert reply.status in (400, 401), (target, reply.status, reply.body)
        assert b"pubsubname" not in reply.body, target


async def test_only_the_health_checks_own_path_is_open(closed: SidecarPort) -> None:
    assert (await closed.port.get("/healthz")).status == 200
    assert (await closed.port.get("/healthz?verbose=1")).status == 200
    assert (await closed.port.post("/healthz", b"{}")).status == 405, "nothing behind it"


async def test_other_methods_are_closed_too(closed: SidecarPort) -> None:
    for method in ("PUT", "DELETE", "OPTIONS", "HEAD", "PATCH"):
        for path in ("/actors/SubjectActor/x/method/work", "/deliver/alerts"):
            assert (await closed.port.call(method, path, b"")).status == 401, (method, path)
    assert closed.rig.store.log == []


async def test_without_a_token_of_the_sidecar_it_is_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It listens on 127.0.0.1 only; daprd sends a token when APP_API_TOKEN is set, to both."""
    async with sidecar_port(tmp_path, monkeypatch) as opened:
        assert (await opened.port.get("/dapr/subscribe")).status == 200


async def test_health_depends_on_nothing(closed: SidecarPort) -> None:
    closed.ready = False
    closed.rig.store.loads_fail = True
    assert (await closed.port.get("/healthz")).status == 200
