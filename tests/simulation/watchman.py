"""The monitor of one service that somebody may fool: rules that are as easily fooled as real ones.

A rule sees what the API server says, not what is true, as kube-state-metrics would.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from tests.simulation.monitoring import Monitoring
from worker.engine.ports import Json

NAMESPACE, APP = "shop", "web"
KEY = ("Deployment", NAMESPACE, APP)


class Rule(StrEnum):
    """What is alerted on."""

    POD = "pod"  # KubePodCrashLooping and KubePodNotReady: each pod by its name
    OWNER = "owner"  # KubeDeploymentReplicasMismatch: fewer available than are wanted now
    LAG = "lag"  # KafkaConsumerLag: fewer ready than its load needs


@dataclass
class Watchman(Monitoring):
    """`blind`: there is no metric any more; `silenced`: whatever fires is suppressed."""

    rule: Rule = Rule.OWNER
    blind: bool = False
    silenced: bool = False

    def silence(self) -> None:
        self.silenced = True
        self.shared.monitor.suppressed.update(self.shared.monitor.active)

    def go_blind(self) -> None:
        """As when an exporter dies: every alert is resolved at once, and Prometheus could tell."""
        self.blind = True
        self.shared.rules.blind.update(self.shared.rules.known)

    def _symptoms(self) -> list[dict[str, str]]:
        if self.blind:
            return []
        if self.rule is Rule.POD:
            return super()._symptoms()
        name = "KafkaConsumerLag" if self.rule is Rule.LAG else "KubeDeploymentReplicasMismatch"
        labels = {"alertname": name, "namespace": NAMESPACE, "deployment": APP}
        return [{**labels, "severity": "warning"}] if self._fires() else []

    def _fires(self) -> bool:
        world = self.shared.cluster.world
        found = world.objects.get(KEY)
        if found is None:
            return False
        if self.rule is Rule.LAG:
            return world.overloaded(NAMESPACE, APP)
        return bool(found["spec"]["replicas"] > found["status"].get("availableReplicas", 0))

    def _send(self, fingerprint: str, status: str) -> None:
        """What is silenced is sent to nobody."""
        if self.silenced:
            self.shared.monitor.suppressed.add(fingerprint)
        else:
            super()._send(fingerprint, status)

    def _known(self, alert: Json) -> None:
        """Storms are no matter here."""
