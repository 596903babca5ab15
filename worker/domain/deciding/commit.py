"""A plan that every guard let pass becomes an intent: durable before anything is touched."""

from __future__ import annotations

from dataclasses import replace

from worker.domain.catalogue import DESCRIPTOR_OF
from worker.domain.deciding.situation import Situation
from worker.domain.document.digest import digest_of
from worker.domain.document.incident import Attempt, Incident, Phase, intent_id
from worker.domain.document.outbox import HeldLease, Intent
from worker.domain.document.subject import ACTS_KEPT_MAX, SubjectDocument
from worker.domain.observed.facts import baseline
from worker.domain.planners.plan import Plan
from worker.domain.scopes.scope import Act
from worker.domain.story.journal import EntryKind


def commit(
    document: SubjectDocument,
    incident: Incident,
    planned: Plan,
    situation: Situation,
    *,
    undoes: str = "",
) -> SubjectDocument:
    """The document with the intent, its attempt, and the claim that it will have to give back."""
    now_s, policy = situation.now_s, situation.policy
    identity = intent_id(incident)
    approved_by = incident.request.approved_by if incident.request and not undoes else ""
    attempt = Attempt(
        intent_id=identity,
        rung=incident.rung,
        action=planned.verb,
        target=planned.target,
        decided_at_s=now_s,
        before=baseline(situation.facts),
        parameters=planned.parameters,
        found=planned.found,
        undoes=undoes,
        approved_by=approved_by,
    )
    intent = Intent(
        id=identity,
        incident=incident.id,
        action=planned.verb,
        target=planned.target,
        fence=planned.fence,
        generation=planned.generation,
        decided_at_s=now_s,
        sent_at_s=now_s,
        parameters=planned.parameters,
        node_pool=planned.node_pool,
    )
    acting = incident.with_attempt(attempt).to(
        Phase.ACTING, attempts_made=incident.attempts_made + 1, hold=None, streak=None,
        request=None if not undoes else incident.request,
    )  # fmt: skip
    lease = HeldLease(identity, now_s, now_s + policy.lease_s, node_pool=planned.node_pool)
    document = replace(
        document.with_incident(acting),
        intents=(*document.intents, intent),
        leases=(*document.leases, lease),
        acts=(*document.acts, Act(identity, now_s))[-ACTS_KEPT_MAX:],
    )
    return _told(document, incident, planned, identity, approved_by, situation)


def _told(
    document: SubjectDocument,
    incident: Incident,
    planned: Plan,
    identity: str,
    approved_by: str,
    situation: Situation,
) -> SubjectDocument:
    """What was decided, on which inputs, under which playbooks, and who allowed it."""
    return document.note(
        EntryKind.DECIDED,
        planned.because,
        situation.now_s,
        incident.id,
        action=planned.verb.replace("_", " "),
        target=planned.target.text,
        intent=identity,
        because=planned.detail,
        playbook=incident.playbook,
        pack=str(situation.pack.version),
        inputs=_inputs(situation),
        approved=approved_by,
        undoes=incident.undoing,
        disrupts="yes" if DESCRIPTOR_OF[planned.verb].disrupts else "no",
    )


def _inputs(situation: Situation) -> str:
    """What it was decided upon; what nobody can spell exactly is no reason not to decide."""
    try:
        return digest_of(situation.facts)
    except ValueError:
        return ""
