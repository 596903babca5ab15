"""What subjects tell their scopes: applied once, however often it is told."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.unit.domain.builders import NOW_S, WEB
from worker.domain.document.codec import encode
from worker.domain.document.outbox import ScopeNote
from worker.domain.people.person_hold import PersonHold
from worker.domain.playbooks.playbook import Mode
from worker.domain.scopes.record import Record
from worker.domain.scopes.repair import REPAIR
from worker.domain.scopes.scope import ScopeDocument, ScopeKind
from worker.domain.scopes.scope_notes import HOLD, KINDS, LIFT, RELEASE, SHADOW, applied
from worker.domain.story.reason import Reason

EMPTY = ScopeDocument(ScopeKind.NAMESPACE, "shop")
ADA = PersonHold("on_it:ada", "on_it", "ada", NOW_S, NOW_S + 3600.0)
BOB = PersonHold("on_it:bob", "on_it", "bob", NOW_S, NOW_S + 3600.0)


def note(kind: str, **detail: Any) -> ScopeNote:
    return ScopeNote(f"{kind}:1", kind, "namespace", "shop", detail)


def holding(hold: PersonHold) -> ScopeNote:
    detail = encode(hold)
    assert isinstance(detail, dict)
    return note(HOLD, **detail)


def releasing(by: str = "ada", at_s: float = NOW_S + 60.0) -> ScopeNote:
    return note(RELEASE, what=["on_it", "person_acted"], by=by, at_s=at_s)


def repaired(reason: Reason = Reason.LADDER_EXHAUSTED, intent: str = "i-1") -> ScopeNote:
    return note(
        REPAIR, playbook="crash-loop", intent=intent, subject=WEB.key, reason=str(reason)
    )  # fmt: skip


def shadow(number: int, **promotion: Any) -> ScopeNote:
    return note(SHADOW, playbook="crash-loop", shadow=f"shadow-{number}", **promotion)


def told(*notes: ScopeNote, start: ScopeDocument = EMPTY) -> ScopeDocument:
    for one in notes:
        start = applied(start, one, NOW_S)
    return start


def record(document: ScopeDocument) -> Record:
    (found,) = document.records
    return found


def test_a_hold_and_its_end() -> None:
    held = told(holding(ADA), holding(BOB))
    assert held.holds == (ADA, BOB)
    assert told(releasing(), start=held).holds == (BOB,)
    assert told(releasing("eve"), start=held).holds == (ADA, BOB)
    assert told(releasing(at_s=NOW_S - 1.0), start=held).holds == (ADA, BOB), "she came back later"


def test_a_repairs_end_goes_on_record() -> None:
    found = record(told(repaired()))
    assert (found.playbook, found.failed) == ("crash-loop", 1)
    assert [(one.subject, one.mode) for one in found.demotions] == [(WEB.key, Mode.SUGGEST)]
    assert record(told(repaired(Reason.REPAIRED))).repaired == 1
    harmed = record(told(repaired(Reason.WORSE)))
    assert [(one.subject, one.until_s) for one in harmed.demotions] == [("", None)]


def test_right_shadows_earn_what_their_playbook_promises() -> None:
    promise = {"right_after": 2, "mode_max": "auto"}
    assert record(told(shadow(1, **promise), shadow(2, **promise))).promoted_by == 1
    assert record(told(shadow(1, **promise), shadow(2, **promise))).shadows_right == 2
    assert record(told(shadow(1), shadow(2))).promoted_by == 0


@pytest.mark.parametrize("right_after", [0, -1, "2", None, 2.5])
def test_a_promise_that_makes_no_sense_earns_nothing(right_after: Any) -> None:
    strange = shadow(1, right_after=right_after, mode_max="auto")
    assert record(told(strange)).promoted_by == 0


def test_a_person_lifts_a_demotion() -> None:
    harmed = told(repaired(Reason.WORSE), repaired(intent="i-2"))
    lifted = told(note(LIFT, playbook="crash-loop", subject=""), start=harmed)
    assert [one.subject for one in record(lifted).demotions] == [WEB.key]
    other = told(note(LIFT, playbook="not-ready", subject=""), start=harmed)
    assert other.records[0] == record(harmed)


def test_a_kind_of_a_newer_version_changes_nothing() -> None:
    assert applied(EMPTY, note("pardon", whom="all"), NOW_S) is EMPTY
    assert {one.kind for one in EVERY} == KINDS


EVERY = (
    holding(ADA),
    releasing(),
    repaired(),
    shadow(1, right_after=1, mode_max="auto"),
    note(LIFT, playbook="crash-loop", subject=""),
)


@pytest.mark.parametrize("one", EVERY, ids=lambda one: one.kind)
def test_told_twice_it_is_told_once(one: ScopeNote) -> None:
    start = told(
        holding(BOB), repaired(Reason.WORSE, "i-0"), note(SHADOW, playbook="p", shadow="shadow-0")
    )
    once = applied(start, one, NOW_S)
    assert applied(once, one, NOW_S + 600.0) == once
    assert once.last_now_s == start.last_now_s


def test_all_of_it_told_again_in_its_order_ends_as_before() -> None:
    """As after a crash between the scope's save and the subject's."""
    notes = (holding(ADA), releasing(), holding(BOB), repaired(), shadow(1), repaired(intent="i-2"))
    once = told(*notes)
    assert told(*notes, start=once) == once
    assert once.holds == (BOB,)
    assert replace(once, holds=(), records=()) == EMPTY
