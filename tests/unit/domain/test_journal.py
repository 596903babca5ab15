"""The story can't be edited unseen, and reads like one, whatever words it was made of."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.unit.domain.builders import NOW_S, WEB
from worker.domain.document.subject import SubjectDocument
from worker.domain.story.journal import (
    DETAIL_LENGTH_MAX,
    SENTENCES,
    TEMPLATES,
    Entry,
    EntryKind,
    broken_at,
    chained,
    sentence,
    story,
)
from worker.domain.story.reason import Reason

Entries = list[Entry]


def entry(
    kind: EntryKind = EntryKind.ALERT, reason: Reason = Reason.ALERT_FIRING, **detail: str
) -> Entry:
    return chained(
        seq=1, at_s=NOW_S, kind=kind, reason=reason, incident="inc-1", detail=detail, previous=""
    )


def run_of(count: int) -> Entries:
    document = SubjectDocument(WEB)
    for number in range(count):
        document = document.note(
            EntryKind.ALERT, Reason.ALERT_FIRING, NOW_S + number, "inc-1", alert=f"A{number}"
        )
    return list(document.journal)


def edited(entries: Entries, **changes: object) -> Entries:
    return [*entries[:2], replace(entries[2], **changes), *entries[3:]]  # type: ignore[arg-type]


def forged(entries: Entries) -> Entries:
    """One entry is rewritten, its hash too."""
    old = entries[2]
    new = chained(
        seq=old.seq, at_s=old.at_ms / 1000, kind=old.kind, reason=old.reason,
        incident=old.incident, detail={"alert": "none"}, previous=old.previous,
    )  # fmt: skip
    return [*entries[:2], new, *entries[3:]]


TAMPERED: list[tuple[str, Callable[[Entries], Entries], int]] = [
    ("another detail", lambda run: edited(run, detail={"alert": "none"}), 3),
    ("another reason", lambda run: edited(run, reason=Reason.OBSERVED), 3),
    ("another kind", lambda run: edited(run, kind=EntryKind.CLOSED), 3),
    ("another time", lambda run: edited(run, at_ms=0), 3),
    ("another incident", lambda run: edited(run, incident="inc-2"), 3),
    ("another number", lambda run: edited(run, seq=9), 9),
    ("another past", lambda run: edited(run, previous=""), 3),
    ("no hash", lambda run: edited(run, hash=""), 3),
    ("rewritten with its hash", forged, 4),
    ("cut in the middle", lambda run: [*run[:2], *run[3:]], 4),
    ("reordered", lambda run: [run[0], run[2], run[1], *run[3:]], 3),
    ("told twice", lambda run: [*run[:3], run[2], *run[3:]], 3),
    ("put in front", lambda run: [run_of(1)[0], *run[2:]], 3),
]


@pytest.mark.parametrize(("tamper", "at"), [pytest.param(*row[1:], id=row[0]) for row in TAMPERED])
def test_a_chain_that_was_touched_says_where(tamper: Callable[[Entries], Entries], at: int) -> None:
    assert broken_at(tamper(run_of(6))) == at


@pytest.mark.parametrize("start", [0, 1, 5])
def test_a_whole_run_is_whole_wherever_it_begins(start: int) -> None:
    assert broken_at(run_of(6)[start:]) is None
    assert broken_at([]) is None


def test_the_head_shows_that_the_end_was_cut() -> None:
    document = SubjectDocument(WEB).note(EntryKind.ALERT, Reason.ALERT_FIRING, NOW_S)
    longer = document.note(EntryKind.CLOSED, Reason.REPAIRED, NOW_S)
    assert longer.journal[-1].hash == longer.journal_head
    assert longer.journal[:-1] == document.journal
    assert document.journal_head != longer.journal_head


def test_anybody_can_check_a_hash_with_canonical_json() -> None:
    one = entry(alert="naïve – ☃", pod="web-1")
    canonical = (
        '{"at_ms":1769860800000,"detail":{"alert":"naïve – ☃","pod":"web-1"},"incident":"inc-1",'
        '"kind":"alert","previous":"","reason":"alert_firing","seq":1}'
    )
    assert one.hash == hashlib.sha256(canonical.encode()).hexdigest()
    assert json.loads(canonical)["at_ms"] == one.at_ms


@pytest.mark.parametrize("text", ["\ud800", "\x00", "x" * 100_000])
def test_any_text_can_be_written_down(text: str) -> None:
    one = entry(alert=text)
    assert broken_at([one]) is None
    assert len(one.detail["alert"]) <= DETAIL_LENGTH_MAX


@pytest.mark.parametrize("kind", EntryKind)
def test_every_kind_has_its_sentence_and_bears_missing_words(kind: EntryKind) -> None:
    text = sentence(entry(kind))
    assert text
    assert "{" not in text
    assert kind in TEMPLATES


@pytest.mark.parametrize("key", list(SENTENCES), ids=lambda key: f"{key[0]}-{key[1]}")
def test_special_sentences_are_used_for_their_reason_only(key: tuple[EntryKind, Reason]) -> None:
    kind, reason = key
    assert sentence(entry(kind, reason)) != sentence(entry(kind, Reason.BUSY))


@pytest.mark.parametrize(
    "hostile",
    [
        "{alert}{0}{0.__class__}",
        "{reason!r:>999999999}",
        "%s %(reason)s %n",
        "$reason ${reason}",
        "}{",
        "{{x}}",
    ],
)
def test_hostile_text_is_no_template(hostile: str) -> None:
    text = sentence(entry(alert=hostile, status="firing", labels="pod web-1"))
    assert text == f"Alert {hostile} is firing (pod web-1)."


@pytest.mark.parametrize(
    "hostile", ["\n", "\r\n", "\x1b[31m", "\x00", "\x9b", "\x7f", "\u202e", "\u2028", "\ud800"]
)
def test_nothing_in_a_detail_moves_the_cursor_or_turns_the_text_around(hostile: str) -> None:
    """As it is stored, so that it holds for whoever reads the archive, too."""
    one = entry(alert=f"A{hostile}B", status="firing")
    assert all(text.isprintable() for text in one.detail.values())
    assert re.fullmatch(r"A +(\[31m)?B", one.detail["alert"])
    assert one.detail["status"] == "firing"
    assert broken_at([one]) is None
    one.detail["alert"].encode()


def test_what_can_be_printed_stays_as_it_is() -> None:
    assert entry(alert="naïve – ☃ 日本").detail == {"alert": "naïve – ☃ 日本"}


def test_a_line_stays_one_line_and_a_story_one_line_an_entry() -> None:
    forgery = entry(alert="A\n12:00:01  Closed: repaired.\r\nB", status="firing", labels="x")
    told = story([forgery, entry(EntryKind.CLOSED, Reason.BUSY)])
    assert told == (
        "12:00:00  Alert A 12:00:01 Closed: repaired. B is firing (x).\n12:00:00  Closed: busy."
    )
