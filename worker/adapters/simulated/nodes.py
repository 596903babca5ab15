"""The simulated nodes: API objects, of which tests see names and whether they take pods."""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping

from worker.adapters.simulated.store import Store
from worker.engine.ports import Json

CONDITIONS = {
    "Ready": "True", "MemoryPressure": "False", "DiskPressure": "False", "PIDPressure": "False",
    "NetworkUnavailable": "False",
}  # fmt: skip


class Nodes(MutableMapping[str, bool]):
    """Name → schedulable. Setting it is what somebody with every right does.

    Seen: cluster_others/cordon, cluster_others/uncordon.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def __getitem__(self, name: str) -> bool:
        return not self._store.objects["Node", "", name]["spec"].get("unschedulable")

    def __setitem__(self, name: str, schedulable: bool) -> None:
        node = self._store.objects.get(("Node", "", name)) or _made(name)
        if "uid" in node["metadata"] and self[name] == schedulable:
            return
        node["spec"].pop("unschedulable", None)
        if not schedulable:
            node["spec"]["unschedulable"] = True
        self._store.put("Node", node)

    def __delitem__(self, name: str) -> None:
        self._store.drop("Node", self._store.objects["Node", "", name])

    def condition(self, name: str, type_: str, status: str) -> None:
        """What its kubelet, or a detector on it, says of it. Seen: cluster_unwell/unfit_node."""
        node = self._store.objects["Node", "", name]
        conditions = node["status"]["conditions"]
        known = next((one for one in conditions if one["type"] == type_), None)
        if known is None:
            conditions.append({"type": type_, "status": status})
        else:
            known["status"] = status
        self._store.put("Node", node)

    def __iter__(self) -> Iterator[str]:
        return iter([one["metadata"]["name"] for one in self._store.of("Node")])

    def __len__(self) -> int:
        return len(self._store.of("Node"))


def place(store: Store, siblings: list[Json]) -> str | None:
    """The schedulable node with the fewest of these pods, then of all; None while there is none.

    Seen: cluster_others/cordon, cluster_others/no_node_is_left.
    """
    mine = [one["spec"].get("nodeName") for one in siblings]
    everyone = [one["spec"].get("nodeName") for one in store.of("Pod")]
    free = [name for name, schedulable in Nodes(store).items() if schedulable]
    return min(free, key=lambda name: (mine.count(name), everyone.count(name)), default=None)


def _made(name: str) -> Json:
    return {
        "metadata": {
            "name": name,
            "labels": {"kubernetes.io/hostname": name},
            "annotations": {"node.alpha.kubernetes.io/ttl": "0"},
        },
        "spec": {},
        "status": {"conditions": [{"type": one, "status": CONDITIONS[one]} for one in CONDITIONS]},
    }
