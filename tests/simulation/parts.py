"""What all replicas of a simulation share: the world and everything that outlives a process."""

from __future__ import annotations

from asyncio import Future
from dataclasses import dataclass, field

from tests.simulation.fakes.memory_store import MemoryStore
from tests.simulation.fakes.recording_sink import RecordingSink
from tests.simulation.fakes.recording_topics import (
    RecordingDeadLetterTopic,
    RecordingJournalTopic,
)
from tests.simulation.fakes.simulated_monitor import SimulatedMonitor
from tests.simulation.fakes.simulated_rules import SimulatedRules
from tests.simulation.fakes.virtual_time import VirtualClock
from tests.simulation.nemesis import Nemesis
from worker.adapters.simulated import SimulatedCluster
from worker.adapters.simulated.objects import is_ready, is_terminating
from worker.domain.incoming.correlation import CAUSE_OF_ALERT
from worker.domain.observed.rule_window import RuleWindow
from worker.domain.playbooks.pack import Pack
from worker.engine.ports import ApiAnswer, WriteRequest

RULE = RuleWindow(for_s=20.0, lookback_s=0.0)  # every rule: a symptom must last this long
LEASE_S = 900.0  # when a lease's target is read, whatever else is known
WORLD_STEP_S = 0.2  # a real controller takes longer to notice anything


@dataclass(frozen=True, slots=True)
class Applied:
    """One write that the API server carried out: the oracle, which no worker can reach."""

    at_s: float
    request: WriteRequest
    intent_was_durable: bool
    intent_was_claimed: bool  # in a scope's document
    target_was_as_read: bool  # by the host that sent it, when it sent it
    target_was_ready: bool
    target_was_controlled: bool  # a pod that something makes again, or no pod
    long_sick: int  # services that were sick at this moment, and acknowledged to be for a while
    services: int
    ready_before: int  # ready pods of its service just before
    others_disrupted: tuple[str, ...]  # services of earlier writes that are not back yet
    looked_s_ago: float  # since its host last read this service, when it sent the write

    @property
    def subject(self) -> tuple[str, str]:
        """Namespace and app: names of pods begin with their workload's."""
        return self.request.ref.namespace, self.request.ref.name.split("-")[0]


@dataclass
class Shared:
    nemesis: Nemesis
    pack: Pack
    clock: VirtualClock = field(default_factory=VirtualClock)
    store: MemoryStore = field(default_factory=MemoryStore)
    journal: RecordingJournalTopic = field(default_factory=RecordingJournalTopic)
    dead_letters: RecordingDeadLetterTopic = field(default_factory=RecordingDeadLetterTopic)
    sink: RecordingSink = field(default_factory=RecordingSink)
    monitor: SimulatedMonitor = field(default_factory=SimulatedMonitor)
    rules: SimulatedRules = field(
        default_factory=lambda: SimulatedRules(dict.fromkeys(CAUSE_OF_ALERT, RULE))
    )
    requests: list[tuple[str, str, str]] = field(default_factory=list)
    """Host, what was asked ("read" or "write"), and the write's intent, in their order; a write
    that got no clear answer is "unclear"."""
    applied: list[Applied] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    """Alerts by fingerprint that were not durable at the moment of their acknowledgement."""
    restored_s: list[float] = field(default_factory=list)  # when an old dump was put back
    sick_since_s: dict[tuple[str, str], float] = field(default_factory=dict)
    """Since when a firing alert about a service is acknowledged, by namespace and app."""
    doubtful: set[tuple[str, str]] = field(default_factory=set)
    """Services of which the monitor once said resolved while they were sick."""
    meddled_with: set[tuple[str, str]] = field(default_factory=set)
    """Services of which a person deleted a pod: that they are down is not our doing."""
    unanswered: str = ""  # the API server never answers about the workload of this name
    stopped_since_s: float | None = None  # the kill switch
    sent_while_stopped: list[tuple[str, float]] = field(default_factory=list)
    late: list[Future[ApiAnswer]] = field(
        default_factory=list
    )  # writes that came after their answer

    def __post_init__(self) -> None:
        self.cluster = SimulatedCluster(self.clock)
        self.cluster.world.step_s = WORLD_STEP_S

    def ready(self, subject: tuple[str, str]) -> int:
        """Ready pods of a service, in truth."""
        namespace, app = subject
        return sum(
            is_ready(pod) and not is_terminating(pod)
            for pod in self.cluster.world.of("Pod", namespace)
            if pod["metadata"]["labels"].get("app") == app
        )

    def disrupted(self, but: tuple[str, str]) -> tuple[str, ...]:
        """Services with fewer ready pods than just before the last write on them, for as long as
        such a write may count as a disruption."""
        last = {one.subject: one for one in self.applied}
        since_s = self.clock.now_s() - LEASE_S
        return tuple(
            "/".join(subject)
            for subject, one in last.items()
            if subject != but
            and one.at_s > since_s
            and self.ready(subject) < one.ready_before
            and subject not in self.meddled_with
        )

    def long_sick(self, for_s: float) -> int:
        """How many services are known to be sick since so long."""
        now_s = self.clock.now_s()
        known = {key: one for key, one in self.sick_since_s.items() if key not in self.doubtful}
        return sum(now_s - since_s >= for_s for since_s in known.values())

    def turn_kill_switch(self, stop: bool) -> None:
        self.cluster.stopped = stop
        self.stopped_since_s = self.clock.now_s() if stop else None
