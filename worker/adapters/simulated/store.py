"""The simulated objects under their resourceVersions, and how they leave.

Names, uids and versions are counted and time comes from the clock, so a run can be repeated.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from worker.adapters.simulated.objects import API_VERSIONS, stamp
from worker.engine.ports import Clock, Json

Key = tuple[str, str, str]
"""Kind, namespace and name."""


@dataclass
class Store:
    clock: Clock
    objects: dict[Key, Json] = field(default_factory=dict)
    gone: dict[Key, Json] = field(default_factory=dict)
    born_s: dict[str, float] = field(default_factory=dict)  # by uid
    deleted_s: dict[str, float] = field(default_factory=dict)  # by uid
    counter: int = 1000  # never confused with a count in a message

    def of(self, kind: str, namespace: str = "") -> list[Json]:
        return [
            one for (k, n, _), one in self.objects.items() if k == kind and namespace in ("", n)
        ]

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
        self.objects[(kind, metadata["namespace"], metadata["name"])] = one
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
        key = (kind, one["metadata"]["namespace"], one["metadata"]["name"])
        self.gone[key] = self.objects.pop(key)
