"""JournalTopic and DeadLetterTopic: order, key, and how a repeat is told from news."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from tests.contracts.observing import Note
from worker.domain.document.codec import decode
from worker.domain.story.journal import Entry, EntryKind, broken_at, chained
from worker.domain.story.reason import Reason
from worker.engine.ports import DeadLetterTopic, JournalTopic, Json, TransientError

AT_S = 1_800_000_000.25


@dataclass(frozen=True, slots=True)
class Read:
    """One record as a reader of the topic finds it; `place` is where it is ordered."""

    key: str
    id: str
    data: Json
    place: str = ""


class TopicRig(Protocol):
    @property
    def journal(self) -> JournalTopic: ...

    @property
    def letters(self) -> DeadLetterTopic: ...

    async def read(self, key: str) -> list[Read]:
        """Everything under this key, in the order of its place."""

    async def events(self, key: str) -> list[Json]:
        """The same as whole events, where there are any."""

    async def cut_off(self) -> None:
        """Nothing can be published any more."""


def entries(count: int, detail: dict[str, str] | None = None) -> list[Entry]:
    """A chain of this length."""
    made: list[Entry] = []
    for seq in range(1, count + 1):
        made.append(
            chained(
                seq=seq, at_s=AT_S + seq, kind=EntryKind.HELD, reason=Reason.HEALTHY,
                incident="incident-1", detail=detail or {"text": "grüße \u2028"},
                previous=made[-1].hash if made else "",
            )
        )  # fmt: skip
    return made


def letter(identity: str) -> Json:
    return {"id": identity, "at_s": AT_S, "reason": "not_json", "body": "{grüße", "size_bytes": 8}


def told(found: list[Read]) -> list[list[str]]:
    return [[one.key, one.id] for one in found]


async def in_order(rig: TopicRig, note: Note) -> None:
    """One place for a subject, and its chain unbroken after the journey."""
    wanted = entries(5)
    await rig.journal.publish("ordered", wanted[:2])
    await rig.journal.publish("ordered", wanted[2:])
    found = await rig.read("ordered")
    kept = [decode(Entry, one.data) for one in found]
    assert kept == wanted
    assert broken_at(kept) is None
    assert len({one.place for one in found}) == 1
    note("read", found=told(found))


async def several_subjects(rig: TopicRig, note: Note) -> None:
    for subject in ("left", "right", "grüße/ümlaut"):
        await rig.journal.publish(subject, entries(2))
    for subject in ("right", "left", "grüße/ümlaut"):
        note("read", found=told(await rig.read(subject)))


async def published_again(rig: TopicRig, note: Note) -> None:
    """A repeat is either not there or has the same id."""
    wanted = entries(2)
    await rig.journal.publish("again", wanted)
    await rig.journal.publish("again", wanted)
    found = await rig.read("again")
    assert len({one.id for one in found}) == 2
    assert all(one.data in [found[0].data, found[1].data] for one in found)
    note("read", found=told(found))


async def nothing_to_publish(rig: TopicRig, note: Note) -> None:
    await rig.journal.publish("silent", [])
    note("read", found=told(await rig.read("silent")))


async def cut_short(rig: TopicRig, note: Note) -> None:
    """The second is too large for the topic: what came before is there, what follows is not."""
    first, second, third = entries(3)
    second.detail["text"] = "x" * (2 * 2**20)
    note("publish", answer=await _outcome(rig, "cut-short", [first, second, third]))
    note("read", found=told(await rig.read("cut-short")))


async def journal_away(rig: TopicRig, note: Note) -> None:
    await rig.cut_off()
    answer = await _outcome(rig, "away", entries(2))
    assert answer == "TransientError"
    note("publish", answer=answer)


async def whole_event(rig: TopicRig, note: Note) -> None:
    """What a reader finds around an entry: a CloudEvent, with what the sidecar adds."""
    (wanted,) = entries(1)
    await rig.journal.publish("whole", [wanted])
    (event,) = await rig.events("whole")
    assert decode(Entry, event.pop("data")) == wanted
    note("event", **{key: event[key] for key in sorted(event)})


async def letters(rig: TopicRig, note: Note) -> None:
    """Keyed and told apart by their own id; twice is recognisable."""
    for identity in ("letter-1", "letter-2", "letter-1"):
        await rig.letters.publish(letter(identity))
    for identity in ("letter-1", "letter-2"):
        found = await rig.read(identity)
        assert all(one.data == letter(identity) for one in found)
        note("read", found=told(found))


async def letters_away(rig: TopicRig, note: Note) -> None:
    await rig.cut_off()
    try:
        await rig.letters.publish(letter("letter-3"))
    except TransientError as error:
        note("publish", error=type(error).__name__)


async def whole_letter(rig: TopicRig, note: Note) -> None:
    await rig.letters.publish(letter("letter-4"))
    (event,) = await rig.events("letter-4")
    assert event.pop("data") == letter("letter-4")
    note("event", **{key: event[key] for key in sorted(event)})


async def _outcome(rig: TopicRig, subject: str, wanted: list[Entry]) -> str:
    try:
        await rig.journal.publish(subject, wanted)
    except TransientError:
        return "TransientError"
    return "published"


JOURNAL_CASES = (
    in_order, several_subjects, published_again, nothing_to_publish, cut_short, journal_away,
)  # fmt: skip
LETTER_CASES = (letters, letters_away)
ENVELOPE_CASES = (whole_event, whole_letter)
"""What only a broker has: no fake claims it."""
