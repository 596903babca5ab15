"""When a node is cordoned and a CronJob suspended, and when there is no plan for it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.unit.domain.builders import NOW_S, POLICY, SOAKED_S, alert, only, opened
from tests.unit.domain.containing import (
    CORDON,
    JOB_FAILED,
    NIGHTLY,
    SUSPEND,
    Containment,
    cron_job,
    facts_of,
    fit,
    node,
)
from worker.domain.catalogue import Verb
from worker.domain.deciding.situation import Situation
from worker.domain.document.identity import NODE_ALERT
from worker.domain.document.subject import SubjectDocument
from worker.domain.incoming.alert import Alert
from worker.domain.observed.cron_jobs import CronJobHealth
from worker.domain.observed.evidence import Gone, Unknown
from worker.domain.observed.nodes import NodeHealth
from worker.domain.planners import plan
from worker.domain.planners.plan import Plan, Refusal, Then
from worker.domain.playbooks.playbook import Step
from worker.domain.story.reason import Reason


def planned(
    own: NodeHealth | CronJobHealth,
    *,
    verb: Verb | None = None,
    news: tuple[Alert, ...] = (),
    **parameters: int,
) -> Plan | Refusal:
    one: Containment = CORDON if isinstance(own, NodeHealth) else SUSPEND
    document: SubjectDocument = opened(*(news or (one.news,)), subject=one.subject)
    situation = Situation(facts_of(own), one.pack, POLICY, SOAKED_S)
    step = Step(verb or one.verb, dict(parameters))
    return plan(step, document, only(document), situation)


def failed_job(number: int, at_s: float = NOW_S) -> Alert:
    name = f"nightly-{number}"
    fired = alert("KubeJobFailed", pod="", fingerprint=name, starts_at_s=at_s)
    return replace(fired, labels={**JOB_FAILED.labels, "job_name": name})


@pytest.mark.parametrize(
    "conditions",
    [
        {"Ready": "False"},
        {"Ready": "Unknown"},
        {},
        {"Ready": "True", "KernelDeadlock": "True"},
        {"Ready": "True", "NetworkUnavailable": "True"},
    ],
    ids=str,
)
def test_a_condition_that_shows_it_unfit_calls_for_a_cordon(conditions: dict[str, str]) -> None:
    made = planned(node(ready=conditions.get("Ready") == "True", conditions=conditions))
    assert isinstance(made, Plan)
    assert (made.because, made.node_pool) == (Reason.SICK_NODE, "workers")


@pytest.mark.parametrize(
    "conditions",
    [{"DiskPressure": "True"}, {"KernelDeadlock": "False"}, {"KernelDeadlock": "Unknown"}],
    ids=str,
)
def test_pressure_and_what_nobody_knows_do_not(conditions: dict[str, str]) -> None:
    answer = planned(fit(conditions={"Ready": "True", **conditions}))
    assert isinstance(answer, Refusal)
    assert (answer.reason, answer.then) == (Reason.NOTHING_SICK, Then.HOLD)


@pytest.mark.parametrize(("by", "whose"), [("", "somebody"), ("inc-1-s1-a1", "we")])
def test_what_is_cordoned_is_left(by: str, whose: str) -> None:
    answer = planned(node(schedulable=False, cordoned_by=by))
    expected = Refusal(Reason.CONTAINED, Then.NEXT_STEP, f"{whose} cordoned it already")
    assert answer == expected


def test_what_only_services_say_of_a_node_goes_on_to_a_human() -> None:
    answer = planned(fit(), news=(alert(NODE_ALERT, pod=""),))
    assert isinstance(answer, Refusal)
    assert (answer.reason, answer.then) == (Reason.NOTHING_SICK, Then.NEXT_STEP)


@pytest.mark.parametrize(
    ("changes", "failures"),
    [
        ({}, 3),
        ({"failed": {"nightly-1": NOW_S}}, 2),  # and the one that the alert names
        ({"succeeded_s": NOW_S - 999.0 + 0.5, "failed": {f"nightly-{n}": NOW_S - 1000.0 + n
                                                         for n in (1, 2, 3, 4)}}, 3),
    ],
)  # fmt: skip
def test_jobs_count_that_failed_since_one_succeeded(changes: dict[str, Any], failures: int) -> None:
    assert isinstance(planned(cron_job(**changes), failures=failures), Plan)
    answer = planned(cron_job(**changes), failures=failures + 1)
    assert isinstance(answer, Refusal)
    assert (answer.reason, answer.then) == (Reason.FAILED_TOO_SELDOM, Then.NEXT_STEP)


def test_a_job_counts_once_and_not_when_it_failed_before_the_success() -> None:
    news = (failed_job(1), failed_job(8), failed_job(9, NOW_S - 90000.0))
    made = planned(cron_job(failed={"nightly-1": NOW_S}), news=news, failures=2)
    assert isinstance(made, Plan)
    assert made.detail.startswith("2 of its jobs failed since one succeeded")
    assert isinstance(planned(cron_job(failed={"nightly-1": NOW_S}), news=news), Refusal)


@pytest.mark.parametrize(("by", "whose"), [("", "somebody"), ("inc-1-s1-a1", "we")])
def test_what_is_suspended_is_left(by: str, whose: str) -> None:
    answer = planned(cron_job(suspended=True, suspended_by=by))
    expected = Refusal(Reason.CONTAINED, Then.NEXT_STEP, f"{whose} suspended it already")
    assert answer == expected


@pytest.mark.parametrize("own", [node(), cron_job()], ids=["node", "CronJob"])
@pytest.mark.parametrize("verb", Verb)
def test_no_other_verb_is_for_it(own: NodeHealth | CronJobHealth, verb: Verb) -> None:
    answer = planned(own, verb=verb)
    mine = Verb.CORDON if isinstance(own, NodeHealth) else Verb.SUSPEND_CRON_JOB
    if verb is mine:
        assert isinstance(answer, Plan)
    else:
        words = f"not for a {own.target.kind}"
        assert answer == Refusal(Reason.UNSUPPORTED, Then.NEXT_STEP, words)


@pytest.mark.parametrize(
    ("unseen", "reason"),
    [(Unknown("HTTP 403"), Reason.EVIDENCE_UNKNOWN), (Gone("it"), Reason.TARGET_GONE)],
)
def test_what_is_not_seen_gets_no_plan(unseen: Unknown | Gone, reason: Reason) -> None:
    document = opened(JOB_FAILED, subject=NIGHTLY)
    seen = replace(SUSPEND.sick, cron_job=unseen)
    situation = Situation(seen, SUSPEND.pack, POLICY, SOAKED_S)
    answer = plan(Step(Verb.SUSPEND_CRON_JOB), document, only(document), situation)
    assert isinstance(answer, Refusal)
    assert answer.reason is reason
