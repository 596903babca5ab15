"""The API of the simulated cluster: the engine's ClusterApi, inventory and kill switch in one.

It does what a real API server was recorded to do under the shipped account. The transcripts named
here lie in tests/contracts/transcripts, as `file/case`.
"""

from __future__ import annotations

from dataclasses import dataclass

from worker.adapters.simulated import answers
from worker.adapters.simulated.objects import CLUSTER_SCOPED, controller, copied, selected
from worker.adapters.simulated.world import World
from worker.adapters.simulated.writes import evict, json_patch, merge_patch
from worker.domain.document.identity import Target
from worker.engine.ports import (
    ApiAnswer,
    Clock,
    Json,
    ObjectRef,
    PermanentError,
    TransientError,
    WriteRequest,
)

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
    """`away`: the API server can't be reached. `switch`: the kill switch's data, None: missing."""

    def __init__(self, clock: Clock) -> None:
        self.world = World(clock)
        self.writes: list[SimulatedWrite] = []
        self.away = False
        self.switch: Json | None = {"stop": "false"}
        self._clock = clock

    async def get(self, ref: ObjectRef) -> Json | None:
        """Seen: cluster_reads/nothing_there, cluster_away/reads."""
        self._read("get", ref)
        found: Json | None = copied(self._find(ref))
        return found

    async def list(self, ref: ObjectRef) -> Items:
        """Seen: cluster_reads/nothing_there, cluster_reads/list_by_selector."""
        self._read("list", ref)
        return [
            copied(one)
            for one in self.world.of(ref.kind, ref.namespace)
            if selected(one["metadata"].get("labels") or {}, ref.label_selector)
        ]

    async def write(self, request: WriteRequest) -> ApiAnswer:
        """Seen: cluster_away/write."""
        if self.away:
            return ApiAnswer(0, {"message": "the simulated API server is away"}, sent=False)
        self.world.advance()
        ref = request.ref
        answer = self._answer(request)
        self.world.advance()
        self.writes.append(
            SimulatedWrite(
                request.verb, request.subresource, ref.kind, ref.name, request.intent_id,
                answer.status,
            )
        )  # fmt: skip
        return answer

    async def server_time_s(self) -> float:
        """Seen: cluster_reads/server_time."""
        if self.away:
            raise TransientError("the simulated API server is away")
        return self._clock.now_s()

    async def is_set(self) -> bool:
        """Seen: kill_switch/let_through, kill_switch/stopped, kill_switch/other_words,
        kill_switch/no_entry, kill_switch/missing, kill_switch/unreachable.
        """
        if self.away:
            raise TransientError("the simulated API server is away")
        if self.switch is None:
            raise PermanentError("kill switch: its ConfigMap is missing")
        return self.stopped

    @property
    def stopped(self) -> bool:
        """Whether the switch is there and set."""
        return self.switch is not None and self.switch.get("stop") != "false"

    @stopped.setter
    def stopped(self, wanted: bool) -> None:
        self.switch = {"stop": str(wanted).lower()}

    @property
    def ready(self) -> bool:
        return True

    def owner_of_pod(self, namespace: str, pod: str) -> Target | None:
        """Seen: inventory/pod_of_a_deployment, inventory/naked_pod, inventory/unknown_pod,
        inventory/vanished_pod, inventory/vanished_deployment.
        """
        found = self.world.find("Pod", namespace, pod)
        if found is None:
            return None
        top = Target("Pod", namespace, pod, found["metadata"]["uid"])
        while found is not None and (owner := controller(found)) is not None:
            top = Target(owner["kind"], namespace, owner["name"], owner["uid"])
            found = self.world.find(top.kind, namespace, top.name)
        return top

    def owner_of(self, namespace: str, kind: str, name: str) -> Target | None:
        """Seen: inventory/job_of_a_cron_job, inventory/scaled_by_an_autoscaler."""
        found = self.world.find(kind, namespace, name)
        if found is None:
            return None
        if kind == "HorizontalPodAutoscaler":
            scaled = found["spec"]["scaleTargetRef"]
            return self.workload(namespace, scaled["kind"], scaled["name"])
        owner = controller(found)
        if owner is None:
            return Target(kind, namespace, name, found["metadata"]["uid"])
        return Target(owner["kind"], namespace, owner["name"], owner["uid"])

    def services(self) -> int:
        return len(self.world.of("Deployment"))

    def workload(self, namespace: str, kind: str, name: str) -> Target | None:
        """Seen: inventory/workloads, inventory/vanished_deployment."""
        found = self.world.objects.get((kind, namespace, name))
        return Target(kind, namespace, name, found["metadata"]["uid"]) if found else None

    def _read(self, verb: str, ref: ObjectRef) -> None:
        """Raises TransientError, PermanentError. Seen: cluster_reads/without_the_right."""
        if self.away:
            raise TransientError("the simulated API server is away")
        refused = answers.forbidden(verb, ref)
        if refused is not None:
            what = f"{verb} {ref.kind} {ref.name}".strip()
            raise PermanentError(f"{what}: HTTP {refused.status} {refused.body['message']}")
        self.world.advance()

    def _answer(self, request: WriteRequest) -> ApiAnswer:
        ref = request.ref
        refused = answers.forbidden(request.verb, ref, request.subresource)
        if refused is not None:
            return refused
        found = self._find(ref)
        if found is None:
            return answers.not_found(ref)
        if isinstance(request.body, list):
            return json_patch(self.world, ref, found, request.body)
        if request.subresource == "eviction":
            return evict(self.world, ref, found, request.body)
        return merge_patch(self.world, ref, found, request.body)

    def _find(self, ref: ObjectRef) -> Json | None:
        """What belongs to the whole cluster has no namespace. Seen: cluster_others/cordon."""
        namespace = "" if ref.kind in CLUSTER_SCOPED else ref.namespace
        return self.world.objects.get((ref.kind, namespace, ref.name))
