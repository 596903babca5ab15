"""Evaluating the conditions that a decision may need: into facts, so that deciding stays pure."""

from __future__ import annotations

from typing import Any

from worker.domain.deciding.policy import Policy
from worker.domain.document.incident import Incident, Phase
from worker.domain.document.subject import SubjectDocument
from worker.domain.observed.evidence import Unknown
from worker.domain.observed.facts import Facts
from worker.domain.observed.variables import variables
from worker.domain.playbooks.pack import Pack
from worker.domain.playbooks.playbook import Condition, Playbook
from worker.engine.ports import Expressions


def answers(
    document: SubjectDocument,
    facts: Facts,
    pack: Pack,
    policy: Policy,
    now_s: float,
    expressions: Expressions,
) -> dict[str, bool | Unknown]:
    """By condition id, for the playbooks that names and labels preselect."""
    answered: dict[str, bool | Unknown] = {}
    for incident in document.open_incidents:
        asked = _asked(document, incident, pack)
        if not asked:
            continue
        given: dict[str, Any] = variables(document, incident, facts, policy, now_s)
        for one in asked:
            answer = expressions.evaluate(one.text, given)
            if answered.get(one.id, answer) != answer:
                answer = Unknown("it differs between two incidents of this subject")
            answered[one.id] = answer
    return answered


def _asked(document: SubjectDocument, incident: Incident, pack: Pack) -> list[Condition]:
    if incident.phase not in (Phase.OPEN, Phase.ACTING):
        return []
    found = [one for playbook in _playbooks(document, incident, pack) for one in _all(playbook)]
    return list({one.id: one for one in found}.values())


def _playbooks(document: SubjectDocument, incident: Incident, pack: Pack) -> list[Playbook]:
    chosen = pack.named(incident.playbook)
    preselected = list(pack.preselected(document.subject, incident))
    return preselected if chosen is None or chosen in preselected else [*preselected, chosen]


def _all(playbook: Playbook) -> list[Condition]:
    match = [playbook.match.when] if playbook.match.when is not None else []
    return [*match, *(one for step in playbook.steps for one in (*step.never, *step.when))]
