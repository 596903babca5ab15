"""A higher memory limit: for the container that was killed for it, once a day, up to a ceiling."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.unit.domain.builders import NOW_S, WEB_TARGET, crashing, facts, opened, pod, rollout
from tests.unit.domain.plan_cases import INCIDENT, Words, asked, attempted, planned, words
from tests.unit.domain.remedies import killed
from worker.domain.catalogue import Verb
from worker.domain.document.subject import CoolDown, SubjectDocument
from worker.domain.observed.evidence import ContainerSpec
from worker.domain.observed.facts import Facts
from worker.domain.observed.pods import Container
from worker.domain.planners.plan import Then
from worker.domain.story.reason import Reason

MIB = 1024 * 1024
DAY_S = 86400.0


def container(name: str = "app", mebibytes: int | None = 256) -> ContainerSpec:
    limit = f"{mebibytes}Mi" if mebibytes else ""
    return ContainerSpec(name, f"{name}:1", limit, mebibytes * MIB if mebibytes else None)


def oom(*containers: ContainerSpec, **changes: Any) -> Facts:
    known = rollout(containers=containers or (container(),), ready=1, available=1, **changes)
    return replace(facts(killed(), pod("web-2")), rollout=known)


def raised(ago_s: float, action: str = "raise_memory_limit") -> SubjectDocument:
    """An earlier incident did this, so long ago."""
    cool = CoolDown("crash_loop", action, "inc-earlier", (NOW_S - ago_s,))
    return replace(opened(), cool_downs=(cool,))


def no(reason: Reason, detail: str) -> Words:
    return reason, Then.NEXT_STEP, detail


def test_one_step_for_the_container_that_was_killed() -> None:
    plan = planned(Verb.RAISE_MEMORY_LIMIT, oom(), ceiling="1Gi")
    assert (plan.target, plan.fence, plan.generation) == (WEB_TARGET, "42", 3)
    assert plan.parameters == {"container": "app", "from": "256Mi", "limit": "384Mi"}
    assert plan.found == {"container": "app", "from": "384Mi", "limit": "256Mi"}
    assert plan.because is Reason.KILLED_FOR_MEMORY
    assert plan.detail == "container app was killed for memory at 256Mi: 384Mi wanted"


@pytest.mark.parametrize(
    ("mebibytes", "parameters", "limit"),
    [
        (256, {"ceiling": "300Mi"}, "300Mi"),
        (256, {"ceiling": "1Gi", "percent": 10}, "281Mi"),
        (256, {"ceiling": "1Gi", "percent": 500}, "384Mi"),
        (1024, {"ceiling": "2Gi"}, "1536Mi"),
        (1, {"ceiling": "1Gi"}, None),
    ],
    ids=["the ceiling", "as its step says", "half at most", "whole mebibytes", "less than one"],
)
def test_how_much_more(mebibytes: int, parameters: dict[str, Any], limit: str | None) -> None:
    answer = asked(Verb.RAISE_MEMORY_LIMIT, oom(container(mebibytes=mebibytes)), **parameters)
    if limit is None:
        assert words(answer) == no(Reason.AT_CEILING, f"{mebibytes}Mi")
    else:
        assert planned(
            Verb.RAISE_MEMORY_LIMIT, oom(container(mebibytes=mebibytes)), **parameters
        ).parameters["limit"] == limit  # fmt: skip


def test_a_container_of_those_killed_that_has_a_limit() -> None:
    both = (container("proxy", None), container())
    pods = facts(
        killed(),
        killed("web-2"),
        pod("web-3", ready=False, containers=(
            Container("proxy", False, 9, "CrashLoopBackOff", 137, "OOMKilled"),
        )),
    ).pods  # fmt: skip
    seen = replace(oom(*both), pods=pods)
    plan = planned(Verb.RAISE_MEMORY_LIMIT, seen, ceiling="1Gi")
    assert plan.parameters["container"] == "app"


SPENT = "killed again: it grows, or needs far more"


@pytest.mark.parametrize(
    ("seen", "parameters", "expected"),
    [
        (replace(oom(), pods=facts(crashing()).pods), {"ceiling": "1Gi"},
         no(Reason.NOT_KILLED_FOR_MEMORY, "1 sick pods")),
        (replace(oom(), pods=facts(pod()).pods), {"ceiling": "1Gi"},
         no(Reason.NOT_KILLED_FOR_MEMORY, "0 sick pods")),
        (oom(container(mebibytes=None)), {"ceiling": "1Gi"},
         no(Reason.NO_LIMIT, "container app has none of its own")),
        (oom(container("other")), {"ceiling": "1Gi"},
         no(Reason.NO_LIMIT, "container app has none of its own")),
        (oom(), {"ceiling": "256Mi"}, no(Reason.AT_CEILING, "256Mi")),
        (oom(), {"ceiling": "16Mi"}, no(Reason.AT_CEILING, "256Mi")),
        (oom(), {}, no(Reason.AT_CEILING, "256Mi")),
        (oom(), {"ceiling": "a lot"}, no(Reason.AT_CEILING, "256Mi")),
        (oom(paused=True), {"ceiling": "1Gi"},
         (Reason.ROLLOUT_PAUSED, Then.ESCALATE, "somebody paused this rollout")),
        (oom(on_delete=True), {"ceiling": "1Gi"},
         (Reason.UPDATE_ON_DELETE, Then.ESCALATE, "its pods change only when deleted")),
    ],
    ids=["crashes, and not for memory", "nothing sick", "no limit", "another's limit",
         "as high as may be", "higher than may be", "no ceiling", "no amount",
         "would reach no pod", "nor here"],
)  # fmt: skip
def test_what_is_not_raised(seen: Facts, parameters: dict[str, Any], expected: Words) -> None:
    assert words(asked(Verb.RAISE_MEMORY_LIMIT, seen, **parameters)) == expected


def test_once_an_incident() -> None:
    again = attempted(INCIDENT, Verb.RAISE_MEMORY_LIMIT)
    answer = asked(Verb.RAISE_MEMORY_LIMIT, oom(), again, ceiling="1Gi")
    assert words(answer) == no(Reason.ATTEMPTS_USED, f"raised once, and {SPENT}")
    refused = attempted(INCIDENT, Verb.RAISE_MEMORY_LIMIT, Reason.QUOTA)
    evicted = attempted(refused, Verb.EVICT_POD)
    assert planned(Verb.RAISE_MEMORY_LIMIT, oom(), evicted, ceiling="1Gi").parameters


@pytest.mark.parametrize("ago_s", [60.0, DAY_S - 1.0])
def test_and_once_a_day(ago_s: float) -> None:
    answer = asked(Verb.RAISE_MEMORY_LIMIT, oom(), document=raised(ago_s), ceiling="1Gi")
    assert words(answer) == no(Reason.ATTEMPTS_USED, f"raised within a day, and {SPENT}")


@pytest.mark.parametrize("document", [raised(DAY_S), raised(60.0, "evict_pod")])
def test_a_day_later_or_after_something_else_it_may_be_raised(document: SubjectDocument) -> None:
    answer = asked(Verb.RAISE_MEMORY_LIMIT, oom(), document=document, ceiling="1Gi")
    assert not hasattr(answer, "then"), answer
