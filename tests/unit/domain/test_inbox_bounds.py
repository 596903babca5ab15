"""The inbox stays within its bound though what is in it grows, and what an alert says is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from random import Random

import pytest

from tests.unit.domain.builders import FIRING, NOW_S, RESOLVED, WEB, alert, ops_event
from worker.domain.document.subject import SubjectDocument
from worker.domain.incoming.alert import Alert, AlertStatus
from worker.domain.incoming.inbox import INBOX_CHARACTERS_MAX, INBOX_MAX, accept

EMPTY = SubjectDocument(WEB)
Labels = Mapping[str, str]
NO_MORE: Labels = {}
LARGE = {f"label-{number}": "x" * 1000 for number in range(20)}


def numbered(
    number: int, status: AlertStatus = FIRING, after_s: float = 0.0, more: Labels = NO_MORE
) -> Alert:
    small = alert(pod=f"web-{number}", status=status, starts_at_s=NOW_S + after_s)
    return replace(small, labels={**small.labels, **more})


def characters(document: SubjectDocument) -> int:
    texts = [one.labels for one in document.inbox]
    texts += [{**one.labels, **one.detail} for one in document.ops_events]
    return sum(len(key) + len(value) for labels in texts for key, value in labels.items())


def largest(*alerts: Alert) -> int:
    return max(characters(replace(EMPTY, inbox=(one,))) for one in alerts)


SMALL = [numbered(number) for number in range(INBOX_MAX)]
GROWN = [
    numbered(number, (FIRING, RESOLVED)[number % 2], 60.0, LARGE) for number in range(INBOX_MAX)
]


@pytest.mark.parametrize("at_once", [True, False], ids=["in one batch", "one by one"])
def test_small_alerts_that_come_again_larger_stay_within_the_bound(at_once: bool) -> None:
    document = accept(EMPTY, SMALL)
    for batch in [GROWN] if at_once else [[one] for one in GROWN]:
        document = accept(document, batch)
        assert characters(document) <= INBOX_CHARACTERS_MAX + largest(*GROWN)
    said = {one.fingerprint: (one.status, one.starts_at_s, one.name) for one in document.inbox}
    assert said == {one.fingerprint: (one.status, one.starts_at_s, one.name) for one in GROWN}
    assert (len(document.inbox), document.overflowed) == (INBOX_MAX, 0)


def test_as_long_as_there_is_room_the_labels_are_the_latest() -> None:
    document = accept(accept(EMPTY, SMALL), GROWN[:1])
    assert document.inbox[0] == GROWN[0]
    assert document.inbox[1:] == tuple(SMALL[1:])


def test_where_they_do_not_fit_the_labels_are_those_from_before() -> None:
    document = accept(accept(EMPTY, SMALL), GROWN)
    assert document.inbox[0] == GROWN[0]
    assert document.inbox[-1] == replace(GROWN[-1], labels=SMALL[-1].labels)


def test_what_shrinks_makes_room_for_others() -> None:
    large = [numbered(number, more=LARGE) for number in range(2)]
    document = accept(EMPTY, large)
    assert accept(document, [numbered(9)]).overflowed == 1
    shrunk = [numbered(number, RESOLVED) for number in range(2)]
    document = accept(document, [*shrunk, numbered(9), ops_event()])
    assert (len(document.inbox), len(document.ops_events), document.overflowed) == (3, 1, 0)
    assert characters(document) < 1000


def test_growing_and_shrinking_without_end_stays_within_the_bound_and_loses_no_status() -> None:
    """The same alerts again and again, of any size; the last word of each is what stays."""
    random, document, last = Random(7), EMPTY, dict[str, Alert]()
    for after in range(500):
        more = LARGE if random.random() < 0.5 else NO_MORE
        status = random.choice((FIRING, RESOLVED))
        one = numbered(random.randrange(INBOX_MAX), status, float(after), more)
        known = one.fingerprint in {inside.fingerprint for inside in document.inbox}
        before, document = document.overflowed, accept(document, [one])
        assert characters(document) <= INBOX_CHARACTERS_MAX + largest(one, *GROWN)
        assert not (known and document.overflowed > before)
        if known or document.overflowed == before:
            last[one.fingerprint] = one
    said = {one.fingerprint: (one.status, one.starts_at_s) for one in document.inbox}
    assert said == {name: (one.status, one.starts_at_s) for name, one in last.items()}
