"""Into the inbox: repeated, late and reordered news changes nothing; an overflow is counted."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import pytest

from tests.unit.domain.builders import FIRING, NOW_S, RESOLVED, WEB, alert, ops_event
from worker.domain.document.subject import TAIL_MAX, Seen, SubjectDocument
from worker.domain.incoming.alert import Alert, AlertStatus
from worker.domain.incoming.inbox import INBOX_CHARACTERS_MAX, INBOX_MAX, SEEN_MAX, accept
from worker.domain.incoming.ops_event import OpsEvent, OpsEventKind
from worker.domain.story.journal import EntryKind
from worker.domain.story.reason import Reason

EMPTY = SubjectDocument(WEB)


def state(status: AlertStatus, after_s: float = 0.0) -> Alert:
    return alert(status=status, starts_at_s=NOW_S + after_s, fingerprint="f")


def test_an_alert_gets_into_the_inbox_and_is_remembered() -> None:
    document = accept(EMPTY, [alert(fingerprint="f")])
    assert document.inbox == (alert(fingerprint="f"),)
    assert document.seen == (Seen("f", NOW_S, FIRING),)
    assert not document.settled


def test_known_news_changes_nothing() -> None:
    news: list[Alert | OpsEvent] = [alert(), alert(pod="web-2"), ops_event()]
    document = accept(EMPTY, news)
    assert accept(document, news) is document
    assert accept(document, []) is document
    assert accept(accept(EMPTY, news[:2]), news) == document


def test_known_news_doesnt_bring_back_what_has_left() -> None:
    departed = replace(accept(EMPTY, [alert()]), inbox=(), departure="mark")
    assert accept(departed, [alert()]) is departed
    assert accept(departed, [alert(pod="web-2")]).departure == ""


@pytest.mark.parametrize(
    "order", list(permutations([state(FIRING), state(RESOLVED), state(FIRING, 60.0)]))
)
def test_the_latest_state_wins_whatever_arrives_first(order: tuple[Alert, ...]) -> None:
    at_once = accept(EMPTY, order)
    one_by_one = EMPTY
    for news in order:
        one_by_one = accept(one_by_one, [news])
    assert at_once.inbox == one_by_one.inbox == (state(FIRING, 60.0),)
    assert at_once.seen == one_by_one.seen == (Seen("f", NOW_S + 60.0, FIRING),)


@pytest.mark.parametrize(
    ("known", "news", "changes"),
    [
        (state(FIRING), state(FIRING), False),
        (state(FIRING), state(RESOLVED), True),
        (state(FIRING), state(FIRING, 1.0), True),
        (state(FIRING), state(FIRING, -1.0), False),
        (state(FIRING), state(RESOLVED, -1.0), False),
        (state(RESOLVED), state(FIRING), False),
        (state(RESOLVED), state(RESOLVED), False),
        (state(RESOLVED), state(FIRING, 1.0), True),
    ],
)
def test_late_or_new(known: Alert, news: Alert, changes: bool) -> None:
    document = replace(accept(EMPTY, [known]), inbox=())
    after = accept(document, [news])
    assert (after is not document) == changes
    assert after.inbox == ((news,) if changes else ())


def test_an_ops_event_is_taken_once() -> None:
    document = accept(EMPTY, [ops_event(1), ops_event(2), ops_event(1)])
    assert [event.id for event in document.ops_events] == ["event-1", "event-2"]
    assert accept(replace(document, ops_events=()), [ops_event(1)]).ops_events == ()


def test_an_ops_event_is_known_by_its_id_alone() -> None:
    """Sent again it may carry another time, and the first one was perhaps told already."""
    known = accept(EMPTY, [ops_event(1)])
    for again in (
        ops_event(1, at_s=NOW_S + 60.0),
        ops_event(1, at_s=0.0),
        replace(ops_event(1), kind=OpsEventKind.SCALED, actor="another"),
        ops_event(1, image="web:1.5"),
    ):
        assert accept(known, [again]) is known
    assert known.seen == (Seen("ops:event-1", 0.0, FIRING),)


def test_an_alert_with_an_events_id_for_fingerprint_is_another_thing() -> None:
    document = accept(EMPTY, [ops_event(1), alert(fingerprint="event-1")])
    assert (len(document.inbox), len(document.ops_events)) == (1, 1)


def test_an_overflow_is_counted() -> None:
    news = [alert(pod=f"web-{n}") for n in range(INBOX_MAX - 1)]
    full = accept(EMPTY, [*news, ops_event()])
    assert full.overflowed == 0
    more = accept(full, [alert(pod="one-more"), ops_event(2)])
    assert (len(more.inbox), len(more.ops_events), more.overflowed) == (INBOX_MAX - 1, 1, 2)
    assert accept(more, [alert(pod="one-more")]) is more
    assert not replace(more, inbox=(), ops_events=()).settled


def test_an_inbox_of_long_labels_is_full_sooner_and_counts_the_rest() -> None:
    wordy = [
        replace(alert(pod=f"web-{n}"), labels={"alertname": "A", "text": "x" * 1024})
        for n in range(INBOX_MAX)
    ]
    document = accept(EMPTY, wordy)
    held = sum(len(text) for one in document.inbox for text in one.labels.values())
    assert held <= INBOX_CHARACTERS_MAX + 2048
    assert len(document.inbox) + document.overflowed == INBOX_MAX
    assert document.overflowed > 0


def test_events_of_long_details_fill_it_too() -> None:
    wordy = [ops_event(number, text="x" * 1024) for number in range(INBOX_MAX)]
    document = accept(EMPTY, wordy)
    held = sum(len(text) for one in document.ops_events for text in one.detail.values())
    assert INBOX_CHARACTERS_MAX - 2048 <= held <= INBOX_CHARACTERS_MAX + 2048
    assert len(document.ops_events) + document.overflowed == INBOX_MAX
    assert accept(document, [alert()]).overflowed == document.overflowed + 1, "one for both"


def test_annotations_are_not_kept() -> None:
    prose = {"runbook": "x" * 8000}
    document = accept(EMPTY, [replace(alert(), annotations=prose)])
    assert document.inbox == (alert(),)
    again = replace(alert(status=RESOLVED), annotations=prose)
    assert accept(document, [again]).inbox == (alert(status=RESOLVED),)


def test_a_full_inbox_still_takes_news_of_what_is_in_it() -> None:
    full = accept(EMPTY, [alert(pod=f"web-{n}") for n in range(INBOX_MAX)])
    later = alert(pod="web-0", status=RESOLVED)
    after = accept(full, [later])
    assert later in after.inbox
    assert (len(after.inbox), after.overflowed) == (INBOX_MAX, 0)


def test_what_is_remembered_is_bounded_and_the_oldest_goes() -> None:
    document = EMPTY
    for number in range(SEEN_MAX + 5):
        document = replace(accept(document, [alert(pod=f"web-{number}")]), inbox=())
    names = [mark.fingerprint for mark in document.seen]
    assert len(names) == SEEN_MAX
    assert names[0] == "KubePodCrashLooping-web-5"


@pytest.mark.parametrize("published", [0, 10, TAIL_MAX + 20])
def test_the_journals_tail_lets_go_only_what_was_published(published: int) -> None:
    document = EMPTY
    for _ in range(TAIL_MAX + 19):
        document = document.note(EntryKind.ALERT, Reason.ALERT_FIRING, NOW_S)
    document = replace(document, published_seq=published)
    document = document.note(EntryKind.ALERT, Reason.ALERT_FIRING, NOW_S)
    kept = max(TAIL_MAX, TAIL_MAX + 20 - published)
    assert len(document.journal) == kept
    assert document.journal[-1].seq == document.journal_seq == TAIL_MAX + 20
    assert document.journal_head == document.journal[-1].hash
    assert [one.seq for one in document.unpublished] == list(range(published + 1, TAIL_MAX + 21))


def test_settled_is_nothing_open_and_nothing_owed() -> None:
    assert EMPTY.settled
    noted = EMPTY.note(EntryKind.ALERT, Reason.ALERT_FIRING, NOW_S)
    assert not noted.settled
    assert replace(noted, published_seq=1).settled
