"""What the installation allows and how patient it is: settings, as the pure core sees them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from worker.domain.playbooks.playbook import Mode
from worker.domain.scopes.scope import Limits, Scope, ScopeKind
from worker.domain.scopes.storm import StormLimits

PROTECTED_NAMESPACES = frozenset(
    {"kube-system", "kube-public", "kube-node-lease", "dapr-system", "cert-manager",
     "gatekeeper-system", "kyverno"}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Policy:
    """Durations in seconds. The relations between them are asserted where settings are read."""

    mode: Mode = Mode.OBSERVE
    namespace_modes: Mapping[str, Mode] = field(default_factory=dict)
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
    plan_ttl_s: float = 60.0  # facts older than this are no ground for an act
    approval_s: float = 900.0  # a question that nobody answered goes to a human otherwise
    asked_max: int = 3  # questions of one incident: a plan that keeps changing is no plan
    acts_max: int = 3  # of one subject in `acts_window_s`
    acts_window_s: float = 3600.0
    flaps_max: int = 6  # openings of one cause within `flap_window_s`: no remedy for that
    flap_window_s: float = 3600.0
    loops_max: int = 4  # incidents of one cause that we acted on within `loop_window_s`
    loop_window_s: float = 21600.0
    change_window_s: float = 7200.0  # a change this long before the trouble is its first suspect
    deploy_max_s: float = 3600.0  # a deploy that never says it is finished is over by then
    lease_s: float = 900.0  # when a lease's target is read, whatever else is known
    cluster: Limits = field(default=Limits(1, 5, 600.0))
    namespace: Limits = field(default=Limits(1, 5, 600.0))
    node_pool: Limits = field(default=Limits(1, 3, 3600.0))
    pool_out_max: int = 3  # nodes of a pool that take no pods, whatever keeps them from it
    pool_out_share_max: float = 0.3  # of the pool, but always one
    storm: StormLimits = field(default=StormLimits())

    def mode_in(self, namespace: str) -> Mode:
        """Where nothing is said of a namespace, the installation's."""
        return self.namespace_modes.get(namespace, self.mode)

    def pool_out_bound(self, nodes: int) -> int:
        """How many nodes of a pool of so many may take no pods once one more is cordoned."""
        return min(self.pool_out_max, max(1, int(nodes * self.pool_out_share_max)))

    def limits_of(self, scope: Scope) -> Limits:
        match scope.kind:
            case ScopeKind.CLUSTER:
                return self.cluster
            case ScopeKind.NAMESPACE:
                return self.namespace
            case ScopeKind.NODE_POOL:
                return self.node_pool
