"""What somebody else has touched since is theirs: it is left as it is, and told."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.unit.domain.builders import only, reasons
from tests.unit.domain.remedies import (
    DEADLINE_S,
    HPA,
    HPA_TARGET,
    MEMORY,
    PAUSE,
    REMEDIES,
    ROLL_BACK,
    SCALE,
    STOPPED,
    Remedy,
)
from tests.unit.domain.undoing import changed, each, worse
from worker.domain.document.identity import Target
from worker.domain.document.incident import Phase
from worker.domain.observed.evidence import Gone
from worker.domain.observed.facts import Facts
from worker.domain.observed.ownership import Autoscaler, Ownership
from worker.domain.story.reason import Reason


@each()
def test_what_somebody_else_has_changed_since_is_theirs(remedy: Remedy) -> None:
    decision = remedy.looked(remedy.failed(), remedy.theirs, remedy.judged_s + 1.0)
    assert decision.perform == ()
    incident = only(decision.document)
    assert (incident.phase, incident.rung, incident.undoing) == (Phase.OPEN, 1, "")
    assert not incident.attempts[0].undone
    assert "refused:owned_by_others" in reasons(decision.document)


def test_harm_that_is_in_others_hands_is_a_humans_and_nobody_says_it_was_undone() -> None:
    document = SCALE.failed(worse(SCALE))
    document = SCALE.looked(document, SCALE.theirs, DEADLINE_S + 1.0).document
    assert only(document).escalated_for is Reason.WORSE
    assert "somebody else has changed it since" in document.notices[-1].summary
    assert not only(document).attempts[0].undone


@pytest.mark.parametrize(
    ("remedy", "seen"),
    [
        pytest.param(
            remedy, changed(remedy.in_vain, target=Target("Deployment", "shop", "web", "new")),
            id=f"{remedy.verb}: made anew",
        )
        for remedy in (SCALE, MEMORY, ROLL_BACK, PAUSE)
    ]
    + [
        pytest.param(one, replace(one.in_vain, rollout=Gone("web")), id=f"{one.verb}: gone")
        for one in REMEDIES
    ]
    + [
        pytest.param(
            HPA,
            replace(HPA.in_vain, ownership=Ownership(autoscaler=Autoscaler(
                replace(HPA_TARGET, uid="uid-new"), "1", 1, 4, 4, 4))),
            id="another autoscaler",
        ),
        pytest.param(HPA, replace(HPA.in_vain, ownership=Ownership()), id="no autoscaler"),
        pytest.param(
            PAUSE, changed(STOPPED, paused_by="inc-other-s1-a1"), id="paused again by another"
        ),
    ],
)  # fmt: skip
def test_what_we_changed_is_not_there_any_more(remedy: Remedy, seen: Facts) -> None:
    decision = remedy.looked(remedy.failed(), seen, remedy.judged_s + 1.0)
    assert decision.perform == ()
    assert only(decision.document).undoing == ""
    assert "refused:owned_by_others" in reasons(decision.document)
