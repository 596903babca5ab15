"""What nobody can read: kept with its reason, listed, published, and told to a human.

A letter is stored before its delivery is acknowledged. Its own topic gets a copy, owed until the
topic has it. Kept twice it is one letter: its id is made of body and position.
"""

from __future__ import annotations

import base64
import hashlib
from typing import Any

from worker.domain.alert import Alert, AlertStatus
from worker.domain.message import Malformed
from worker.engine.ports import Clock, DeadLetterTopic, Json, Save, StateStore, TransientError

BODY_KEPT_BYTES = 65536
SHARDS = 16
LETTERS_PER_SHARD_MAX = 256  # beyond it the oldest published letter of the shard is let go
CONFLICTS_MAX = 12


class DeadLetters:
    def __init__(self, store: StateStore, topic: DeadLetterTopic, clock: Clock) -> None:
        self._store = store
        self._topic = topic
        self._clock = clock

    async def keep(self, body: bytes, source: str, position: str, malformed: Malformed) -> Alert:
        """Durable when it returns; the alert tells a human of it. Raises TransientError."""
        digest = hashlib.sha256(body).hexdigest()
        letter_id = hashlib.sha256(f"{digest}|{source}|{position}".encode()).hexdigest()[:16]
        now_s = self._clock.now_s()
        letter: Json = {
            "schema": 1,
            "id": letter_id,
            "at_s": now_s,
            "source": source,
            "position": position,
            "reason": str(malformed.reason),
            "detail": malformed.detail,
            "sha256": digest,
            "size_bytes": len(body),
            **_shown(body[:BODY_KEPT_BYTES]),
        }
        key = _letter_key(letter_id)
        if key not in await self._store.save([Save(key, letter, "")]) and not await self._has(key):
            raise TransientError(f"dead letter {letter_id} could not be stored")
        summary = {
            "at_s": now_s, "source": source, "position": position,
            "reason": str(malformed.reason), "size_bytes": len(body), "published": False,
        }  # fmt: skip
        await self._list_it(letter_id, summary)
        return _alert(letter_id, source, malformed, now_s)

    async def list(self) -> list[Json]:
        """Newest first: id, time, source, position, reason, size, whether its topic has it."""
        stored = await self._store.load([f"deadletters-{shard:02d}" for shard in range(SHARDS)])
        letters = [
            {"id": letter_id, **summary}
            for one in stored.values()
            for letter_id, summary in one.value["letters"].items()
        ]
        return sorted(letters, key=lambda letter: -letter["at_s"])

    async def show(self, letter_id: str) -> Json | None:
        """The whole letter, with its body as text or base64."""
        key = _letter_key(letter_id)
        stored = (await self._store.load([key])).get(key)
        return None if stored is None else stored.value

    async def publish_owed(self) -> int:
        """Publish what the topic doesn't have yet; how many. Raises TransientError."""
        published = 0
        for summary in reversed(await self.list()):
            if summary["published"]:
                continue
            letter = await self.show(summary["id"])
            if letter is not None:
                await self._topic.publish(letter)
            await self._list_it(summary["id"], {"published": True})
            published += 1
        return published

    async def _has(self, key: str) -> bool:
        return key in await self._store.load([key])

    async def _list_it(self, letter_id: str, changes: dict[str, Any]) -> None:
        key = f"deadletters-{int(letter_id, 16) % SHARDS:02d}"
        for _ in range(CONFLICTS_MAX):
            stored = (await self._store.load([key])).get(key)
            letters: dict[str, Any] = dict(stored.value["letters"]) if stored else {}
            merged = {**changes, **letters.get(letter_id, {})}
            if changes.get("published"):
                merged["published"] = True
            if letters.get(letter_id) == merged:
                return
            letters[letter_id] = merged
            dropped = _over_the_bound(letters)
            save = Save(key, {"schema": 1, "letters": letters}, stored.version if stored else "")
            if key in await self._store.save([save]):
                for old in dropped:
                    await self._forget(old)
                return
        raise TransientError(f"dead letter list: lost {CONFLICTS_MAX} saves in a row")

    async def _forget(self, letter_id: str) -> None:
        key = _letter_key(letter_id)
        stored = (await self._store.load([key])).get(key)
        if stored is not None:
            await self._store.delete(key, stored.version)


def _letter_key(letter_id: str) -> str:
    return f"deadletter-{letter_id}"


def _over_the_bound(letters: dict[str, Any]) -> list[str]:
    """Take the oldest published ones out; what its topic doesn't have yet is never dropped."""
    published = sorted(
        (letter_id for letter_id, one in letters.items() if one["published"]),
        key=lambda letter_id: float(letters[letter_id]["at_s"]),
    )
    dropped = published[: max(0, len(letters) - LETTERS_PER_SHARD_MAX)]
    for letter_id in dropped:
        del letters[letter_id]
    return dropped


def _shown(body: bytes) -> dict[str, str]:
    try:
        return {"encoding": "utf-8", "body": body.decode()}
    except UnicodeDecodeError:
        return {"encoding": "base64", "body": base64.b64encode(body).decode()}


def _alert(letter_id: str, source: str, malformed: Malformed, now_s: float) -> Alert:
    return Alert(
        name="MalformedInput",
        status=AlertStatus.FIRING,
        labels={"alertname": "MalformedInput", "severity": "warning", "letter": letter_id},
        annotations={"summary": f"{source}: {malformed.detail}"},
        starts_at_s=now_s,
        ends_at_s=None,
        fingerprint=f"letter-{letter_id}",
    )
