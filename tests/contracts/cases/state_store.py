"""StateStore: what a document store promises under compare-and-swap, and what it does beyond it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.contracts.cases.state_store_expiry import EXPIRY_CASES
from tests.contracts.cases.store_calls import values, version_of, write
from tests.contracts.observing import Note
from tests.contracts.rigs.state_store import StoreRig
from worker.domain.story.reason import Reason
from worker.engine.ports import Save, Stored, TransientError


@dataclass(frozen=True, slots=True)
class Inner:
    """As the domain nests its dataclasses in a document."""

    reason: Reason
    detail: dict[str, str]


async def nothing_there(rig: StoreRig, note: Note) -> None:
    assert await rig.store.load([]) == {}
    assert await rig.store.save([]) == frozenset()
    note("load", found=sorted(await rig.store.load(["nothing-a", "nothing-b"])))


async def keeps_what_was_saved(rig: StoreRig, note: Note) -> None:
    value = {
        "text": "Grüße, \"quoted\" \u2028 \x00 😀", "number": 1.5, "large": 2**53, "none": None,
        "empty": {}, "list": [1, [True, "x"]], "inner": Inner(Reason.HEALTHY, {"a": "b"}),
    }  # fmt: skip
    assert await rig.store.save([Save("kept", value, "")]) == {"kept"}
    found = await rig.store.load(["kept", "kept-not"])
    assert set(found) == {"kept"}
    assert found["kept"].version, 'version "" means not there'
    inner = {"reason": "healthy", "detail": {"a": "b"}}
    note("load", same=found["kept"].value == {**value, "inner": inner})


async def save_changes_the_version(rig: StoreRig, note: Note) -> None:
    await write(rig.store, "versions", "one")
    first = await version_of(rig.store, "versions")
    assert await write(rig.store, "versions", "one", first)
    second = await version_of(rig.store, "versions")
    assert first != second, "the same content saved again is a new version too"
    note("save", value=await values(rig.store, "versions"))


async def lost_create_race(rig: StoreRig, note: Note) -> None:
    assert await write(rig.store, "race", "winner")
    lost = await write(rig.store, "race", "loser")
    assert not lost
    note("second create", saved=lost, value=await values(rig.store, "race"))


async def stale_version(rig: StoreRig, note: Note) -> None:
    await write(rig.store, "stale", "first")
    old = await version_of(rig.store, "stale")
    assert await write(rig.store, "stale", "second", old)
    lost = await write(rig.store, "stale", "third", old)
    assert not lost
    note("stale save", saved=lost, value=await values(rig.store, "stale"))


async def version_never_given(rig: StoreRig, note: Note) -> None:
    await write(rig.store, "invented", "first")
    lost = await write(rig.store, "invented", "second", "4711")
    assert not lost
    note("save", saved=lost, value=await values(rig.store, "invented"))


async def many_fresh(rig: StoreRig, note: Note) -> None:
    await write(rig.store, "many-b", "first")
    saves = [
        Save("many-a", {"by": "batch"}, ""),
        Save("many-b", {"by": "batch"}, await version_of(rig.store, "many-b")),
    ]
    assert await rig.store.save(saves) == {"many-a", "many-b"}
    note("save", value=await values(rig.store, "many-a", "many-b"))


async def many_with_one_stale(rig: StoreRig, note: Note) -> None:
    """What is said to be saved is; what is not said to be may be, so it is reloaded."""
    await write(rig.store, "mixed-stale", "first")
    old = await version_of(rig.store, "mixed-stale")
    await write(rig.store, "mixed-stale", "second", old)
    saves = [
        Save("mixed-fresh", {"by": "batch"}, ""),
        Save("mixed-stale", {"by": "batch"}, old),
        Save("mixed-last", {"by": "batch"}, ""),
    ]
    saved = await rig.store.save(saves)
    found = await values(rig.store, *(one.key for one in saves))
    assert "mixed-stale" not in saved
    assert found["mixed-stale"] == "second"
    assert all(found[key] == "batch" for key in saved)
    note("save", saved=sorted(saved), value=found)


async def many_with_a_lost_create(rig: StoreRig, note: Note) -> None:
    await write(rig.store, "created-there", "first")
    saves = [Save("created-there", {"by": "batch"}, ""), Save("created-new", {"by": "batch"}, "")]
    saved = await rig.store.save(saves)
    found = await values(rig.store, *(one.key for one in saves))
    assert "created-there" not in saved
    assert found["created-there"] == "first"
    note("save", saved=sorted(saved), value=found)


async def delete_what_is_fresh(rig: StoreRig, note: Note) -> None:
    await write(rig.store, "deleted", "first")
    done = await rig.store.delete("deleted", await version_of(rig.store, "deleted"))
    assert done
    note("delete", done=done, value=await values(rig.store, "deleted"))
    assert await write(rig.store, "deleted", "again")
    note("create", value=await values(rig.store, "deleted"))


async def delete_what_has_changed(rig: StoreRig, note: Note) -> None:
    await write(rig.store, "changed", "first")
    old = await version_of(rig.store, "changed")
    await write(rig.store, "changed", "second", old)
    done = await rig.store.delete("changed", old)
    assert not done
    note("stale delete", done=done, value=await values(rig.store, "changed"))


async def delete_what_is_gone(rig: StoreRig, note: Note) -> None:
    await write(rig.store, "gone", "first")
    version = await version_of(rig.store, "gone")
    await rig.store.delete("gone", version)
    note("second delete", done=await rig.store.delete("gone", version))


async def save_after_a_delete(rig: StoreRig, note: Note) -> None:
    """A version of a document that was deleted: what does the store make of it?"""
    await write(rig.store, "revived", "first")
    version = await version_of(rig.store, "revived")
    await rig.store.delete("revived", version)
    saved = await write(rig.store, "revived", "second", version)
    note("save", saved=saved, value=await values(rig.store, "revived"))


async def recreated_with_an_old_version(rig: StoreRig, note: Note) -> None:
    """Deleted and made anew: do versions begin again, so that an old one fits by chance?"""
    await write(rig.store, "reborn", "first")
    version = await version_of(rig.store, "reborn")
    await rig.store.delete("reborn", version)
    await write(rig.store, "reborn", "second")
    saved = await write(rig.store, "reborn", "third", version)
    note("save", saved=saved, value=await values(rig.store, "reborn"))


async def store_away(rig: StoreRig, note: Note) -> None:
    await write(rig.store, "away", "first")
    before = await rig.store.load(["away"])
    async with rig.away():
        answer = await _outcome(rig.store.load(["away"]))
        assert answer == "TransientError", "an outage is not an empty store"
        note("load", answer=answer)
        save = rig.store.save([Save("away", {"by": "second"}, before["away"].version)])
        note("save", answer=await _outcome(save))
        several = [Save("away-b", {"by": "batch"}, ""), Save("away-c", {"by": "batch"}, "")]
        note("save of many", answer=await _outcome(rig.store.save(several)))
        note("delete", answer=await _outcome(rig.store.delete("away", before["away"].version)))
    note("afterwards", value=await values(rig.store, "away", "away-b", "away-c"))


async def _outcome(call: Any) -> str:
    """Unwell is said in one of two ways, and never by a success."""
    try:
        answer: dict[str, Stored] | frozenset[str] | bool = await call
    except TransientError:
        return "TransientError"
    assert not answer, answer
    return "nothing done" if answer is False else "nothing saved"


CASES = (
    nothing_there, keeps_what_was_saved, save_changes_the_version, lost_create_race,
    stale_version, version_never_given, many_fresh, many_with_one_stale,
    many_with_a_lost_create, delete_what_is_fresh, delete_what_has_changed, delete_what_is_gone,
    save_after_a_delete, recreated_with_an_old_version, *EXPIRY_CASES, store_away,
)  # fmt: skip
