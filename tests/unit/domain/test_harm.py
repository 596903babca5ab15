"""Made worse: less is there than before the action, or neighbours fell sick right after it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.unit.domain.builders import (
    CRASH_LOOP,
    NOW_S,
    SOAKED_S,
    WATCH,
    WELL,
    crashing,
    facts,
    only,
    pod,
    rollout,
    steadily,
    verifying,
    watched,
)
from tests.unit.domain.remedies import DEADLINE_S, SCALE, SETTLED_S
from worker.domain.catalogue import Verb
from worker.domain.document.incident import Phase
from worker.domain.document.subject import SubjectDocument
from worker.domain.observed.evidence import AlertStates, Unknown
from worker.domain.observed.facts import Facts
from worker.domain.playbooks.playbook import Mode
from worker.domain.scopes.record import mode_of, record_of
from worker.domain.scopes.scope import CLUSTER, ScopeDocument, ScopeKind, Sick
from worker.domain.scopes.scope_notes import applied
from worker.domain.scopes.scopes_seen import ScopesSeen
from worker.domain.story.journal import EntryKind
from worker.domain.story.reason import Reason
from worker.domain.verify.attribution import hurt_neighbours, made_worse

FIRING = facts(pod("web-1"), pod("web-2"), pod("web-3"), firing=["KubePodCrashLooping-web-1"])
EVICTION = only(verifying()).attempts[0]
RESTART = replace(EVICTION, action=Verb.ROLLOUT_RESTART)
NEWBORN_S = 180.0


def restarted() -> SubjectDocument:
    """The restart, which is the ladder's last rung, was answered."""
    document = verifying()
    return document.with_incident(replace(only(document), rung=1, attempts=(RESTART,)))


def verdicts(document: SubjectDocument) -> list[Reason]:
    return [entry.reason for entry in document.journal if entry.kind is EntryKind.VERDICT]


@pytest.mark.parametrize(
    ("seen", "at_s"),
    [
        pytest.param(facts(crashing("web-4"), pod("web-3")), SETTLED_S, id="sick at once"),
        pytest.param(facts(pod("web-2")), DEADLINE_S, id="pending to the end"),
        pytest.param(replace(FIRING, rollout=rollout(available=1)), DEADLINE_S, id="and firing"),
    ],
)
def test_less_than_before_is_worse_and_a_humans_when_it_cannot_be_undone(
    seen: Facts, at_s: float
) -> None:
    document = watched(restarted(), (SETTLED_S, FIRING), (at_s, seen))
    assert (only(document).escalated_for, verdicts(document)) == (Reason.WORSE, [Reason.WORSE])
    assert "1 available, 2 before the action" in document.journal[-1].detail["detail"]


def test_less_than_before_is_not_judged_while_a_rollout_runs() -> None:
    rolling = replace(facts(pod("web-2")), rollout=rollout(updated=1, ready=1, available=1))
    document = watched(verifying(), (SETTLED_S, FIRING), (DEADLINE_S, rolling))
    assert verdicts(document) == [Reason.NOT_YET]


@pytest.mark.parametrize(
    ("seen", "lost"),
    [
        pytest.param(rollout(available=2), "", id="as many"),
        pytest.param(rollout(available=3), "", id="more"),
        pytest.param(rollout(available=0), "0 available, 2 before the action", id="none left"),
        pytest.param(rollout(available=0, updated=2), "", id="while it rolls"),
        pytest.param(rollout(available=0, observed_generation=2), "", id="not observed yet"),
        pytest.param(Unknown("timed out"), "", id="unknown"),
    ],
)
def test_made_worse(seen: object, lost: str) -> None:
    found = replace(WELL, rollout=seen)  # type: ignore[arg-type]
    assert made_worse(RESTART, found, NEWBORN_S) == lost
    assert made_worse(replace(RESTART, before=None), found, NEWBORN_S) == ""
    assert made_worse(EVICTION, found, NEWBORN_S) == "", "the evicted pod was not ready"


def test_what_may_still_start_is_not_lost() -> None:
    young = pod("web-4", ready=False, created_at_s=NOW_S - 10.0)
    assert made_worse(RESTART, facts(young, pod("web-2")), NEWBORN_S) == ""
    crashes = crashing("web-4", created_at_s=NOW_S - 10.0)
    assert made_worse(RESTART, facts(crashes, pod("web-2")), NEWBORN_S) != ""


def sick(name: str, after_s: float, namespace: str = "shop") -> Sick:
    return Sick(f"service/{namespace}/Deployment/{name}", SOAKED_S + after_s, "crash_loop")


def around(*neighbours: Sick) -> ScopesSeen:
    return ScopesSeen((ScopeDocument(CLUSTER.kind, sick=neighbours),), known=100)


