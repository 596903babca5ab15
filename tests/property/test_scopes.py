"""A scope never grants more than it bears, however its readers and writers overtake each other."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.property.scope_store import LEASE_S, Store, Writer, interleaved
from tests.property.worlds import examples
from worker.domain.scopes.scope import Claim, Limits, claimed
from worker.domain.story.reason import Reason

DEEDS = (
    ("claim", "release"),
    ("claim", "claim", "release", "release"),
    ("claim", "withdraw"),
    ("claim", "release", "withdraw"),
    ("sick", "claim", "sick", "release", "well"),
    ("claim",),
    ("withdraw", "claim", "release", "claim"),
    ("sick", "well", "sick"),
)
LIMITS = (Limits(1, 3, 600.0), Limits(1, 99, 600.0), Limits(2, 4, 60.0), Limits(0, 1, 600.0))

writers = st.lists(
    st.tuples(st.sampled_from(("a", "b", "b", "c")), st.sampled_from((True, True, False)),
              st.sampled_from(DEEDS), st.sampled_from((0.0, 0.0, 30.0, -30.0))),
    min_size=2, max_size=6,
).map(lambda some: [Writer(number, *one) for number, one in enumerate(some)])  # fmt: skip
schedules = st.lists(
    st.tuples(st.integers(0, 5), st.sampled_from((0.0, 0.0, 1.0, 59.0, 300.0))), max_size=60
)


def never_too_much(store: Store) -> None:
    limits, document = store.limits, store.document
    assert len(set(store.granted.values())) <= limits.leases_max, "disruptions at once"
    assert {one.intent: one.subject for one in document.leases} == store.granted, "none is lost"
    for at_s in store.acts.values():
        within = [one for one in store.acts.values() if at_s <= one < at_s + limits.window_s]
        assert len(within) <= limits.acts_max, "acts in any window"
    for intent in {act.intent for act in document.acts} & store.granted.keys():
        again = Claim(intent, store.granted[intent], disrupts=True, lease_s=LEASE_S)
        answer = claimed(document, again, limits, store.now_s)
        assert not isinstance(answer, Reason), "claimed twice is claimed once"


LONG_HELD = [Writer(0, "a", True, ("claim", "release")), Writer(1, "b", True, ("claim",))]
OVERDUE = [(0, 0.0), (0, 0.0), (0, 0.0), (1, LEASE_S + 1.0), (1, 0.0), (1, 0.0)]
REPEATED = [(0, 0.0), (0, 0.0), (0, 0.0)]


@examples(400)
@example(Limits(1, 99, 600.0), LONG_HELD, OVERDUE)
@example(Limits(1, 1, 600.0), LONG_HELD, REPEATED)
@given(st.sampled_from(LIMITS), writers, schedules)
def test_never_more_than_it_bears(
    limits: Limits, some: list[Writer], schedule: list[tuple[int, float]]
) -> None:
    interleaved(Store(limits), some, schedule, never_too_much)


@examples(150)
@given(writers, schedules)
def test_what_all_have_given_back_is_free(
    some: list[Writer], schedule: list[tuple[int, float]]
) -> None:
    tidy = [replace(one, deeds=("claim", "release", "withdraw")) for one in some]
    store = Store(Limits(9, 99, 600.0))
    interleaved(store, tidy, schedule, never_too_much)
    assert (store.document.leases, store.document.acts) == ((), ())
    assert store.refused == []


@examples(150)
@given(writers, schedules)
def test_who_is_sick_is_who_said_so_last(
    some: list[Writer], schedule: list[tuple[int, float]]
) -> None:
    """Each subject reports itself, so that its own order is kept."""
    one_each = [replace(one, subject=f"s-{one.number}") for one in some]
    store = Store(Limits(9, 99, 600.0))
    interleaved(store, one_each, schedule, never_too_much)
    said = {
        one.subject: [deed for deed in one.deeds if deed in ("sick", "well")] for one in one_each
    }
    expected = {subject for subject, deeds in said.items() if deeds and deeds[-1] == "sick"}
    assert {one.subject for one in store.document.sick} == expected
    counted = {f"inc-{one.number}" for one in one_each if said[one.subject]}
    assert {one.incident for one in store.document.opened} == counted
    assert sum(hour.count for hour in store.document.hours) == len(counted)


def test_without_comparing_it_would_grant_too_much() -> None:
    """Else the above would be true of a store that nobody competes for."""
    pair = [Writer(n, f"s-{n}", True, ("claim",)) for n in (0, 1)]
    turns = [(0, 0.0), (1, 0.0), (0, 0.0), (1, 0.0)]
    with pytest.raises(AssertionError, match="disruptions at once"):
        interleaved(Store(Limits(1, 9, 600.0), blind=True), pair, turns, never_too_much)
    honest = Store(Limits(1, 9, 600.0))
    interleaved(honest, pair, turns, never_too_much)
    assert honest.refused == [Reason.NO_LEASE]
