"""Reading Prometheus' rules: a recorded answer, what is no answer, and how often it is asked.

data/README.md says how the answer was recorded. What windows follow from which expressions is in
test_prometheus_ranges.py.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.unit.adapters.http_server import Answer, Server, json_answer, serving
from tests.unit.engine.parts import SetClock
from worker.adapters.prometheus_rules import PrometheusRules, api, reader
from worker.domain.observed.rule_window import RuleWindow
from worker.engine.ports import PermanentError, TransientError

MINUTE_S = 60.0
RECORDED = Answer(body=(Path(__file__).parent / "data" / "prometheus_rules.json").read_bytes())
KEEP_S = 300.0


def answered(*rules: dict[str, Any], **more: Any) -> Answer:
    data = {"groups": [{"name": "g", "file": "f", "interval": 60, "rules": list(rules)}]}
    return json_answer({"status": "success", "data": data, **more})


def alerting(name: Any = "A", query: Any = "up == 0", **more: Any) -> dict[str, Any]:
    return {"type": "alerting", "name": name, "query": query, "duration": 60, **more}


@asynccontextmanager
async def reading(
    *script: Answer, clock: SetClock | None = None, path: str = ""
) -> AsyncIterator[tuple[PrometheusRules, Server]]:
    async with serving(script) as server, aiohttp.ClientSession() as session:
        url = f"{server.url}{path}"
        yield PrometheusRules(session, url, clock=clock or SetClock(), keep_s=KEEP_S), server


async def test_what_a_real_prometheus_answered() -> None:
    async with reading(RECORDED) as (rules, server):
        windows = await rules.windows()
    assert windows == {
        "KubePodCrashLooping": RuleWindow(15 * MINUTE_S, 5 * MINUTE_S),
        "TargetDown": RuleWindow(15 * MINUTE_S, 0.0),  # the longer of two rules of this name
        "OrdersFail": RuleWindow(10 * MINUTE_S, 65 * MINUTE_S),  # a chain of two records
        "OrdersQueueGrows": RuleWindow(30 * MINUTE_S, 24 * 60 * MINUTE_S),
        "OrdersSlow": RuleWindow(5 * MINUTE_S, (30 + 5 + 10 + 10) * MINUTE_S),
        "OrdersBelowRelease": RuleWindow(0.0, 10 * MINUTE_S),
    }
    assert windows["KubePodCrashLooping"].least_s == 20 * MINUTE_S
    assert rules.unreadable == {"OrdersBelowPeak": "orders:peak depends on its own earlier values"}
    assert server.asked[0].path == "/api/v1/rules"


@pytest.mark.parametrize("path", ["", "/", "/prometheus/"])
async def test_the_address_may_have_a_path_of_its_own(path: str) -> None:
    async with reading(answered(), path=path) as (rules, server):
        assert await rules.windows() == {}
    assert server.asked[0].path == f"{path.rstrip('/')}/api/v1/rules"


@pytest.mark.parametrize(
    "bad",
    [
        Answer(500, RECORDED.body),
        Answer(503),
        Answer(204),
        Answer(429),
        Answer(200, b"<html>login</html>"),
        Answer(200, RECORDED.body[:-50]),
        json_answer([]),
        json_answer(None),
        json_answer({"status": "error", "errorType": "internal", "error": "no"}),
        json_answer({"status": "success"}),
        json_answer({"status": "success", "data": {"groups": None}}),
        json_answer({"status": "success", "data": {"groups": [{"name": "g"}]}}),
        json_answer({"status": "success", "data": {"groups": [], "groupNextToken": "abc"}}),
        answered(warnings=["a store did not answer"]),
        answered(alerting(), status="error"),
        answered({"type": "alerting", "name": "A", "query": "up == 0"}),
        answered(alerting(type="new")),
        answered(alerting(duration="60")),
        answered(alerting(duration=-1)),
        answered(alerting(duration=True)),
        answered(alerting(keepFiringFor="1m")),
        answered(alerting(name=None)),
        answered(alerting(query=None)),
        answered("up"),  # type: ignore[arg-type]
    ],
    ids=lambda answer: f"{answer.status} {answer.body[-60:]!r}",
)
async def test_what_is_not_whole_is_no_answer(bad: Answer) -> None:
    """A rule that is missing could only make a window shorter."""
    async with reading(bad) as (rules, server):
        with pytest.raises(TransientError, match="Prometheus"):
            await rules.windows()
        assert rules.unreadable == {}
    assert len(server.asked) == api.TRIES


@pytest.mark.parametrize("status", [400, 401, 403, 404])
async def test_a_wrong_address_stays_wrong(status: int) -> None:
    async with reading(Answer(status, RECORDED.body)) as (rules, server):
        with pytest.raises(PermanentError, match=f"HTTP {status}; check"):
            await rules.windows()
    assert len(server.asked) == 1


async def test_bounds_of_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "RULES_MAX", 2)
    async with reading(answered(*[alerting(f"A{n}") for n in range(3)])) as (rules, _):
        with pytest.raises(TransientError, match="3 rules; at most 2"):
            await rules.windows()
    monkeypatch.setattr(api, "ANSWER_MAX_BYTES", 1000)
    async with reading(RECORDED) as (rules, _):
        with pytest.raises(TransientError, match="1001 bytes"):
            await rules.windows()


async def test_a_connection_that_broke_is_no_reason_to_know_nothing() -> None:
    async with reading(Answer(cut=True), RECORDED) as (rules, _):
        assert "KubePodCrashLooping" in await rules.windows()
    async with reading(Answer(cut=True)) as (rules, _):
        with pytest.raises(TransientError, match="Prometheus: "):
            await rules.windows()


async def test_no_answer_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api, "REQUEST_TIMEOUT_S", 0.2)
    async with reading(Answer(hang=True)) as (rules, _):
        with pytest.raises(TransientError, match="Timeout"):
            await rules.windows()


async def test_an_answer_is_kept_for_its_time_and_no_longer() -> None:
    clock = SetClock()
    first, second = answered(alerting("Old")), answered(alerting("New", "bad("))
    async with reading(first, second, clock=clock) as (rules, server):
        assert list(await rules.windows()) == ["Old"]
        clock.pass_s(KEEP_S - 1)
        assert list(await rules.windows()) == ["Old"]
        assert len(server.asked) == 1
        clock.pass_s(1)
        assert list(await rules.windows()) == []
        assert list(rules.unreadable) == ["New"]
    assert len(server.asked) == 2


async def test_an_answer_that_became_too_old_is_none_when_no_other_comes() -> None:
    clock = SetClock()
    async with reading(answered(alerting()), Answer(404), clock=clock) as (rules, _):
        await rules.windows()
        clock.pass_s(KEEP_S)
        for _ in range(2):
            with pytest.raises(PermanentError):
                await rules.windows()


async def test_many_who_ask_at_once_are_one_request() -> None:
    async with reading(RECORDED) as (rules, server):
        answers = await asyncio.gather(*(rules.windows() for _ in range(20)))
    assert all(one == answers[0] for one in answers)
    assert len(server.asked) == 1


async def test_who_gives_up_takes_the_answer_from_nobody() -> None:
    async with reading(RECORDED) as (rules, server):
        impatient = asyncio.create_task(rules.windows())
        patient = asyncio.create_task(rules.windows())
        await asyncio.sleep(0)
        impatient.cancel()
        with pytest.raises(asyncio.CancelledError):
            await impatient
        assert "KubePodCrashLooping" in await patient
    assert len(server.asked) == 1


async def test_an_error_is_everybodys_and_is_not_kept() -> None:
    async with reading(Answer(404), RECORDED) as (rules, server):
        both = await asyncio.gather(rules.windows(), rules.windows(), return_exceptions=True)
        assert [type(one) for one in both] == [PermanentError, PermanentError]
        assert "OrdersFail" in await rules.windows()
    assert len(server.asked) == 2
