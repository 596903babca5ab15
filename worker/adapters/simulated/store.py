"""The simulated objects under their resourceVersions, and how they leave.

Names, uids and versions are counted and time comes from the clock, so a run can be repeated.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from worker.adapters.simulated.objects import API_VERSIONS, controller, stamp
from worker.engine.ports import Clock, Json

Key = tuple[str, str, str]
"""Kind, namespace and name."""


def _index() -> defaultdict[str, dict[Key, Json]]:
    return defaultdict(dict)


@dataclass
class Store:
    """`objects` is the truth; the two indexes only say where to look."""

    clock: Clock
    objects: dict[Key, Json] = field(default_factory=dict)
    gone: dict[Key, Json] = field(default_factory=dict)
    born_s: dict[str, float] = field(default_factory=dict)  # by uid
    deleted_s: dict[str, float] = field(default_factory=dict)  # by uid
    counter: int = 1000  # never confused with a count in a message
    _by_kind: defaultdict[str, dict[Key, Json]] = field(default_factory=_index)
    _by_controller: defaultdict[str, dict[Key, Json]] = field(default_factory=_index)

    def of(self, kind: str, namespace: str = "") -> list[Json]:
        return [
            one
            for key, one in self._by_kind[kind].items()
            if key in self.objects and namespace in ("", key[1])
        ]

    def controlled_by(self, owner: Json) -> list[Json]:
        mine = self._by_controller[owner["metadata"]["uid"]]
        return [one for key, one in mine.items() if key in self.objects]

    def find(self, kind: str, namespace: str, name: str) -> Json | None:
        """What is there, or was. Seen: inventory/vanished_pod, inventory/vanished_deployment."""
        key = (kind, namespace, name)
        return self.objects.get(key) or self.gone.get(key)

    def put(self, kind: str, one: Json) -> Json:
        """Store a new or changed object under a new resourceVersion."""
        self.counter += 1
        metadata = one["metadata"]
        metadata["resourceVersion"] = str(self.counter)
        if "uid" not in metadata:
            metadata["uid"] = f"uid-{self.counter}"
            metadata["creationTimestamp"] = stamp(self.clock.now_s())
            self.born_s[metadata["uid"]] = self.clock.now_s()
            one.update({"kind": kind, "apiVersion": API_VERSIONS[kind]})
        key = (kind, metadata.get("namespace", ""), metadata["name"])
        self.objects[key] = self._by_kind[kind][key] = one
        if (owner := controller(one)) is not None:
            self._by_controller[owner["uid"]][key] = one
        return one

    def delete(self, pod: Json) -> None:
        """It terminates first; deleted again, nothing changes.

        Seen: cluster_evictions/good, cluster_evictions/terminating_pod_anew.
        """
        uid = pod["metadata"]["uid"]
        if uid not in self.deleted_s:
            self.deleted_s[uid] = self.clock.now_s()
            pod["metadata"]["deletionTimestamp"] = stamp(self.clock.now_s())
            self.put("Pod", pod)

    def drop(self, kind: str, one: Json) -> None:
        """It is not there any more."""
        key = (kind, one["metadata"].get("namespace", ""), one["metadata"]["name"])
        self.gone[key] = self.objects.pop(key)
        del self._by_kind[kind][key]
        if (owner := controller(one)) is not None:
            del self._by_controller[owner["uid"]][key]
