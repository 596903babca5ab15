"""Settling: a notice is owed until a sink gives a receipt, an entry until its topic has it."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.unit.engine.parts import ScriptedSink
from tests.unit.engine.rig import NOBODY, Rig, alert, body
from worker.domain.document.outbox import Notice
from worker.domain.story.journal import EntryKind, broken_at
from worker.engine.documents import document_key
from worker.engine.ports import PermanentError, TransientError

AWAY = TransientError("pager: away")


class Told:
    """A rig with two sinks whose answers a test sets; one incident is handed over in `escalate`."""

    def __init__(self, folder: Path, **settings: float) -> None:
        self.first = ScriptedSink("first", ["receipt 1"])
        self.second = ScriptedSink("second", ["receipt 2"])
        self.rig = Rig(folder, sinks=[self.first, self.second], **settings)

    async def escalate(self) -> None:
        """An alert of an unknown owner goes to a human in its first turn."""
        await self.rig.deliver(body(alert("Odd", namespace="nowhere")))
        await self.rig.turn(NOBODY)

    async def owed(self) -> tuple[Notice, ...]:
        return (await self.rig.document(NOBODY)).notices

    async def receipts(self) -> list[dict[str, str]]:
        journal = (await self.rig.document(NOBODY)).journal
        return [one.detail for one in journal if one.kind is EntryKind.RECEIPT]


@pytest.fixture
async def told(tmp_path: Path) -> AsyncIterator[Told]:
    made = Told(tmp_path)
    yield made
    await made.rig.close()


async def test_the_first_sink_that_takes_it_is_enough(told: Told) -> None:
    await told.escalate()
    assert [one.kind for one in told.first.taken] == ["escalated"]
    assert told.second.asked == 0
    assert await told.owed() == ()
    assert await told.receipts() == [
        {"sink": "first", "notice": "escalated", "receipt": "receipt 1"}
    ]


@pytest.mark.parametrize("trouble", [AWAY, PermanentError("wrong key")], ids=str)
async def test_the_next_sink_gets_what_the_first_does_not_take(
    told: Told, trouble: TransientError | PermanentError
) -> None:
    told.first.script = [trouble]
    await told.escalate()
    assert [one["sink"] for one in await told.receipts()] == ["second"]
    assert ("notices_failed", {"sink": "first"}) in told.rig.telemetry.labels


async def test_owed_ever_more_slowly_until_received(told: Told) -> None:
    told.first.script = told.second.script = [AWAY, AWAY, AWAY, AWAY, AWAY, AWAY, "at last"]
    await told.escalate()
    waits = []
    while await told.owed():
        (notice,) = await told.owed()
        waits.append(notice.next_try_s - told.rig.clock.now_s())
        assert told.rig.wakes.at[NOBODY.key] <= notice.next_try_s
        asked = told.first.asked
        told.rig.clock.pass_s(waits[-1] / 2)
        await told.rig.turn(NOBODY)
        assert told.first.asked == asked, "not before its time"
        told.rig.clock.pass_s(waits[-1] / 2)
        await told.rig.turn(NOBODY)
    assert waits == [5.0, 10.0, 20.0]
    assert [one["receipt"] for one in await told.receipts()] == ["at last"]


async def test_without_any_receipt_it_stays_owed_and_open(told: Told) -> None:
    told.first.script = told.second.script = [AWAY]
    await told.escalate()
    resolved = {**alert("Odd", namespace="nowhere"), "status": "resolved"}
    await told.rig.deliver(body(resolved))
    for _ in range(12):
        told.rig.clock.pass_s(400.0)
        assert await told.rig.turn(NOBODY), "never settled"
    document = await told.rig.document(NOBODY)
    assert [one.kind for one in document.notices] == ["resolved"], "nobody received the beginning"
    assert document.open_incidents == ()
    told.first.script = ["at last"]
    told.rig.clock.pass_s(400.0)
    assert not await told.rig.turn(NOBODY)
    assert [one.kind for one in told.first.taken] == ["resolved"]


async def test_a_sink_that_hangs_is_left_after_its_deadline(tmp_path: Path) -> None:
    told = Told(tmp_path, send_timeout_s=0.05)
    told.first.hangs = True
    await told.escalate()
    assert [one["sink"] for one in await told.receipts()] == ["second"]
    await told.rig.close()


async def test_a_receipt_survives_a_lost_save(told: Told) -> None:
    told.first.script = [AWAY]
    told.second.script = [AWAY]
    await told.escalate()
    told.first.script = ["receipt"]
    told.rig.store.lost = [document_key(NOBODY.key)]
    told.rig.clock.pass_s(60.0)
    await told.rig.turn(NOBODY)
    assert len(told.first.taken) == 1, "sent once, recorded after the conflict"
    assert len(await told.receipts()) == 1


async def test_without_a_sink_a_notice_is_owed(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    await rig.deliver(body(alert("Odd", namespace="nowhere")))
    assert await rig.turn(NOBODY)
    assert [one.tries for one in (await rig.document(NOBODY)).notices] == [1]
    await rig.close()


async def test_the_journal_is_archived_whole_and_in_order(told: Told) -> None:
    await told.escalate()
    assert (await told.rig.document(NOBODY)).unpublished == ()
    connection = sqlite3.connect(told.rig.database)
    rows = connection.execute("SELECT subject, seq FROM journal ORDER BY seq").fetchall()
    connection.close()
    document = await told.rig.document(NOBODY)
    assert rows == [(NOBODY.text, entry.seq) for entry in document.journal]
    assert broken_at(document.journal) is None


async def test_a_journal_that_cannot_be_published_is_owed(told: Told) -> None:
    told.rig.journal.away = True
    await told.escalate()
    owed = (await told.rig.document(NOBODY)).unpublished
    assert [entry.seq for entry in owed] == list(range(1, len(owed) + 1))
    assert told.rig.telemetry.counts["journal_failed"] == 1
    assert [one.kind for one in told.first.taken] == ["escalated"], "the human is told all the same"
    told.rig.journal.away = False
    told.rig.clock.pass_s(30.0)
    await told.rig.turn(NOBODY)
    assert (await told.rig.document(NOBODY)).unpublished == ()
    assert told.rig.journal.published == [entry.seq for entry in owed]
