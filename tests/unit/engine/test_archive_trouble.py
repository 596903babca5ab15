"""The archive in trouble: lost saves, a store that is away, blocks that somebody spoiled."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.simulation.fakes.memory_store import MemoryStore
from tests.unit.engine.faulty_store import FaultyStore
from tests.unit.engine.journals import SHOP, all_of, run_of
from worker.domain.story.journal import broken_at
from worker.engine.archive import CONFLICTS_MAX, Archive, block_key
from worker.engine.ports import PermanentError, Save, TransientError


@pytest.fixture
async def store(tmp_path: Path) -> Any:
    made = FaultyStore(tmp_path / "aiops.db")
    yield made
    await made.close()


async def test_a_lost_save_is_done_again_and_nothing_of_the_other_is_lost(
    store: FaultyStore,
) -> None:
    archive, whole = Archive(store), run_of(20)
    await archive.keep(SHOP, whole[:4])

    async def another(saves: Sequence[Save]) -> None:
        store.before_save = None
        assert saves
        await Archive(store.real).keep(SHOP, whole[4:9])

    store.before_save = another
    await archive.keep(SHOP, whole[7:20])
    assert await all_of(archive, 20) == whole


async def test_a_save_that_never_succeeds_is_said_so(store: FaultyStore) -> None:
    store.unsavable = block_key(SHOP.key, 0)
    with pytest.raises(TransientError, match=f"lost {CONFLICTS_MAX}"):
        await Archive(store).keep(SHOP, run_of(20))
    store.unsavable = ""
    await Archive(store).keep(SHOP, run_of(20))
    assert await all_of(Archive(store), 20) == run_of(20)


async def test_a_store_that_is_away_is_said_so(store: FaultyStore) -> None:
    await Archive(store).keep(SHOP, run_of(4))
    store.saves_fail = store.loads_fail = True
    with pytest.raises(TransientError, match="away"):
        await Archive(store).keep(SHOP, run_of(20))
    with pytest.raises(TransientError, match="away"):
        await all_of(Archive(store), 4)


SPOILED: list[tuple[str, dict[str, Any]]] = [
    ("no entries", {"schema": 1}),
    ("entries that are none", {"schema": 1, "entries": 7}),
    ("entries of another kind", {"schema": 1, "entries": ["x", {"seq": "1"}, None]}),
    ("a schema that is no number", {"schema": "x", "entries": {}}),
]


@pytest.mark.parametrize("value", [pytest.param(one[1], id=one[0]) for one in SPOILED])
async def test_a_block_that_somebody_spoiled_stops_nobody(
    store: FaultyStore, value: dict[str, Any]
) -> None:
    """What was in it is missed where the chain is examined; the journal goes on."""
    archive, whole = Archive(store), run_of(40)
    await archive.keep(SHOP, whole[:20])
    await store.put(block_key(SHOP.key, 1), value)
    assert await all_of(archive, 20) == whole[:16]
    await archive.keep(SHOP, whole[20:40])
    assert await all_of(archive, 40) == [*whole[:16], *whole[20:]]
    assert broken_at(await all_of(archive, 40)) == 21


async def test_an_entry_that_cannot_be_read_is_left_out(store: FaultyStore) -> None:
    archive, whole = Archive(store), run_of(10)
    await archive.keep(SHOP, whole)
    value = (await store.load([block_key(SHOP.key, 0)]))[block_key(SHOP.key, 0)].value
    value["entries"][3] = {"seq": 4, "kind": 7}
    value["entries"][6]["seq"] = 99
    await store.put(block_key(SHOP.key, 0), value)
    assert await all_of(archive, 10) == [*whole[:3], *whole[4:6], *whole[7:]]


async def test_a_block_of_a_newer_version_is_left_alone(store: FaultyStore) -> None:
    archive, whole = Archive(store), run_of(10)
    await archive.keep(SHOP, whole[:5])
    key = block_key(SHOP.key, 0)
    value = {**(await store.load([key]))[key].value, "schema": 2}
    await store.put(key, value)
    with pytest.raises(PermanentError, match="schema 2"):
        await archive.keep(SHOP, whole[5:])
    assert (await store.load([key]))[key].value == value
    assert await all_of(archive, 10) == whole[:5], "as far as it can be read, it is"


async def test_a_load_of_many_that_finds_nothing_is_not_believed(store: FaultyStore) -> None:
    """Seen on PostgreSQL: a connection that dies under it, and nothing seems to be there."""

    class Forgetful(MemoryStore):
        forgets = 0

        async def load(self, keys: Sequence[str]) -> Any:
            found = await super().load(keys)
            return dict(list(found.items())[: -self.forgets]) if len(keys) > 1 else found

    memory = Forgetful()
    archive, whole = Archive(memory), run_of(100)
    await archive.keep(SHOP, whole)
    for forgets in (1, 3, 7):
        memory.forgets = forgets
        assert await all_of(archive, 100) == whole
