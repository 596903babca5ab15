"""A node and its pool, read from API objects.

What a real one shows: tests/contracts/transcripts, cluster_others/cordon.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.cluster_objects import FixedCluster, question
from worker.domain.document.identity import Subject, SubjectKind, Target
from worker.domain.observed.evidence import Gone, Unknown
from worker.domain.observed.nodes import NodeHealth
from worker.domain.observed.question import ProbeName, Question
from worker.probes.node_health import LEAVING_TAINTS, POOL_LABELS, node_health

Json = dict[str, Any]
PREFIX = "aiops-operator.io"


def node(
    name: str, *, labels: Json | None = None, cordoned: bool = False, ready: str = "True",
    by: str = "",
) -> Json:  # fmt: skip
    marks = {f"{PREFIX}/cordoned-by": by} if by else {}
    return {
        "metadata": {
            "name": name, "uid": f"uid-{name}", "resourceVersion": "41", "labels": labels or {},
            "annotations": marks,
        },
        "spec": {"unschedulable": True} if cordoned else {},
        "status": {
            "conditions": [
                {"type": "Ready", "status": ready}, {"type": "DiskPressure", "status": "False"},
            ]
        },
    }  # fmt: skip


async def ask(*nodes: Json) -> NodeHealth:
    cluster = FixedCluster(Node=nodes)
    health = await node_health(cluster, asked("node-a"), PREFIX)
    assert isinstance(health, NodeHealth), health
    return health


def asked(name: str) -> Question:
    return Question(ProbeName.ROLLOUT_HEALTH, Subject(SubjectKind.NODE, "", name))


async def test_a_node() -> None:
    assert await ask(node("node-a"), node("node-b")) == NodeHealth(
        target=Target("Node", "", "node-a", "uid-node-a"),
        resource_version="41",
        pool="workers",
        ready=True,
        schedulable=True,
        conditions={"Ready": "True", "DiskPressure": "False"},
        control_plane=False,
        cordoned_by="",
        nodes_in_pool=2,
        cordoned_in_pool=0,
    )


@pytest.mark.parametrize("label", POOL_LABELS)
async def test_a_pool_is_known_by_its_label(label: str) -> None:
    mine = {label: "spot"}
    nodes = [node("node-a", labels=mine), node("node-b", labels=mine),
             node("node-c", labels={label: "big"}), node("node-d")]  # fmt: skip
    health = await ask(*nodes)
    assert (health.pool, health.nodes_in_pool) == ("spot", 2)


async def test_only_the_pool_is_listed_where_it_has_a_label() -> None:
    cluster = FixedCluster(Node=[node("node-a", labels={POOL_LABELS[0]: "spot"}), node("node-b")])
    await node_health(cluster, asked("node-a"), PREFIX)
    await node_health(cluster, asked("node-b"), PREFIX)
    assert [ref.label_selector for ref in cluster.lists] == [f"{POOL_LABELS[0]}=spot", ""]


async def test_an_empty_label_is_none() -> None:
    assert (await ask(node("node-a", labels={POOL_LABELS[0]: ""}))).pool == "workers"


@pytest.mark.parametrize("role", ["control-plane", "master"])
async def test_the_control_plane_is_a_pool_of_its_own(role: str) -> None:
    label = {f"node-role.kubernetes.io/{role}": ""}
    health = await ask(node("node-a", labels=label), node("node-b"))
    assert (health.control_plane, health.pool, health.nodes_in_pool) == (True, "control-plane", 1)


async def test_others_that_take_no_pods_are_counted_whatever_keeps_them_from_it() -> None:
    health = await ask(
        node("node-a", cordoned=True, by="i-1"), node("node-b", cordoned=True),
        node("node-c", ready="Unknown"), node("node-d", cordoned=True, ready="False"),
        node("node-e"),
    )  # fmt: skip
    assert (health.nodes_in_pool, health.cordoned_in_pool) == (5, 3)
    assert (health.schedulable, health.cordoned_by) == (False, "i-1")


@pytest.mark.parametrize("ready", ["False", "Unknown"])
async def test_unknown_is_not_ready(ready: str) -> None:
    assert not (await ask(node("node-a", ready=ready))).ready


async def test_a_node_that_has_just_come_says_nothing_of_itself() -> None:
    found = node("node-a")
    del found["status"], found["spec"], found["metadata"]["labels"]
    del found["metadata"]["annotations"]
    health = await ask(found)
    assert (health.ready, health.schedulable, health.conditions) == (False, True, {})


async def test_a_mark_that_outlived_its_cordon_says_nothing() -> None:
    assert (await ask(node("node-a", by="i-1"))).cordoned_by == ""


@pytest.mark.parametrize("key", LEAVING_TAINTS)
async def test_a_taint_says_who_takes_it_away(key: str) -> None:
    found = node("node-a")
    found["spec"]["taints"] = [{"key": "dedicated", "effect": "NoSchedule"}, {"key": key}]
    assert (await ask(found)).leaving == f"taint {key}"
    found["spec"]["taints"] = [{"key": "node.kubernetes.io/not-ready", "effect": "NoExecute"}]
    assert (await ask(found)).leaving == ""


async def test_one_that_is_being_deleted_is_leaving() -> None:
    found = node("node-a")
    found["metadata"]["deletionTimestamp"] = "2026-01-31T12:00:00Z"
    assert (await ask(found)).leaving == "who deletes it"


async def test_what_was_written_last_and_what_people_said_of_it() -> None:
    found = node("node-a")
    found["metadata"]["annotations"] = {f"{PREFIX}/intent-id": "i-1", f"{PREFIX}/enabled": "false"}
    health = await ask(found)
    assert health.last_intent == "i-1"
    assert health.annotations[f"{PREFIX}/enabled"] == "false"


async def test_what_is_not_there_is_gone_and_no_node_is_unknown() -> None:
    assert await node_health(FixedCluster(), asked("node-a"), PREFIX) == Gone(
        "Node node-a does not exist"
    )
    answer = await node_health(FixedCluster(), question("Deployment"), PREFIX)
    assert isinstance(answer, Unknown)
