"""More replicas, or a higher bound for an autoscaler: while the alert fires, in bounded steps."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.unit.domain.builders import WEB_TARGET, facts, pod, rollout
from tests.unit.domain.plan_cases import FIRES, ODD, Words, asked, planned, words
from tests.unit.domain.remedies import HPA_TARGET, scaler
from worker.domain.catalogue import DESCRIPTOR_OF, Verb
from worker.domain.observed.evidence import AlertStates, Unknown
from worker.domain.observed.facts import Facts
from worker.domain.observed.ownership import Ownership
from worker.domain.planners.plan import Then
from worker.domain.story.reason import Reason
from worker.domain.verify.verification import NO_MONITOR

UNKNOWN = Unknown("timed out")
QUIET = AlertStates(frozenset(), frozenset({"Odd-"}))


def loaded(replicas: int = 3, available: int | None = None, **changes: Any) -> Facts:
    """All replicas are well, and the alert fires."""
    there = replicas if available is None else available
    known = rollout(desired=replicas, updated=replicas, ready=there, available=there)
    pods = tuple(pod(f"web-{number}") for number in range(there))
    return replace(facts(*pods), rollout=known, alerts=FIRES, **changes)


def bounded(maximum: int, current: int | None = None, **changes: Any) -> Ownership:
    """An autoscaler that stands at its bound."""
    known = scaler(maximum, **changes)
    found = replace(known.autoscaler, current_replicas=maximum if current is None else current)  # type: ignore[type-var]
    return replace(known, autoscaler=found)


def no(reason: Reason, detail: str) -> Words:
    return reason, Then.NEXT_STEP, detail


def hold(reason: Reason, detail: str) -> Words:
    return reason, Then.HOLD, detail


def test_more_replicas_say_what_they_replace() -> None:
    plan = planned(Verb.SCALE, loaded(4), ODD, ceiling=10)
    assert (plan.target, plan.fence, plan.generation) == (WEB_TARGET, "42", 3)
    assert plan.parameters == {"from": 4, "replicas": 6}
    assert plan.found == {"from": 6, "replicas": 4}
    assert (plan.because, plan.during_rollout) == (Reason.TOO_SMALL, False)
    assert plan.detail == "4 replicas, all available, and the alert fires: 6 wanted"


@pytest.mark.parametrize(
    ("replicas", "parameters", "wanted"),
    [
        (1, {"ceiling": 10}, 2),
        (2, {"ceiling": 10}, 3),
        (3, {"ceiling": 10}, 4),
        (10, {"ceiling": 99}, 15),
        (10, {"ceiling": 12}, 12),
        (10, {"ceiling": 99, "percent": 10}, 11),
        (10, {"ceiling": 99, "percent": 1}, 11),
        (10, {"ceiling": 99, "percent": 500}, 15),
        (10, {"ceiling": 99, "percent": -5}, 11),
    ],
)
def test_at_least_one_more_and_at_most_half(
    replicas: int, parameters: dict[str, Any], wanted: int
) -> None:
    plan = planned(Verb.SCALE, loaded(replicas), ODD, **parameters)
    assert plan.parameters["replicas"] == wanted


@pytest.mark.parametrize(
    ("seen", "parameters", "expected"),
    [
        (loaded(3, available=2), {"ceiling": 9},
         no(Reason.NOT_AT_BOUND, "2 of 3 replicas available; more would wait too")),
        (loaded(3), {"ceiling": 3}, no(Reason.AT_CEILING, "3 replicas")),
        (loaded(5), {"ceiling": 3}, no(Reason.AT_CEILING, "5 replicas")),
        (loaded(3), {}, no(Reason.AT_CEILING, "3 replicas")),
        (loaded(0), {"ceiling": 9}, no(Reason.AT_CEILING, "0 replicas")),
        (loaded(3, ownership=UNKNOWN), {"ceiling": 9},
         hold(Reason.EVIDENCE_UNKNOWN, "timed out")),
    ],
    ids=["they would wait too", "as many as may be", "more than may be", "no ceiling",
         "somebody switched it off", "owner unknown"],
)  # fmt: skip
def test_what_is_not_scaled(seen: Facts, parameters: dict[str, Any], expected: Words) -> None:
    assert words(asked(Verb.SCALE, seen, ODD, **parameters)) == expected


CAPACITY = {
    Verb.SCALE: loaded(3),
    Verb.RAISE_HPA_MAX: loaded(3, ownership=bounded(3)),
}


@pytest.mark.parametrize("verb", CAPACITY)
@pytest.mark.parametrize(
    ("alerts", "expected"),
    [
        (QUIET, hold(Reason.NOTHING_SICK, "the alert doesn't fire now")),
        (AlertStates(frozenset({"Other-"}), frozenset()),
         hold(Reason.NOTHING_SICK, "the alert doesn't fire now")),
        (UNKNOWN, hold(Reason.EVIDENCE_UNKNOWN, "alerts: timed out")),
        (Unknown(NO_MONITOR), hold(Reason.EVIDENCE_UNKNOWN, f"alerts: {NO_MONITOR}")),
    ],
    ids=["quiet", "another fires", "unknown", "no monitor"],
)  # fmt: skip
def test_load_has_no_sick_pods_so_the_alert_has_to_be_known_to_fire(
    verb: Verb, alerts: AlertStates | Unknown, expected: Words
) -> None:
    seen = replace(CAPACITY[verb], alerts=alerts)
    assert words(asked(verb, seen, ODD, ceiling=9)) == expected
    assert planned(verb, CAPACITY[verb], ODD, ceiling=9).verb is verb
    nothing_fired = replace(ODD, alerts=())
    assert words(asked(verb, CAPACITY[verb], nothing_fired, ceiling=9))[0] is Reason.NOTHING_SICK


def test_a_higher_bound_says_what_it_replaces() -> None:
    plan = planned(Verb.RAISE_HPA_MAX, loaded(10, ownership=bounded(10)), ODD, ceiling=20)
    assert (plan.target, plan.fence, plan.generation) == (HPA_TARGET, "77", 0)
    assert plan.parameters == {"from": 10, "maximum": 12}
    assert plan.found == {"from": 12, "maximum": 10}
    assert plan.because is Reason.TOO_SMALL
    assert plan.detail == "10 replicas, the most its autoscaler may make, and the alert fires"


@pytest.mark.parametrize(
    ("maximum", "parameters", "wanted"),
    [
        (2, {"ceiling": 20}, 3),
        (10, {"ceiling": 11}, 11),
        (10, {"ceiling": 99, "percent": 50}, 15),
        (10, {"ceiling": 99, "percent": 99}, 15),
    ],
)
def test_a_bound_is_raised_by_one_at_least_and_by_half_at_most(
    maximum: int, parameters: dict[str, Any], wanted: int
) -> None:
    seen = loaded(maximum, ownership=bounded(maximum))
    assert planned(Verb.RAISE_HPA_MAX, seen, ODD, **parameters).parameters["maximum"] == wanted


NO_ONE = "no autoscaler targets it"


@pytest.mark.parametrize(
    ("seen", "ceiling", "expected"),
    [
        (loaded(3, ownership=Ownership()), 9, no(Reason.NO_AUTOSCALER, NO_ONE)),
        (loaded(3, ownership=Ownership(autoscaler=UNKNOWN)), 9,
         hold(Reason.EVIDENCE_UNKNOWN, "autoscaler: timed out")),
        (loaded(3, ownership=UNKNOWN), 9, hold(Reason.EVIDENCE_UNKNOWN, "timed out")),
        (loaded(3, ownership=bounded(3, keda=True, scaled_object="web")), 9,
         no(Reason.OWNED_BY_OTHERS, "ScaledObject/web")),
        (loaded(3, ownership=bounded(4, current=3)), 9,
         no(Reason.NOT_AT_BOUND, "3 replicas, 3 available, 4 allowed")),
        (loaded(3, available=2, ownership=bounded(3)), 9,
         no(Reason.NOT_AT_BOUND, "3 replicas, 2 available, 3 allowed")),
        (loaded(3, ownership=bounded(3)), 3, no(Reason.AT_CEILING, "3 allowed")),
    ],
    ids=["none", "two of them", "unknown", "KEDA puts it back", "not at its bound",
         "not all are available", "as high as may be"],
)  # fmt: skip
def test_which_bound_is_not_raised(seen: Facts, ceiling: int, expected: Words) -> None:
    assert words(asked(Verb.RAISE_HPA_MAX, seen, ODD, ceiling=ceiling)) == expected


def test_the_catalogue_allows_no_larger_step_either() -> None:
    for verb in (*CAPACITY, Verb.RAISE_MEMORY_LIMIT):
        assert DESCRIPTOR_OF[verb].parameters["percent"].maximum == 50