@pytest.mark.parametrize(
    ("neighbours", "hurt"),
    [
        pytest.param((sick("cart", 5.0), sick("pay", 60.0)), "Deployment/cart, Deployment/pay",
                     id="two right after it"),
        pytest.param((sick("cart", 5.0),), "", id="one may be chance"),
        pytest.param((sick("cart", -1.0), sick("pay", 60.0)), "", id="one was sick before"),
        pytest.param((sick("cart", 5.0), sick("pay", 120.1)), "", id="one much later"),
        pytest.param((sick("cart", 5.0), sick("pay", 60.0, "bank")), "", id="one elsewhere"),
        pytest.param((sick("cart", 5.0), sick("web", 60.0)), "", id="one is the subject itself"),
        pytest.param((sick("cart", 5.0), sick("pay", 60.0, "shopping")), "", id="a like name"),
        pytest.param((sick("a", 0.0), sick("b", 120.0)), "Deployment/a, Deployment/b", id="edges"),
    ],
)  # fmt: skip
def test_hurt_neighbours(neighbours: tuple[Sick, ...], hurt: str) -> None:
    document = verifying()
    attempt = only(document).attempts[0]
    seen = replace(WELL, scopes=around(*neighbours))
    assert hurt_neighbours(document, attempt, seen) == hurt


def test_neighbours_that_nobody_can_see_are_not_known_to_be_hurt() -> None:
    document = verifying()
    attempt = only(document).attempts[0]
    for scopes in (Unknown("HTTP 500"), ScopesSeen((), 10)):
        assert hurt_neighbours(document, attempt, replace(WELL, scopes=scopes)) == ""


def test_healthy_itself_but_its_neighbours_paid_for_it() -> None:
    """An eviction can't be undone: a human, and the playbook loses its mode in the namespace."""
    seen = replace(WELL, scopes=around(sick("cart", 5.0), sick("pay", 60.0)))
    document = watched(verifying(), *steadily(seen, SETTLED_S, SETTLED_S + WATCH.window_s))
    assert (only(document).escalated_for, verdicts(document)) == (Reason.WORSE, [Reason.WORSE])
    assert "Deployment/cart, Deployment/pay fell sick" in document.notices[-1].summary
    (note,) = document.scope_notes
    scope = applied(ScopeDocument(ScopeKind.NAMESPACE, "shop"), note, NOW_S)
    record = record_of(scope.records, "crash-loop")
    mode, why = mode_of(CRASH_LOOP, Mode.AUTO, record, "any other subject", NOW_S + 1e9)
    assert (mode, record.harmed) == (Mode.SUGGEST, 1)
    assert why is not None
    assert why.until_s is None


def test_what_hurt_neighbours_is_undone_when_it_can_be() -> None:
    quiet = replace(SCALE.in_vain, alerts=AlertStates(frozenset(), frozenset()))
    seen = replace(quiet, scopes=around(sick("cart", 5.0), sick("pay", 60.0)))
    document = SCALE.verifying()
    for after_s, look in steadily(seen, SETTLED_S, SETTLED_S + WATCH.window_s):
        document = SCALE.looked(document, look, after_s).document
    assert (only(document).phase, only(document).undoing) == (Phase.OPEN, SCALE.intent_id)
    at_s = SETTLED_S + WATCH.window_s + 1.0
    (intent,) = SCALE.looked(document, seen, at_s).perform
    assert intent.parameters == SCALE.set_back


def test_a_ladder_that_ends_in_vain_costs_its_playbook_its_mode_for_this_subject_for_a_day() -> (
    None
):
    document = verifying()
    seen = facts(*(crashing(f"web-{n}", restarts=8) for n in (1, 2, 3)))
    before = replace(EVICTION, before=None)
    document = document.with_incident(only(document).with_attempt(before))
    document = watched(document, (SETTLED_S, seen), (SETTLED_S + 1.0, seen))
    assert only(document).escalated_for is Reason.LADDER_EXHAUSTED
    (note,) = document.scope_notes
    assert note.detail["reason"] == "ladder_exhausted"
    scope = applied(ScopeDocument(ScopeKind.NAMESPACE, "shop"), note, NOW_S)
    record = record_of(scope.records, "crash-loop")
    mine, other = document.subject.key, "any other subject"
    assert mode_of(CRASH_LOOP, Mode.AUTO, record, mine, NOW_S + 86399.0)[0] is Mode.SUGGEST
    assert mode_of(CRASH_LOOP, Mode.AUTO, record, other, NOW_S)[0] is Mode.AUTO
    assert mode_of(CRASH_LOOP, Mode.AUTO, record, mine, NOW_S + 86400.0)[0] is Mode.AUTO


def test_a_repair_goes_on_the_record_too_and_twice_told_is_once_counted() -> None:
    document = watched(verifying(), *steadily(WELL, SETTLED_S, SETTLED_S + WATCH.window_s))
    assert only(document).resolution is Reason.REPAIRED
    (note,) = document.scope_notes
    scope = applied(ScopeDocument(ScopeKind.NAMESPACE, "shop"), note, NOW_S)
    again = applied(scope, note, NOW_S + 60.0)
    assert again == scope
    assert record_of(scope.records, "crash-loop").repaired == 1
