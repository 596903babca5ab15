"""Publishing through the sidecar: journal entries and dead letters, as CloudEvents."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import orjson

from worker.adapters.dapr.sidecar import Sidecar, segment
from worker.domain.story.journal import Entry
from worker.engine.ports import Json, TransientError

ENTRY_TYPE = "io.aiops-operator.journal.entry.v1"
LETTER_TYPE = "io.aiops-operator.deadletter.v1"
CLOUD_EVENT = {"Content-Type": "application/cloudevents+json"}


class Topic:
    """One topic of one component."""

    def __init__(self, sidecar: Sidecar, pubsub: str, topic: str) -> None:
        self._sidecar = sidecar
        self._path = f"/v1.0/publish/{segment(pubsub)}/{segment(topic)}"

    async def send(self, event: Json, key: str) -> None:
        """Durable at the broker when it returns. Raises TransientError."""
        answer = await self._sidecar.call(
            "POST",
            self._path,
            orjson.dumps(event),
            headers=CLOUD_EVENT,
            query={"metadata.partitionKey": key},
        )
        if not answer.ok:
            raise TransientError(f"publish answered {answer.status}")


class DaprJournalTopic:
    """Entries in their order, one event each; the id (subject, seq) makes a repeat recognisable."""

    def __init__(self, topic: Topic) -> None:
        self._topic = topic

    async def publish(self, subject: str, entries: Sequence[Entry]) -> None:
        for entry in entries:
            event: Json = {
                "specversion": "1.0",
                "type": ENTRY_TYPE,
                "source": "/aiops-operator",
                "id": f"{subject}#{entry.seq}",
                "subject": subject,
                "time": datetime.fromtimestamp(entry.at_ms / 1000, UTC).isoformat(),
                "datacontenttype": "application/json",
                "data": entry,
            }
            await self._topic.send(event, subject)


class DaprDeadLetterTopic:
    def __init__(self, topic: Topic) -> None:
        self._topic = topic

    async def publish(self, letter: Json) -> None:
        event: Json = {
            "specversion": "1.0",
            "type": LETTER_TYPE,
            "source": "/aiops-operator",
            "id": letter["id"],
            "time": datetime.fromtimestamp(letter["at_s"], UTC).isoformat(),
            "datacontenttype": "application/json",
            "data": letter,
        }
        await self._topic.send(event, letter["id"])
