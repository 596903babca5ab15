"""Conditions are evaluated on what was seen, for whoever may need them; no answer is no yes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from tests.unit.engine.rig import SHOP, Rig, alert, body
from tests.unit.engine.stage import EVICT, due, incident_of, pack_of, turns
from worker.adapters.expressions.evaluator import CelExpressions
from worker.domain.deciding.policy import Policy
from worker.domain.document.incident import AlertRecord, Incident, Phase
from worker.domain.document.subject import SubjectDocument
from worker.domain.incoming.alert import AlertStatus
from worker.domain.observed.evidence import Unknown
from worker.domain.observed.facts import Facts
from worker.domain.playbooks.pack import Pack
from worker.domain.playbooks.playbook import Condition, Matcher, Playbook, Step
from worker.domain.story.journal import EntryKind
from worker.domain.story.reason import Reason
from worker.engine.conditions import answers

SICK = Condition("sick", "facts.pods.sick > 0")
UNSCALED = Condition("unscaled", 'facts.ownership.replicas_owned_by == ""')
MANY = Condition("many", "incident.attempts > 2")
ALERTED = Condition("alerted", 'alert.labels.team == "blue"')
OTHER = Condition("other", 'incident.cause == "crash_loop"')
Answers = Mapping[str, bool | Unknown]


@dataclass
class Counted:
    """The real evaluator, counting what it is asked."""

    asked: list[str] = field(default_factory=list)
    _real: CelExpressions = field(default_factory=CelExpressions)

    def evaluate(self, text: str, variables: Mapping[str, Any]) -> bool | Unknown:
        self.asked.append(text)
        return self._real.evaluate(text, variables)


def incident(cause: str = "crash_loop", **changes: Any) -> Incident:
    record = AlertRecord(
        "f-1", "KubePodCrashLooping", AlertStatus.FIRING, 0.0, "warning",
        labels={"team": "blue"},
    )  # fmt: skip
    made = Incident(f"inc-{cause}", cause, Phase.OPEN, "warning", 0.0, 900.0, (record,), 1)
    return replace(made, **changes)


def document(*incidents: Incident) -> SubjectDocument:
    return SubjectDocument(SHOP, incidents=incidents)


def playbook(name: str, *steps: Step, when: Condition | None = None, **match: Any) -> Playbook:
    matcher = Matcher(**{"causes": frozenset({name}), **match, "when": when})
    return Playbook(name, matcher, steps)


def of(subject: SubjectDocument, *playbooks: Playbook, counted: Counted | None = None) -> Answers:
    facts = Facts(100.0)
    expressions = counted or Counted()
    return answers(subject, facts, Pack(1, playbooks), Policy(), 100.0, expressions)


def step(*when: Condition, never: tuple[Condition, ...] = ()) -> Step:
    return replace(EVICT, when=when, never=never)


def test_all_that_may_be_needed_is_answered_once() -> None:
    """The playbook's own match, and every step's `when` and `never`."""
    counted = Counted()
    steps = (step(MANY, never=(OTHER,)), step(MANY))
    answered = of(
        document(incident()), playbook("crash_loop", *steps, when=ALERTED), counted=counted
    )
    assert answered == {"many": False, "other": True, "alerted": True}
    assert sorted(counted.asked) == sorted([MANY.text, OTHER.text, ALERTED.text])


def test_nothing_is_asked_for_playbooks_of_something_else() -> None:
    counted = Counted()
    others = (
        playbook("not_ready", step(MANY)),
        playbook("crash_loop", step(MANY), alerts=frozenset({"Other"})),
    )
    assert of(document(incident()), *others, counted=counted) == {}
    assert counted.asked == []


@pytest.mark.parametrize("phase", Phase)
def test_only_what_may_be_acted_upon_is_asked_about(phase: Phase) -> None:
    answered = of(document(incident(phase=phase)), playbook("crash_loop", step(MANY)))
    assert answered == ({"many": False} if phase in (Phase.OPEN, Phase.ACTING) else {})


def test_the_playbook_that_is_climbed_is_asked_even_when_it_matches_no_more() -> None:
    climbing = incident(cause="not_ready", playbook="crash_loop")
    assert of(document(climbing), playbook("crash_loop", step(MANY))) == {"many": False}


def test_what_was_not_seen_has_no_answer() -> None:
    answered = of(document(incident()), playbook("crash_loop", step(SICK, UNSCALED)))
    assert {name: type(one) for name, one in answered.items()} == {
        "sick": Unknown, "unscaled": Unknown,
    }  # fmt: skip


def test_one_that_differs_between_two_incidents_has_no_answer() -> None:
    """Which of them would be acted upon is decided later."""
    everywhere = playbook("all", step(OTHER, MANY), causes=frozenset({"crash_loop", "not_ready"}))
    answered = of(document(incident(), incident("not_ready")), everywhere)
    assert answered["many"] is False
    assert isinstance(answered["other"], Unknown)


def test_an_unknown_of_one_incident_is_not_mended_by_another() -> None:
    nameless = incident("not_ready", alerts=())
    everywhere = playbook("all", step(ALERTED), causes=frozenset({"crash_loop", "not_ready"}))
    for order in ((incident(), nameless), (nameless, incident())):
        assert isinstance(of(document(*order), everywhere)["alerted"], Unknown)


@pytest.mark.parametrize(
    "text", ["facts.pods.sick", "1 / 0 > 0", "subject.nothing", "((", "", "alert.labels.x == 1"]
)
def test_what_is_no_yes_or_no_has_no_answer(text: str) -> None:
    (answer,) = of(
        document(incident()), playbook("crash_loop", step(Condition("odd", text)))
    ).values()
    assert isinstance(answer, Unknown)
    assert answer.why


async def test_through_a_turn_the_next_step_is_taken_where_the_first_is_not_for_it(
    rig: Rig,
) -> None:
    rig.pack = pack_of(step(MANY), step(SICK, UNSCALED))
    rig.restart()
    await due(rig)
    await turns(rig, count=4)
    assert [one.kind for one in rig.cluster.writes] == ["Pod"]
    refused = [one for one in (await rig.document()).journal if one.kind is EntryKind.REFUSED]
    assert [one.reason for one in refused] == [Reason.CONDITION_NOT_MET]
    attempt = (await incident_of(rig)).last_attempt
    assert attempt is not None
    assert attempt.rung == 1


async def test_while_the_playbooks_own_condition_is_unknown_no_other_one_is_taken(
    rig: Rig,
) -> None:
    """The first that could match may be the one that says to do nothing."""
    first = playbook("careful", causes=frozenset({"crash_loop"}), when=UNSCALED)
    second = playbook("crash_loop", EVICT)
    pack = Pack(1, (first, second))
    rig.pack = lambda: pack
    rig.restart()
    rig.cluster.unlisted = {"HorizontalPodAutoscaler"}
    await due(rig)
    await turns(rig)
    assert rig.cluster.writes == []
    hold = (await incident_of(rig)).hold
    assert hold is not None
    assert hold.reason is Reason.CONDITION_UNKNOWN
    rig.cluster.unlisted = set()
    rig.cluster.world.autoscale("shop", "web", minimum=3, maximum=5)
    await turns(rig, count=4)
    assert len(rig.cluster.writes) == 1, "it is known now that the first is not for this"


@pytest.mark.parametrize(("team", "writes"), [("blue", 1), ('" || true || "', 0)])
async def test_a_label_is_only_compared(rig: Rig, team: str, writes: int) -> None:
    """Whatever somebody wrote into it: it is a value, never a part of the condition."""
    rig.pack = pack_of(step(Condition("blue", 'alert.labels.team == "blue"')))
    rig.restart()
    await due(rig)
    told = alert("PodRestarting", namespace="shop", deployment="web", team=team)
    assert await rig.deliver(body(told)) == [True]
    await turns(rig)
    assert len(rig.cluster.writes) == writes
    if not writes:
        assert (await incident_of(rig)).escalated_for is Reason.LADDER_EXHAUSTED
