"""Documents in memory, as Redis behind Dapr's state API keeps them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import orjson

from worker.engine.ports import Json, Save, Stored, TransientError


class MemoryStore:
    """One for all replicas of a simulation; `away` is an outage.

    Seen: state_store/store_away (what was saved before is there afterwards).
    """

    def __init__(self) -> None:
        self.away = False
        self.largest_bytes = 0  # of any document that was ever saved
        self._documents: dict[str, tuple[bytes, int]] = {}
        self._expiry_s: dict[str, float] = {}  # by the loop's clock

    def dump(self) -> dict[str, tuple[bytes, int]]:
        """All of it at this moment."""
        return dict(self._documents)

    def put_back(self, dump: dict[str, tuple[bytes, int]]) -> None:
        """Everything since the dump is forgotten, versions too."""
        self._documents = dict(dump)

    async def load(self, keys: Sequence[str]) -> dict[str, Stored]:
        """Seen: state_store/nothing_there, state_store/keeps_what_was_saved."""
        await asyncio.sleep(0)
        if self.away:
            raise TransientError("the store is away")
        self._expire()
        found = {key: self._documents[key] for key in keys if key in self._documents}
        return {key: Stored(orjson.loads(raw), str(number)) for key, (raw, number) in found.items()}

    async def save(self, saves: Sequence[Save]) -> frozenset[str]:
        """A failed save of many has written the fresh ones; each alone then finds them changed.

        Seen: state_store/many_fresh, state_store/many_with_one_stale,
        state_store/many_with_a_lost_create.
        """
        await asyncio.sleep(0)
        self._expire()
        done = [self._put(save) for save in saves]  # each is tried, whatever became of the others
        if all(done):
            return frozenset(save.key for save in saves)
        if len(saves) == 1:
            return frozenset()
        await asyncio.sleep(0)
        return frozenset([save.key for save in saves if self._put(save)])

    async def delete(self, key: str, version: str) -> bool:
        """To delete what is gone is a success.

        Seen: state_store/delete_what_is_fresh, state_store/delete_what_has_changed,
        state_store/delete_what_is_gone.
        """
        await asyncio.sleep(0)
        self._expire()
        if self.away or self._number(key) not in (0, int(version)):
            return False
        self._documents.pop(key, None)
        self._expiry_s.pop(key, None)
        return True

    def raw(self, prefix: str) -> list[bytes]:
        """What the test looks at: the stored bytes under these keys."""
        return [raw for key, (raw, _) in self._documents.items() if key.startswith(prefix)]

    def values(self, prefix: str) -> list[Json]:
        """The same, read."""
        return [orjson.loads(raw) for raw in self.raw(prefix)]

    def _put(self, save: Save) -> bool:
        """Numbers begin again after a delete, and a document that is gone takes any version.

        Seen: state_store/lost_create_race, state_store/stale_version,
        state_store/version_never_given, state_store/save_changes_the_version,
        state_store/save_after_a_delete, state_store/recreated_with_an_old_version.
        """
        number = self._number(save.key)
        if self.away or number not in (0, int(save.version or 0)):
            return False
        raw = orjson.dumps(save.value)
        self.largest_bytes = max(self.largest_bytes, len(raw))
        self._documents[save.key] = (raw, number + 1)
        if save.ttl_s is not None:
            self._expiry_s[save.key] = asyncio.get_running_loop().time() + save.ttl_s
        return True

    def _expire(self) -> None:
        """Gone like a deleted one.

        Seen: state_store/expires, state_store/saved_again_lives_longer,
        state_store/created_again_after_expiry, state_store/saved_after_expiry.
        """
        now_s = asyncio.get_running_loop().time()
        for key in [key for key, at_s in self._expiry_s.items() if at_s <= now_s]:
            del self._documents[key], self._expiry_s[key]

    def _number(self, key: str) -> int:
        """The version of what is there; 0 when nothing is."""
        return self._documents[key][1] if key in self._documents else 0
