"""What nobody can read: kept with its reason, listed, published, and told to a human.

A letter is stored before its delivery is acknowledged. Its own topic gets a copy, owed until the
topic has it. Kept twice it is one letter: its id is made of body, position and what is wrong.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from worker.domain.incoming.alert import Alert, AlertStatus
from worker.domain.incoming.malformed import Malformed
from worker.engine.ports import Clock, DeadLetterTopic, Json, Save, StateStore, TransientError

BODY_KEPT_BYTES = 65536
SHARDS = 16
LETTERS_PER_SHARD_MAX = 256  # beyond it the oldest published letter of the shard is let go
CONFLICTS_MAX = 12


@dataclass(frozen=True, slots=True)
class Unread:
    """A message as it came, from where, and why nobody can read it."""

    body: bytes
    source: str
    position: str
    malformed: Malformed


class DeadLetters:
    def __init__(self, store: StateStore, topic: DeadLetterTopic, clock: Clock) -> None:
        self._store = store
        self._topic = topic
        self._clock = clock

    async def keep(self, unread: Sequence[Unread]) -> list[Alert]:
        """Durable when it returns; an alert each tells a human of it. Raises TransientError."""
        letters = {letter["id"]: letter for letter in map(self._letter, unread)}
        if not letters:
            return []
        saves = [Save(_letter_key(name), letter, "") for name, letter in letters.items()]
        unsure = {save.key for save in saves} - await self._store.save(saves)
        there = await self._store.load(sorted(unsure)) if unsure else {}
        if len(there) < len(unsure):
            raise TransientError(f"{len(unsure) - len(there)} dead letters could not be stored")
        await self._list({name: _summary(letter) for name, letter in letters.items()})
        return [_alert(letter) for letter in letters.values()]

    def _letter(self, unread: Unread) -> Json:
        body, source, position = unread.body, unread.source, unread.position
        digest = hashlib.sha256(body).hexdigest()
        identity = f"{digest}|{source}|{position}|{unread.malformed.detail}"
        return {
            "schema": 1,
            "id": hashlib.sha256(identity.encode()).hexdigest()[:16],
            "at_s": self._clock.now_s(),
            "source": source,
            "position": position,
            "reason": str(unread.malformed.reason),
            "detail": unread.malformed.detail,
            "sha256": digest,
            "size_bytes": len(body),
            **_shown(body[:BODY_KEPT_BYTES]),
        }

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

    async def publish_owed(self, at_most: int) -> int:
        """Publish what the topic doesn't have yet, oldest first. Raises TransientError."""
        owed = [one for one in reversed(await self.list()) if not one["published"]][:at_most]
        for summary in owed:
            letter = await self.show(summary["id"])
            if letter is not None:
                await self._topic.publish(letter)
            await self._list({summary["id"]: {**summary, "published": True}})
        return len(owed)

    async def _list(self, summaries: Mapping[str, Json]) -> None:
        """Put letters on the list, or on record as published; the oldest published ones go."""
        pending: dict[str, dict[str, Json]] = {}
        for name, summary in summaries.items():
            pending.setdefault(_shard_key(name), {})[name] = summary
        for _ in range(CONFLICTS_MAX):
            stored = await self._store.load(sorted(pending))
            saves: list[Save] = []
            dropped: dict[str, list[str]] = {}
            for shard, changes in sorted(pending.items()):
                found = stored.get(shard)
                before: dict[str, Json] = found.value["letters"] if found else {}
                fresh = {
                    name: _later(before.get(name), summary)
                    for name, summary in changes.items()
                    if name in before or not summary["published"]  # let go in the meantime
                }
                letters = {**before, **fresh}
                dropped[shard] = _over_the_bound(letters)
                value = {"schema": 1, "letters": letters}
                saves.append(Save(shard, value, found.version if found else ""))
            for shard in await self._store.save(saves):
                del pending[shard]
                for old in dropped[shard]:
                    await self._forget(old)
            if not pending:
                return
        raise TransientError(f"dead letter list: lost {CONFLICTS_MAX} saves in a row")

    async def _forget(self, letter_id: str) -> None:
        key = _letter_key(letter_id)
        stored = (await self._store.load([key])).get(key)
        if stored is not None:
            await self._store.delete(key, stored.version)


def _later(before: Json | None, now: Json) -> Json:
    """What is published stays published, and a letter keeps the time at which it came first."""
    if before is None:
        return now
    return {**now, "at_s": before["at_s"], "published": before["published"] or now["published"]}


def _shard_key(letter_id: str) -> str:
    return f"deadletters-{int(letter_id, 16) % SHARDS:02d}"


def _letter_key(letter_id: str) -> str:
    return f"deadletter-{letter_id}"


def _over_the_bound(letters: dict[str, Json]) -> list[str]:
    """Take the oldest published ones out. What its topic doesn't have yet is never dropped: when
    there is no room left, the sender has to come again."""
    published = sorted(
        (name for name, one in letters.items() if one["published"]),
        key=lambda name: float(letters[name]["at_s"]),
    )
    excess = len(letters) - LETTERS_PER_SHARD_MAX
    if excess > len(published):
        raise TransientError(f"no room: {LETTERS_PER_SHARD_MAX} dead letters are not published")
    dropped = published[: max(0, excess)]
    for name in dropped:
        del letters[name]
    return dropped


def _summary(letter: Json) -> Json:
    """A letter's line in the list."""
    told = ("at_s", "source", "position", "reason", "size_bytes")
    return {**{name: letter[name] for name in told}, "published": False}


def _shown(body: bytes) -> dict[str, str]:
    try:
        return {"encoding": "utf-8", "body": body.decode()}
    except UnicodeDecodeError:
        return {"encoding": "base64", "body": base64.b64encode(body).decode()}


def _alert(letter: Json) -> Alert:
    return Alert(
        name="MalformedInput",
        status=AlertStatus.FIRING,
        labels={"alertname": "MalformedInput", "severity": "warning", "letter": letter["id"]},
        annotations={"summary": f"{letter['source']}: {letter['detail']}"},
        starts_at_s=letter["at_s"],
        ends_at_s=None,
        fingerprint=f"letter-{letter['id']}",
    )
