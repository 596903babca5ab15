"""Claims on a scope: rates and leases, each taken once, given back or withdrawn."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.unit.domain.builders import NOW_S, WEB
from worker.domain.document.identity import Subject, SubjectKind
from worker.domain.scopes.scope import (
    ACTS_MAX,
    CLUSTER,
    LEASES_MAX,
    Act,
    Claim,
    Lease,
    Limits,
    Scope,
    ScopeDocument,
    ScopeKind,
    claimed,
    released,
    room,
    withdrawn,
)
from worker.domain.scopes.scopes_seen import ScopesSeen, scopes_of
from worker.domain.story.reason import Reason

EMPTY = ScopeDocument(ScopeKind.NAMESPACE, "shop")
LIMITS = Limits(1, 3, 600.0)
WIDE = Limits(9, 99, 600.0)


def claim(number: int, subject: str = "", *, disrupts: bool = True) -> Claim:
    return Claim(f"i-{number}", subject or f"s-{number}", disrupts, 900.0)


def after(*claims: Claim, limits: Limits = WIDE, at_s: float = NOW_S) -> ScopeDocument:
    document = EMPTY
    for one in claims:
        changed = claimed(document, one, limits, at_s)
        assert isinstance(changed, ScopeDocument), changed
        document = changed
    return document


def test_a_claim_is_an_act_and_a_lease() -> None:
    document = after(claim(1))
    assert document.acts == (Act("i-1", NOW_S),)
    assert document.leases == (Lease("i-1", "s-1", NOW_S, NOW_S + 900.0),)
    assert document.last_now_s == NOW_S


def test_what_disrupts_nothing_is_an_act_only() -> None:
    document = after(claim(1, disrupts=False))
    assert (document.acts, document.leases) == ((Act("i-1", NOW_S),), ())
    assert room(after(claim(2)), claim(1, disrupts=False), LIMITS, NOW_S) is None


def test_claimed_twice_is_claimed_once() -> None:
    once = after(claim(1))
    again = claimed(once, claim(1), LIMITS, NOW_S + 300.0)
    assert isinstance(again, ScopeDocument)
    assert (again.acts, again.leases) == (once.acts, once.leases)


def test_it_is_claimed_again_though_there_is_no_room_for_another() -> None:
    full = after(claim(1), claim(2, disrupts=False), claim(3, disrupts=False))
    assert claimed(full, claim(4), LIMITS, NOW_S) is Reason.RATE_LIMITED
    assert isinstance(claimed(full, claim(1), LIMITS, NOW_S), ScopeDocument)
    narrowed = replace(LIMITS, leases_max=0)
    assert isinstance(claimed(full, claim(1), narrowed, NOW_S), ScopeDocument)
    assert claimed(EMPTY, claim(1), narrowed, NOW_S) is Reason.NO_LEASE


@pytest.mark.parametrize(("leases_max", "granted"), [(0, 0), (1, 1), (2, 2), (5, 5)])
def test_so_many_subjects_are_disrupted_at_once(leases_max: int, granted: int) -> None:
    limits, document = replace(WIDE, leases_max=leases_max), EMPTY
    for number in range(9):
        changed = claimed(document, claim(number), limits, NOW_S)
        document = changed if isinstance(changed, ScopeDocument) else document
    assert [one.subject for one in document.leases] == [f"s-{n}" for n in range(granted)]


@pytest.mark.parametrize("later_s", [0.0, 899.0, 901.0, 1e6])
def test_a_lease_that_has_run_out_still_counts(later_s: float) -> None:
    assert room(after(claim(1)), claim(2), LIMITS, NOW_S + later_s) is Reason.NO_LEASE


def test_a_subject_is_disrupted_once_however_many_leases_it_holds() -> None:
    """Else what failed could not be undone, nor the next step taken, before its lease is over."""
    mine = after(claim(1, "web"), claim(2, "web"), limits=LIMITS)
    assert len(mine.leases) == 2
    assert room(mine, claim(3, "web"), LIMITS, NOW_S) is None
    assert room(mine, claim(3, "other"), LIMITS, NOW_S) is Reason.NO_LEASE
    assert room(mine, claim(3, "other"), replace(LIMITS, leases_max=2), NOW_S) is None
    assert room(released(mine, "i-1"), claim(3, "other"), LIMITS, NOW_S) is Reason.NO_LEASE


def test_even_one_subject_has_no_room_for_leases_without_end() -> None:
    many = tuple(Lease(f"i-{n}", "web", 1.0, 2.0) for n in range(LEASES_MAX))
    full = replace(EMPTY, leases=many)
    assert room(full, Claim("i-x", "web", True, 900.0), WIDE, NOW_S) is Reason.NO_LEASE
    assert room(full, Claim("i-0", "web", True, 900.0), WIDE, NOW_S) is None


@pytest.mark.parametrize(
    ("later_s", "reason"), [(0.0, Reason.RATE_LIMITED), (599.0, Reason.RATE_LIMITED), (600.0, None)]
)
def test_so_many_acts_in_any_window(later_s: float, reason: Reason | None) -> None:
    document = after(*(claim(n, disrupts=False) for n in range(3)))
    assert room(document, claim(9, disrupts=False), LIMITS, NOW_S + later_s) is reason


def test_acts_that_left_the_window_are_let_go_when_another_comes() -> None:
    document = after(claim(1), claim(2), at_s=NOW_S)
    later = claimed(document, claim(3), WIDE, NOW_S + 600.0)
    assert isinstance(later, ScopeDocument)
    assert [one.intent for one in later.acts] == ["i-3"]
    assert len(later.leases) == 3, "leases are given back, never forgotten"


def test_time_does_not_run_backwards_here() -> None:
    document = after(claim(1), claim(2), claim(3), limits=WIDE, at_s=NOW_S)
    early = claimed(document, claim(4), WIDE, NOW_S - 3600.0)
    assert isinstance(early, ScopeDocument)
    assert (early.acts[-1].at_s, early.last_now_s) == (NOW_S, NOW_S)
    assert claimed(document, claim(4), LIMITS, NOW_S - 3600.0) is Reason.RATE_LIMITED


def test_the_acts_of_a_document_are_bounded() -> None:
    document = replace(EMPTY, acts=tuple(Act(f"a-{n}", NOW_S) for n in range(ACTS_MAX)))
    changed = claimed(document, claim(1), Limits(9, 9999, 600.0), NOW_S)
    assert isinstance(changed, ScopeDocument)
    assert len(changed.acts) == ACTS_MAX
    assert changed.acts[-1].intent == "i-1"


def test_released_gives_the_lease_back_and_the_act_stays_counted() -> None:
    document = after(claim(1), claim(2))
    free = released(document, "i-1")
    assert [one.intent for one in free.leases] == ["i-2"]
    assert free.acts == document.acts


def test_withdrawn_was_never_claimed() -> None:
    document = after(claim(1), claim(2))
    assert withdrawn(document, "i-2") == after(claim(1))
    assert withdrawn(released(document, "i-2"), "i-2") == after(claim(1))


def test_giving_back_what_isnt_there_changes_nothing() -> None:
    document = after(claim(1))
    for gone in (released(document, "i-9"), withdrawn(document, "i-9"), withdrawn(EMPTY, "i-1")):
        assert gone in (document, EMPTY)
    assert released(document, "i-9") is document
    assert withdrawn(document, "i-9") is document


@pytest.mark.parametrize(
    ("subject", "scopes"),
    [
        (WEB, (Scope(ScopeKind.NAMESPACE, "shop"), CLUSTER)),
        (Subject(SubjectKind.NODE, "", "n-1"), (Scope(ScopeKind.NODE_POOL, "pool"), CLUSTER)),
        (Subject(SubjectKind.CLUSTER, "", "storm"), (CLUSTER,)),
        (Subject(SubjectKind.UNRESOLVED, "shop", ""),
         (Scope(ScopeKind.NAMESPACE, "shop"), CLUSTER)),
        (Subject(SubjectKind.UNRESOLVED, "", ""), (CLUSTER,)),
    ],
)  # fmt: skip
def test_the_scopes_of_a_subject_the_narrowest_first(
    subject: Subject, scopes: tuple[Scope, ...]
) -> None:
    assert scopes_of(subject, "pool") == scopes


def test_each_scope_has_its_own_document_under_a_plain_key() -> None:
    scopes = [CLUSTER, *(Scope(kind, "a/b") for kind in ScopeKind), Scope(ScopeKind.NAMESPACE, "")]
    keys = {one.key for one in scopes}
    assert len(keys) == len(scopes)
    assert all(key.removeprefix("scope-").isalnum() for key in keys)
    assert Scope(ScopeKind.NODE_POOL, "big").text == "node pool big"
    assert CLUSTER.text == "cluster"
    seen = ScopesSeen((EMPTY,), 3)
    assert seen.of(EMPTY.scope) is EMPTY
    assert (seen.cluster, seen.of(CLUSTER)) == (None, None)
