"""Topics that the test reads, as a reader of Kafka behind Dapr would."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import orjson

from worker.domain.story.journal import Entry
from worker.engine.ports import Json, TransientError

EVENT_MAX_BYTES = (
    2**20
)  # Seen: journal_topic/cut_short; where exactly the limit lies, it doesn't say


@dataclass(frozen=True, slots=True)
class Published:
    """One record: the key that orders it, and the id that tells a repeat."""

    key: str
    id: str
    data: Json


@dataclass
class RecordingJournalTopic:
    """Seen: journal_topic/in_order, journal_topic/several_subjects, journal_topic/published_again
    (a repeat is a record of its own), journal_topic/nothing_to_publish.
    """

    records: list[Published] = field(default_factory=list)
    away: bool = False

    async def publish(self, subject: str, entries: Sequence[Entry]) -> None:
        """One after the other; where one fails, the earlier ones are there.

        Seen: journal_topic/cut_short, journal_topic/journal_away.
        """
        for entry in entries:
            raw = orjson.dumps(entry)
            if self.away or len(raw) > EVENT_MAX_BYTES:
                raise TransientError("the topic is away, or the event too large for it")
            self.records.append(Published(subject, f"{subject}#{entry.seq}", orjson.loads(raw)))


@dataclass
class RecordingDeadLetterTopic:
    """Seen: dead_letter_topic/letters, dead_letter_topic/letters_away."""

    records: list[Published] = field(default_factory=list)
    away: bool = False

    async def publish(self, letter: Json) -> None:
        if self.away:
            raise TransientError("the topic is away")
        self.records.append(Published(letter["id"], letter["id"], dict(letter)))
