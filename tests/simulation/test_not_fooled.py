"""Nothing fools it: what makes a sick service look healed is never called a repair, nor health.

Each deed is done at each moment: while an incident is open, and while a deed of ours is verified.
Judged by what is true in the cluster, by what was written to it, and by what people received.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.simulation.fooling import LASTS_S, Deed, Ending, Sickness, Stage, play
from tests.simulation.tricks import (
    cordon_all,
    cut_off,
    delete,
    forget,
    forget_the_rule,
    forget_unseen,
    nothing,
    remove_the_probe,
    scale_to,
    silence,
)
from tests.simulation.watchman import Rule
from worker.domain.document.incident import Phase
from worker.domain.playbooks.playbook import Watch
from worker.domain.story.reason import Reason

WORKLOAD, POD = "Deployment", "Pod"
MOMENTS = (Phase.OPEN, Phase.VERIFYING)
PATIENT_S = LASTS_S + Watch().deadline_s


@dataclass(frozen=True)
class Told:
    """For which reason a human gets it, and the kinds of what is written after the deed."""

    reason: Reason
    written: tuple[str, ...] = ()


@dataclass(frozen=True)
class Row:
    """`open`, `verifying`: what follows when the deed is done at that moment, and by when it must;
    how long it waits without knowing the alert's rule is the longest."""

    name: str
    deed: Deed
    sickness: Sickness
    rule: Rule
    open: Told
    verifying: Told
    lasts_s: float = LASTS_S

    def expected(self, moment: Phase) -> Told:
        return self.open if moment is Phase.OPEN else self.verifying


HELD, SHRUNK = Told(Reason.HELD_TOO_LONG), Told(Reason.SHRUNK)
GONE, UNKNOWN = Told(Reason.TARGET_GONE), Told(Reason.VERIFICATION_UNKNOWN)
HELD_AFTER_AN_EVICTION = Told(Reason.HELD_TOO_LONG, (POD,))
IN_VAIN = Told(Reason.LADDER_EXHAUSTED, (POD, WORKLOAD))
FURTHER_IN_VAIN = Told(Reason.LADDER_EXHAUSTED, (WORKLOAD,))

TABLE = (
    Row("deleted, and its pod's alert is resolved", delete, Sickness.PLACE, Rule.POD, GONE, GONE),
    Row("it is deleted", delete, Sickness.PLACE, Rule.OWNER, GONE, GONE),
    Row("it is scaled to 0", scale_to(0), Sickness.PLACE, Rule.OWNER, HELD, SHRUNK),
    Row("its sick replica is dropped", scale_to(1), Sickness.PLACE, Rule.OWNER, HELD, SHRUNK),
    Row("the pod of the alert is dropped", scale_to(1), Sickness.PLACES, Rule.POD, HELD, SHRUNK),
    Row("it is silenced", silence, Sickness.PLACES, Rule.OWNER, HELD, HELD),
    Row("all that shows it is silenced", silence, Sickness.LAGS_ON, Rule.LAG, HELD, UNKNOWN),
    Row("the nodes are cordoned", cordon_all, Sickness.PLACES, Rule.POD,
        HELD_AFTER_AN_EVICTION, FURTHER_IN_VAIN),
    Row("the probe is removed", remove_the_probe, Sickness.BROKEN, Rule.OWNER, HELD, SHRUNK),
    Row("the alert vanishes", forget, Sickness.PLACES, Rule.OWNER, IN_VAIN, FURTHER_IN_VAIN),
    Row("the alert of the pod vanishes", forget, Sickness.PLACES, Rule.POD,
        IN_VAIN, FURTHER_IN_VAIN),
    Row("the monitor is down", cut_off, Sickness.PLACES, Rule.OWNER, HELD, HELD),
    Row("all that shows it vanishes", forget, Sickness.LAGS_ON, Rule.LAG, HELD, UNKNOWN),
    Row("it vanishes, and who could tell is down", forget_unseen, Sickness.LAGS_ON, Rule.LAG,
        HELD, UNKNOWN, lasts_s=PATIENT_S),
    Row("the rule that shows it is deleted", forget_the_rule, Sickness.LAGS_ON, Rule.LAG,
        HELD, UNKNOWN, lasts_s=PATIENT_S),
    Row("all that shows it is down", cut_off, Sickness.LAGS_ON, Rule.LAG, HELD, UNKNOWN),
)  # fmt: skip


STILL_OPEN = Ending(Reason.OBSERVED, truly_well=False)


def false_claims(stage: Stage) -> Iterator[str]:
    """What was said or done that is not so."""
    for incident in stage.incidents:
        ending = stage.endings.get(incident.id, STILL_OPEN)
        if ending.resolution is Reason.REPAIRED:
            yield f"{incident.id} was called repaired"
        if ending.resolution is Reason.RESOLVED_BY_OTHERS and not ending.truly_well:
            yield f"{incident.id} was called healthy, and the service is not"
        if incident.id not in stage.told:
            yield f"no human was told of {incident.id}"
        for attempt in incident.attempts:
            if attempt.verdict in (Reason.HEALTHY, Reason.RESOLVED_BY_OTHERS):
                yield f"{attempt.intent_id} was called {attempt.verdict}"
    if stage.repairs_on_record:
        yield f"{stage.repairs_on_record} repairs are on record"
    yield from (str(bug) for bug in stage.host.telemetry.bugs)


moments = pytest.mark.parametrize("moment", MOMENTS, ids=str)


@moments
@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)
def test_not_fooled(row: Row, moment: Phase) -> None:
    stage = play(row.sickness, row.rule, row.deed, moment, row.lasts_s)
    assert stage.fooled_at_s is not None, "nobody ever fooled it"
    assert [*false_claims(stage)] == []
    told = row.expected(moment)
    assert stage.incidents[0].escalated_for is told.reason
    assert stage.written_since == told.written


CURABLE = (
    (Sickness.PLACE, Rule.OWNER),
    (Sickness.PLACE, Rule.POD),
    (Sickness.HANGS, Rule.OWNER),
    (Sickness.LAGS, Rule.LAG),
)


@moments
@pytest.mark.parametrize(("sickness", "rule"), CURABLE)
def test_when_nobody_fools_it_the_repair_is_credited(
    sickness: Sickness, rule: Rule, moment: Phase
) -> None:
    stage = play(sickness, rule, nothing, moment)
    assert stage.fooled_at_s is not None, "this moment never came"
    (incident,) = stage.incidents
    assert stage.endings[incident.id] == Ending(Reason.REPAIRED, truly_well=True)
    assert incident.attempts[-1].verdict is Reason.HEALTHY
    assert stage.repairs_on_record == 1
    assert (stage.told, stage.host.telemetry.bugs) == (set(), [])


INCURABLE = (
    (Sickness.PLACES, Rule.OWNER),
    (Sickness.PLACES, Rule.POD),
    (Sickness.BROKEN, Rule.OWNER),
    (Sickness.LAGS_ON, Rule.LAG),
)


@pytest.mark.parametrize(("sickness", "rule"), INCURABLE)
def test_what_no_repair_heals_goes_to_a_human(sickness: Sickness, rule: Rule) -> None:
    stage = play(sickness, rule, nothing)
    assert [*false_claims(stage)] == []
    assert [one.escalated_for for one in stage.incidents] == [Reason.LADDER_EXHAUSTED]
    assert not stage.truly_well
