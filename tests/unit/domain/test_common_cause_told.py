"""What is told of a node that several services are sick on, and which of its news is a root."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.unit.domain.builders import (
    FIRING,
    NOW_S,
    POLICY,
    RESOLVED,
    SICK,
    SOAKED_S,
    alert,
    decided,
    only,
    opened,
)
from tests.unit.domain.guard_cases import patiently
from worker.domain.document.identity import NODE_ALERT, Subject, SubjectKind
from worker.domain.document.incident import Phase
from worker.domain.document.subject import SubjectDocument
from worker.domain.guards.capacity import has_root
from worker.domain.incoming.absorb import absorb
from worker.domain.incoming.alert import Alert
from worker.domain.incoming.inbox import accept
from worker.domain.planners.plan import Refusal
from worker.domain.scopes.common_cause import (
    Root,
    node_alert,
    node_subject,
    services_blaming,
    undecided_root,
)
from worker.domain.scopes.scope import CLUSTER, ScopeDocument, Sick
from worker.domain.story.reason import Reason

NODE = node_subject("node-1")
ROOT = Root(NODE, "inc-root", SOAKED_S - 60.0)
UNTIL_S = ROOT.since_s + POLICY.decide_within_s


def test_a_sick_node_becomes_one_critical_alert_of_its_own() -> None:
    words = "4 services are sick on node-1 and well elsewhere"
    assert node_alert("node-1", 4, NOW_S) == Alert(
        name=NODE_ALERT,
        status=FIRING,
        labels={"severity": "critical", "node": "node-1", "words": words},
        annotations={},
        starts_at_s=NOW_S,
        ends_at_s=None,
        fingerprint=NODE_ALERT,
    )


def test_a_nodes_subject_is_of_no_namespace() -> None:
    assert node_subject("node-1") == Subject(SubjectKind.NODE, "", "node-1")


def test_only_services_that_name_a_node_blame_it() -> None:
    places = ("node-1", "node-2", "", "node-1")
    sick = tuple(Sick(f"s-{n}", 1.0, "not_ready", node) for n, node in enumerate(places))
    document = ScopeDocument(CLUSTER.kind, sick=sick)
    counts = [services_blaming(document, node) for node in ("node-1", "node-2", "node-3", "")]
    assert counts == [2, 1, 0, 0]


@pytest.mark.parametrize(
    ("now_s", "until_s"),
    [
        pytest.param(SOAKED_S, SOAKED_S + POLICY.observe_again_s, id="asked again before long"),
        pytest.param(UNTIL_S - 1.0, UNTIL_S, id="and no later than it is released"),
    ],
)
def test_a_child_is_told_where_its_root_is(now_s: float, until_s: float) -> None:
    words = "its sick pods are all on node-1; see node//node-1"
    expected: Refusal = patiently(Reason.COMMON_CAUSE, words, until_s)
    assert has_root(ROOT, POLICY, now_s) == expected


def told(*news: Alert) -> SubjectDocument:
    return accept(SubjectDocument(NODE), news)


def test_before_it_is_opened_a_root_is_as_old_as_what_was_told_first() -> None:
    first, later = node_alert("node-1", 3, NOW_S), node_alert("node-1", 5, NOW_S + 9.0)
    both = told(replace(later, fingerprint="later"), first)
    assert undecided_root(both) == Root(NODE, "", NOW_S)


@pytest.mark.parametrize(
    "news",
    [
        pytest.param(replace(node_alert("node-1", 3, NOW_S), status=RESOLVED), id="it is over"),
        pytest.param(alert("NodeFilesystemSpaceFillingUp", pod=""), id="another trouble"),
    ],
)
def test_what_is_told_and_no_root(news: Alert) -> None:
    assert undecided_root(told(news)) is None


def test_beside_another_incident_of_the_node_the_root_is_still_seen() -> None:
    disk = absorb(told(alert("NodeFilesystemSpaceFillingUp", pod="")), POLICY, NOW_S)
    assert undecided_root(accept(disk, [node_alert("node-1", 3, NOW_S)])) == Root(NODE, "", NOW_S)
    both = absorb(accept(disk, [node_alert("node-1", 3, NOW_S)]), POLICY, NOW_S + 1.0)
    root = both.incidents[1]
    assert undecided_root(both) == Root(NODE, root.id, NOW_S + 1.0)


@pytest.mark.parametrize(
    ("phase", "waits"),
    [(Phase.OPEN, True), (Phase.ACTING, True), (Phase.VERIFYING, False), (Phase.ESCALATED, False)],
)
def test_once_something_was_done_to_the_node_its_children_wait_no_longer(
    phase: Phase, waits: bool
) -> None:
    told_of = absorb(told(node_alert("node-1", 3, NOW_S)), POLICY, NOW_S)
    document = told_of.with_incident(replace(only(told_of), phase=phase))
    assert (undecided_root(document) is not None) is waits


def test_a_child_waits_for_its_root_before_anything_else_is_looked_at() -> None:
    document = decided(opened(), replace(SICK, root=ROOT), NOW_S).document
    hold = only(document).hold
    assert hold is not None
    assert hold.reason is Reason.COMMON_CAUSE, "it would still be soaking"
