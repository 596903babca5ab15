"""One subject's whole journal, read page by page from the newest entry to the oldest."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.unit.engine.faulty_store import FaultyStore
from tests.unit.engine.journals import NOON_S, PAGE, SHOP, Life
from worker.domain.document.codec import encode
from worker.domain.document.subject import TAIL_MAX
from worker.domain.story.journal import EntryKind
from worker.domain.story.reason import Reason
from worker.engine.documents import document_key
from worker.engine.indexes import RecentIndex
from worker.engine.ports import TransientError


@pytest.fixture
async def life(tmp_path: Path) -> AsyncIterator[Life]:
    store = FaultyStore(tmp_path / "aiops.db")
    yield Life(store)
    await store.close()


async def pages(life: Life) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    before: int | None = None
    while True:
        page = await life.reading.journal(SHOP.key, before_seq=before)
        assert page is not None
        found.append(page)
        before = page["earlier"]
        if before is None:
            return found


@pytest.mark.parametrize("count", [0, 1, 49, 50, 51, 66, 67, PAGE, PAGE + 51, 2 * PAGE + 300])
async def test_a_journal_is_read_page_by_page(life: Life, count: int) -> None:
    await life.happen(count, "inc-one")
    await life.stored()
    found = await pages(life)
    entries = [entry for page in reversed(found) for entry in page["entries"]]
    assert [one["seq"] for one in entries] == list(range(1, count + 1))
    assert entries[-TAIL_MAX:] == [encode(one) for one in life.document.journal]
    assert all(len(page["entries"]) <= PAGE + TAIL_MAX for page in found)
    assert {page["head"] for page in found} == {life.document.journal_head}
    assert len(found) <= 2 + count // PAGE


async def test_a_page_before_any_number_is_bounded(life: Life) -> None:
    await life.happen(100, "inc-one")
    await life.stored()
    for before, wanted in ((1, 0), (2, 1), (40, 39), (70, 50), (10**12, 50)):
        page = await life.reading.journal(SHOP.key, before_seq=before)
        assert page is not None
        assert (len(page["entries"]), page["earlier"]) == (wanted, None)


async def test_what_is_owed_is_in_the_journal_too(life: Life) -> None:
    await life.happen(60, "inc-one")
    life.document = life.document.note(EntryKind.CLOSED, Reason.REPAIRED, NOON_S + 99)
    await life.stored()
    (page,) = await pages(life)
    assert [one["seq"] for one in page["entries"]] == list(range(1, 62))
    assert page["entries"][-1]["hash"] == page["head"] == life.document.journal_head


async def test_a_document_that_cannot_be_read_says_why(life: Life) -> None:
    await life.stored()
    await RecentIndex(life.store).add(SHOP, NOON_S)
    await life.store.put(document_key(SHOP.key), {"schema": 99})
    (listed,) = await life.reading.journals()
    assert listed["subject"] == SHOP.text
    assert "schema 99" in listed["unreadable"]
    page = await life.reading.journal(SHOP.key)
    assert page is not None
    assert "schema 99" in page["unreadable"]


async def test_nothing_known_is_none_and_an_outage_is_said_so(life: Life) -> None:
    assert await life.reading.journal(SHOP.key) is None
    assert await life.reading.journals() == []
    life.store.loads_fail = True
    with pytest.raises(TransientError):
        await life.reading.journal(SHOP.key)
