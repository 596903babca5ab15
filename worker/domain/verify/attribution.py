"""Whose doing it is: ours, somebody else's, or the harm of what we did."""

from __future__ import annotations

from collections.abc import Sequence

from worker.domain.catalogue import DESCRIPTOR_OF, Verb
from worker.domain.document.identity import SubjectKind
from worker.domain.document.incident import Attempt
from worker.domain.document.subject import SubjectDocument
from worker.domain.observed.evidence import RolloutHealth
from worker.domain.observed.facts import Facts
from worker.domain.observed.pods import Pod, PodHealth
from worker.domain.scopes.scopes_seen import ScopesSeen

HURT_WITHIN_S = 120.0  # after the action: later it may have any cause
HURT_LEAST = 2  # neighbours at once; one alone is as likely a coincidence


def changed_by_others(attempt: Attempt, facts: Facts) -> str:
    """The revision that somebody else rolled out since the action; "" when nobody did.

    A restart of ours makes one revision more. A StatefulSet's and a DaemonSet's revision is a hash,
    so that a second one after a restart can't be told from ours.
    """
    before, rollout = attempt.before, facts.rollout
    if before is None or not isinstance(rollout, RolloutHealth):
        return ""
    now, then = rollout.revision, before.revision
    if _rolls_out(attempt):
        counted = now.isdecimal() and then.isdecimal()
        ours = not counted or int(now) <= int(then) + 1
    else:
        ours = now == then
    return "" if ours else f"revision {now}"


def being_replaced(attempt: Attempt, sick: Sequence[Pod], facts: Facts) -> bool:
    """A rollout of ours is under way, and what is sick is only what it has yet to replace."""
    rollout = facts.rollout
    if not isinstance(rollout, RolloutHealth) or not rollout.rolling or not _rolls_out(attempt):
        return False
    return all(pod.created_at_s < attempt.decided_at_s - 1.0 for pod in sick)


def _rolls_out(attempt: Attempt) -> bool:
    return attempt.action in tuple(Verb) and DESCRIPTOR_OF[Verb(attempt.action)].changes_template


def made_worse(attempt: Attempt, facts: Facts, newborn_s: float) -> str:
    """How much less is available than just before the action; "" when it is not less.

    The eviction of a pod that wasn't ready takes nothing away: what is lost then was lost to
    something else. What has only just been made may still start.
    """
    before, rollout = attempt.before, facts.rollout
    if before is None or not isinstance(rollout, RolloutHealth):
        return ""
    if attempt.action == Verb.EVICT_POD or rollout.rolling:
        return ""  # while it rolls, fewer are there for a moment
    starting = 0
    if isinstance(facts.pods, PodHealth):
        starting = sum(
            not pod.ready and not pod.crash_looping and pod.created_at_s > facts.at_s - newborn_s
            for pod in facts.pods.live
        )
    if rollout.available + starting >= before.available:
        return ""
    return f"{rollout.available} available, {before.available} before the action"


def hurt_neighbours(document: SubjectDocument, attempt: Attempt, facts: Facts) -> str:
    """Neighbours in the namespace that fell sick right after the action, in words; "" when that is
    fewer than it takes to be no coincidence, or not known."""
    if not isinstance(facts.scopes, ScopesSeen) or facts.scopes.cluster is None:
        return ""
    prefix = f"{SubjectKind.SERVICE}/{document.subject.scope}/"
    hurt = [
        one.subject.removeprefix(prefix)
        for one in facts.scopes.cluster.sick
        if one.subject.startswith(prefix)
        and one.subject != document.subject.text
        and 0.0 <= one.since_s - attempt.outcome_at_s <= HURT_WITHIN_S
    ]
    return ", ".join(sorted(hurt)[:5]) if len(hurt) >= HURT_LEAST else ""


def helped_in_part(attempt: Attempt, facts: Facts) -> bool:
    """Every pod made since the action is well: those still sick are older than it."""
    if not isinstance(facts.pods, PodHealth):
        return False
    made_since = [p for p in facts.pods.live if p.created_at_s >= attempt.decided_at_s - 1.0]
    return bool(made_since) and all(pod.ready for pod in made_since)
