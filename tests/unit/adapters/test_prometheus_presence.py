"""Asking Prometheus whether a rule has data: what is asked, what an answer means, and its bounds.

What a real one answers is in tests/contracts/test_rules_data.py.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qs

import aiohttp
import pytest

from tests.unit.adapters.http_server import Answer, Server, json_answer, serving
from tests.unit.engine.parts import SetClock
from worker.adapters.prometheus_rules import PrometheusRules, api, reader
from worker.domain.document.identity import Subject
from worker.domain.document.incident import AlertRecord
from worker.domain.incoming.alert import AlertStatus, fingerprint_of
from worker.domain.observed.evidence import Unknown
from worker.engine.ports import PermanentError, TransientError

WEB = Subject.of_text("service/shop/Deployment/web")
EXPRESSION = "sum by (namespace, group, cluster) (lag) > 5"
LABELS = {"alertname": "Lag", "severity": "warning", "namespace": "shop", "group": "orders"}


def rules(*expressions: str, **more: Any) -> Answer:
    made = [
        {"type": "alerting", "name": "Lag", "query": one, "duration": 60,
         "labels": {"severity": "warning"}, **more}
        for one in expressions
    ]  # fmt: skip
    return json_answer({"status": "success", "data": {"groups": [{"name": "g", "rules": made}]}})


def vector(*series: dict[str, str]) -> Answer:
    result = [{"metric": one, "value": [0, "1"]} for one in series]
    return json_answer({"status": "success", "data": {"resultType": "vector", "result": result}})


ONE, NONE = vector({}), vector()


def alert(**changes: str) -> AlertRecord:
    labels = {**LABELS, **changes}
    name = labels["alertname"]
    return AlertRecord(
        fingerprint_of(labels), name, AlertStatus.RESOLVED, 0.0, "warning", labels=labels
    )


@asynccontextmanager
async def asking(*script: Answer) -> AsyncIterator[tuple[PrometheusRules, Server]]:
    async with serving(script) as server, aiohttp.ClientSession() as session:
        yield PrometheusRules(session, server.url, clock=SetClock(), keep_s=300.0), server


async def answered(one: AlertRecord, *script: Answer) -> tuple[bool | Unknown, list[str]]:
    """Whether it has data, and the queries that were asked."""
    async with asking(*script) as (prometheus, server):
        found = await prometheus.data(WEB, [one])
    queries = [parse_qs(asked.body.decode())["query"][0] for asked in server.asked[1:]]
    assert all(
        (asked.method, asked.path) == ("POST", "/api/v1/query") for asked in server.asked[1:]
    )
    return found[one.fingerprint], queries


FITTING = 'count({__name__="lag",namespace="shop",group="orders"})'


async def test_one_series_that_fits_is_enough() -> None:
    assert await answered(alert(), rules(EXPRESSION), ONE) == (True, [FITTING])


async def test_none_is_none_when_others_carry_its_labels() -> None:
    """They are asked about once, and nothing is asked again."""
    told, queries = await answered(alert(), rules(EXPRESSION), NONE, vector({"carried": "group"}))
    assert told is False
    assert len(queries) == 2
    assert 'label_replace(count({__name__="lag",group!=""}), "carried", "group", "", "")' in queries


async def test_a_label_that_no_series_carries_is_from_elsewhere() -> None:
    one = alert(cluster="eu")
    carried = vector({"carried": "group"})
    told, queries = await answered(one, rules(EXPRESSION), NONE, carried, ONE)
    assert told is True
    assert 'cluster="eu"' in queries[0]
    assert queries[2] == FITTING
    told, _ = await answered(one, rules(EXPRESSION), NONE, carried, NONE)
    assert told is False


async def test_whose_it_is_is_never_left_out() -> None:
    told, queries = await answered(alert(), rules(EXPRESSION), NONE, NONE, NONE)
    assert told is False
    assert queries[-1] == 'count({__name__="lag",namespace="shop"})'
    told, queries = await answered(alert(), rules("sum by (namespace) (lag) > 5"), NONE)
    assert (told, len(queries)) == (False, 1)


async def test_every_series_is_needed() -> None:
    both = "sum by (namespace) (lag) > 5 and on (namespace) limit"
    assert (await answered(alert(), rules(both), ONE))[0] is True
    assert (await answered(alert(), rules(both), ONE, NONE))[0] is False
    assert (await answered(alert(), rules(EXPRESSION, "other > 1"), ONE, NONE))[0] is False


async def test_what_fires_for_want_of_data_needs_none() -> None:
    assert await answered(alert(), rules("absent(lag)")) == (True, [])


@pytest.mark.parametrize(
    "script",
    [
        pytest.param([rules()], id="no rule"),
        pytest.param([rules(EXPRESSION, name="Other")], id="others only"),
        pytest.param([rules(EXPRESSION, labels={"severity": "critical"})], id="of other labels"),
    ],
)
async def test_a_rule_that_is_not_there_has_no_data(script: list[Answer]) -> None:
    assert await answered(alert(), *script) == (False, [])


async def test_what_a_template_gives_may_be_anything() -> None:
    given = {"severity": "{{ $labels.severity }}"}
    assert (await answered(alert(), rules(EXPRESSION, labels=given), ONE))[0] is True


@pytest.mark.parametrize(
    ("one", "script", "why"),
    [
        (alert(), [rules("lag >")], "Lag: "),
        (alert(), [rules("team:lag > 1")], "by whom"),
        (AlertRecord("0", "Lag", AlertStatus.FIRING, 0.0, ""), [rules(EXPRESSION)], "labels"),
        (alert(**{"a.b": "x"}), [rules(EXPRESSION)], "a label 'a.b'"),
        (alert(**{f"l{n}": "x" for n in range(40)}), [rules(EXPRESSION)], "more than 32 labels"),
        (alert(), [rules(EXPRESSION), Answer(422)], "HTTP 422"),
        (alert(), [rules(EXPRESSION), Answer(503)], "HTTP 503"),
        (alert(), [rules(EXPRESSION), Answer(cut=True)], "Prometheus: "),
        (alert(), [rules(EXPRESSION), json_answer({"status": "success", "data": {
            "resultType": "scalar", "result": [0, "1"]}})], "not understood"),
        (alert(), [rules(EXPRESSION), json_answer({"status": "success", "data": {
            "resultType": "vector", "result": [1]}})], "not understood"),
        (alert(), [rules(EXPRESSION), json_answer({"status": "success", "warnings": ["part"],
            "data": {"resultType": "vector", "result": []}})], "not whole"),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)  # fmt: skip
async def test_what_is_not_known_for_sure_is_unknown(
    one: AlertRecord, script: list[Answer], why: str
) -> None:
    async with asking(*script) as (prometheus, _):
        found = (await prometheus.data(WEB, [one]))[one.fingerprint]
    assert isinstance(found, Unknown)
    assert why in found.why


async def test_one_that_is_unknown_hides_no_other() -> None:
    odd = alert(alertname="Odd")
    async with asking(rules(EXPRESSION), ONE) as (prometheus, _):
        found = await prometheus.data(WEB, [odd, alert()])
    assert found == {odd.fingerprint: False, alert().fingerprint: True}


async def test_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "ALERTS_MAX", 1)
    first, second = alert(group="first"), alert(group="second")
    async with asking(rules(EXPRESSION), ONE) as (prometheus, server):
        found = await prometheus.data(WEB, [first, second])
        assert found[first.fingerprint] is True
        assert isinstance(found[second.fingerprint], Unknown)
        assert len(server.asked) == 2
        monkeypatch.setattr(api, "ANSWER_MAX_BYTES", 10)
        found = await prometheus.data(WEB, [first])
    assert isinstance(found[first.fingerprint], Unknown)
    timeout = parse_qs(server.asked[1].body.decode())["timeout"]
    assert timeout == ["4s"]


@pytest.mark.parametrize(("status", "error"), [(404, PermanentError), (500, TransientError)])
async def test_without_its_rules_nothing_is_known(status: int, error: type[Exception]) -> None:
    async with asking(Answer(status)) as (prometheus, server):
        with pytest.raises(error):
            await prometheus.data(WEB, [alert()])
    assert {asked.path for asked in server.asked} == {"/api/v1/rules"}


async def test_no_text_from_outside_becomes_syntax() -> None:
    evil = '"} or vector(1) #\\'
    _, queries = await answered(alert(group=evil), rules(EXPRESSION), NONE, NONE, NONE)
    assert f"group={json.dumps(evil)}" in queries[0]
    assert not any("or vector" in one for one in queries[1:])
