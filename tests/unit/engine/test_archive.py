"""The archive: what leaves a document is found by its number, whoever wrote it, and how often."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from tests.simulation.fakes.memory_store import MemoryStore
from tests.simulation.fakes.virtual_time import run
from tests.unit.engine.faulty_store import FaultyStore
from tests.unit.engine.journals import SHOP, all_of, run_of
from worker.domain.document.identity import Subject, SubjectKind
from worker.domain.story.journal import EntryKind, broken_at, chained
from worker.domain.story.reason import Reason
from worker.engine.archive import (
    BLOCK_ENTRIES,
    BLOCKS_AT_ONCE,
    DAY_S,
    Archive,
    block_key,
)
from worker.engine.ports import Save

OTHER = Subject(SubjectKind.SERVICE, "shop", "Deployment/api")


@pytest.fixture
async def store(tmp_path: Path) -> Any:
    made = FaultyStore(tmp_path / "aiops.db")
    yield made
    await made.close()


@pytest.mark.parametrize("at_once", [1, 3, BLOCK_ENTRIES, BLOCK_ENTRIES + 1, 100])
async def test_kept_in_pieces_it_is_read_as_one(store: FaultyStore, at_once: int) -> None:
    archive, whole = Archive(store), run_of(100)
    for start in range(0, len(whole), at_once):
        await archive.keep(SHOP, whole[start : start + at_once])
    assert await all_of(archive, 100) == whole
    assert broken_at(await all_of(archive, 100)) is None
    assert await archive.entries(OTHER.key, until_seq=100) == []


async def test_any_part_is_found_by_its_numbers(store: FaultyStore) -> None:
    archive, whole = Archive(store), run_of(50)
    await archive.keep(SHOP, whole)
    for since, until in ((1, 1), (16, 17), (17, 32), (50, 50), (3, 49), (50, 80), (-5, 2)):
        assert await all_of(archive, until, since) == whole[max(since, 1) - 1 : until]
    assert await all_of(archive, 0) == []
    assert await all_of(archive, 5, 6) == []


async def test_again_is_the_same_as_once(store: FaultyStore) -> None:
    archive, whole = Archive(store), run_of(40)
    for start, until in ((0, 16), (0, 16), (10, 20), (12, 40), (0, 40)):
        await archive.keep(SHOP, whole[start:until])
    await archive.keep(SHOP, [])
    assert await all_of(archive, 40) == whole


async def test_two_that_keep_at_the_same_time_lose_nothing(store: FaultyStore) -> None:
    """Two replicas publish what one subject owes, each in pieces of its own."""
    whole = run_of(60)

    async def keep(at_once: int) -> None:
        archive = Archive(store)
        for start in range(0, len(whole), at_once):
            await archive.keep(SHOP, whole[start : start + at_once])

    await asyncio.gather(keep(1), keep(2), keep(7))
    assert await all_of(Archive(store), 60) == whole


async def test_one_save_and_no_load_where_a_block_begins(store: FaultyStore) -> None:
    archive, whole = Archive(store), run_of(40)
    await archive.keep(SHOP, whole[:5])
    assert [kind for kind, _ in store.log] == ["save"]
    store.log.clear()
    await archive.keep(SHOP, whole[5:20])
    assert store.log == [
        ("load", (block_key(SHOP.key, 0),)),
        ("save", (block_key(SHOP.key, 0), block_key(SHOP.key, 1))),
    ]


async def test_two_contents_of_one_number_are_kept_for_a_human_to_see(store: FaultyStore) -> None:
    """After a backup was put back the journal goes on with other words; more than two are none."""
    archive = Archive(store)
    first, second, third = run_of(3), run_of(3, "another"), run_of(3, "a third")
    for one in (first, second, third, second, first):
        await archive.keep(SHOP, one)
    found = await all_of(archive, 3)
    assert [entry.seq for entry in found] == [1, 1, 2, 2, 3, 3]
    assert found[::2] == first
    assert found[1::2] == second, "the newest; the first one was there already"
    assert broken_at(found) is not None


def test_a_block_is_gone_when_its_days_are_over_and_the_oldest_goes_first() -> None:
    async def lived() -> None:
        archive, whole = Archive(MemoryStore(), keep_days=3), run_of(100)
        await archive.keep(SHOP, whole[:20])
        await asyncio.sleep(2 * DAY_S)
        await archive.keep(SHOP, whole[20:40])
        await asyncio.sleep(DAY_S - 1)
        assert await all_of(archive, 40) == whole[:40]
        await asyncio.sleep(1)
        assert await all_of(archive, 40) == whole[16:40], "the second block was written to later"
        await asyncio.sleep(2 * DAY_S)
        assert await all_of(archive, 40) == []
        await archive.keep(SHOP, whole[40:50])
        assert await all_of(archive, 50) == whole[40:50], "it goes on where it was"

    run(lived())


def test_a_block_that_was_left_without_a_time_gets_one_when_it_is_kept_again() -> None:
    """As on Redis, when the sidecar dies between writing and setting the time."""

    async def lived() -> None:
        store, whole = MemoryStore(), run_of(10)
        value = {"schema": 1, "subject": SHOP.text, "entries": whole}
        assert await store.save([Save(block_key(SHOP.key, 0), value, "")])
        archive = Archive(store, keep_days=3)
        await archive.keep(SHOP, whole)
        assert await all_of(archive, 10) == whole
        await asyncio.sleep(3 * DAY_S)
        assert await all_of(archive, 10) == []

    run(lived())


async def test_reading_a_long_story_asks_for_so_many_blocks_at_once(store: FaultyStore) -> None:
    count = 2 * BLOCKS_AT_ONCE * BLOCK_ENTRIES
    archive, whole = Archive(store), run_of(count)
    await archive.keep(SHOP, whole)
    store.log.clear()
    assert await all_of(archive, count) == whole
    assert [len(keys) for _, keys in store.log] == [BLOCKS_AT_ONCE, BLOCKS_AT_ONCE]


async def test_what_is_long_gone_is_not_searched_for(store: FaultyStore) -> None:
    """A subject with a million entries of which the last few are kept."""
    archive = Archive(store)
    last = chained(
        seq=1_000_000, at_s=0.0, kind=EntryKind.CLOSED, reason=Reason.REPAIRED, incident="inc-1",
        detail={}, previous="0" * 64,
    )  # fmt: skip
    await archive.keep(SHOP, [last])
    store.log.clear()
    assert await all_of(archive, 1_000_000) == [last]
    assert len(store.log) <= 4
