"""One incident's story, read beyond the document's own end of the journal."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.unit.engine.faulty_store import FaultyStore
from tests.unit.engine.journals import PAGE, SHOP, Life, incident
from worker.domain.document.subject import TAIL_MAX
from worker.engine.archive import block_key
from worker.engine.reading import EARLIER_MAX


@pytest.fixture
async def life(tmp_path: Path) -> AsyncIterator[Life]:
    store = FaultyStore(tmp_path / "aiops.db")
    yield Life(store)
    await store.close()


async def whole(life: Life, identity: str) -> dict[str, Any]:
    found = await life.reading.incident(identity)
    assert found is not None
    return found.whole()


async def test_a_long_incident_is_told_from_its_beginning(life: Life) -> None:
    await life.happen(20, "inc-before")
    await life.open("inc-long")
    await life.happen(150, "inc-long")
    await life.stored()
    told = await whole(life, "inc-long")
    assert [one["seq"] for one in told["journal"]] == list(range(21, 172))
    assert told["journal"][0]["kind"] == "opened"
    assert told["journal_broken_at"] is None
    assert len(told["story"].splitlines()) == 151


async def test_others_between_are_left_out_and_the_chain_is_whole_all_the_same(life: Life) -> None:
    await life.open("inc-one")
    for _ in range(40):
        await life.happen(1, "inc-two")
        await life.happen(1, "inc-one")
        await life.happen(1, "")
    await life.stored()
    told = await whole(life, "inc-one")
    assert {one["incident"] for one in told["journal"]} == {"inc-one", ""}
    assert len(told["journal"]) == 1 + 2 * 40
    assert told["journal_broken_at"] is None


async def test_nothing_is_loaded_that_the_document_has(life: Life) -> None:
    await life.happen(100, "inc-before")
    await life.open("inc-short")
    await life.happen(10, "inc-short")
    await life.stored()
    told = await whole(life, "inc-short")
    assert told["journal"][0]["kind"] == "opened"
    assert life.archive_loads() == 0


async def test_a_listing_reads_no_archive(life: Life) -> None:
    await life.open("inc-long")
    await life.happen(200, "inc-long")
    await life.stored()
    (listed,) = await life.reading.incidents(closed_too=True)
    assert listed.incident.id == "inc-long"
    (journal,) = await life.reading.journals()
    assert journal["seq"] == 201
    assert life.archive_loads() == 0


async def test_one_that_was_opened_without_a_word_is_known_by_its_time(life: Life) -> None:
    await life.happen(3 * PAGE, "inc-before")
    life.document = life.document.with_incident(incident("inc-quiet", life.now_s()))
    await life.happen(100, "inc-quiet")
    await life.stored()
    told = await whole(life, "inc-quiet")
    assert len(told["journal"]) == 100
    assert life.archive_loads() == 1, "no search through what is far older"


async def test_the_search_for_a_beginning_has_an_end(life: Life) -> None:
    await life.open("inc-long")
    await life.happen(EARLIER_MAX + 2 * PAGE, "inc-long")
    await life.stored()
    told = await whole(life, "inc-long")
    assert EARLIER_MAX <= len(told["journal"]) <= EARLIER_MAX + PAGE + TAIL_MAX
    assert told["journal"][-1]["seq"] == life.document.journal_seq
    assert told["journal_broken_at"] is None


async def test_what_was_archived_and_is_gone_is_not_told(life: Life) -> None:
    """As after its days, or in a file from before there was an archive."""
    await life.open("inc-long")
    await life.happen(100, "inc-long")
    for block in range(10):
        found = (await life.store.load([block_key(SHOP.key, block)])).get(
            block_key(SHOP.key, block)
        )
        if found:
            assert await life.store.delete(block_key(SHOP.key, block), found.version)
    await life.stored()
    told = await whole(life, "inc-long")
    assert len(told["journal"]) == TAIL_MAX
    assert told["journal_broken_at"] is None


async def test_a_hole_in_the_archive_is_told(life: Life) -> None:
    await life.open("inc-long")
    await life.happen(100, "inc-long")
    await life.store.put(block_key(SHOP.key, 1), {"schema": 1, "entries": []})
    await life.stored()
    assert (await whole(life, "inc-long"))["journal_broken_at"] == 33
