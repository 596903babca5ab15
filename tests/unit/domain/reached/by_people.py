"""What is asked of a human, what came of it, and what people and systems say by themselves."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.unit.domain.announcements import event, heard
from tests.unit.domain.approving import (
    ASKED_S,
    EXPIRES_S,
    answer,
    approved,
    asked,
    request_of,
    turn,
)
from tests.unit.domain.approving import heard as answered
from tests.unit.domain.builders import NOW_S, POLICY, SICK, decided, facts, only, opened, pod
from tests.unit.domain.builders import crashing as crashes
from tests.unit.domain.reached import Way, Ways
from tests.unit.domain.test_suggesting import demoted
from worker.domain.document.subject import SubjectDocument
from worker.domain.incoming.ops_event import OpsEventKind
from worker.domain.people.approval import Say
from worker.domain.people.person_hold import ON_HOLD, PersonHold
from worker.domain.people.steering import told, told_hold
from worker.domain.playbooks.playbook import Mode
from worker.domain.story.reason import Reason

HOLD = PersonHold(f"{ON_HOLD}:ada", ON_HOLD, "ada", NOW_S, NOW_S + 3600.0, "ticket 7")
GONE = facts(crashes("web-2"), pod("web-3"), pod("web-5"))


def said(say: Say = Say.YES, /, **changes: Any) -> Way:
    def way() -> SubjectDocument:
        document = asked()
        return answered(document, ASKED_S + 1.0, answer(request_of(document), say, **changes))

    return way


def by_who_asked() -> SubjectDocument:
    document = asked()
    mine = replace(request_of(document), asked_by="ada")
    document = document.with_incident(replace(only(document), request=mine))
    return answered(document, ASKED_S + 1.0, answer(mine))


def came_true() -> SubjectDocument:
    watching = replace(POLICY, mode=Mode.OBSERVE)
    document = decided(opened(), SICK, policy=watching).document
    return decided(document, GONE, NOW_S + 300.0, policy=watching).document


WAYS: Ways = {
    Reason.AWAITING_APPROVAL: asked,
    Reason.APPROVED: approved,
    Reason.REJECTED_BY_HUMAN: said(Say.NO),
    Reason.APPROVAL_EXPIRED: lambda: turn(asked(), EXPIRES_S).document,
    Reason.NOTHING_ASKED: said(request="inc-other-r1"),
    Reason.OTHER_QUESTION: said(nonce="another"),
    Reason.ANSWERED_BEFORE: lambda: answered(
        approved(), ASKED_S + 20.0, answer(request_of(approved()))
    ),
    Reason.APPROVED_BY_MACHINE: said(bot=True),
    Reason.APPROVED_BY_ASKER: by_who_asked,
    Reason.PLAN_CHANGED: lambda: turn(approved(), ASKED_S + 20.0, GONE).document,
    Reason.DEMOTED: lambda: decided(opened(), replace(SICK, scopes=demoted("", None))).document,
    Reason.SHADOW_RIGHT: came_true,
    Reason.OPS_EVENT: lambda: heard(opened(), 1.0, event(OpsEventKind.SCALED)),
    Reason.PUT_ON_HOLD: lambda: told_hold(opened(), HOLD, "cluster", NOW_S),
    Reason.LET_GO: lambda: told(opened(), Reason.LET_GO, NOW_S, by="ada", where="cluster"),
    Reason.DEMOTION_LIFTED: lambda: told(
        opened(), Reason.DEMOTION_LIFTED, NOW_S, by="ada", playbook="crash-loop", where="shop"
    ),
}
