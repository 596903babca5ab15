"""What a human reads about an undo: what is put back, what is left as it is, and why."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.unit.domain.builders import POLICY, only
from tests.unit.domain.remedies import (
    HPA,
    MEMORY,
    PAUSE,
    ROLL_BACK,
    SCALE,
    SETTLED_S,
    STOPPED,
    Remedy,
)
from tests.unit.domain.undoing import changed, undoing, worse
from worker.domain.document.subject import SubjectDocument
from worker.domain.observed.evidence import Gone, RolloutHealth, Unknown
from worker.domain.observed.facts import Facts
from worker.domain.observed.ownership import Ownership
from worker.domain.story.journal import Entry
from worker.domain.story.reason import Reason
from worker.domain.verify.verifying import UNDO_ROLLS_MAX_S

AT_S = SETTLED_S + 1.0
LATE_S = SETTLED_S + POLICY.decide_within_s
TIMED_OUT = Unknown("timed out")


def summary(document: SubjectDocument) -> str:
    return document.notices[-1].summary


def told(document: SubjectDocument, reason: Reason) -> Entry:
    """The last entry of the journal that gives this reason."""
    return [entry for entry in document.journal if entry.reason is reason][-1]


BACK = [
    (SCALE, ": back to replicas 3"),
    (MEMORY, ": back to limit 256Mi"),
    (HPA, ": back to maximum 3"),
    (ROLL_BACK, ": back to replica set web-bad"),
    (PAUSE, ""),
]


@pytest.mark.parametrize(("remedy", "back"), BACK, ids=[str(one.verb) for one, _ in BACK])
def test_it_says_how_the_remedy_ended_and_what_is_put_back(remedy: Remedy, back: str) -> None:
    failed = remedy.failed()
    verdict = str(only(failed).attempts[0].verdict).replace("_", " ")
    document = remedy.looked(failed, remedy.in_vain, remedy.judged_s + 1.0).document
    entry = told(document, Reason.UNDONE)
    assert entry.detail["because"] == f"it ended as {verdict}{back}"
    assert entry.detail["undoes"] == remedy.intent_id


@pytest.mark.parametrize(("remedy", "words"), [(SCALE, "scale"), (MEMORY, "raise memory limit")])
def test_what_is_somebody_elses_now_is_said_to_be_left(remedy: Remedy, words: str) -> None:
    document = remedy.looked(remedy.failed(), remedy.theirs, remedy.judged_s + 1.0).document
    entry = told(document, Reason.OWNED_BY_OTHERS)
    assert entry.incident == only(document).id
    assert entry.detail == {
        "action": f"undo {words}", "detail": f"{words} is somebody else's now; it is left as it is",
    }  # fmt: skip


def test_what_is_well_now_is_left_for_the_moment_and_says_so() -> None:
    document = MEMORY.looked(MEMORY.failed(), _mended(), AT_S).document
    entry = told(document, Reason.NOT_YET)
    assert entry.detail["action"] == "undo raise memory limit"
    assert entry.detail["detail"] == (
        "3 of 3 pods available, none sick, so nothing is put back for now"
    )
    hold = only(document).hold
    assert hold is not None
    assert (hold.reason, only(document).undoing) == (Reason.NOT_YET, MEMORY.intent_id)


def test_what_only_looks_well_because_less_is_wanted_is_put_back() -> None:
    fewer = changed(_mended(), desired=2, updated=2, available=2, ready=2)
    assert len(MEMORY.looked(MEMORY.failed(), fewer, AT_S).perform) == 1


@pytest.mark.parametrize("harmful", [True, False], ids=["made it worse", "was in vain"])
def test_only_what_did_harm_is_put_back_though_it_looks_well_for_long(harmful: bool) -> None:
    stopped = replace(_mended(), kill_switch_set=True)
    document = MEMORY.failed(worse(MEMORY) if harmful else None)
    for n in range(1 + round(POLICY.close_after_healthy_s / POLICY.look_gap_max_s)):
        document = MEMORY.looked(document, stopped, AT_S + n * POLICY.look_gap_max_s).document
    if harmful:
        after_s = AT_S + POLICY.close_after_healthy_s + POLICY.hold_s
        (intent,) = MEMORY.looked(document, _mended(), after_s).perform
        assert intent.action == MEMORY.undo
    else:
        assert only(document).resolution is Reason.RESOLVED_BY_OTHERS


def _mended() -> Facts:
    """All pods are well, with the limit that we set."""
    assert isinstance(MEMORY.in_vain.rollout, RolloutHealth)
    well = replace(MEMORY.in_vain.rollout, ready=3, available=3)
    return replace(SCALE.before, rollout=well)


@pytest.mark.parametrize(
    ("last", "why"),
    [
        pytest.param(MEMORY.in_vain, "not in time", id="the way is free too late"),
        pytest.param(
            replace(MEMORY.in_vain, kill_switch_set=True), "kill switch", id="without a detail"
        ),
        pytest.param(
            replace(MEMORY.in_vain, rollout=TIMED_OUT),
            "evidence unknown (what it was done to can't be read)",
            id="with one",
        ),
    ],
)
def test_what_stays_as_it_is_is_told_with_the_reason(last: Facts, why: str) -> None:
    stopped = replace(MEMORY.in_vain, kill_switch_set=True)
    document = MEMORY.looked(MEMORY.failed(), stopped, AT_S).document
    document = MEMORY.looked(document, last, LATE_S).document
    words = f"raise memory limit of shop/Deployment/web stays as it is: {why}"
    assert summary(document).endswith(f": not undone. {words}")
    assert document.journal[-1].detail == {"detail": words}


def test_a_rollout_that_would_replace_more_good_pods_stays_paused_and_says_so() -> None:
    sick = replace(PAUSE.before, rollout=STOPPED.rollout)
    document = PAUSE.looked(PAUSE.failed(sick), sick, AT_S).document
    assert summary(document).endswith(
        "pause rollout of shop/Deployment/web stays as it is: still sick "
        "(going on would replace more good pods)"
    )


def test_harm_is_told_with_what_became_of_it() -> None:
    undone, theirs = undoing(MEMORY, worse(MEMORY)), MEMORY.failed(worse(MEMORY))
    settled = changed(MEMORY.before, updated=3)
    for document, seen, at_s, end in (
        (undone, settled, SETTLED_S + 60.0, "was undone"),
        (theirs, MEMORY.theirs, AT_S, "somebody else has changed it since"),
    ):
        after = MEMORY.looked(document, seen, at_s).document
        words = f"raise memory limit made it worse, and {end}"
        assert summary(after).endswith(f": worse. {words}")
        assert after.journal[-1].detail == {"detail": words}


def test_an_undo_without_an_end_says_which_deed_was_put_back() -> None:
    latest_s = AT_S + 30.0 + UNDO_ROLLS_MAX_S
    hangs = replace(MEMORY.before, rollout=TIMED_OUT)
    document = MEMORY.looked(undoing(MEMORY), hangs, latest_s).document
    words = "was put back, but its rollout has no end that could be seen"
    assert summary(document).endswith(f": not undone. {MEMORY.intent_id} {words}")
    gone = replace(MEMORY.before, rollout=Gone("Deployment web"))
    document = MEMORY.looked(undoing(MEMORY), gone, AT_S + 30.0).document
    assert summary(document).endswith(": target gone. Deployment web")


UNREAD = [
    (ROLL_BACK, replace(ROLL_BACK.in_vain, history=TIMED_OUT), "history: timed out"),
    (HPA, replace(HPA.in_vain, ownership=TIMED_OUT), "autoscaler: timed out"),
    (HPA, replace(HPA.in_vain, ownership=Ownership(autoscaler=TIMED_OUT)), "autoscaler: timed out"),
    (MEMORY, replace(MEMORY.in_vain, rollout=TIMED_OUT), "what it was done to can't be read"),
]


@pytest.mark.parametrize(
    ("remedy", "unread", "words"),
    UNREAD,
    ids=["history", "ownership", "autoscaler", "workload"],
)
def test_while_nobody_knows_whether_it_is_still_ours_it_waits(
    remedy: Remedy, unread: Facts, words: str
) -> None:
    decision = remedy.looked(remedy.failed(), unread, remedy.judged_s + 1.0)
    assert (decision.perform, only(decision.document).undoing) == ((), remedy.intent_id)
    entry = told(decision.document, Reason.EVIDENCE_UNKNOWN)
    assert (entry.kind, entry.detail["detail"]) == ("refused", words)
    later_s = remedy.judged_s + 1.0 + POLICY.hold_s
    (intent,) = remedy.looked(decision.document, remedy.in_vain, later_s).perform
    assert intent.action == remedy.undo


@pytest.mark.parametrize(
    ("remedy", "fence"),
    [(HPA, ("77", 0)), (SCALE, ("42", 3)), (MEMORY, ("42", 3))],
    ids=["autoscaler", "replicas", "template"],
)
def test_it_is_fenced_by_the_object_that_it_writes(remedy: Remedy, fence: tuple[str, int]) -> None:
    (intent,) = remedy.looked(remedy.failed(), remedy.in_vain, remedy.judged_s + 1.0).perform
    assert (intent.fence, intent.generation) == fence
