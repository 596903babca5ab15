"""Which playbook an incident gets: the first that matches, found without looking at all of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from tests.unit.domain.builders import CRASH_LOOP, NOT_READY, WEB, alert, only, opened
from worker.domain.document.identity import Subject, SubjectKind
from worker.domain.document.incident import Incident
from worker.domain.observed.evidence import Unknown
from worker.domain.playbooks.pack import Pack
from worker.domain.playbooks.playbook import Condition, Matcher, Playbook

INCIDENT = only(opened())
NODE = Subject(SubjectKind.NODE, "", "node-1")
ODD, EVEN = Condition("c-odd", "odd()"), Condition("c-even", "even()")
LOOPS = frozenset({"crash_loop"})
NAMED = frozenset({"KubePodCrashLooping"})


def playbook(name: str, **match: Any) -> Playbook:
    return replace(CRASH_LOOP, name=name, match=Matcher(**match))


@pytest.mark.parametrize(
    ("match", "preselected"),
    [
        pytest.param({}, True, id="any"),
        pytest.param({"causes": LOOPS}, True, id="its cause"),
        pytest.param({"causes": frozenset({"not_ready"})}, False, id="another cause"),
        pytest.param({"alerts": NAMED}, True, id="its alert"),
        pytest.param({"alerts": frozenset({"Odd"})}, False, id="another alert"),
        pytest.param({"alerts": NAMED, "causes": LOOPS}, True, id="both"),
        pytest.param(
            {"alerts": NAMED, "causes": frozenset({"not_ready"})}, False, id="its alert only"
        ),
        pytest.param({"alerts": frozenset({"Odd"}), "causes": LOOPS}, False, id="its cause only"),
        pytest.param({"labels": (("namespace", "shop"),)}, True, id="its label"),
        pytest.param({"labels": (("namespace", "sho"),)}, False, id="a part of its label"),
        pytest.param({"labels": (("team", "shop"),)}, False, id="no such label"),
        pytest.param(
            {"labels": (("namespace", "shop"), ("team", "web"))}, False, id="one label of two"
        ),
        pytest.param({"subjects": frozenset({SubjectKind.NODE})}, False, id="another subject"),
    ],
)
def test_what_names_and_labels_preselect(match: dict[str, Any], preselected: bool) -> None:
    one = playbook("one", **match)
    found = list(Pack(1, (one, NOT_READY)).preselected(WEB, INCIDENT))
    assert found == ([one] if preselected else [])
    assert one.match.preselects(WEB, INCIDENT) is preselected


def test_labels_may_be_of_different_alerts_of_the_incident() -> None:
    incident = only(opened(alert(), alert(pod="web-2")))
    two = playbook("two", labels=(("pod", "web-1"), ("pod", "web-2")))
    assert list(Pack(1, (two,)).preselected(WEB, incident)) == [two]


def test_they_come_in_the_packs_order_however_they_were_found() -> None:
    pack = Pack(
        1,
        (
            playbook("by label", labels=(("namespace", "shop"),)),
            playbook("by alert", alerts=NAMED),
            NOT_READY,
            playbook("any"),
            playbook("by cause", causes=LOOPS),
            playbook("by both alerts", alerts=frozenset({"PodRestarting", *NAMED})),
        ),
    )
    names = ["by label", "by alert", "any", "by cause", "by both alerts"]
    incident = only(opened(alert(), alert("PodRestarting")))
    assert [one.name for one in pack.preselected(WEB, incident)] == names
    assert list(pack.preselected(NODE, incident)) == []


@pytest.mark.parametrize(
    ("answers", "chosen"),
    [
        ({"c-odd": True, "c-even": True}, "odd"),
        ({"c-odd": False, "c-even": True}, "even"),
        ({"c-odd": False, "c-even": False}, "crash-loop"),
        ({"c-odd": True}, "odd"),
        ({"c-odd": False}, "even?"),
        ({}, "odd?"),
        ({"c-odd": Unknown("timed out"), "c-even": True}, "odd?"),
        ({"c-odd": False, "c-even": Unknown("timed out")}, "even?"),
    ],
)
def test_the_first_that_matches_and_none_before_it_is_known_not_to(
    answers: dict[str, bool | Unknown], chosen: str
) -> None:
    odd, even = playbook("odd", when=ODD), playbook("even", when=EVEN)
    found = Pack(1, (NOT_READY, odd, even, CRASH_LOOP)).select(WEB, INCIDENT, answers)
    if chosen.endswith("?"):
        assert isinstance(found, Unknown)
        assert found.why.startswith(f"whether playbook {chosen[:-1]} matches: ")
    else:
        assert isinstance(found, Playbook)
        assert found.name == chosen


def test_what_is_no_yes_is_none() -> None:
    one = playbook("odd", when=ODD)
    assert Pack(1, (one,)).select(WEB, INCIDENT, {"c-odd": 1}) is None  # type: ignore[dict-item]
    assert Pack(1, (NOT_READY,)).select(WEB, INCIDENT, {}) is None
    assert Pack(0, ()).select(WEB, INCIDENT, {}) is None


def test_a_playbook_is_found_by_its_name() -> None:
    pack = Pack(1, (CRASH_LOOP, NOT_READY, replace(NOT_READY, name="crash-loop")))
    assert pack.named("crash-loop") is CRASH_LOOP
    assert pack.named("not-ready") is NOT_READY
    assert pack.named("") is None
    assert replace(pack, playbooks=(NOT_READY,)).named("crash-loop") is None


@dataclass(frozen=True)
class Counting(Matcher):
    """Tells each look at it."""

    def preselects(self, subject: Subject, incident: Incident) -> bool:
        LOOKS.append(incident.id)
        return super().preselects(subject, incident)


LOOKS: list[str] = []


def many(count: int) -> Iterator[Playbook]:
    """So many playbooks, each for its own alert or its own cause."""
    for number in range(count):
        own: dict[str, Any] = {"alerts": frozenset({f"Alert{number}"})}
        if number % 2:
            own = {"causes": frozenset({f"alert_cause_{number}"})}
        yield replace(CRASH_LOOP, name=f"p-{number}", match=Counting(**own))


def looks(count: int) -> int:
    pack = Pack(1, (*many(count), replace(CRASH_LOOP, match=Counting(causes=LOOPS))))
    LOOKS.clear()
    assert pack.select(WEB, INCIDENT, {}) == pack.named("crash-loop")
    assert pack.select(WEB, only(opened(alert("Alert4"))), {}) == pack.named("p-4")
    return len(LOOKS)


def test_a_thousand_playbooks_cost_an_incident_as_many_looks_as_ten() -> None:
    assert looks(10) == looks(1000) == 2
