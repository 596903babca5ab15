"""An explanation as JSON: what `aiopsctl why` prints and REST answers."""

from __future__ import annotations

from collections.abc import Iterable

from worker.domain.deciding.explanation import Explanation, Rung
from worker.domain.deciding.outlook import in_words
from worker.domain.deciding.policy import Policy
from worker.domain.document.codec import encode
from worker.domain.document.identity import Subject
from worker.domain.document.incident import Incident, Phase
from worker.domain.document.subject import SubjectDocument
from worker.domain.observed.evidence import Unknown
from worker.domain.observed.facts import Facts
from worker.domain.planners.plan import Plan, Refusal
from worker.domain.playbooks.pack import Pack
from worker.domain.playbooks.playbook import Playbook
from worker.domain.scopes.scope import ScopeDocument, lately
from worker.domain.scopes.scopes_seen import ScopesSeen, scopes_of
from worker.engine.ports import Json


def state(document: SubjectDocument, incident: Incident) -> Json:
    return {
        "incident": incident.id,
        "subject": document.subject.text,
        "cause": incident.cause,
        "phase": str(incident.phase),
        "opened_at_s": incident.opened_at_s,
        "decide_by_s": incident.decide_by_s if incident.phase is Phase.OPEN else None,
        "hold": encode(incident.hold),
        "request": incident.request.id if incident.request else "",
        "escalated_for": str(incident.escalated_for or ""),
        "resolution": str(incident.resolution or ""),
    }


def chosen(playbook: Playbook | None, pack: Pack) -> Json | None:
    if playbook is None:
        return None
    match = playbook.match
    return {
        "name": playbook.name,
        "summary": playbook.summary,
        "pack_version": pack.version,
        "matches": {
            "alerts": sorted(match.alerts),
            "causes": sorted(match.causes),
            "subjects": sorted(str(one) for one in match.subjects),
            "labels": dict(match.labels),
            "when": match.when.text if match.when else "",
        },
        "steps": [str(step.verb) for step in playbook.steps],
    }


def mode(found: Explanation, subject: Subject, policy: Policy) -> Json:
    """The mode in force, where it comes from, and what lowered it."""
    step = found.rungs[-1].step if found.rungs else None
    return {
        "in_force": str(found.mode),
        "installation": str(policy.mode),
        "namespace": str(policy.namespace_modes.get(subject.scope, "")),
        "playbook": str(found.playbook.mode or "") if found.playbook else "",
        "step": str(step.mode or "") if step else "",
        "lowered_by": encode(found.lowered_by),
    }


def leases(
    subject: Subject, seen: ScopesSeen | Unknown, policy: Policy, now_s: float, node_pool: str
) -> list[Json]:
    """How much room is left in each scope, the narrowest first."""
    if isinstance(seen, Unknown):
        return [{"scope": "all of them", "unreadable": seen.why}]
    listed: list[Json] = []
    for scope in scopes_of(subject, node_pool):
        found = seen.of(scope) or ScopeDocument(scope.kind, scope.name)
        limits = policy.limits_of(scope)
        acts = len(lately(found, limits.window_s, now_s))
        one: Json = {
            "scope": scope.text,
            "leases_left": max(0, limits.leases_max - len(found.leases)),
            "leases_max": limits.leases_max,
            "held_by": [lease.intent for lease in found.leases],
            "acts_left": max(0, limits.acts_max - acts),
            "acts_max": limits.acts_max,
            "window_s": limits.window_s,
        }
        listed.append(one)
    return listed


def conditions(found: Explanation, facts: Facts) -> list[Json]:
    if found.playbook is None:
        return []
    match = found.playbook.match.when
    asked = {one.id: (one, "matches") for one in ([match] if match else [])}
    for one_rung in found.rungs:
        asked |= {one.id: (one, f"step {one_rung.number} when") for one in one_rung.step.when}
        asked |= {one.id: (one, f"step {one_rung.number} never") for one in one_rung.step.never}
    return [
        {"of": of, "text": one.text, "answer": _answer(facts.conditions.get(one.id))}
        for one, of in asked.values()
    ]


def _answer(answer: bool | Unknown | None) -> str:
    if isinstance(answer, Unknown):
        return f"unknown: {answer.why}"
    return "unknown: not evaluated" if answer is None else "yes" if answer else "no"


def rung(found: Rung) -> Json:
    planned = found.planned
    return {
        "number": found.number,
        "name": found.step.name,
        "action": str(found.step.verb),
        "plan": _plan(planned) if isinstance(planned, Plan) else None,
        "no_plan": refusal(planned) if isinstance(planned, Refusal) else None,
        "guards": list(_guards(found.answers)),
    }


def _plan(planned: Plan) -> Json:
    return {
        "target": planned.target.text,
        "parameters": planned.parameters,
        "because": str(planned.because),
        "effect": planned.detail,
    }


def _guards(answered: Iterable[tuple[str, Refusal | None]]) -> Iterable[Json]:
    for name, said in answered:
        yield {"guard": name, "passes": said is None, **(refusal(said) or {})}


def refusal(found: Refusal | None) -> Json | None:
    if found is None:
        return None
    return {
        "reason": str(found.reason),
        "words": in_words(found),
        "then": str(found.then),
        "until_s": found.until_s,
    }
