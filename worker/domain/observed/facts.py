"""All that one decision may know, and the baseline taken from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from worker.domain.observed.cron_jobs import CronJobHealth
from worker.domain.observed.evidence import (
    NOT_ASKED,
    AlertStates,
    Baseline,
    Gone,
    RolloutHealth,
    Unknown,
)
from worker.domain.observed.history import RolloutHistory
from worker.domain.observed.nodes import NodeHealth
from worker.domain.observed.pods import PodHealth
from worker.domain.scopes.scopes_seen import ScopesSeen

if TYPE_CHECKING:
    from worker.domain.observed.ownership import Ownership
    from worker.domain.observed.rule_window import RuleWindow
    from worker.domain.scopes.common_cause import Root


Own = RolloutHealth | NodeHealth | CronJobHealth


@dataclass(frozen=True, slots=True)
class Facts:
    """All that one decision may know, with the moment (seconds since the epoch) it was read.

    `rule_data`: by an alert's fingerprint, whether its rule has data to judge by.
    """

    at_s: float
    rollout: RolloutHealth | Gone | Unknown = NOT_ASKED
    pods: PodHealth | Unknown = NOT_ASKED
    alerts: AlertStates | Unknown = NOT_ASKED
    kill_switch_set: bool | Unknown = NOT_ASKED
    clock_skew_s: float | Unknown = NOT_ASKED
    history: RolloutHistory | Unknown = NOT_ASKED
    ownership: Ownership | Unknown = NOT_ASKED
    node: NodeHealth | Gone | Unknown = NOT_ASKED
    cron_job: CronJobHealth | Gone | Unknown = NOT_ASKED
    rules: Mapping[str, RuleWindow] | Unknown = NOT_ASKED
    rule_data: Mapping[str, bool | Unknown] | Unknown = NOT_ASKED
    scopes: ScopesSeen | Unknown = NOT_ASKED
    root: Root | Unknown | None = None  # what others decide about first; None: nothing
    conditions: Mapping[str, bool | Unknown] = field(default_factory=dict)

    @property
    def own(self) -> Own | Gone | Unknown:
        """The subject's own object: each subject is asked about one kind of them only."""
        if self.node != NOT_ASKED:
            return self.node
        return self.rollout if self.cron_job == NOT_ASKED else self.cron_job

    @property
    def node_pool(self) -> str:
        """Whose scope a deed on this subject counts in, "" when it is no node or not known."""
        return self.node.pool if isinstance(self.node, NodeHealth) else ""


def baseline(facts: Facts) -> Baseline | None:
    """The baseline of this moment; None when the facts don't show it."""
    if not isinstance(facts.rollout, RolloutHealth) or not isinstance(facts.pods, PodHealth):
        return None
    return Baseline(
        at_s=facts.at_s,
        uid=facts.rollout.target.uid,
        desired=facts.rollout.desired,
        available=facts.rollout.available,
        restarts=facts.pods.restarts,
        revision=facts.rollout.revision,
        probed=facts.rollout.probed,
    )
