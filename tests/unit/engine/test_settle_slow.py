"""A journal topic that is slow, not away: it gets everything, over turns, and little of it twice.

In virtual time, so that nothing depends on how fast this machine is.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress

import pytest

from tests.simulation.fakes.memory_store import MemoryStore
from tests.simulation.fakes.virtual_time import VirtualClock, run
from tests.unit.domain.builders import NOW_S, POLICY, opened
from tests.unit.engine.parts import Recorder
from worker.domain.document.subject import SubjectDocument
from worker.domain.story.journal import Entry, EntryKind
from worker.domain.story.reason import Reason
from worker.engine.archive import Archive
from worker.engine.documents import Documents, to_save
from worker.engine.ports import TransientError
from worker.engine.settle import ENTRIES_AT_ONCE, Settle

SEND_TIMEOUT_S = 5.0
OWED = 3 * ENTRIES_AT_ONCE
TWICE_MAX = 2  # the batch that took too long, and then one by one


class SlowTopic:
    """One entry after the other, each taking its time, as the sidecar's topic takes them."""

    def __init__(self, entry_s: float) -> None:
        self.entry_s = entry_s
        self.taken: list[int] = []

    async def publish(self, subject: str, entries: Sequence[Entry]) -> None:
        assert subject
        for entry in entries:
            await asyncio.sleep(self.entry_s)
            self.taken.append(entry.seq)


class AwayTopic(SlowTopic):
    """Takes so many entries, and then is away."""

    async def publish(self, subject: str, entries: Sequence[Entry]) -> None:
        if len(self.taken) >= ENTRIES_AT_ONCE:
            raise TransientError("topic: away")
        await super().publish(subject, entries)


def owing() -> SubjectDocument:
    document = opened()
    while len(document.unpublished) < OWED:
        document = document.note(EntryKind.ALERT, Reason.ALERT_FIRING, NOW_S)
    return document


class Stage:
    """A document in a store that owes its journal to this topic."""

    def __init__(self, topic: SlowTopic) -> None:
        self.store, self.telemetry = MemoryStore(), Recorder()
        self.documents = Documents(self.store)
        self.subject = owing().subject
        self.settle = Settle(
            documents=self.documents, journal=topic, archive=Archive(self.store), sinks=[],
            clock=VirtualClock(),
            telemetry=self.telemetry, policy=POLICY, send_timeout_s=SEND_TIMEOUT_S,
        )  # fmt: skip

    async def begin(self) -> None:
        assert await self.store.save([to_save(owing(), "")])

    async def stored(self) -> SubjectDocument:
        loaded = await self.documents.load(self.subject.key)
        assert loaded is not None
        return loaded.document

    async def turn(self, deadline_s: float) -> int:
        """Settle as far as a turn's deadline allows; how much is on record then."""
        with suppress(TimeoutError):
            async with asyncio.timeout(deadline_s):
                assert await self.settle.settle(await self.stored(), 0.0) == await self.stored()
        return (await self.stored()).published_seq


def test_a_topic_that_needs_much_of_the_timeout_for_one_entry_gets_all_in_one_turn() -> None:
    topic = SlowTopic(0.4 * SEND_TIMEOUT_S)

    async def lived() -> None:
        stage = Stage(topic)
        await stage.begin()
        assert await stage.turn(3600.0) == OWED
        assert stage.telemetry.counts["journal_failed"] == 1, "once too slow, then one by one"

    run(lived())
    assert set(topic.taken) == set(range(1, OWED + 1))
    assert max(Counter(topic.taken).values()) <= TWICE_MAX


@pytest.mark.parametrize("deadline_s", [15.0, 60.0])
def test_cut_off_by_the_turns_deadline_each_turn_gets_further(deadline_s: float) -> None:
    topic, on_record = SlowTopic(0.4 * SEND_TIMEOUT_S), [0]

    async def lived() -> None:
        stage = Stage(topic)
        await stage.begin()
        while on_record[-1] < OWED:
            on_record.append(await stage.turn(deadline_s))
            assert on_record[-1] > on_record[-2], on_record

    run(lived())
    assert set(topic.taken) == set(range(1, OWED + 1))
    assert max(Counter(topic.taken).values()) <= TWICE_MAX


def test_a_topic_that_is_too_slow_for_a_single_entry_is_left_after_trying_that() -> None:
    topic = SlowTopic(1.1 * SEND_TIMEOUT_S)

    async def lived() -> None:
        stage = Stage(topic)
        await stage.begin()
        assert await stage.turn(2.5 * SEND_TIMEOUT_S) == 0
        assert stage.telemetry.counts["journal_failed"] == 2

    run(lived())
    assert topic.taken == []


def test_one_that_goes_away_is_asked_no_more_and_what_it_took_is_on_record() -> None:
    topic = AwayTopic(0.01)

    async def lived() -> None:
        stage = Stage(topic)
        await stage.begin()
        assert await stage.turn(3600.0) == ENTRIES_AT_ONCE
        assert stage.telemetry.counts["journal_failed"] == 1

    run(lived())
    assert topic.taken == [*range(1, ENTRIES_AT_ONCE + 1)]
