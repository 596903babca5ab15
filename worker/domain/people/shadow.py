"""What would have been done, and whether somebody then did just that: the ground of promotion.

A shadow decision is right when a person or a controller did the same to the same target within
30 minutes. Everything else is not judged: that nobody did it proves nothing, and neither does what
we did ourselves since, in another mode.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from worker.domain.catalogue import Verb
from worker.domain.deciding.situation import Situation
from worker.domain.document.identity import Target
from worker.domain.document.incident import Incident
from worker.domain.document.outbox import ScopeNote, Shadow
from worker.domain.document.subject import SubjectDocument
from worker.domain.observed.cron_jobs import CronJobHealth
from worker.domain.observed.evidence import RolloutHealth
from worker.domain.observed.facts import Facts
from worker.domain.observed.history import RolloutHistory
from worker.domain.observed.nodes import NodeHealth
from worker.domain.observed.ownership import Autoscaler, Ownership
from worker.domain.observed.pods import PodHealth
from worker.domain.planners.plan import Plan
from worker.domain.scopes.repair import owe
from worker.domain.scopes.scope_notes import SHADOW
from worker.domain.scopes.scopes_seen import home_of
from worker.domain.story.journal import EntryKind
from worker.domain.story.reason import Reason

JUDGED_WITHIN_S = 1800.0
SHADOWS_MAX = 16  # of one subject, the latest


def remembered(
    document: SubjectDocument, incident: Incident, planned: Plan, situation: Situation
) -> SubjectDocument:
    """The document with this shadow in it; the same plan again is the same shadow."""
    uid = planned.target.uid[:64]
    identity = f"{incident.id}-{incident.rung + 1}-{uid}-{planned.generation}"
    if any(one.id == identity for one in document.shadows):
        return document
    history, rollout = situation.facts.history, situation.facts.rollout
    current = history.current if isinstance(history, RolloutHistory) else None
    shadow = Shadow(
        id=identity,
        incident=incident.id,
        playbook=incident.playbook,
        action=planned.verb,
        target=planned.target,
        parameters=planned.parameters,
        at_s=situation.now_s,
        template=current.template if current else "",
        revision=rollout.revision if isinstance(rollout, RolloutHealth) else "",
    )
    return replace(document, shadows=(*document.shadows, shadow)[-SHADOWS_MAX:])


def judged(document: SubjectDocument, situation: Situation) -> SubjectDocument:
    """Those that came true go on their playbook's record; those that nobody can judge any more are
    let go: too old, or from before an act of our own."""
    for shadow in document.shadows:
        old = situation.now_s - shadow.at_s > JUDGED_WITHIN_S or _acted_since(shadow, document)
        right = not old and _came_true(shadow, situation.facts)
        if not old and not right:
            continue
        rest = tuple(one for one in document.shadows if one is not shadow)
        document = replace(document, shadows=rest)
        if right:
            document = _right(document, shadow, situation)
    return document


def _acted_since(shadow: Shadow, document: SubjectDocument) -> bool:
    return any(act.at_s >= shadow.at_s for act in document.acts)


def _right(document: SubjectDocument, shadow: Shadow, situation: Situation) -> SubjectDocument:
    playbook = situation.pack.named(shadow.playbook)
    promotion = playbook.promotion if playbook else None
    detail: dict[str, Any] = {"playbook": shadow.playbook, "shadow": shadow.id}
    if promotion is not None:
        detail |= {"right_after": promotion.right_after, "mode_max": str(promotion.mode_max)}
    scope = home_of(document.subject)
    note = ScopeNote(f"{SHADOW}:{shadow.id}", SHADOW, str(scope.kind), scope.name, detail)
    return owe(document, note).note(
        EntryKind.SHADOW, Reason.SHADOW_RIGHT, situation.now_s, shadow.incident,
        action=shadow.action.replace("_", " "), target=shadow.target.text,
        playbook=shadow.playbook,
    )  # fmt: skip


def _came_true(shadow: Shadow, facts: Facts) -> bool:
    rollout, history = facts.rollout, facts.history
    own = facts.own
    if isinstance(own, NodeHealth | CronJobHealth):
        contained = own.suspended if isinstance(own, CronJobHealth) else not own.schedulable
        return contained and shadow.target.uid == own.target.uid
    if not isinstance(rollout, RolloutHealth):
        return False
    current = history.current if isinstance(history, RolloutHistory) else None
    wanted = shadow.parameters
    match shadow.action:
        case Verb.EVICT_POD:
            return _gone(shadow.target, facts)
        case Verb.ROLLOUT_RESTART:
            same = current is not None and current.template == shadow.template != ""
            return same and rollout.revision not in ("", shadow.revision)
        case Verb.ROLL_BACK:
            return current is not None and current.template == wanted["template"]
        case Verb.SCALE:
            return rollout.desired == wanted["replicas"]
        case Verb.RAISE_MEMORY_LIMIT:
            limits = {one.name: one.memory_limit for one in rollout.containers}
            return limits.get(str(wanted["container"])) == wanted["limit"]
        case Verb.RAISE_HPA_MAX:
            ownership = facts.ownership
            found = ownership.autoscaler if isinstance(ownership, Ownership) else None
            return isinstance(found, Autoscaler) and found.max_replicas == wanted["maximum"]
        case Verb.PAUSE_ROLLOUT:
            return rollout.paused
    return False


def _gone(target: Target, facts: Facts) -> bool:
    if not isinstance(facts.pods, PodHealth):
        return False
    pod = facts.pods.find(target.uid)
    return pod is None or pod.terminating
