"""A verdict on what was done, kept with the attempt and told in the journal."""

from __future__ import annotations

from dataclasses import replace

from worker.domain.document.incident import Attempt, Incident
from worker.domain.document.subject import SubjectDocument
from worker.domain.story.journal import EntryKind
from worker.domain.verify.verification import Judgement


def with_verdict(
    document: SubjectDocument,
    incident: Incident,
    attempt: Attempt,
    judgement: Judgement,
    now_s: float,
) -> tuple[SubjectDocument, Incident]:
    judged = incident.with_attempt(replace(attempt, verdict=judgement.reason))
    document = document.with_incident(judged).note(
        EntryKind.VERDICT,
        judgement.reason,
        now_s,
        incident.id,
        action=attempt.action.replace("_", " "),
        target=attempt.target.text,
        detail=judgement.detail,
    )
    return document, judged
