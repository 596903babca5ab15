"""StateStore: documents with a time to live."""

from __future__ import annotations

from tests.contracts.cases.store_calls import values, version_of, write
from tests.contracts.observing import Note, until
from tests.contracts.rigs.state_store import StoreRig
from worker.engine.ports import Save

SHORT_S, MIDDLE_S, LONG_S = 1, 3, 3600  # times to live; the last outlasts every test


async def expires(rig: StoreRig, note: Note) -> None:
    """Gone when its time is over, for a load of one and of many; others stay."""
    saves = [
        Save("expires", {"by": "short"}, "", ttl_s=SHORT_S),
        Save("expires-late", {"by": "long"}, "", ttl_s=LONG_S),
        Save("expires-never", {"by": "for good"}, ""),
    ]
    assert len(await rig.store.save(saves)) == 3
    await gone(rig, "expires")
    found = await values(rig.store, *(one.key for one in saves))
    assert set(found) == {"expires-late", "expires-never"}
    note("load", value=found)


async def saved_again_lives_longer(rig: StoreRig, note: Note) -> None:
    """Each save sets the time anew; one that was lost changes nothing."""
    await write(rig.store, "longer", "first", ttl_s=MIDDLE_S)
    old = await version_of(rig.store, "longer")
    assert await write(rig.store, "longer", "second", old, ttl_s=LONG_S)
    assert not await write(rig.store, "longer", "third", old, ttl_s=SHORT_S)
    await write(rig.store, "shorter", "first", ttl_s=LONG_S)
    old = await version_of(rig.store, "shorter")
    assert await write(rig.store, "shorter", "second", old, ttl_s=MIDDLE_S + SHORT_S)
    await gone(rig, "shorter")
    note("load", value=await values(rig.store, "longer", "shorter"))


async def created_again_after_expiry(rig: StoreRig, note: Note) -> None:
    await write(rig.store, "again", "first", ttl_s=SHORT_S)
    await gone(rig, "again")
    assert await write(rig.store, "again", "second", ttl_s=LONG_S)
    note("create", value=await values(rig.store, "again"))


async def saved_after_expiry(rig: StoreRig, note: Note) -> None:
    """The version of a document that has expired: what does the store make of it?"""
    await write(rig.store, "over", "first", ttl_s=LONG_S)
    version = await version_of(rig.store, "over")
    assert await write(rig.store, "over", "second", version, ttl_s=SHORT_S)
    await gone(rig, "over")
    saved = await write(rig.store, "over", "third", version, ttl_s=LONG_S)
    note("save", saved=saved, value=await values(rig.store, "over"))


async def gone(rig: StoreRig, key: str) -> None:
    async def nothing_found() -> bool:
        return not await rig.store.load([key])

    await until(rig.clock, f"{key} has expired", nothing_found)


EXPIRY_CASES = (
    expires, saved_again_lives_longer, created_again_after_expiry, saved_after_expiry,
)  # fmt: skip
