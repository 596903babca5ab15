"""Giving leases back: a disruption ends when availability is back at its baseline, not later.

Rules of this file: verification goes on without the lease. What can't be read is still disrupted;
one whose time has run out ends once its target was read, whatever was seen.
"""

from __future__ import annotations

from dataclasses import replace

from worker.domain.catalogue import Verb
from worker.domain.deciding.situation import Situation
from worker.domain.document.incident import Attempt
from worker.domain.document.outbox import HeldLease
from worker.domain.document.subject import SubjectDocument
from worker.domain.observed.cron_jobs import CronJobHealth
from worker.domain.observed.evidence import Gone, RolloutHealth
from worker.domain.observed.facts import Facts
from worker.domain.observed.nodes import NodeHealth
from worker.domain.observed.pods import PodHealth
from worker.domain.story.reason import Reason

HANGS_AFTER_S = 120.0  # a rollout that takes nothing away for so long waits for its new pods


def give_back(document: SubjectDocument, situation: Situation) -> SubjectDocument:
    """Mark as ended every lease whose disruption is over, as the facts show it."""
    if not any(not one.ended for one in document.leases):
        return document
    attempts = {a.intent_id: a for one in document.incidents for a in one.attempts}
    owed = {intent.id for intent in document.intents}
    leases = tuple(
        replace(one, ended=True)
        if not one.ended
        and one.intent not in owed
        and _over(one, attempts.get(one.intent), situation)
        else one
        for one in document.leases
    )
    return document if leases == document.leases else replace(document, leases=leases)


def handed_on(document: SubjectDocument, intent_id: str) -> SubjectDocument:
    """What is to be undone gives its claim back at once: else it would keep its own undo waiting,
    which claims anew."""
    leases = tuple(
        replace(one, ended=True) if one.intent == intent_id else one for one in document.leases
    )
    return replace(document, leases=leases)


def nothing_sent(document: SubjectDocument, intent_id: str) -> SubjectDocument:
    """The intent was refused: its claim is withdrawn and its act not counted."""
    leases = tuple(
        replace(one, ended=True, sent=False) if one.intent == intent_id else one
        for one in document.leases
    )
    acts = tuple(act for act in document.acts if act.intent != intent_id)
    return replace(document, leases=leases, acts=acts)


def _over(lease: HeldLease, attempt: Attempt | None, situation: Situation) -> bool:
    facts, now_s = situation.facts, situation.now_s
    own = facts.own
    if isinstance(own, Gone):
        return True
    if isinstance(own, NodeHealth | CronJobHealth):
        return _shown(lease, attempt, situation)
    if not isinstance(facts.rollout, RolloutHealth) or not isinstance(facts.pods, PodHealth):
        return False
    if now_s >= lease.until_s or attempt is None or attempt.before is None:
        return True
    if attempt.outcome not in (Reason.ACCEPTED, Reason.FOUND_DONE):
        return False  # it may still be applied, until its time has run out
    return _back(attempt, facts.rollout, facts, now_s)


def _shown(lease: HeldLease, attempt: Attempt | None, situation: Situation) -> bool:
    """What changes no pod is over when it is done. A cordon counts among the nodes that take no
    pods from then on, so its lease is kept until nobody decides upon what was seen before it."""
    now_s = situation.now_s
    if now_s >= lease.until_s or attempt is None:
        return True
    if not attempt.done:
        return False
    kept_s = 2.0 * situation.policy.plan_ttl_s if attempt.action == Verb.CORDON else 0.0
    return now_s >= attempt.outcome_at_s + kept_s


def _back(attempt: Attempt, rollout: RolloutHealth, facts: Facts, now_s: float) -> bool:
    """Availability as before, and what the action set going has come to its end, or hangs."""
    assert attempt.before is not None
    assert isinstance(facts.pods, PodHealth)
    if attempt.action == Verb.EVICT_POD and facts.pods.find(attempt.target.uid) is not None:
        return False
    hangs = now_s - attempt.outcome_at_s >= HANGS_AFTER_S
    return (hangs or not rollout.rolling) and rollout.available >= attempt.before.available
