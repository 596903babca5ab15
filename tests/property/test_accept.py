"""Accept may be repeated and reordered: what counts is the latest state of each alert."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.property.lives import Move, last, lives
from tests.property.worlds import alerts, examples, news
from tests.unit.domain.builders import NOW_S, POLICY, WEB
from worker.domain.document.subject import SubjectDocument
from worker.domain.incoming.absorb import absorb
from worker.domain.incoming.alert import Alert
from worker.domain.incoming.inbox import accept
from worker.domain.incoming.ops_event import OpsEvent

News = list[Alert | OpsEvent]
Effect = dict[str, dict[str, tuple[float, str]]]

EMPTY = SubjectDocument(WEB)
batches = st.lists(news, max_size=20)


def inbox_of(document: SubjectDocument) -> tuple[object, ...]:
    """What was accepted, without the order in which it came."""
    return (
        {one.fingerprint: one for one in document.inbox},
        {one.id for one in document.ops_events},
        set(document.seen),
        document.overflowed,
    )


def effect(document: SubjectDocument) -> Effect:
    """The latest state of each alert, by cause."""
    absorbed = absorb(document, POLICY, NOW_S + 300.0)
    return {
        one.cause: {r.fingerprint: (r.starts_at_s, str(r.status)) for r in one.alerts}
        for one in absorbed.incidents
    }


@examples(150)
@given(lives, batches)
def test_accepting_again_changes_nothing(life: list[Move], batch: News) -> None:
    document = accept(last(life), batch)
    assert accept(document, batch) is document
    assert accept(document, list(reversed(batch))) is document
    assert accept(document, batch[:3]) is document


@examples(150)
@given(batches.flatmap(lambda batch: st.tuples(st.just(batch), st.permutations(batch))))
def test_the_order_of_arrival_does_not_matter(batch: tuple[News, News]) -> None:
    assert inbox_of(accept(EMPTY, batch[0])) == inbox_of(accept(EMPTY, batch[1]))
    assert effect(accept(EMPTY, batch[0])) == effect(accept(EMPTY, batch[1]))


@examples(150)
@given(batches, st.integers(0, 20), st.integers(0, 20))
def test_neither_do_the_batches_it_comes_in_nor_what_comes_twice(
    batch: News, cut: int, again: int
) -> None:
    at_once = accept(EMPTY, batch)
    in_parts = accept(accept(accept(EMPTY, batch[:cut]), batch[again:]), batch)
    assert inbox_of(at_once) == inbox_of(in_parts)


@examples(150)
@given(lives, batches)
def test_what_is_remembered_of_an_alert_never_goes_back(life: list[Move], batch: News) -> None:
    before = last(life)
    after = accept(before, batch)
    orders = {one.fingerprint: one.order for one in after.seen}
    assert all(orders[one.fingerprint] >= one.order for one in before.seen)


@examples(150)
@given(st.lists(alerts, min_size=1, max_size=20))
def test_the_inbox_holds_the_latest_state_of_each_alert(batch: list[Alert]) -> None:
    latest: dict[str, Alert] = {}
    for one in batch:
        if one.fingerprint not in latest or one.order > latest[one.fingerprint].order:
            latest[one.fingerprint] = one
    document = accept(EMPTY, batch)
    assert {one.fingerprint: one for one in document.inbox} == latest
    assert document.overflowed == 0
