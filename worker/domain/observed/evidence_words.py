"""What was seen, in words: one line for each thing that was asked, unknowns named as such."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from worker.domain.observed.cron_jobs import CronJobHealth
from worker.domain.observed.evidence import NOT_ASKED, AlertStates, Gone, RolloutHealth, Unknown
from worker.domain.observed.facts import Facts
from worker.domain.observed.history import RolloutHistory
from worker.domain.observed.nodes import NodeHealth
from worker.domain.observed.ownership import Ownership
from worker.domain.observed.pods import PodHealth
from worker.domain.scopes.scopes_seen import ScopesSeen


def evidence_words(facts: Facts) -> dict[str, str]:
    """By what was asked; what was not asked of this incident is left out."""
    told: dict[str, str] = {}
    for name, words in _WORDS.items():
        seen = getattr(facts, name)
        if seen == NOT_ASKED:
            continue
        told[name] = f"unknown: {seen.why}" if isinstance(seen, Unknown) else words(seen)
    return told


def _rollout(seen: RolloutHealth | Gone) -> str:
    if isinstance(seen, Gone):
        return f"gone: {seen.what}"
    rolling = ", a rollout is under way" if seen.rolling else ""
    paused = ", paused" if seen.paused else ""
    return (
        f"{seen.available} of {seen.desired} replicas available, {seen.updated} up to date, "
        f"revision {seen.revision or 'unknown'}{rolling}{paused}"
    )


def _pods(seen: PodHealth) -> str:
    crashing = sum(pod.crash_looping for pod in seen.live)
    budgets = ", ".join(f"{one.name} allows {one.disruptions_allowed}" for one in seen.budgets)
    return (
        f"{seen.ready} of {len(seen.live)} pods ready, {crashing} crash looping, "
        f"{seen.restarts} restarts; disruption budgets: {budgets or 'none'}"
    )


def _alerts(seen: AlertStates) -> str:
    return f"{len(seen.firing)} firing, {len(seen.suppressed)} silenced or inhibited"


def _history(seen: RolloutHistory) -> str:
    current = f", the current one is {seen.current.number}" if seen.current else ""
    return f"{len(seen.revisions)} revisions kept{current}"


def _ownership(seen: Ownership) -> str:
    owners = {
        "GitOps": seen.gitops,
        "operator": seen.operator,
        "Helm": seen.helm_release,
        "replicas": seen.replicas_owned_by,
        "resources": seen.resources_owned_by,
    }
    told = [f"{what}: {_owner(who)}" for what, who in owners.items() if who]
    return ", ".join(told) or "nobody else's"


def _owner(who: str | Unknown) -> str:
    return f"unknown ({who.why})" if isinstance(who, Unknown) else who


def _object(seen: NodeHealth | CronJobHealth | Gone) -> str:
    return f"gone: {seen.what}" if isinstance(seen, Gone) else seen.words


def _scopes(seen: ScopesSeen) -> str:
    known = f"unknown ({seen.known.why})" if isinstance(seen.known, Unknown) else str(seen.known)
    sick = len(seen.cluster.sick) if seen.cluster else 0
    return f"{sick} sick of {known} services"


_WORDS: Mapping[str, Callable[..., str]] = {
    "rollout": _rollout,
    "pods": _pods,
    "alerts": _alerts,
    "history": _history,
    "ownership": _ownership,
    "node": _object,
    "cron_job": _object,
    "scopes": _scopes,
    "kill_switch_set": lambda seen: "set" if seen else "not set",
    "clock_skew_s": lambda seen: f"{seen:+.1f} s to the API server's clock",
}
