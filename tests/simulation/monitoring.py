"""The simulation's Prometheus and Alertmanager: rules over the true pods, unreliable delivery."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from tests.simulation.host import Host
from tests.simulation.parts import RULE, Shared
from worker.adapters.simulated.objects import is_ready, is_terminating
from worker.domain.incoming.alert import fingerprint_of
from worker.engine.delivery import Delivery, Source
from worker.engine.ports import Json

EVERY_S = 5.0  # evaluation of the rules
REPEAT_S = 60.0  # a firing alert is sent again
LATE_MAX_S = 40.0  # a delivery may come this much later
AGAIN_AFTER_S = 2.0  # what wasn't acknowledged comes again


@dataclass(frozen=True, slots=True)
class Taken:
    """One acknowledgement: when, and by whom."""

    at_s: float
    host: Host
    alert: Json


@dataclass
class Monitoring:
    """`hosts` are those that live now; `sent` is the harness' own record of every alert."""

    shared: Shared
    hosts: Callable[[], list[Host]]
    since_s: dict[str, float] = field(default_factory=dict)
    sent_s: dict[str, float] = field(default_factory=dict)
    labels: dict[str, Json] = field(default_factory=dict)
    sent: list[Json] = field(default_factory=list)
    acknowledged: list[Json] = field(default_factory=list)
    taken: list[Taken] = field(default_factory=list)
    letters: list[bytes] = field(default_factory=list)  # acknowledged, and nobody can read them
    held_up: list[tuple[float, Json]] = field(default_factory=list)
    """How long alerts took that came in one batch with a letter, tries on the dead not counted."""
    _deliveries: set[asyncio.Task[None]] = field(default_factory=set)

    async def run(self) -> None:
        while True:
            self._evaluate()
            await asyncio.sleep(EVERY_S)

    def _evaluate(self) -> None:
        now_s = self.shared.clock.now_s()
        self.shared.cluster.world.advance()
        seen = {fingerprint_of(one): one for one in self._symptoms()}
        for fingerprint, labels in seen.items():
            self.labels[fingerprint] = labels
            since_s = self.since_s.setdefault(fingerprint, now_s)
            due = now_s - self.sent_s.get(fingerprint, 0.0) >= REPEAT_S
            if now_s - since_s >= RULE.for_s and due:
                self.sent_s[fingerprint] = now_s
                self.shared.monitor.active.add(fingerprint)
                self._send(fingerprint, "firing")
        for fingerprint in set(self.since_s) - set(seen):
            if fingerprint in self.shared.monitor.active:
                self.shared.monitor.active.discard(fingerprint)
                self._send(fingerprint, "resolved")
            self.since_s.pop(fingerprint)
            self.sent_s.pop(fingerprint, None)

    def _symptoms(self) -> list[dict[str, str]]:
        found = []
        for pod in self.shared.cluster.world.of("Pod"):
            if is_terminating(pod) or is_ready(pod):
                continue
            (status,) = pod["status"].get("containerStatuses") or [{}]
            crashing = status.get("restartCount", 0) > 0
            name = "KubePodCrashLooping" if crashing else "KubePodNotReady"
            where = {key: pod["metadata"][key] for key in ("namespace", "name")}
            labels = {"alertname": name, "namespace": where["namespace"], "pod": where["name"]}
            found.append({**labels, "severity": "warning"})
        return found

    def _send(self, fingerprint: str, status: str) -> None:
        nemesis = self.shared.nemesis
        alert = {
            "status": status,
            "labels": self.labels[fingerprint],
            "startsAt": datetime.fromtimestamp(self.since_s[fingerprint], UTC).isoformat(),
            "fingerprint": fingerprint,
        }
        self.sent.append(alert)
        copies = 2 if nemesis.strikes("delivery_again") else 1
        for _ in range(copies):
            late = nemesis.strikes("delivery_late")
            self._deliver(alert, nemesis.random.uniform(0.0, LATE_MAX_S) if late else 0.0)
        if status == "firing" and nemesis.strikes("resolved_falsely"):
            self.shared.doubtful.add(_whose(alert))
            self._deliver({**alert, "status": "resolved"}, nemesis.random.uniform(0.0, 10.0))

    def _deliver(self, alert: Json, after_s: float) -> None:
        task = asyncio.create_task(self._until_acknowledged(alert, after_s))
        self._deliveries.add(task)
        task.add_done_callback(self._deliveries.discard)

    async def _until_acknowledged(self, alert: Json, after_s: float) -> None:
        """Alone, or behind a letter that nobody can read; each comes again until it is taken."""
        await asyncio.sleep(after_s)
        good = Delivery(json.dumps(alert).encode(), Source.ALERTS)
        pending = [good]
        if self.shared.nemesis.strikes("garbled"):
            pending = [Delivery(self._garbage(), Source.ALERTS), good]
        batch, began_s = pending, self.shared.clock.now_s()
        while pending:
            hosts = self.hosts()
            taken: list[bool] = []
            if hosts:
                host = self.shared.nemesis.random.choice(hosts)
                taken = await _answered(host, pending)
            for delivery, done in zip(pending, taken, strict=False):
                if done and delivery is not good:
                    self.letters.append(delivery.body)
                elif done:
                    self._acknowledge(alert, host)
                    if len(batch) > 1:
                        self.held_up.append((self.shared.clock.now_s() - began_s, alert))
            if taken:
                pending = [one for one, done in zip(pending, taken, strict=True) if not done]
            else:
                began_s = self.shared.clock.now_s()  # nobody was there to hold it up
            if pending:
                await asyncio.sleep(AGAIN_AFTER_S)

    def _garbage(self) -> bytes:
        number = self.shared.nemesis.random.random()
        return f'{{"status": "firing", "labels": {number}'.encode()

    def _acknowledge(self, alert: Json, host: Host) -> None:
        self.taken.append(Taken(self.shared.clock.now_s(), host, alert))
        self.acknowledged.append(alert)
        if not _durable(self.shared, alert):
            self.shared.lost.append(alert["fingerprint"])
        self._known(alert)

    def _known(self, alert: Json) -> None:
        where = _whose(alert)
        late = alert["fingerprint"] not in self.shared.monitor.active
        if alert["status"] == "firing" and not late:
            self.shared.sick_since_s.setdefault(where, self.shared.clock.now_s())
        else:
            self.shared.sick_since_s.pop(where, None)

    @property
    def delivering(self) -> bool:
        return bool(self._deliveries)

    def end(self) -> None:
        for task in self._deliveries:
            task.cancel()


def _whose(alert: Json) -> tuple[str, str]:
    """Namespace and app that an alert is about."""
    labels = alert["labels"]
    return labels["namespace"], labels["pod"].split("-")[0]


def _durable(shared: Shared, alert: Json) -> bool:
    """Whether a stored document knows this state of it, or a later one."""
    began_s = datetime.fromisoformat(alert["startsAt"]).timestamp()
    return any(
        (one["starts_at_s"], one["status"]) >= (began_s, alert["status"])
        for document in shared.store.values("subject-")
        for one in document["seen"]
        if one["fingerprint"] == alert["fingerprint"]
    )


async def _answered(host: Host, deliveries: Sequence[Delivery]) -> list[bool]:
    """Which of them the host acknowledged; a host that dies never answers."""
    asked = asyncio.ensure_future(host.accept(*deliveries))
    while not asked.done():
        await asyncio.wait({asked}, timeout=AGAIN_AFTER_S)
        if not host.alive:
            asked.cancel()
            return []
    return [] if asked.cancelled() or asked.exception() is not None else asked.result()
