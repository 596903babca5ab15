"""A node that several services are sick on: who blames it, and who waits for its own incident."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.unit.domain.builders import (
    NOW_S,
    POLICY,
    SICK,
    SOAKED_S,
    alert,
    crashing,
    decided,
    only,
    opened,
    pod,
)
from tests.unit.domain.containing import CORDON, fit
from worker.domain.deciding.decision import decide
from worker.domain.document.incident import Phase
from worker.domain.document.subject import SubjectDocument
from worker.domain.incoming.absorb import absorb
from worker.domain.incoming.inbox import accept
from worker.domain.observed.evidence import AlertStates, Unknown
from worker.domain.observed.facts import Facts
from worker.domain.observed.pods import Pod, PodHealth
from worker.domain.playbooks.pack import Pack
from worker.domain.playbooks.playbook import Mode
from worker.domain.scopes.common_cause import (
    Root,
    blamed_node,
    node_alert,
    node_subject,
    sick_place,
    undecided_root,
)
from worker.domain.scopes.scope import CLUSTER, ScopeDocument, Sick
from worker.domain.scopes.scopes_seen import ScopesSeen
from worker.domain.story.reason import Reason

NODE = node_subject("node-1")
WAITS_S = POLICY.decide_within_s


@pytest.mark.parametrize(
    ("pods", "place", "blamed"),
    [
        ((crashing(), pod("b", node="node-2")), "node-1", "node-1"),
        ((crashing(), crashing("b"), pod("c", node="node-2")), "node-1", "node-1"),
        ((crashing(), pod("b"), pod("c", node="node-2")), "node-1", ""),  # well there too
        ((crashing(),), "node-1", ""),  # nothing to compare with
        ((crashing(), crashing("b", node="node-2"), pod("c", node="node-3")), "", ""),
        ((crashing(node=""), pod("b", node="node-2")), "", ""),  # on no node yet
        ((crashing(terminating=True), pod("b", node="node-2")), "", ""),  # about to be gone
        ((pod(), pod("b", node="node-2")), "", ""),
        ((), "", ""),
    ],
)
def test_a_node_is_blamed_for_what_is_sick_there_and_well_elsewhere(
    pods: tuple[Pod, ...], place: str, blamed: str
) -> None:
    health = PodHealth(pods)
    assert (sick_place(health), blamed_node(health)) == (place, blamed)


def told_of_node(*, starts_at_s: float = NOW_S) -> SubjectDocument:
    return accept(SubjectDocument(NODE), [node_alert("node-1", 4, starts_at_s)])


def handed_over() -> SubjectDocument:
    return decided_node(absorb(told_of_node(), POLICY, NOW_S), NOW_S, 4)


def decided_node(document: SubjectDocument, at_s: float, blaming: int) -> SubjectDocument:
    sick = tuple(Sick(f"service/shop/s-{n}", 1.0, "not_ready", "node-1") for n in range(blaming))
    seen = ScopesSeen((ScopeDocument(CLUSTER.kind, sick=sick),), known=40)
    quiet = AlertStates(frozenset(), frozenset())
    facts = Facts(at_s, node=fit(), alerts=quiet, clock_skew_s=0.0, scopes=seen)
    return decide(document, facts, Pack(1, ()), POLICY, at_s).document


def test_its_root_is_undecided_until_a_human_has_it() -> None:
    told = told_of_node()
    assert undecided_root(told) == Root(NODE, "", NOW_S)
    absorbed = absorb(told, POLICY, NOW_S + 1.0)
    incident = only(absorbed)
    assert undecided_root(absorbed) == Root(NODE, incident.id, NOW_S + 1.0)
    after = handed_over()
    assert only(after).phase is Phase.ESCALATED
    assert undecided_root(after) is None
    (notice,) = after.notices
    assert "4 services are sick on node-1 and well elsewhere" in notice.summary


@pytest.mark.parametrize(
    ("mode", "waits"),
    [(Mode.OBSERVE, False), (Mode.SUGGEST, False), (Mode.APPROVE, True), (Mode.AUTO, True)],
)
def test_what_a_mode_leaves_to_others_keeps_no_child_waiting(mode: Mode, waits: bool) -> None:
    """A human was told of the node, or nobody is; what is asked for may still be done."""
    policy = replace(POLICY, mode=mode)
    document = CORDON.looked(CORDON.opened(), CORDON.sick, 60.0, policy)
    assert (undecided_root(document) is not None) is waits


def test_what_else_a_node_is_troubled_by_is_no_root() -> None:
    disk = alert("NodeFilesystemSpaceFillingUp", pod="")
    full = absorb(accept(SubjectDocument(NODE), [disk]), POLICY, NOW_S)
    assert only(full).phase is Phase.OPEN
    assert undecided_root(full) is None


def test_its_incident_is_over_when_no_service_blames_it_any_more() -> None:
    still = decided_node(handed_over(), NOW_S + 600.0, 1)
    assert only(still).phase is Phase.ESCALATED, "one is enough to go on with"
    over = still
    for number in range(4):
        over = decided_node(over, NOW_S + 1200.0 + 50.0 * number, 0)
    assert only(over).resolution is Reason.RESOLVED_BY_OTHERS


def waiting(root: Root | Unknown | None, at_s: float = SOAKED_S) -> SubjectDocument:
    return decided(opened(), replace(SICK, root=root), at_s).document


def test_a_child_waits_and_its_own_time_begins_afterwards() -> None:
    root = Root(NODE, "inc-root", SOAKED_S)
    held = waiting(root)
    hold = only(held).hold
    assert hold is not None
    assert (hold.reason, hold.patient) == (Reason.COMMON_CAUSE, True)
    assert held.intents == ()
    later_s = SOAKED_S + WAITS_S - 1.0
    still = decided(held, replace(SICK, root=root), later_s).document
    assert (only(still).phase, still.intents) == (Phase.OPEN, ())
    released_s = later_s + 60.0
    free = decided(still, SICK, released_s).document
    assert [one.action for one in free.intents] == ["evict_pod"]
    assert only(free).decide_by_s == released_s + POLICY.decide_within_s


def test_a_root_that_nobody_decides_about_releases_its_children_in_time() -> None:
    root = Root(NODE, "inc-root", SOAKED_S - WAITS_S)
    assert [one.action for one in waiting(root).intents] == ["evict_pod"]
    just_before = waiting(replace(root, since_s=root.since_s + 1.0))
    hold = only(just_before).hold
    assert hold is not None
    assert hold.until_s == SOAKED_S + 1.0


def test_a_root_that_cannot_be_read_is_no_permission() -> None:
    held = waiting(Unknown("node//node-1: schema 2, this worker knows up to 1"))
    hold = only(held).hold
    assert hold is not None
    assert (hold.reason, hold.patient, held.intents) == (Reason.EVIDENCE_UNKNOWN, False, ())
