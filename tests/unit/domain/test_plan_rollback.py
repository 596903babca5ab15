"""Rolling back: only after a change shortly before the trouble, and only to what was healthy."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.unit.domain.builders import NOW_S, crashing, facts, opened, pod, rollout
from tests.unit.domain.plan_cases import INCIDENT, Words, asked, attempted, planned, refused, words
from tests.unit.domain.remedies import revision
from worker.domain.catalogue import Verb
from worker.domain.document.change import Change
from worker.domain.observed.evidence import Unknown
from worker.domain.observed.facts import Facts
from worker.domain.observed.history import Revision, RolloutHistory
from worker.domain.observed.pods import Pod
from worker.domain.planners.plan import Then
from worker.domain.story.reason import Reason

HOUR_S = 3600.0
CHANGED_S = NOW_S - 1800.0
BAD = revision(7, "bad", CHANGED_S)
GOOD = revision(6, "good", NOW_S - 90 * HOUR_S)
OLDER = revision(5, "older", NOW_S - 99 * HOUR_S)
BRIEF = revision(6, "brief", CHANGED_S - 60.0)
NEW = crashing(created_at_s=NOW_S - 1500.0)  # made since the change
OLD_POD = NOW_S - 9000.0


def seen(
    *revisions: Revision, pods: tuple[Pod, ...] = (NEW, pod("web-2")), **changes: Any
) -> Facts:
    return replace(facts(*pods), history=RolloutHistory(revisions), **changes)


SEEN = seen(BAD, GOOD, OLDER)


def no(reason: Reason, detail: str) -> Words:
    return reason, Then.NEXT_STEP, detail


def test_back_to_the_newest_template_that_was_healthy() -> None:
    plan = planned(Verb.ROLL_BACK, SEEN)
    assert plan.parameters == {
        "replica_set": "web-good", "replica_set_uid": "uid-good", "template": "good"
    }  # fmt: skip
    assert plan.found == {
        "replica_set": "web-bad", "replica_set_uid": "uid-bad", "template": "bad"
    }  # fmt: skip
    assert (plan.target, plan.fence, plan.generation) == (rollout().target, "42", 3)
    assert (plan.because, plan.during_rollout) == (Reason.CHANGED_LATELY, True)
    assert plan.detail == (
        "revision 7 was deployed 30 min before this began; 1 of 3 pods sick since, all of them of "
        "revision 7; revision 6 (web:good) was healthy"
    )


def test_whoever_deployed_it_is_named() -> None:
    changes = (
        Change("c-1", "deploy_finished", CHANGED_S, "ada"),
        Change("c-2", "scaled", NOW_S - 60.0, "bob"),
        Change("c-3", "deploy_started", NOW_S + 600.0, "eve"),
    )
    answer = asked(Verb.ROLL_BACK, SEEN, document=replace(opened(), changes=changes))
    assert "deployed by ada 30 min before" in answer.detail


def test_nothing_sick_is_no_reason() -> None:
    answer = refused(Verb.ROLL_BACK, seen(BAD, GOOD, pods=(pod(), pod("web-2"))))
    assert (answer.reason, answer.then) == (Reason.NOTHING_SICK, Then.HOLD)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        pytest.param(
            replace(SEEN, history=Unknown("HTTP 403")),
            (Reason.EVIDENCE_UNKNOWN, Then.HOLD, "rollout history: HTTP 403"),
            id="history unknown",
        ),
        pytest.param(
            seen(BAD, GOOD, rollout=rollout(paused=True)),
            (Reason.ROLLOUT_PAUSED, Then.ESCALATE, "somebody paused this rollout"),
            id="paused",
        ),
        pytest.param(seen(), no(Reason.NO_HEALTHY_REVISION, "it has no revisions"), id="none"),
        pytest.param(
            seen(replace(BAD, current_from_s=NOW_S - 3 * HOUR_S), GOOD),
            no(Reason.NOT_CHANGED_LATELY, "its template is the same since 3.0 h before this began"),
            id="no change lately",
        ),
        pytest.param(
            seen(replace(BAD, current_from_s=NOW_S + 300.0), GOOD,
                 pods=(crashing(created_at_s=NOW_S + 310.0),)),
            no(Reason.NOT_CHANGED_LATELY, "revision 7 was deployed 5 min after this began"),
            id="somebody's repair, begun after it",
        ),
        pytest.param(
            seen(BAD, GOOD, pods=(NEW, crashing("web-2", created_at_s=OLD_POD))),
            no(Reason.NOT_CHANGED_LATELY, "web-2 is older than the change and sick too"),
            id="an older pod is sick too",
        ),
        pytest.param(
            seen(BAD),
            no(Reason.NO_HEALTHY_REVISION, "1 revisions kept, none known to have been healthy"),
            id="no other one",
        ),
        pytest.param(
            seen(BAD, replace(GOOD, current_from_s=CHANGED_S - 1800.0)),
            no(Reason.NO_HEALTHY_REVISION, "2 revisions kept, none known to have been healthy"),
            id="nothing proven",
        ),
    ],
)  # fmt: skip
def test_what_is_not_rolled_back(found: Facts, expected: Words) -> None:
    assert words(asked(Verb.ROLL_BACK, found)) == expected


@pytest.mark.parametrize("changed_s", [NOW_S - 7200.0, NOW_S, NOW_S + 60.0])
def test_a_change_at_the_edges_of_its_time_is_one(changed_s: float) -> None:
    young = crashing(created_at_s=max(changed_s, NOW_S))
    found = seen(replace(BAD, current_from_s=changed_s), GOOD, pods=(young,))
    assert planned(Verb.ROLL_BACK, found).parameters["template"] == "good"


@pytest.mark.parametrize("changed_s", [NOW_S - 7201.0, NOW_S + 61.0])
def test_and_beyond_them_none(changed_s: float) -> None:
    young = crashing(created_at_s=NOW_S + 62.0)
    found = seen(replace(BAD, current_from_s=changed_s), GOOD, pods=(young,))
    assert refused(Verb.ROLL_BACK, found).reason is Reason.NOT_CHANGED_LATELY


def test_a_restart_is_no_change() -> None:
    """Ours may have come before, on the same ladder: the template is as old as it was."""
    restarted = revision(8, "same", NOW_S - 60.0)
    since_long = revision(7, "same", NOW_S - 5 * HOUR_S)
    answer = refused(Verb.ROLL_BACK, seen(restarted, since_long, GOOD))
    assert answer.reason is Reason.NOT_CHANGED_LATELY
    assert "5.0 h before" in answer.detail
    lately = seen(restarted, replace(since_long, current_from_s=CHANGED_S), GOOD)
    assert planned(Verb.ROLL_BACK, lately).parameters["template"] == "good"


@pytest.mark.parametrize(
    ("revisions", "parameters", "template"),
    [
        ((BAD, replace(GOOD, current_from_s=CHANGED_S - HOUR_S), OLDER), {}, "good"),
        ((BAD, replace(GOOD, current_from_s=CHANGED_S - HOUR_S + 1.0), OLDER), {}, "older"),
        ((BAD, replace(GOOD, current_from_s=CHANGED_S - 60.0, ready=1), OLDER), {}, "good"),
        ((BAD, replace(GOOD, current_from_s=CHANGED_S - 600.0), OLDER), {"proven": 10}, "good"),
        ((BAD, BRIEF, replace(GOOD, template="bad"), OLDER), {}, "older"),
    ],
    ids=[
        "an hour",
        "almost an hour",
        "has ready pods",
        "as its step says",
        "not what is wanted now",
    ],
)
def test_what_counts_as_healthy(
    revisions: tuple[Revision, ...], parameters: dict[str, Any], template: str
) -> None:
    plan = planned(Verb.ROLL_BACK, seen(*revisions), **parameters)
    assert plan.parameters["template"] == template


@pytest.mark.parametrize("outcome", [Reason.ACCEPTED, Reason.UNREACHABLE])
def test_never_back_to_what_was_tried_nor_to_where_it_came_from(outcome: Reason) -> None:
    """Else two bad templates would take turns."""
    tried = attempted(
        INCIDENT, Verb.ROLL_BACK, outcome, parameters={"template": "good"}, found={"template": "x"}
    )
    assert planned(Verb.ROLL_BACK, SEEN, tried).parameters["template"] == "older"
    both = attempted(tried, Verb.ROLL_BACK, found={"template": "older"})
    assert refused(Verb.ROLL_BACK, SEEN, both).reason is Reason.NO_HEALTHY_REVISION
    assert planned(Verb.ROLL_BACK, SEEN, attempted(INCIDENT, Verb.EVICT_POD)).parameters
