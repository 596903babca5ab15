"""Accepting what nobody can read: it is kept, or it alone comes again; good news never waits."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.unit.engine.rig import Rig, alert, body
from worker.domain.document.identity import INGEST, Subject, SubjectKind
from worker.engine import dead_letters
from worker.engine.documents import document_key
from worker.engine.ports import Save, TransientError

A, B = Subject(SubjectKind.UNRESOLVED, "a", ""), Subject(SubjectKind.UNRESOLVED, "b", "")
FOR_A, FOR_B = body(alert(namespace="a")), body(alert(namespace="b"))
HALF_BAD = body(alert(namespace="b"), {"labels": 3})


async def letters_fail(saves: Sequence[Save]) -> None:
    """The store takes everything but letters and their list."""
    if any(save.key.startswith("deadletter") for save in saves):
        raise TransientError("store: no letters")


async def test_good_news_is_taken_while_letters_cannot_be_stored(rig: Rig) -> None:
    rig.store.before_save = letters_fail
    assert await rig.deliver(b"{", FOR_A, HALF_BAD) == [False, True, False]
    assert (len(await rig.inbox(A)), len(await rig.inbox(B))) == (1, 1)
    assert sorted(rig.wakes.keys) == sorted([A.key, B.key]), "what is durable is worked on"
    assert ("accept_failed", {"error": "TransientError"}) in rig.telemetry.labels
    assert rig.telemetry.counts["deliveries_accepted"] == 1
    rig.store.before_save = None
    assert await rig.deliver(b"{", HALF_BAD) == [True, True]
    assert len(await rig.inbox(B)) == 1, "known: not taken twice"
    assert len(await rig.engine.dead_letters.list()) == 2


async def test_good_news_is_taken_and_worked_on_while_letters_hang(tmp_path: Path) -> None:
    rig = Rig(tmp_path, accept_deadline_s=0.5)

    async def letters_hang(saves: Sequence[Save]) -> None:
        if any(save.key.startswith("deadletter") for save in saves):
            await asyncio.Event().wait()

    rig.store.before_save = letters_hang
    assert await rig.deliver(b"{", FOR_A, HALF_BAD) == [False, True, False]
    assert sorted(rig.wakes.keys) == sorted([A.key, B.key])
    assert ("accept_failed", {"error": "TimeoutError"}) in rig.telemetry.labels
    await rig.close()


async def test_good_news_is_taken_while_there_is_no_room_for_letters(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dead_letters, "SHARDS", 1)
    monkeypatch.setattr(dead_letters, "LETTERS_PER_SHARD_MAX", 1)
    rig.topic.away = True
    assert await rig.deliver(b"{") == [True]
    rig.wakes.woken.clear()
    assert await rig.deliver(FOR_A, b"}", HALF_BAD) == [True, False, False]
    assert (len(await rig.inbox(A)), len(await rig.inbox(B))) == (1, 1)
    assert sorted(rig.wakes.keys) == sorted([A.key, B.key])
    rig.topic.away = False
    assert await rig.engine.sweep.letters() == 1
    assert await rig.deliver(b"}") == [True]


async def test_a_letter_that_was_kept_is_acknowledged_though_nobody_can_be_told(rig: Rig) -> None:
    """It is listed and published; the document that would tell of it can't be read."""
    await rig.store.put(document_key(INGEST.key), {"schema": 99})
    assert await rig.deliver(b"{", FOR_A, body({"labels": 3}, {"labels": 4})) == [True, True, True]
    assert rig.telemetry.counts["letters_untold"] == 3
    assert len(await rig.engine.dead_letters.list()) == 3
    assert rig.wakes.keys == [A.key]
    assert rig.on_disk(INGEST) == {"schema": 99}, "not touched"
    assert await rig.engine.sweep.letters() == 3


async def test_so_is_what_was_parked_for_a_document_that_cannot_be_read_either(rig: Rig) -> None:
    await rig.store.put(document_key(INGEST.key), {"schema": 99})
    await rig.store.put(document_key(A.key), {"schema": 99})
    assert await rig.deliver(FOR_A, FOR_B) == [True, True]
    assert rig.telemetry.counts["letters_untold"] == 1
    (letter,) = await rig.engine.dead_letters.list()
    assert (letter["reason"], letter["position"]) == ("unreadable_state", "alerts/0/0")


async def test_told_letters_are_not_counted_as_untold(rig: Rig) -> None:
    assert await rig.deliver(b"{") == [True]
    assert "letters_untold" not in rig.telemetry.counts
    assert rig.wakes.keys == [INGEST.key]


@pytest.mark.parametrize(
    "bad",
    [({"labels": 3}, {"labels": "x"}), ({"labels": 3}, {"labels": 3}), (3, 3)],
    ids=["two faults", "the same fault twice", "no objects"],
)
async def test_two_bad_pieces_of_one_message_are_two_letters(
    rig: Rig, bad: tuple[object, object]
) -> None:
    message = body(bad[0], alert(namespace="a"), bad[1])  # type: ignore[arg-type]
    assert await rig.deliver(message) == [True]
    letters = await rig.engine.dead_letters.list()
    whole = [await rig.engine.dead_letters.show(one["id"]) for one in letters]
    assert len(whole) == 2
    told = sorted(str(one["detail"]) for one in whole if one)
    assert [words.split(".")[0].split(":")[0] for words in told] == ["alerts[0]", "alerts[2]"]
    assert {one.labels["letter"] for one in await rig.inbox(INGEST)} == {
        one["id"] for one in letters
    }
    assert await rig.deliver(message) == [True]
    assert len(await rig.engine.dead_letters.list()) == 2, "come again they are the same two"


@pytest.mark.parametrize("raw", [FOR_A, b"{"], ids=["good", "unreadable"])
async def test_a_save_that_was_written_though_it_was_reported_lost_wakes_its_subject(
    rig: Rig, raw: bytes
) -> None:
    """Seen on the real store when an answer is lost: repeated, the save finds itself stale."""
    subject = A if raw == FOR_A else INGEST

    async def written_all_the_same(saves: Sequence[Save]) -> None:
        if any(save.key == document_key(subject.key) for save in saves):
            rig.store.before_save = None
            await rig.store.real.save(saves)

    rig.store.before_save = written_all_the_same
    assert await rig.deliver(raw) == [True]
    assert rig.store.saved(document_key(subject.key)) == 0, "by no answer"
    assert rig.wakes.keys == [subject.key]
    assert await rig.deliver(raw) == [True]
    assert rig.wakes.keys == [subject.key], "known news wakes nobody"
