"""The kill switch: one ConfigMap beside the worker, read before every write.

Only `stop: "false"` lets writes through; a switch that is missing or unreadable counts as set.
"""

from __future__ import annotations

from worker.engine.ports import ClusterApi, ObjectRef, PermanentError


class KubernetesKillSwitch:
    def __init__(self, cluster: ClusterApi, namespace: str, name: str) -> None:
        self._cluster = cluster
        self._ref = ObjectRef("ConfigMap", namespace, name)

    async def is_set(self) -> bool:
        found = await self._cluster.get(self._ref)
        if found is None:
            raise PermanentError(
                f"kill switch: ConfigMap {self._ref.namespace}/{self._ref.name} is missing; create "
                f"it with: kubectl -n {self._ref.namespace} create configmap {self._ref.name} "
                "--from-literal=stop=false"
            )
        return bool((found.get("data") or {}).get("stop") != "false")
