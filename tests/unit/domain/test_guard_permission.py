"""Guards of permission: the playbook's conditions, the mode, a human's yes, the kill switch."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.unit.domain.builders import POLICY, SOAKED_S, WEB
from tests.unit.domain.guard_cases import (
    INCIDENT,
    Changes,
    Row,
    attempt,
    case_of,
    namespace,
    never,
    no,
    restart,
    scopes,
    skip,
)
from worker.domain.catalogue import CATALOGUE, Verb
from worker.domain.catalogue.descriptor import ActionClass
from worker.domain.document.incident import intent_id
from worker.domain.document.outbox import Intent
from worker.domain.guards.case import Guard
from worker.domain.guards.permission import conditions, kill_switch, mode_allows
from worker.domain.observed.evidence import Unknown
from worker.domain.people.approval import Request, digest_of
from worker.domain.planners.plan import Plan, Refusal, Then
from worker.domain.playbooks.playbook import Condition, Mode, Promotion, Step
from worker.domain.scopes.record import Demotion, Record
from worker.domain.story.reason import Reason

UNKNOWN = Unknown("timed out")
TARGET = "shop/Pod/web-1"
PLAN = case_of().plan
MINE = intent_id(INCIDENT)
ODD, EVEN = Condition("c-odd", "odd()"), Condition("c-even", "even()")


def asked(
    *, never_: tuple[Condition, ...] = (), when: tuple[Condition, ...] = (), **answers: Any
) -> Changes:
    found = {f"c-{name}": answer for name, answer in answers.items()}
    return {"step": {"never": never_, "when": when}, "conditions": found}


def refusal(reason: Reason, detail: str = PLAN.detail, until_s: float | None = None) -> Refusal:
    return Refusal(reason, Then.HOLD, detail, until_s, TARGET, patient=True)


AGAIN_S = SOAKED_S + POLICY.observe_again_s
WOULD = refusal(Reason.OBSERVE_MODE, until_s=AGAIN_S)
SUGGESTED = refusal(Reason.SUGGEST_MODE, until_s=AGAIN_S)
WAITING = refusal(Reason.AWAITING_APPROVAL)
CHANGED = refusal(Reason.PLAN_CHANGED, "ada approved another state of it")
EXPIRED = never(Reason.APPROVAL_EXPIRED, "r-1 was approved by ada, and not done in time")
APPROVE = {"mode": Mode.APPROVE}


def request(plan: Plan = PLAN, by: str = "ada", expires_at_s: float = SOAKED_S + 1.0) -> Changes:
    """In approve mode a human was asked about this plan, and perhaps has said yes."""
    digest = digest_of(plan.verb, plan.target, plan.generation, plan.parameters)
    made = Request(
        "r-1", digest, "nonce", plan.verb, plan.target, plan.parameters, SOAKED_S - 60.0,
        expires_at_s, "effect", approved_by=by,
    )  # fmt: skip
    return {**APPROVE, "incident": {"request": made}}


def resent(generation: int = 0, by: str = "ada", **parameters: int) -> Changes:
    """The plan was approved, sent, and not answered; this much is different now."""
    made = replace(attempt(1, None), intent_id=MINE, approved_by=by)
    intent = Intent(
        MINE, INCIDENT.id, PLAN.verb, PLAN.target, "7", generation, SOAKED_S, SOAKED_S,
        parameters=dict(parameters),
    )  # fmt: skip
    return {
        **APPROVE, "resending": MINE, "incident": {"attempts": (made,)},
        "document": {"intents": (intent,)},
    }  # fmt: skip


def record(promoted_by: int = 0, *demotions: Demotion) -> Changes:
    known = Record("crash-loop", promoted_by=promoted_by, demotions=demotions)
    return scopes(namespace(records=(known,)))


def demoted(reason: Reason = Reason.LADDER_EXHAUSTED, **changes: Any) -> Demotion:
    made = Demotion(WEB.key, Mode.SUGGEST, 0.0, SOAKED_S + 1.0, reason, "i-1")
    return replace(made, **changes)


EARNED = {"playbook": {"mode": Mode.OBSERVE, "promotion": Promotion(Mode.AUTO)}}
LOST = replace(
    refusal(Reason.DEMOTED, f"{PLAN.detail}; i-1 ended as ladder exhausted", AGAIN_S), patient=False
)

CONDITIONS: list[Row] = [
    (conditions, "none", {}, None),
    (conditions, "as wished", asked(when=(ODD,), odd=True), None),
    (conditions, "not so", asked(when=(ODD,), odd=False), skip(Reason.CONDITION_NOT_MET, "odd()")),
    (conditions, "not known", asked(when=(ODD,), odd=UNKNOWN),
     no(Reason.CONDITION_UNKNOWN, "odd(): timed out")),
    (conditions, "not evaluated", asked(when=(ODD,)),
     no(Reason.CONDITION_UNKNOWN, "odd(): not evaluated")),
    (conditions, "one of two", asked(when=(ODD, EVEN), odd=True, even=False),
     skip(Reason.CONDITION_NOT_MET, "even()")),
    (conditions, "never, and it isn't so", asked(never_=(ODD,), odd=False), None),
    (conditions, "never, and it is so", asked(never_=(ODD,), odd=True),
     skip(Reason.NEVER_ALLOWED, "odd()")),
    (conditions, "never, and it isn't known", asked(never_=(ODD,), odd=UNKNOWN),
     no(Reason.CONDITION_UNKNOWN, "never odd(): timed out")),
    (conditions, "never, and it was not evaluated", asked(never_=(ODD,)),
     no(Reason.CONDITION_UNKNOWN, "never odd(): not evaluated")),
    (conditions, "never comes first", asked(never_=(ODD,), when=(EVEN,), odd=True, even=False),
     skip(Reason.NEVER_ALLOWED, "odd()")),
    (conditions, "what is no yes", asked(when=(ODD,), odd="true"),
     skip(Reason.CONDITION_NOT_MET, "odd()")),
    (conditions, "what is no no", asked(never_=(ODD,), odd=0), skip(Reason.NEVER_ALLOWED, "odd()")),
]  # fmt: skip
MODES: list[Row] = [
    (mode_allows, "auto", {}, None),
    (mode_allows, "observe", {"mode": Mode.OBSERVE}, WOULD),
    (mode_allows, "its playbook only observes", {"playbook": {"mode": Mode.OBSERVE}}, WOULD),
    (mode_allows, "observe a restart", {"mode": Mode.OBSERVE, "plan": restart()},
     replace(WOULD, detail=restart().detail, target="shop/Deployment/web")),
    (mode_allows, "its playbook acts",
     {"mode": Mode.OBSERVE, "playbook": {"mode": Mode.AUTO}}, None),
    (mode_allows, "its namespace only observes",
     {"namespace_modes": {"shop": Mode.OBSERVE}}, WOULD),
    (mode_allows, "its namespace may",
     {"mode": Mode.OBSERVE, "namespace_modes": {"shop": Mode.AUTO}}, None),
    (mode_allows, "another namespace may",
     {"mode": Mode.OBSERVE, "namespace_modes": {"other": Mode.AUTO}}, WOULD),
    (mode_allows, "its playbook acts, but not there",
     {"namespace_modes": {"shop": Mode.OBSERVE}, "playbook": {"mode": Mode.AUTO}}, WOULD),
    (mode_allows, "it earned to act, but not there",
     {**EARNED, **record(3), "namespace_modes": {"shop": Mode.SUGGEST}}, SUGGESTED),
    (mode_allows, "it failed where all is allowed",
     {**record(0, demoted()), "namespace_modes": {"shop": Mode.AUTO}}, LOST),
    (mode_allows, "suggest", {"mode": Mode.SUGGEST}, SUGGESTED),
    (mode_allows, "its step only suggests", {"step": {"mode": Mode.SUGGEST}}, SUGGESTED),
    (mode_allows, "its step widens nothing",
     {"mode": Mode.SUGGEST, "step": {"mode": Mode.AUTO}}, SUGGESTED),
    (mode_allows, "it earned to act", {**EARNED, **record(3)}, None),
    (mode_allows, "it earned to suggest", {**EARNED, **record(1)}, SUGGESTED),
    (mode_allows, "what it earned can't be read", {**EARNED, "scopes": UNKNOWN}, WOULD),
    (mode_allows, "it failed here", record(0, demoted()), LOST),
    (mode_allows, "it failed here a day ago", record(0, demoted(until_s=SOAKED_S)), None),
    (mode_allows, "it failed elsewhere", record(0, demoted(subject="another")), None),
    (mode_allows, "it did harm in the namespace",
     record(0, demoted(Reason.WORSE, subject="", until_s=None)),
     replace(LOST, detail=f"{PLAN.detail}; i-1 ended as worse")),
    (mode_allows, "it only observes anyway", {"mode": Mode.OBSERVE, **record(0, demoted())}, WOULD),
]  # fmt: skip
APPROVALS: list[Row] = [
    (mode_allows, "approve: nobody was asked", APPROVE, WAITING),
    (mode_allows, "its step asks", {"step": {"mode": Mode.APPROVE}}, WAITING),
    (mode_allows, "nobody has answered", request(by=""), WAITING),
    (mode_allows, "said yes", request(), None),
    (mode_allows, "said yes, too long ago", request(expires_at_s=SOAKED_S), EXPIRED),
    (mode_allows, "said yes to another state", request(replace(PLAN, generation=1)), CHANGED),
    (mode_allows, "said yes to other values", request(replace(PLAN, parameters={"a": 1})), CHANGED),
    (mode_allows, "said yes to another pod", request(replace(PLAN, target=restart().target)),
     CHANGED),
    (mode_allows, "said yes, and it is sent again", resent(), None),
    (mode_allows, "sent again in another state", resent(generation=1), WAITING),
    (mode_allows, "sent again with other values", resent(replicas=4), WAITING),
    (mode_allows, "sent without a yes, and again", resent(by=""), WAITING),
    (mode_allows, "sent again, of which the outbox knows nothing",
     {**resent(), "document": {"intents": ()}}, WAITING),
    (mode_allows, "sent again, of which the incident knows nothing",
     {**resent(), "incident": {"attempts": ()}}, WAITING),
    (kill_switch, "unset", {}, None),
    (kill_switch, "set", {"kill_switch_set": True}, no(Reason.KILL_SWITCH)),
    (kill_switch, "unreadable", {"kill_switch_set": UNKNOWN},
     no(Reason.KILL_SWITCH_UNREADABLE, "timed out")),
]  # fmt: skip
TABLE = [*CONDITIONS, *MODES, *APPROVALS]


@pytest.mark.parametrize(
    ("guard", "changes", "expected"),
    [
        pytest.param(guard, changes, expected, id=f"{guard.__name__}: {words}")
        for guard, words, changes, expected in TABLE
    ],
)
def test_guard_of_permission(guard: Guard, changes: Changes, expected: Refusal | None) -> None:
    assert guard(case_of(**changes)) == expected


def test_what_may_lose_data_is_asked_for_unless_its_step_says_otherwise() -> None:
    high = {one.verb for one in CATALOGUE if one.action_class is ActionClass.HIGH}
    assert {verb for verb in Verb if Step(verb).asks_by_default} == high
