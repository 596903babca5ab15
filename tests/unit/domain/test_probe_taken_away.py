"""What looks well because nothing is left that could look sick: no probe, or no replica at all.

Without a readiness probe a container is ready as soon as it runs, whatever it does.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.unit.domain.builders import (
    ACCEPTED,
    POLICY,
    SICK,
    SOAKED_S,
    WATCH,
    WELL,
    decided,
    only,
    opened,
    rollout,
    steadily,
    watched,
)
from tests.unit.domain.remedies import DEPLOYED, ROLL_BACK, SETTLED_S
from worker.domain.deciding.outcome import record
from worker.domain.document.codec import decode, encode
from worker.domain.document.identity import Target
from worker.domain.document.incident import Incident, Phase
from worker.domain.document.subject import SubjectDocument
from worker.domain.observed.evidence import Baseline, ContainerSpec, RolloutHealth
from worker.domain.observed.facts import Facts, baseline
from worker.domain.observed.pods import PodHealth
from worker.domain.story.reason import Reason
from worker.domain.verify.verification import Judgement, Verdict, judge

NEWBORN_S = POLICY.newborn_s
LONG_S = 4 * POLICY.close_after_healthy_s
LOST = "1 readiness probes, 2 before; without one a container is ready whatever it does"


def probed(seen: Facts, *probes: bool, **changes: Any) -> Facts:
    """The same facts, with a container for each of these, and whether it has a readiness probe."""
    assert isinstance(seen.rollout, RolloutHealth)
    specs = tuple(
        ContainerSpec(f"c{number}", "web:1", readiness_probe=one)
        for number, one in enumerate(probes)
    )
    return replace(seen, rollout=replace(seen.rollout, containers=specs, **changes))


BEFORE = baseline(probed(SICK, True, True))
NOTHING_LEFT = replace(
    WELL, rollout=rollout(desired=0, updated=0, ready=0, available=0), pods=PodHealth(())
)


def incident(onset: Baseline | None) -> Incident:
    return replace(only(opened()), onset=onset)


def judged(seen: Facts, onset: Baseline | None, *references: Baseline) -> Judgement:
    return judge(incident(onset), references, seen, NEWBORN_S)


def test_a_baseline_counts_the_probes() -> None:
    assert BEFORE is not None
    assert BEFORE.probed == 2
    assert baseline(probed(WELL, False, True)) == replace(BEFORE, available=3, restarts=0, probed=1)


@pytest.mark.parametrize("probes", [(True, False), (False, True), (True,), (True, False, False)])
def test_fewer_probes_than_before_are_never_health(probes: tuple[bool, ...]) -> None:
    assert BEFORE is not None
    lost = Judgement(Verdict.UNHEALTHY, Reason.SHRUNK, LOST)
    seen = probed(WELL, *probes)
    assert judged(seen, None, BEFORE) == lost
    assert judged(seen, BEFORE) == lost, "in a human's hands too"
    assert judged(seen, replace(BEFORE, probed=1), BEFORE) == lost, "each reference counts"
    assert judged(seen, replace(BEFORE, probed=1)).verdict is Verdict.HEALTHY


@pytest.mark.parametrize("probes", [(True, True), (True, True, False), (True, True, True)])
def test_as_many_or_more_are(probes: tuple[bool, ...]) -> None:
    assert BEFORE is not None
    assert judged(probed(WELL, *probes), BEFORE, BEFORE).verdict is Verdict.HEALTHY


def test_a_baseline_of_an_older_version_counted_none() -> None:
    assert BEFORE is not None
    stored = encode(BEFORE)
    assert isinstance(stored, dict)
    del stored["probed"]
    old = decode(Baseline, stored)
    assert old == replace(BEFORE, probed=0)
    assert judged(probed(WELL, False), old, old).verdict is Verdict.HEALTHY


def test_another_objects_probes_are_its_own() -> None:
    """Made anew by people, whom it was handed to: that is what they want now."""
    assert BEFORE is not None
    anew = probed(WELL, False, target=Target("Deployment", "shop", "web", "uid-new"))
    assert judged(anew, BEFORE).verdict is Verdict.HEALTHY
    assert judged(anew, BEFORE, BEFORE).reason is Reason.REPLACED


def test_no_replica_at_all_is_nobodys_repair() -> None:
    """Fewer may be, once people have it in hand; where none was wanted before, none is missing."""
    assert BEFORE is not None
    nothing = Judgement(Verdict.UNHEALTHY, Reason.SHRUNK, "0 replicas wanted, 3 before")
    assert judged(NOTHING_LEFT, BEFORE) == nothing
    assert judged(NOTHING_LEFT, BEFORE, BEFORE) == nothing
    assert judged(NOTHING_LEFT, None, BEFORE) == nothing
    assert judged(NOTHING_LEFT, replace(BEFORE, desired=0, probed=0)).verdict is Verdict.HEALTHY
    assert judged(NOTHING_LEFT, None).verdict is Verdict.HEALTHY
    two = probed(WELL, True, True, desired=2, updated=2)
    assert judged(two, BEFORE).verdict is Verdict.HEALTHY


WITH, WITHOUT = (True, True), (True, False)
TRICKS = pytest.mark.parametrize(
    "tricked", [probed(WELL, *WITHOUT, revision="6"), NOTHING_LEFT], ids=["no probe", "no replica"]
)


def evicted() -> SubjectDocument:
    """We have evicted a pod, and know how it was before."""
    document = decided(opened(), probed(SICK, *WITH)).document
    return record(document, document.intents[0].id, ACCEPTED, POLICY, SOAKED_S)


@TRICKS
def test_after_an_action_it_goes_to_a_human_and_never_closes(tricked: Facts) -> None:
    document = watched(evicted(), (SETTLED_S, tricked))
    assert only(document).attempts[0].verdict is Reason.SHRUNK
    assert only(document).escalated_for is Reason.SHRUNK
    assert [one.kind for one in document.notices] == ["escalated"]
    document = watched(document, *steadily(tricked, SETTLED_S + 10.0, SETTLED_S + LONG_S))
    assert (only(document).phase, only(document).streak) == (Phase.ESCALATED, None)


@TRICKS
def test_before_any_action_it_never_closes(tricked: Facts) -> None:
    document = watched(opened(), (0.0, probed(SICK, *WITH)), *steadily(tricked, 10.0, LONG_S))
    assert only(document).open


@TRICKS
def test_it_closes_once_it_is_put_right(tricked: Facts) -> None:
    document = watched(evicted(), (SETTLED_S, tricked), (SETTLED_S + 10.0, tricked))
    right = probed(WELL, *WITH, revision="7")
    document = watched(document, *steadily(right, SETTLED_S + 20.0, SETTLED_S + LONG_S))
    assert only(document).resolution is Reason.RESOLVED_BY_OTHERS


GOOD = replace(ROLL_BACK.in_vain, pods=WELL.pods, alerts=WELL.alerts)
PUT_BACK = probed(GOOD, *WITHOUT, ready=3, available=3)


def rolled_back(*, accepted: bool = True) -> SubjectDocument:
    """A release had brought a probe; we went back to the template from before it."""
    before = replace(ROLL_BACK, before=probed(DEPLOYED, *WITH))
    return before.verifying() if accepted else before.acting()


def test_the_healthy_template_that_we_put_back_has_the_probes_that_it_had() -> None:
    document = rolled_back()
    for after_s, look in steadily(PUT_BACK, SETTLED_S, SETTLED_S + WATCH.window_s):
        document = ROLL_BACK.looked(document, look, after_s).document
    assert only(document).resolution is Reason.REPAIRED


@pytest.mark.parametrize(
    ("seen", "change"),
    [
        (probed(PUT_BACK, *WITHOUT, revision="8"), {}),
        (PUT_BACK, {"undoes": "inc-s1-a1"}),
        (PUT_BACK, {"outcome": Reason.UNREACHABLE}),
        (PUT_BACK, {"before": None}),
        (PUT_BACK, {"action": "rollout_restart"}),
    ],
    ids=[
        "rolled out by others since",
        "an undo",
        "not known to be done",
        "from what",
        "no rollback",
    ],
)
def test_what_else_has_lost_a_probe_is_no_health(seen: Facts, change: dict[str, Any]) -> None:
    done = only(rolled_back())
    done = replace(done, attempts=(replace(done.attempts[0], **change),))
    assert judge(done, (), seen, NEWBORN_S).reason is Reason.SHRUNK
