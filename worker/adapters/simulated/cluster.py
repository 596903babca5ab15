"""The API of the simulated cluster: the engine's ClusterApi, inventory and kill switch in one.

Imitates, as recorded from a real API server: an eviction with a uid or resourceVersion that no
longer holds answers 409 Conflict; one that a disruption budget forbids answers 429 with the cause
DisruptionBudget; a merge patch whose resourceVersion is old answers 409; a missing object answers
404 with its name in the details.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass

from worker.adapters.simulated.world import Key, World, controller, is_ready
from worker.domain.identity import Target
from worker.engine.ports import ApiAnswer, Clock, Json, ObjectRef, WriteRequest

Items = list[Json]


@dataclass(frozen=True, slots=True)
class SimulatedWrite:
    """One mutating request as it was answered: the oracle of tests, like an audit log."""

    verb: str
    subresource: str
    kind: str
    name: str
    intent_id: str
    code: int


class SimulatedCluster:
    def __init__(self, clock: Clock) -> None:
        self.world = World(clock)
        self.writes: list[SimulatedWrite] = []
        self.stopped = False
        self._clock = clock

    async def get(self, ref: ObjectRef) -> Json | None:
        self.world.advance()
        found = self.world.objects.get((ref.kind, ref.namespace, ref.name))
        return copy.deepcopy(found)

    async def list(self, ref: ObjectRef) -> Items:
        self.world.advance()
        wanted = dict(part.split("=", 1) for part in ref.label_selector.split(",") if "=" in part)
        return [
            copy.deepcopy(one)
            for one in self.world.of(ref.kind, ref.namespace)
            if wanted.items() <= (one["metadata"].get("labels") or {}).items()
        ]

    async def write(self, request: WriteRequest) -> ApiAnswer:
        self.world.advance()
        ref = request.ref
        found = self.world.objects.get((ref.kind, ref.namespace, ref.name))
        if found is None:
            answer = failure(404, "NotFound", f'"{ref.name}" not found', {"name": ref.name})
        elif request.subresource == "eviction":
            assert isinstance(request.body, dict)
            answer = self._evict(found, request.body)
        else:
            assert isinstance(request.body, dict)
            answer = self._patch(ref.kind, found, request.body)
        self.world.advance()
        self.writes.append(
            SimulatedWrite(
                request.verb, request.subresource, ref.kind, ref.name, request.intent_id,
                answer.status,
            )
        )  # fmt: skip
        return answer

    async def server_time_s(self) -> float:
        return self._clock.now_s()

    async def is_set(self) -> bool:
        return self.stopped

    @property
    def ready(self) -> bool:
        return True

    def owner_of_pod(self, namespace: str, pod: str) -> Target | None:
        key: Key = ("Pod", namespace, pod)
        found = self.world.objects.get(key) or self.world.gone.get(key)
        if found is None:
            return None
        kind = "Pod"
        for above in ("ReplicaSet", "Deployment"):
            owner = controller(found)
            parents = [
                one for one in self.world.of(above, namespace) if one["metadata"]["uid"] == owner
            ]
            if parents:
                kind, found = above, parents[0]
        metadata = found["metadata"]
        return Target(kind, namespace, metadata["name"], metadata["uid"])

    def workload(self, namespace: str, kind: str, name: str) -> Target | None:
        found = self.world.objects.get((kind, namespace, name))
        return Target(kind, namespace, name, found["metadata"]["uid"]) if found else None

    def _evict(self, pod: Json, body: Json) -> ApiAnswer:
        metadata = pod["metadata"]
        wanted = (body.get("deleteOptions") or {}).get("preconditions") or {}
        for name in ("uid", "resourceVersion"):
            if name in wanted and wanted[name] != metadata[name]:
                return failure(409, "Conflict", f"the {name} in the precondition does not match")
        if self._blocked(pod):
            cause = {"causes": [{"reason": "DisruptionBudget"}]}
            return failure(429, "TooManyRequests", "Cannot evict pod", cause)
        self.world.delete(pod)
        return ApiAnswer(201, {"kind": "Status", "status": "Success"})

    def _blocked(self, pod: Json) -> bool:
        """Source: the eviction subresource; the default policy is IfHealthyBudget."""
        for budget in self.world.of("PodDisruptionBudget", pod["metadata"]["namespace"]):
            selected = budget["spec"]["selector"]["matchLabels"].items()
            if not selected <= pod["metadata"]["labels"].items():
                continue
            status = budget["status"]
            enough = status["currentHealthy"] >= status["desiredHealthy"]
            if status["disruptionsAllowed"] < 1 and (is_ready(pod) or not enough):
                return True
        return False

    def _patch(self, kind: str, found: Json, body: Json) -> ApiAnswer:
        metadata = body.get("metadata") or {}
        for name in ("uid", "resourceVersion"):
            if name in metadata and metadata[name] != found["metadata"][name]:
                return failure(409, "Conflict", "the object has been modified")
        before = copy.deepcopy(found["spec"])
        merge(found, {**body, "metadata": {"annotations": metadata.get("annotations") or {}}})
        if found["spec"] != before:
            found["metadata"]["generation"] += 1
        self.world.put(kind, found)
        return ApiAnswer(200, copy.deepcopy(found))


def merge(target: Json, patch: Json) -> None:
    """A JSON merge patch (RFC 7386)."""
    for key, value in patch.items():
        if value is None:
            target.pop(key, None)
        elif isinstance(value, dict):
            if not isinstance(target.get(key), dict):
                target[key] = {}
            merge(target[key], value)
        else:
            target[key] = value


def failure(code: int, reason: str, message: str, details: Json | None = None) -> ApiAnswer:
    return ApiAnswer(
        code,
        {
            "kind": "Status", "status": "Failure", "code": code, "reason": reason,
            "message": message, "details": details or {},
        },
    )  # fmt: skip
