"""Who owns which pod, Job and autoscaler, as last seen. What vanished is remembered for hours, so
that an alert about a pod that is gone still finds its owner.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass

from worker.domain.document.identity import Target

VANISHED_KEPT_S = 6 * 3600.0
VANISHED_MAX = 20000  # objects; the oldest are forgotten first
CHAIN_MAX = 5  # owners above a pod; a longer chain is a loop

Key = tuple[str, str]
"""Namespace and name; the kind is kept apart."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is kept of one object; `owner` is its controller, with the uid that it names; of an
    autoscaler it is what it scales, by kind and name only."""

    uid: str
    owner: Target | None


class Memory:
    def __init__(self) -> None:
        self._present: dict[str, dict[Key, Known]] = {}
        self._vanished: OrderedDict[tuple[str, Key], tuple[float, Known]] = OrderedDict()

    def owner_of_pod(self, namespace: str, pod: str, now_s: float) -> Target | None:
        """The top of the pod's owner chain; the pod itself when nothing controls it."""
        return self.owner_of("Pod", namespace, pod, now_s)

    def owner_of(self, kind: str, namespace: str, name: str, now_s: float) -> Target | None:
        """The top of its owner chain; itself when nothing controls it."""
        known = self._find(kind, (namespace, name), now_s)
        if known is None:
            return None
        top = Target(kind, namespace, name, known.uid)
        for _ in range(CHAIN_MAX):
            if known is None or known.owner is None:
                break
            top = known.owner
            known = self._find(top.kind, (namespace, top.name), now_s)
        return top

    def scaled_by(self, kind: str, namespace: str, name: str, now_s: float) -> Target | None:
        """What this autoscaler scales, when it exists."""
        known = self._find(kind, (namespace, name), now_s)
        if known is None or known.owner is None:
            return None
        return self.present(known.owner.kind, namespace, known.owner.name)

    def present(self, kind: str, namespace: str, name: str) -> Target | None:
        known = self._present.get(kind, {}).get((namespace, name))
        return None if known is None else Target(kind, namespace, name, known.uid)

    def count(self, kinds: tuple[str, ...]) -> int:
        return sum(len(self._present.get(kind, {})) for kind in kinds)

    def replace(self, kind: str, found: Mapping[Key, Known], now_s: float) -> None:
        """All there is of this kind; what is missing has vanished."""
        for key in [key for key in self._present.get(kind, {}) if key not in found]:
            self.drop(kind, key, now_s)
        self._present[kind] = dict(found)

    def put(self, kind: str, key: Key, known: Known) -> None:
        self._present.setdefault(kind, {})[key] = known

    def drop(self, kind: str, key: Key, now_s: float) -> None:
        known = self._present.get(kind, {}).pop(key, None)
        if known is None:
            return
        self._vanished.pop((kind, key), None)
        self._vanished[kind, key] = (now_s, known)
        while self._vanished:
            oldest_s, _ = next(iter(self._vanished.values()))
            if oldest_s >= now_s - VANISHED_KEPT_S and len(self._vanished) <= VANISHED_MAX:
                break
            self._vanished.popitem(last=False)

    def _find(self, kind: str, key: Key, now_s: float) -> Known | None:
        known = self._present.get(kind, {}).get(key)
        if known is None and (kind, key) in self._vanished:
            at_s, gone = self._vanished[kind, key]
            return gone if at_s >= now_s - VANISHED_KEPT_S else None
        return known
