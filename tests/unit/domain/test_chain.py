"""What was done to a journal is said with its place; what isn't an entry is refused by name."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from worker.domain.document.codec import UndecodableError, encode
from worker.domain.story.chain import Break, Head, How, entry_of, examine
from worker.domain.story.journal import Entry, EntryKind, chained
from worker.domain.story.reason import Reason

Entries = list[Entry]
NOW_S = 1_800_000_000.0


def entry(seq: int, previous: str, **detail: str) -> Entry:
    return chained(
        seq=seq, at_s=NOW_S + seq, kind=EntryKind.ALERT, reason=Reason.ALERT_FIRING,
        incident="inc-1", detail=detail, previous=previous,
    )  # fmt: skip


def run_of(count: int) -> Entries:
    made: Entries = []
    for seq in range(1, count + 1):
        made.append(entry(seq, made[-1].hash if made else "", alert=f"A{seq}"))
    return made


RUN = run_of(6)
FORGED = entry(3, RUN[1].hash, alert="none")
OTHER_END = entry(6, RUN[4].hash, alert="none")

CASES: list[tuple[str, Entries, list[Break]]] = [
    ("whole", RUN, []),
    ("nothing", [], []),
    ("its later part", RUN[3:], []),
    ("a repeat of several", [*RUN, *RUN[2:5]], []),
    ("a repeat in between", [*RUN[:4], *RUN[1:]], []),
    (
        "an edited detail",
        [*RUN[:2], replace(RUN[2], detail={"alert": "none"}), *RUN[3:]],
        [Break(How.EDITED, 3, 3)],
    ),
    ("an edited hash", [replace(RUN[0], hash=""), *RUN[1:]], [Break(How.EDITED, 1, 1)]),
    (
        "rewritten with its hash, so the next one doesn't follow",
        [*RUN[:2], FORGED, *RUN[3:]],
        [Break(How.EDITED, 4, 4)],
    ),
    ("a first one that names one before", [entry(1, "x")], [Break(How.EDITED, 1, 1)]),
    ("a later one that names none before", [entry(5, "")], [Break(How.EDITED, 5, 5)]),
    ("a number that nobody gives", [entry(0, "x")], [Break(How.EDITED, 0, 0)]),
    ("two contents", [*RUN[:3], FORGED, *RUN[3:]], [Break(How.FORKED, 3, 3)]),
    ("the forged content first", [*RUN[:2], FORGED, *RUN[2:]], [Break(How.FORKED, 3, 3)]),
    ("the end told in two ways", [*RUN, OTHER_END], [Break(How.FORKED, 6, 6)]),
    ("some missing", [RUN[0], *RUN[4:]], [Break(How.DELETED, 2, 4)]),
    (
        "missing in two places",
        [RUN[0], *RUN[2:4], RUN[5]],
        [Break(How.DELETED, 2, 2), Break(How.DELETED, 5, 5)],
    ),
    ("two changed places", [*RUN[:2], RUN[3], RUN[2], *RUN[4:]], [Break(How.REORDERED, 3, 3)]),
    ("backwards", RUN[::-1], [Break(How.REORDERED, 1, 5)]),
    (
        "missing and edited",
        [RUN[0], replace(RUN[3], at_ms=1), *RUN[4:]],
        [Break(How.DELETED, 2, 3), Break(How.EDITED, 4, 4)],
    ),
]


@pytest.mark.parametrize(
    ("entries", "breaks"), [pytest.param(*case[1:], id=case[0]) for case in CASES]
)
def test_what_was_done_is_said_with_its_place(entries: Entries, breaks: list[Break]) -> None:
    found = examine(entries)
    assert list(found.breaks) == breaks
    assert found.whole == (not breaks)
    assert found.entries == len({one.seq for one in entries})


HEADS: list[tuple[str, Entries, list[Head], list[Break]]] = [
    ("the end", RUN, [Head(RUN[5].hash, 6)], []),
    ("an earlier one", RUN, [Head(RUN[2].hash)], []),
    ("of a subject without entries", [], [Head("", 0)], []),
    ("cut", RUN[:4], [Head(RUN[5].hash, 6)], [Break(How.TRUNCATED, 5, 6)]),
    ("cut, number unknown", RUN[:4], [Head(RUN[5].hash)], [Break(How.TRUNCATED, 5, 5)]),
    ("all is cut", [], [Head(RUN[5].hash, 6)], [Break(How.TRUNCATED, 1, 6)]),
    ("another end", [*RUN[:5], OTHER_END], [Head(RUN[5].hash, 6)], [Break(How.EDITED, 6, 6)]),
    ("two heads, one not there", RUN, [Head(RUN[5].hash), Head("0" * 64)],
     [Break(How.TRUNCATED, 7, 7)]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("entries", "heads", "breaks"), [pytest.param(*case[1:], id=case[0]) for case in HEADS]
)
def test_the_end_is_known_by_its_head(
    entries: Entries, heads: list[Head], breaks: list[Break]
) -> None:
    assert list(examine(entries, heads=heads).breaks) == breaks


def test_the_beginning_is_missed_on_request_only() -> None:
    assert examine(RUN[3:]).whole
    assert examine(RUN[3:], from_first=True).breaks == (Break(How.DELETED, 1, 3),)
    assert examine(RUN, from_first=True).whole


def test_entry_of_reads_what_was_published() -> None:
    assert [entry_of(json.loads(json.dumps(encode(one)))) for one in RUN] == RUN


REFUSED: list[tuple[str, Callable[[dict[str, Any]], object], str]] = [
    ("no object", lambda one: [one], "list"),
    ("a field is missing", lambda one: one.pop("previous"), "previous"),
    ("a field too many", lambda one: one.update(sujet="x"), "sujet"),
    ("a number as text", lambda one: one.update(seq="3"), "seq"),
    ("a number that is true", lambda one: one.update(seq=True), "whole numbers"),
    ("a number with a point", lambda one: one.update(at_ms=3.0), "at_ms"),
    ("a detail that is no text", lambda one: one["detail"].update(alert=1), "detail"),
    ("a detail with structure", lambda one: one["detail"].update(alert={}), "detail"),
    ("a kind that is no word", lambda one: one.update(kind=7), "kind"),
]


@pytest.mark.parametrize(
    ("spoil", "named"), [pytest.param(*case[1:], id=case[0]) for case in REFUSED]
)
def test_entry_of_refuses_what_a_hash_would_not_cover(
    spoil: Callable[[dict[str, Any]], object], named: str
) -> None:
    value = json.loads(json.dumps(encode(RUN[2])))
    spoiled = spoil(value)
    with pytest.raises(UndecodableError, match=named):
        entry_of(spoiled if isinstance(spoiled, list) else value)


def test_a_hostile_entry_is_broken_and_no_error() -> None:
    """What has no canonical form can't have been hashed."""
    for one in (replace(RUN[2], seq=10**30), replace(RUN[2], incident="\ud800")):
        assert How.EDITED in {found.how for found in examine([*RUN[:2], one]).breaks}
