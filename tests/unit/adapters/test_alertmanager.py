"""Alertmanager's answers: firing, suppressed or not active; what isn't understood is no answer.

The answers have the form of `gettableAlert` in Alertmanager's OpenAPI description (v2).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import aiohttp
import pytest

from tests.unit.adapters.http_server import Answer, Server, json_answer, serving
from worker.adapters import alertmanager
from worker.adapters.alertmanager import Alertmanager
from worker.engine.ports import TransientError


def gettable(fingerprint: str, state: str, **status: Any) -> dict[str, Any]:
    """One gettableAlert of the v2 API."""
    return {
        "annotations": {"summary": "Pod is crash looping."},
        "endsAt": "2026-01-01T12:04:00.000Z",
        "fingerprint": fingerprint,
        "receivers": [{"name": "aiops"}],
        "startsAt": "2026-01-01T12:00:00.000Z",
        "status": {
            "inhibitedBy": [], "mutedBy": [], "silencedBy": [], "state": state, **status,
        },
        "updatedAt": "2026-01-01T12:00:04.123Z",
        "generatorURL": "http://prometheus:9090/graph?g0.expr=up",
        "labels": {"alertname": "KubePodCrashLooping", "namespace": "shop", "pod": "web-1"},
    }  # fmt: skip


LISTED = [
    gettable("a1", "active"),
    gettable("b2", "suppressed", silencedBy=["4f6e2f6e-0000-4000-8000-000000000000"]),
    gettable("c3", "suppressed", inhibitedBy=["a1"]),
    gettable("d4", "unprocessed"),
    gettable("e5", "active"),
]


async def asked(server: Server, fingerprints: list[str], path: str = "") -> Mapping[str, str]:
    async with aiohttp.ClientSession() as session:
        return await Alertmanager(session, f"{server.url}{path}").states(fingerprints)


async def test_states_of_what_was_asked_for_and_nothing_else() -> None:
    async with serving([json_answer(LISTED)]) as server:
        states = await asked(server, ["a1", "b2", "c3", "d4", "gone"])
    assert states == {
        "a1": "firing",
        "b2": "suppressed",
        "c3": "suppressed",
        "d4": "firing",  # received and not yet routed: it does fire
    }
    assert server.asked[0].path == "/api/v2/alerts"


async def test_nothing_fires() -> None:
    async with serving([json_answer([])]) as server:
        assert await asked(server, ["a1"]) == {}


@pytest.mark.parametrize("path", ["", "/", "/alertmanager/"])
async def test_the_address_may_have_a_path_of_its_own(path: str) -> None:
    async with serving([json_answer([])]) as server:
        await asked(server, ["a1"], path)
    assert server.asked[0].path == f"{path.rstrip('/')}/api/v2/alerts"


async def test_several_thousand_alerts_are_read_whole() -> None:
    many = [gettable(f"f{number}", "active") for number in range(5000)]
    async with serving([json_answer(many)]) as server:
        assert await asked(server, ["f0", "f4999"]) == {"f0": "firing", "f4999": "firing"}


@pytest.mark.parametrize(
    "answer",
    [
        Answer(500, b"[]"),
        Answer(401, b"[]"),
        Answer(404, b"[]"),
        Answer(204),
        Answer(200, b"<html>login</html>"),
        Answer(200, b""),
        Answer(200, b'[{"fingerprint": "a1"'),
        json_answer(None),
        json_answer({"status": "success", "data": []}),
        json_answer({}),
        json_answer(""),
        json_answer(0),
        json_answer([{"labels": {}}]),
        json_answer([{"fingerprint": "a1", "status": "active"}]),
        json_answer(["a1"]),
        Answer(cut=True),
    ],
    ids=lambda answer: f"{answer.status} {answer.body[:20]!r}" + (" cut" if answer.cut else ""),
)
async def test_what_is_not_understood_is_no_answer(answer: Answer) -> None:
    """An answer that says nothing must never look like `nothing fires`."""
    async with serving([answer]) as server:
        with pytest.raises(TransientError, match="Alertmanager"):
            await asked(server, ["a1"])


async def test_a_connection_that_broke_is_no_reason_to_know_nothing() -> None:
    async with serving([Answer(cut=True), json_answer(LISTED)]) as server:
        assert await asked(server, ["a1"]) == {"a1": "firing"}
    assert len(server.asked) == 2


@pytest.mark.parametrize("bad", [Answer(500), Answer(503, b"[]"), json_answer({})], ids=str)
async def test_an_answer_is_asked_for_so_often_and_no_more(bad: Answer) -> None:
    last_chance = [bad] * (alertmanager.TRIES - 1)
    async with serving([*last_chance, json_answer(LISTED)]) as server:
        assert await asked(server, ["a1"]) == {"a1": "firing"}
    async with serving([*last_chance, bad, json_answer(LISTED)]) as server:
        with pytest.raises(TransientError, match="Alertmanager"):
            await asked(server, ["a1"])
    assert len(server.asked) == alertmanager.TRIES


async def test_a_good_answer_is_asked_for_once() -> None:
    async with serving([json_answer([])]) as server:
        await asked(server, ["a1"])
    assert len(server.asked) == 1


async def test_no_answer_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alertmanager, "REQUEST_TIMEOUT_S", 0.2)
    async with serving([Answer(hang=True)]) as server:
        with pytest.raises(TransientError):
            await asked(server, ["a1"])


async def test_an_answer_larger_than_can_be_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alertmanager, "ANSWER_MAX_BYTES", 1000)
    async with serving([json_answer(LISTED)]) as server:
        with pytest.raises(TransientError, match="1001 bytes"):
            await asked(server, ["a1"])


async def test_nobody_listens() -> None:
    async with serving([Answer()]) as server:
        pass
    with pytest.raises(TransientError):
        await asked(server, ["a1"])
