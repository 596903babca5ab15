"""The one pure function: what a subject does next, given what it is and what was seen.

Stages, in order: settle what is owed → verify what was done → watch what was handed over →
consider what is open. What comes out is a document; whatever it wants done is in its outbox
(`intents`, `notices`, the unpublished end of the journal), durable before anything is touched.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from worker.domain.calendar.window import Window
from worker.domain.deciding.handover import escalate
from worker.domain.deciding.owed import reconsider
from worker.domain.deciding.policy import Policy
from worker.domain.deciding.remedy import consider
from worker.domain.deciding.situation import Situation
from worker.domain.document.incident import Incident, Phase
from worker.domain.document.outbox import Intent
from worker.domain.document.subject import SubjectDocument
from worker.domain.incoming.absorb import opened
from worker.domain.observed.cron_jobs import CronJobHealth
from worker.domain.observed.evidence import RolloutHealth, Unknown
from worker.domain.observed.facts import Facts, baseline
from worker.domain.observed.nodes import NodeHealth
from worker.domain.observed.pods import PodHealth
from worker.domain.people.shadow import judged
from worker.domain.playbooks.pack import Pack
from worker.domain.scopes.leases import give_back
from worker.domain.scopes.repair import contains
from worker.domain.story.journal import EntryKind
from worker.domain.story.reason import Reason
from worker.domain.verify.undo import undo
from worker.domain.verify.verifying import verify
from worker.domain.verify.watching import healed_by_others, watch_escalated

SOON_S = 1.0  # least pause between two looks: nothing in the cluster changes faster


@dataclass(frozen=True, slots=True)
class Decision:
    """The next document, and which of its intents are to be performed now."""

    document: SubjectDocument
    perform: tuple[Intent, ...]


def decide(
    document: SubjectDocument,
    facts: Facts,
    pack: Pack,
    policy: Policy,
    now_s: float,
    windows: tuple[Window, ...] = (),
) -> Decision:
    """Decide for every open incident; `document` has absorbed its inbox. Total: never raises."""
    before = document
    seen_s = true_now_s(facts.at_s, facts.clock_skew_s, policy)
    if seen_s != facts.at_s:
        facts = replace(facts, at_s=seen_s)
    now_s = true_now_s(now_s, facts.clock_skew_s, policy)
    later_s = max(now_s, document.last_now_s)
    situation = Situation(facts, pack, policy, later_s, windows, lead_s=later_s - now_s)
    known = {intent.id for intent in document.intents}
    resend: list[Intent] = []
    for incident in document.open_incidents:
        if incident.onset is None:
            incident = replace(incident, onset=baseline(facts))
            document = document.with_incident(incident)
        document, again = _advance(document, incident, situation)
        if again is not None:
            resend.append(again)
    document = judged(give_back(document, situation), situation)
    fresh = [intent for intent in document.intents if intent.id not in known]
    if pack.version > document.pack_version:
        document = replace(document, pack_version=pack.version)
    if document != before and isinstance(facts.clock_skew_s, float):
        document = replace(document, last_now_s=situation.now_s)
    return Decision(document, (*resend, *fresh))


def true_now_s(now_s: float, skew_s: float | Unknown, policy: Policy) -> float:
    """Our now; the API server's, when the two are known to differ too much.

    Nothing is done on a wrong clock (a guard), and nothing is judged or handed over by it either.
    """
    wrong = isinstance(skew_s, float) and abs(skew_s) > policy.clock_skew_max_s
    return now_s - skew_s if wrong and isinstance(skew_s, float) else now_s


def _advance(
    document: SubjectDocument, incident: Incident, situation: Situation
) -> tuple[SubjectDocument, Intent | None]:
    waiting = incident.hold is not None and situation.now_s < incident.hold.until_s
    match incident.phase:
        case Phase.ACTING:
            if waiting:
                return document, None
            return reconsider(document, incident, situation)
        case Phase.VERIFYING:
            return verify(document, incident, situation), None
        case Phase.ESCALATED:
            return watch_escalated(document, incident, situation), None
        case Phase.OPEN | Phase.RESOLVED:
            return _open(document, incident, waiting, situation), None


def _open(
    document: SubjectDocument, incident: Incident, waiting: bool, situation: Situation
) -> SubjectDocument:
    if document.subject.has_object and not _must_be_undone(incident):
        onset = (incident.onset,) if incident.onset is not None else ()
        document = healed_by_others(document, incident, situation, onset)
        incident = document.incident(incident.id) or incident
    if waiting or incident.phase is not Phase.OPEN:
        return document
    document, incident = _tell(document, incident, situation)
    if incident.undoing:
        return undo(document, incident, situation)
    return consider(document, incident, situation)


def _must_be_undone(incident: Incident) -> bool:
    """What made things worse is put back and told, even if it looks well by now; what contains is
    put back because it does."""
    attempt = incident.attempt(incident.undoing)
    return attempt is not None and (attempt.verdict is Reason.WORSE or contains(attempt))


def _tell(
    document: SubjectDocument, incident: Incident, situation: Situation
) -> tuple[SubjectDocument, Incident]:
    """Put what was seen into the journal, when it differs from what was told last."""
    seen = _seen(situation.facts)
    if not seen or seen == incident.seen:
        return document, incident
    incident = replace(incident, seen=seen)
    document = document.with_incident(incident).note(
        EntryKind.EVIDENCE, Reason.OBSERVED, situation.now_s, incident.id, seen=seen
    )
    return document, incident


def _seen(facts: Facts) -> str:
    """The subject's own object in words, "" when it isn't known."""
    own, pods = facts.own, facts.pods
    if isinstance(own, NodeHealth | CronJobHealth):
        return own.words
    if not isinstance(own, RolloutHealth) or not isinstance(pods, PodHealth):
        return ""
    crashing = sum(pod.crash_looping for pod in pods.live)
    return (
        f"{own.available} of {own.desired} replicas available, {crashing} crash looping, "
        f"revision {own.revision or 'unknown'}"
    )


def wake_at(document: SubjectDocument, policy: Policy, now_s: float) -> float | None:
    """When this subject must be looked at again; None when it is settled."""
    if document.settled:
        return None
    times = [now_s + policy.watch_every_s]
    if document.inbox or document.ops_events or document.overflowed or document.unpublished:
        times.append(now_s + policy.notice_retry_s)
    if document.answers or document.scope_notes or any(one.ended for one in document.leases):
        times.append(now_s + policy.notice_retry_s)
    if document.leases:
        times.append(now_s + policy.verify_every_s)
    times += [notice.next_try_s for notice in document.notices]
    for incident in document.open_incidents:
        if incident.phase is Phase.VERIFYING or incident.streak is not None:
            times.append(now_s + policy.verify_every_s)
        if incident.phase in (Phase.OPEN, Phase.ACTING):
            times.append(incident.hold.until_s if incident.hold else now_s)
    return max(min(times), now_s + SOON_S)


def abandon(
    document: SubjectDocument, policy: Policy, now_s: float, detail: str
) -> SubjectDocument:
    """Turns keep failing on this subject, which is our bug: all of it goes to a human.

    Also what was accepted and never became part of an incident; it stays in the inbox for the
    version that repairs the bug.
    """
    for incident in document.open_incidents:
        if incident.phase is not Phase.ESCALATED:
            document = escalate(document, incident, Reason.WORKER_BUG, now_s, detail)
    waiting = len(document.inbox) + len(document.ops_events) + document.overflowed
    if waiting and all(one.cause != Reason.WORKER_BUG for one in document.open_incidents):
        words = f"{detail}; {waiting} messages wait unread"
        document, incident = opened(document, Reason.WORKER_BUG, "critical", policy, now_s)
        document = escalate(document, incident, Reason.WORKER_BUG, now_s, words)
    return document
