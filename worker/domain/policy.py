"""What the installation allows and how patient it is: settings, as the pure core sees them."""

from __future__ import annotations

from dataclasses import dataclass

from worker.domain.playbook import Mode, Playbook

PROTECTED_NAMESPACES = frozenset(
    {"kube-system", "kube-public", "kube-node-lease", "dapr-system", "cert-manager",
     "gatekeeper-system", "kyverno"}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Policy:
    """Durations in seconds. The relations between them are asserted where settings are read."""

    mode: Mode = Mode.OBSERVE
    protected_namespaces: frozenset[str] = PROTECTED_NAMESPACES  # our own one included
    protected_workloads: frozenset[str] = frozenset()  # "namespace/Kind/name", ourselves included
    annotation_prefix: str = "aiops-operator.io"
    decide_within_s: float = 900.0
    attempts_max: int = 3
    attempts_window_s: float = 3600.0
    cool_down_max_s: float = 21600.0
    clock_skew_max_s: float = 30.0
    hold_s: float = 15.0
    newborn_s: float = 180.0  # a pod this young may still be starting: unready is no symptom yet
    in_flight_max_s: float = 40.0  # the API server may apply a timed-out write up to 34 s later
    observe_again_s: float = 60.0
    verify_every_s: float = 10.0
    look_gap_max_s: float = 60.0  # longer without a look, and health can't be called unbroken
    watch_every_s: float = 300.0
    watch_for_s: float = 86400.0  # an incident that nothing could ever show to be over
    close_after_healthy_s: float = 120.0
    notice_retry_s: float = 5.0
    notice_retry_max_s: float = 300.0

    def mode_of(self, playbook: Playbook | None) -> Mode:
        """A playbook's own mode comes first."""
        return (playbook.mode if playbook else None) or self.mode
