"""Plans about a change of the template that did harm: put the last good one back, or stop it."""

from __future__ import annotations

from worker.domain.catalogue import Verb
from worker.domain.document.change import latest
from worker.domain.observed.evidence import AlertStates, Unknown
from worker.domain.observed.history import Revision
from worker.domain.planners.plan import Plan, Refusal, Seen, Then
from worker.domain.planners.pods import nothing_sick
from worker.domain.story.reason import Reason

PROVEN_DEFAULT = 60  # minutes, as in the catalogue
CLOCKS_S = 60.0  # ours and the API server's may differ by half of it, and an alert may be fast
SHOWN_BY_ALERT = frozenset({"error_rate"})
"""Causes without a sick pod: what answers with errors may well be ready."""
PERHAPS_DONE = frozenset({Reason.UNREACHABLE})
CHANGE_KINDS = frozenset({"deploy_started", "deploy_finished", "config_changed"})


def roll_back(seen: Seen) -> Plan | Refusal:
    """To the newest other template that is known to have been healthy.

    Only after a change shortly before the trouble, and only if nothing of an older template is
    sick too, and nothing of the new one is well: else the change isn't the cause.
    """
    errors = seen.incident.cause in SHOWN_BY_ALERT and firing(seen)
    if not seen.sick and not errors:
        return nothing_sick()
    history = seen.facts.history
    if isinstance(history, Unknown):
        return Refusal(Reason.EVIDENCE_UNKNOWN, Then.HOLD, f"rollout history: {history.why}")
    if seen.rollout.paused:
        return Refusal(Reason.ROLLOUT_PAUSED, Then.ESCALATE, "somebody paused this rollout")
    current = history.current
    if current is None:
        return Refusal(Reason.NO_HEALTHY_REVISION, Then.NEXT_STEP, "it has no revisions")
    changed = _changed(seen, current, history.unchanged_from_s)
    if isinstance(changed, Refusal):
        return changed
    older = [pod for pod in seen.sick if pod.created_at_s < history.unchanged_from_s]
    if older:
        words = f"{older[0].target.name} is older than the change and sick too"
        return Refusal(Reason.NOT_CHANGED_LATELY, Then.NEXT_STEP, words)
    since_s = history.unchanged_from_s
    well = [pod for pod in seen.pods.live if pod.ready and pod.created_at_s >= since_s]
    if well and not errors:
        words = f"{well[0].target.name} runs well on the same template"
        return Refusal(Reason.RUNS_WELL_ELSEWHERE, Then.NEXT_STEP, words)
    good = history.last_proven(60.0 * seen.count("proven", PROVEN_DEFAULT), _bad(seen))
    if good is None:
        words = f"{len(history.revisions)} revisions kept, none known to have been healthy"
        return Refusal(Reason.NO_HEALTHY_REVISION, Then.NEXT_STEP, words)
    return _to(good, current, seen, changed)


def _to(good: Revision, current: Revision, seen: Seen, changed: str) -> Plan:
    return Plan(
        verb=Verb.ROLL_BACK,
        target=seen.rollout.target,
        fence=seen.rollout.resource_version,
        generation=seen.rollout.generation,
        because=Reason.CHANGED_LATELY,
        detail=(
            f"{changed}; {len(seen.sick)} of {seen.rollout.desired} pods sick since, all of them "
            f"of revision {current.number}; revision {good.number} "
            f"({', '.join(good.images) or 'no image'}) was healthy"
        ),
        parameters=_naming(good),
        found=_naming(current),
        during_rollout=True,
    )


def pause_rollout(seen: Seen) -> Plan | Refusal:
    """While it replaces good pods by sick ones."""
    rollout = seen.rollout
    if rollout.paused:
        return Refusal(Reason.ROLLOUT_PAUSED, Then.NEXT_STEP, "it is paused already")
    if not rollout.rolling:
        return Refusal(Reason.NOT_ROLLING, Then.NEXT_STEP, f"revision {rollout.revision} is out")
    new = [pod for pod in seen.sick if pod.created_at_s >= rollout.changed_at_s]
    if not new:
        return nothing_sick()  # while only older pods are, it may be their repair
    return Plan(
        verb=Verb.PAUSE_ROLLOUT,
        target=rollout.target,
        fence=rollout.resource_version,
        generation=rollout.generation,
        because=Reason.SICK_WORKLOAD,
        detail=f"{len(new)} new pods sick while revision {rollout.revision} is rolled out",
        during_rollout=True,
    )


def firing(seen: Seen) -> bool:
    """Whether an alert of this incident is known to fire now."""
    states = seen.facts.alerts
    return isinstance(states, AlertStates) and any(
        one.fingerprint in states.firing for one in seen.incident.alerts
    )


def _naming(revision: Revision) -> dict[str, int | str]:
    return {
        "replica_set": revision.target.name,
        "replica_set_uid": revision.target.uid,
        "template": revision.template,
    }


def _changed(seen: Seen, current: Revision, from_s: float) -> str | Refusal:
    """What was changed shortly before this began, in words. What came later is somebody's repair,
    not its cause; an event alone proves no new template."""
    before_s = seen.incident.opened_at_s - from_s
    if before_s > seen.change_window_s:
        words = f"its template is the same since {before_s / 3600:.1f} h before this began"
        return Refusal(Reason.NOT_CHANGED_LATELY, Then.NEXT_STEP, words)
    if before_s < -CLOCKS_S:
        words = f"revision {current.number} was deployed {-before_s / 60:.0f} min after this began"
        return Refusal(Reason.NOT_CHANGED_LATELY, Then.NEXT_STEP, words)
    known = tuple(one for one in seen.changes if one.at_s <= seen.incident.opened_at_s + CLOCKS_S)
    change = latest(known, CHANGE_KINDS, seen.incident.opened_at_s - seen.change_window_s)
    by = f" by {change.by}" if change is not None and change.by else ""
    minutes = max(0.0, before_s) / 60
    return f"revision {current.number} was deployed{by} {minutes:.0f} min before this began"


def _bad(seen: Seen) -> frozenset[str]:
    """Templates that this incident has tried, or come from: never back to one of those. What was
    surely not done tried nothing."""
    tried = [
        one
        for one in seen.incident.attempts
        if one.action == Verb.ROLL_BACK and (one.done or one.owed or one.outcome in PERHAPS_DONE)
    ]
    return frozenset(
        str(values.get("template", "")) for one in tried for values in (one.parameters, one.found)
    )
