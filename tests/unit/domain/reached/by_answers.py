"""What the API server answers, as the engine reads it, and what comes of an answer that is lost."""

from __future__ import annotations

from typing import Any

from tests.unit.domain.builders import (
    NOW_S,
    POLICY,
    SOAKED_S,
    WELL,
    acting,
    decided,
    facts,
    pod,
)
from tests.unit.domain.reached import Way, Ways
from worker.domain.deciding.outcome import record
from worker.domain.document.subject import SubjectDocument
from worker.domain.story.reason import Reason
from worker.engine.answer import outcome_of
from worker.engine.ports import ApiAnswer

QUIET_S = SOAKED_S + POLICY.in_flight_max_s


def answered(status: int, *, sent: bool = True, **body: Any) -> Way:
    def way() -> SubjectDocument:
        document = acting()
        outcome = outcome_of(ApiAnswer(status=status, body=body, sent=sent))
        return record(document, document.intents[0].id, outcome, POLICY, SOAKED_S)

    return way


def caused(status: int, cause: str) -> Way:
    return answered(status, details={"causes": [{"reason": cause}]})


def superseded() -> SubjectDocument:
    seen = facts(pod("web-1"), pod("web-2"), pod("web-3"))
    return decided(answered(504)(), seen, QUIET_S + 30.0).document


NO_RIGHT = 'User "aiops" cannot create resource "pods/eviction"'
WAYS: Ways = {
    Reason.ACCEPTED: answered(201),
    Reason.FOUND_DONE: lambda: decided(answered(504)(), WELL, NOW_S + 100.0).document,
    Reason.STALE: answered(409, reason="Conflict"),
    Reason.THROTTLED: answered(429),
    Reason.FORBIDDEN: answered(403, message=NO_RIGHT),
    Reason.DENIED_BY_POLICY: answered(422, message="admission webhook denied the request"),
    Reason.QUOTA: answered(403, message="exceeded quota: shop"),
    Reason.SEVERAL_BUDGETS: answered(500, message="This pod has more than one PodDisruptionBudget"),
    Reason.TERMINATING: caused(403, "NamespaceTerminating"),
    Reason.UNAUTHENTICATED: answered(401),
    Reason.UNSUPPORTED: answered(404),
    Reason.BAD_REQUEST: answered(400),
    Reason.CLAIMED: answered(409, reason="AlreadyExists"),
    Reason.UNREACHABLE: answered(0),
    Reason.NOT_SENT: answered(0, sent=False),
    Reason.SUPERSEDED: superseded,
}
