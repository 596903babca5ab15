"""What is said about a whole namespace or the cluster: owed to its scope, and in force for all."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.unit.domain.announcements import DECIDED_S, event, heard
from tests.unit.domain.builders import NOW_S, SICK, WEB, decided, only, opened, reasons
from worker.domain.document.codec import decode, encode
from worker.domain.document.identity import Subject, SubjectKind
from worker.domain.document.incident import Phase
from worker.domain.document.outbox import ScopeNote
from worker.domain.document.subject import SubjectDocument
from worker.domain.incoming.ops_event import OpsEvent, OpsEventKind
from worker.domain.people.person_hold import HOLD_MAX_S, HOLD_S, PersonHold, held
from worker.domain.scopes.repair import SCOPE_NOTES_MAX, owe
from worker.domain.scopes.scope import CLUSTER, Scope, ScopeDocument, ScopeKind
from worker.domain.scopes.scope_notes import applied
from worker.domain.scopes.scopes_seen import ScopesSeen
from worker.domain.story.reason import Reason

Kind = OpsEventKind
NAMESPACE = Subject(SubjectKind.UNRESOLVED, "shop", "")
EVERYWHERE = Subject(SubjectKind.UNRESOLVED, "", "")
NODE = Subject(SubjectKind.NODE, "", "node-1")
SHOP = Scope(ScopeKind.NAMESPACE, "shop")


def about(labels: dict[str, str], one: OpsEvent) -> OpsEvent:
    return replace(one, labels=labels)


def after(subject: Subject, *events: OpsEvent, after_s: float = 1.0) -> SubjectDocument:
    document = SubjectDocument(subject)
    for one in events:
        document = heard(document, after_s, one)
    return document


def scope_after(document: SubjectDocument, scope: Scope = SHOP) -> ScopeDocument:
    """The scope's document once all that is owed to it was told."""
    stored = ScopeDocument(scope.kind, scope.name)
    for note in document.scope_notes:
        assert (note.scope_kind, note.scope) == (scope.kind, scope.name)
        stored = applied(stored, note, NOW_S + 1.0)
    return stored


@pytest.mark.parametrize(
    ("subject", "labels", "scope"),
    [
        (NAMESPACE, {"namespace": "shop"}, SHOP),
        (EVERYWHERE, {}, CLUSTER),
        (NAMESPACE, {"namespace": "shop", "team": "checkout"}, SHOP),
    ],
    ids=["namespace", "cluster", "other labels name no workload"],
)
@pytest.mark.parametrize("kind", [Kind.MAINTENANCE_STARTED, Kind.ON_IT, Kind.PERSON_ACTED])
def test_a_whole_scope_is_held_by_a_note_that_is_owed_to_it(
    subject: Subject, labels: dict[str, str], scope: Scope, kind: OpsEventKind
) -> None:
    document = after(subject, about(labels, event(kind, by="ada")))
    assert (document.holds, len(document.scope_notes)) == ((), 1)
    assert not document.settled, "it is owed"
    (hold,) = scope_after(document, scope).holds
    assert (hold.what, hold.by) == (kind, "ada")


def test_a_note_survives_the_store_and_is_applied_once() -> None:
    document = after(NAMESPACE, about({}, event(Kind.MAINTENANCE_STARTED, by="ada")))
    (note,) = document.scope_notes
    stored = decode(ScopeNote, encode(note))
    assert stored == note
    once = applied(ScopeDocument(SHOP.kind, SHOP.name), stored, NOW_S)
    assert applied(once, stored, NOW_S + 5.0) == once
    assert decode(ScopeDocument, encode(once)) == once


NOTHING: list[tuple[str, Subject, dict[str, str]]] = [
    ("a workload that does not exist", NAMESPACE, {"namespace": "shop", "deployment": "gone"}),
    ("a pod that does not exist", NAMESPACE, {"namespace": "shop", "pod": "gone-1"}),
    ("a set that does not exist", EVERYWHERE, {"statefulset": "gone"}),
    ("a node of no namespace", EVERYWHERE, {"node": "gone"}),
]


@pytest.mark.parametrize(
    ("subject", "labels"), [x[1:] for x in NOTHING], ids=[x[0] for x in NOTHING]
)
def test_what_names_something_that_does_not_exist_holds_no_whole_scope(
    subject: Subject, labels: dict[str, str]
) -> None:
    document = after(subject, about(labels, event(Kind.MAINTENANCE_STARTED)))
    assert document.scope_notes == ()
    assert reasons(document) == ["ops_event:ops_event"], "it is told all the same"


