"""Settling and the archive: no entry leaves a document for nowhere, and it costs one save."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from tests.unit.engine.rig import NOBODY, Rig, alert, body
from worker.domain.document.subject import TAIL_MAX, SubjectDocument
from worker.domain.story.journal import Entry, EntryKind, broken_at
from worker.domain.story.reason import Reason
from worker.engine.archive import BLOCK_ENTRIES, Archive, block_key
from worker.engine.documents import document_key
from worker.engine.ports import Save
from worker.engine.settle import ENTRIES_AT_ONCE

FIRST = block_key(NOBODY.key, 0)


async def escalate(rig: Rig) -> None:
    await rig.deliver(body(alert("Odd", namespace="nowhere")))
    await rig.turn(NOBODY)


async def archived(rig: Rig) -> list[Entry]:
    until = (await rig.document(NOBODY)).journal_seq
    return await Archive(rig.store).entries(NOBODY.key, until_seq=until)


async def go_on(rig: Rig, count: int) -> None:
    """So many more things happen, and are settled."""

    def happen(document: SubjectDocument) -> SubjectDocument:
        for number in range(count):
            document = document.note(
                EntryKind.OPS_EVENT, Reason.OPS_EVENT, rig.clock.now_s(), event=str(number)
            )
        return document

    await rig.documents.change(NOBODY.key, happen)
    rig.clock.pass_s(30.0)
    await rig.turn(NOBODY)


async def test_what_is_published_is_in_the_archive(rig: Rig) -> None:
    await escalate(rig)
    document = await rig.document(NOBODY)
    assert document.unpublished == ()
    assert await archived(rig) == list(document.journal)


async def test_what_left_the_document_is_in_the_archive(rig: Rig) -> None:
    await escalate(rig)
    for _ in range(5):
        await go_on(rig, 40)
    document = await rig.document(NOBODY)
    assert len(document.journal) == TAIL_MAX
    assert document.journal[0].seq > 100
    whole = await archived(rig)
    assert [entry.seq for entry in whole] == list(range(1, document.journal_seq + 1))
    assert broken_at(whole) is None
    assert tuple(whole[-TAIL_MAX:]) == document.journal


async def test_one_save_for_what_is_published_at_once(rig: Rig) -> None:
    await escalate(rig)
    rig.store.log.clear()
    await go_on(rig, 2 * ENTRIES_AT_ONCE)
    saves = [keys for kind, keys in rig.store.log if kind == "save"]
    assert sum(any(key.startswith("journal-") for key in keys) for keys in saves) == 2
    assert BLOCK_ENTRIES >= ENTRIES_AT_ONCE, "at most two blocks a time"


@pytest.mark.parametrize("trouble", ["never saved", "cut off", "newer"])
async def test_what_cannot_be_archived_stays_owed(rig: Rig, trouble: str) -> None:
    if trouble == "newer":
        await rig.store.put(FIRST, {"schema": 2})
    if trouble == "never saved":
        rig.store.unsavable = FIRST

    async def cut_off(saves: Sequence[Save]) -> None:
        if saves[0].key == FIRST:
            rig.store.before_save = None
            raise TimeoutError  # as asyncio.timeout does

    if trouble == "cut off":
        rig.store.before_save = cut_off
    await escalate(rig)
    document = await rig.document(NOBODY)
    assert document.published_seq == 0
    assert document.unpublished == document.journal
    assert rig.telemetry.counts["journal_failed"] == 1
    assert rig.journal.published == [one.seq for one in document.journal], "the topic has it"

    rig.store.unsavable = ""
    found = (await rig.store.load([FIRST])).get(FIRST)
    if found is not None:
        await rig.store.put(FIRST, {"schema": 1, "entries": []})
    rig.clock.pass_s(30.0)
    await rig.turn(NOBODY)
    document = await rig.document(NOBODY)
    assert document.unpublished == ()
    assert await archived(rig) == list(document.journal)


async def test_what_was_archived_and_not_put_on_record_is_archived_again(rig: Rig) -> None:
    """The process died in between: the next one publishes and archives the same."""

    async def die(saves: Sequence[Save]) -> None:
        if any(save.key == document_key(NOBODY.key) for save in saves) and rig.journal.published:
            rig.store.before_save = None
            raise TimeoutError

    await rig.deliver(body(alert("Odd", namespace="nowhere")))
    rig.store.before_save = die
    await rig.turn(NOBODY)
    before = await rig.document(NOBODY)
    assert (before.published_seq, await archived(rig)) == (0, list(before.journal))
    rig.clock.pass_s(30.0)
    await rig.turn(NOBODY)
    after = await rig.document(NOBODY)
    assert after.unpublished == ()
    assert await archived(rig) == list(after.journal)


async def test_it_is_kept_for_as_many_days_as_are_set(rig: Rig) -> None:
    times: set[int | None] = set()

    async def look(saves: Sequence[Save]) -> None:
        times.update(save.ttl_s for save in saves if save.key.startswith("journal-"))
        assert all(save.ttl_s is None for save in saves if not save.key.startswith("journal-"))

    rig.store.before_save = look
    rig.settings = rig.settings.model_copy(update={"journal_keep_days": 7})
    rig.engine = rig.another_engine()
    await escalate(rig)
    assert times == {7 * 86400}
