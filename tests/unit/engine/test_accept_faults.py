"""Accepting while the store is unwell: nothing is acknowledged that may be lost, nobody waits for
somebody else's trouble."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from tests.unit.engine.rig import Rig, alert, body
from worker.domain.document.identity import INGEST, Subject, SubjectKind
from worker.engine.accept import SAVES_MAX
from worker.engine.documents import document_key
from worker.engine.ports import Save

A, B = Subject(SubjectKind.UNRESOLVED, "a", ""), Subject(SubjectKind.UNRESOLVED, "b", "")
FOR_A, FOR_B = body(alert(namespace="a")), body(alert(namespace="b"))


@pytest.fixture
async def hasty(tmp_path: Path) -> AsyncIterator[Rig]:
    """A rig that waits for its store for a moment only."""
    rig = Rig(tmp_path, accept_deadline_s=0.05)
    yield rig
    await rig.close()


@pytest.mark.parametrize("what", ["loads_fail", "saves_fail"])
async def test_a_store_that_is_away_acknowledges_nothing(rig: Rig, what: str) -> None:
    setattr(rig.store, what, True)
    assert await rig.deliver(FOR_A, FOR_B) == [False, False]
    assert rig.wakes.woken == []
    assert ("accept_failed", {"error": "TransientError"}) in rig.telemetry.labels
    setattr(rig.store, what, False)
    assert await rig.deliver(FOR_A, FOR_B) == [True, True]
    assert len(await rig.inbox(A)) == 1


async def test_a_dead_letter_that_cannot_be_stored_is_not_acknowledged(rig: Rig) -> None:
    rig.store.saves_fail = True
    assert await rig.deliver(b"{") == [False]
    rig.store.saves_fail = False
    assert await rig.engine.dead_letters.list() == []
    assert await rig.deliver(b"{") == [True]
    assert len(await rig.engine.dead_letters.list()) == 1


async def test_a_letter_of_which_nobody_would_be_told_is_not_acknowledged(rig: Rig) -> None:
    rig.store.unsavable = document_key(INGEST.key)
    assert await rig.deliver(b"{", FOR_A) == [False, True]
    rig.store.unsavable = ""
    assert await rig.deliver(b"{") == [True]
    assert len(await rig.inbox(INGEST)) == 1
    assert len(await rig.engine.dead_letters.list()) == 1


async def test_beyond_the_deadline_nothing_is_acknowledged(hasty: Rig) -> None:
    hasty.store.hangs = True
    assert await hasty.deliver(FOR_A, FOR_B) == [False, False]
    assert ("accept_failed", {"error": "TimeoutError"}) in hasty.telemetry.labels
    assert hasty.wakes.woken == []


@pytest.mark.parametrize(
    "unreadable",
    [
        {"schema": 99, "subject": {"kind": "unresolved", "scope": "a", "name": ""}},
        {"schema": 1, "subject": 3},
        {"schema": 1},
        {"schema": "2", "subject": {"kind": "unresolved", "scope": "a", "name": ""}},
        {"schema": None, "subject": {"kind": "unresolved", "scope": "a", "name": ""}},
    ],
    ids=["newer schema", "damaged", "empty", "a schema that is no number", "no schema"],
)
async def test_a_document_that_cannot_be_read_holds_up_nobody_else(
    rig: Rig, unreadable: dict[str, object]
) -> None:
    await rig.store.put(document_key(A.key), unreadable)
    both = body(alert(namespace="a"), alert("Both", namespace="b"))
    assert await rig.deliver(FOR_A, FOR_B, both) == [True, True, True]
    assert rig.on_disk(A) == unreadable, "not touched"
    assert {one.name for one in await rig.inbox(B)} == {"KubePodCrashLooping", "Both"}
    letters = await rig.engine.dead_letters.list()
    assert {one["reason"] for one in letters} == {"unreadable_state"}
    assert {one["position"] for one in letters} == {"alerts/0/0", "alerts/0/2"}, (
        "each with its place"
    )
    told = {one.labels["letter"] for one in await rig.inbox(INGEST)}
    assert told == {one["id"] for one in letters}, "and a human is told of each"
    assert sorted(rig.wakes.keys) == sorted([B.key, INGEST.key])


async def test_what_is_for_an_unreadable_document_and_cannot_be_kept_comes_again(
    rig: Rig,
) -> None:
    await rig.store.put(document_key(A.key), {"schema": 99})
    rig.store.unsavable = document_key(INGEST.key)
    assert await rig.deliver(FOR_A, FOR_B) == [False, True]
    rig.store.unsavable = ""
    assert await rig.deliver(FOR_A) == [True]
    assert len(await rig.engine.dead_letters.list()) == 1


async def test_a_lost_race_is_repeated_for_that_key_alone(rig: Rig) -> None:
    rig.store.lost = [document_key(A.key)]
    assert await rig.deliver(FOR_A, FOR_B) == [True, True]
    assert rig.store.saved(document_key(A.key)) == 1
    assert rig.store.saved(document_key(B.key)) == 1, "saved once: its version was not touched"
    assert len(await rig.inbox(A)) == 1
    assert sorted(rig.wakes.keys) == sorted([A.key, B.key])


async def test_what_the_faster_one_wrote_is_kept(rig: Rig) -> None:
    """Somebody else accepts another alert between our load and our save."""

    async def somebody_is_faster(saves: Sequence[Save]) -> None:
        if any(save.key == document_key(A.key) for save in saves):
            rig.store.before_save = None
            assert await rig.deliver(body(alert("Faster", namespace="a"))) == [True]

    rig.store.before_save = somebody_is_faster
    assert await rig.deliver(FOR_A) == [True]
    assert {one.name for one in await rig.inbox(A)} == {"Faster", "KubePodCrashLooping"}


async def test_races_lost_without_end_are_delivered_again(rig: Rig) -> None:
    rig.store.lost = [document_key(A.key)] * SAVES_MAX
    assert await rig.deliver(FOR_A, FOR_B) == [False, True]
    assert rig.wakes.keys == [B.key]
    assert await rig.deliver(FOR_A) == [True]


async def test_an_index_that_never_takes_the_entry_stops_the_save(rig: Rig) -> None:
    """An open subject is never missing in the index: without the entry there is no document."""
    rig.store.lost = ["open-"] * 50
    assert await rig.deliver(FOR_A) == [False]
    assert rig.on_disk(A) == {}