@pytest.mark.parametrize("subject", [WEB, NODE], ids=lambda one: one.text)
def test_what_names_its_subject_holds_that_subject_only(subject: Subject) -> None:
    document = after(subject, about({}, event(Kind.MAINTENANCE_STARTED)))
    assert (len(document.holds), document.scope_notes) == (1, ())


def test_a_deploy_of_a_whole_namespace_is_remembered_and_holds_no_scope() -> None:
    document = after(NAMESPACE, about({"namespace": "shop"}, event(Kind.DEPLOY_STARTED)))
    assert (len(document.changes), document.scope_notes) == (1, ())


@pytest.mark.parametrize(
    ("begin", "end", "lifted"),
    [
        (event(Kind.MAINTENANCE_STARTED), event(Kind.MAINTENANCE_ENDED, 0.5), True),
        (event(Kind.MAINTENANCE_STARTED), event(Kind.MAINTENANCE_ENDED, 0.5, "grace"), False),
        (event(Kind.MAINTENANCE_STARTED), event(Kind.MAINTENANCE_ENDED, 0.5, ""), False),
        (event(Kind.MAINTENANCE_STARTED, 0.5), event(Kind.MAINTENANCE_ENDED), False),
        (event(Kind.ON_IT), event(Kind.RELEASED, 0.5), True),
        (event(Kind.ON_IT), event(Kind.RELEASED, 0.5, ""), False),
        (event(Kind.ON_IT), event(Kind.MAINTENANCE_ENDED, 0.5), False),
    ],
)
def test_who_lifts_what_holds_a_whole_scope(begin: OpsEvent, end: OpsEvent, lifted: bool) -> None:
    document = after(NAMESPACE, about({}, begin), about({}, end))
    assert [one.kind for one in document.scope_notes] == ["hold", "release"]
    assert (scope_after(document).holds == ()) is lifted


def maintained(scope: Scope, until_s: float = HOLD_MAX_S) -> ScopesSeen:
    hold = PersonHold("m", "maintenance_started", "ada", NOW_S, NOW_S + until_s, "ticket 7")
    return ScopesSeen((ScopeDocument(scope.kind, scope.name, holds=(hold,)),), known=10)


@pytest.mark.parametrize("scope", [SHOP, CLUSTER], ids=lambda one: one.text)
def test_it_holds_every_subject_and_each_is_judged_once_when_it_ends(scope: Scope) -> None:
    held_ = replace(SICK, scopes=maintained(scope))
    document = opened()
    for after_s in (DECIDED_S, 7200.0, HOLD_MAX_S - 1.0):
        decision = decided(document, held_, NOW_S + after_s)
        document = decision.document
        assert (decision.perform, only(document).phase) == ((), Phase.OPEN)
    assert reasons(document).count("refused:person_at_work") == 1
    words = document.journal[-1].detail["detail"]
    assert f"maintenance started on {scope.text} by ada. ticket 7" in words
    assert len(decided(document, held_, NOW_S + HOLD_MAX_S).perform) == 1


def test_when_it_ends_early_nobody_waits_for_the_time_that_was_planned() -> None:
    document = decided(opened(), replace(SICK, scopes=maintained(SHOP)), NOW_S + DECIDED_S).document
    assert len(decided(document, SICK, NOW_S + DECIDED_S + 60.0).perform) == 1


def test_the_longest_of_several_holds_of_a_scope_counts() -> None:
    document = after(
        NAMESPACE, about({}, event(Kind.ON_IT, by="grace", lasts="1m")),
        about({}, event(Kind.ON_IT)),
    )  # fmt: skip
    hold = held(scope_after(document).holds, NOW_S + 30.0)
    assert hold is not None
    assert (hold.by, hold.until_s) == ("ada", NOW_S + HOLD_S)


def test_when_a_scope_cannot_be_told_what_makes_careful_is_kept_longest() -> None:
    holds = [about({}, event(Kind.ON_IT, by=f"p{n}")) for n in range(SCOPE_NOTES_MAX - 1)]
    ends = [about({}, event(Kind.RELEASED, by=f"q{n}")) for n in range(10)]
    document = after(NAMESPACE, *holds, *ends)
    assert len(document.scope_notes) == SCOPE_NOTES_MAX
    assert sum(one.kind == "hold" for one in document.scope_notes) == SCOPE_NOTES_MAX - 1


def test_the_same_note_is_owed_once_and_its_newer_self_counts() -> None:
    note = ScopeNote("n", "repair", "namespace", "shop", {"reason": str(Reason.WORSE)})
    newer = replace(note, detail={"reason": str(Reason.LADDER_EXHAUSTED)})
    assert owe(owe(opened(), note), newer).scope_notes == (newer,)
