"""The pods of a workload and their containers, read from API objects."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.cluster_objects import (
    BACK_OFF,
    CRASHED,
    MADE_AT_S,
    RUNNING,
    FixedCluster,
    container_status,
    deployment,
    pod,
    question,
    replica_set,
)
from worker.domain.document.identity import Subject, SubjectKind, Target
from worker.domain.observed.evidence import Unknown
from worker.domain.observed.pods import Container, Pod, PodHealth
from worker.domain.observed.question import ProbeName, Question
from worker.probes.pod_health import pod_health, pod_of

Json = dict[str, Any]
COMPLETED = {"terminated": {"exitCode": 0, "reason": "Completed"}}


async def ask(cluster: FixedCluster, kind: str = "Deployment") -> PodHealth:
    answer = await pod_health(cluster, question(kind))
    assert isinstance(answer, PodHealth)
    return answer


def test_a_healthy_pod() -> None:
    assert pod_of(pod()) == Pod(
        target=Target("Pod", "shop", "backend-1", "uid-backend-1"),
        resource_version="41",
        node="node-a",
        phase="Running",
        created_at_s=MADE_AT_S,
        terminating=False,
        controlled=True,
        containers=(Container("backend", ready=True, restarts=0),),
    )
    assert pod_of(pod()).ready


def test_a_crash_behind_a_healthy_sidecar() -> None:
    crashed = container_status(ready=False, restarts=7, state=BACK_OFF, last=CRASHED)
    statuses = [container_status("proxy"), crashed]
    found = pod_of(
        pod(
            spec={"containers": [{"name": "proxy"}, {"name": "backend"}]},
            status={"containerStatuses": statuses},
        )
    )
    assert not found.ready
    assert found.crash_looping
    assert found.restarts == 7
    assert found.containers[1] == Container(
        "backend", ready=False, restarts=7, waiting_reason="CrashLoopBackOff",
        last_exit_code=137, last_exit_reason="OOMKilled",
    )  # fmt: skip


def test_the_newest_exit_is_the_one_that_counts() -> None:
    status = container_status(ready=False, restarts=2, state=CRASHED, last=COMPLETED)
    (container,) = pod_of(pod(status={"containerStatuses": [status]})).containers
    assert (container.last_exit_code, container.last_exit_reason) == (137, "OOMKilled")


def test_a_pod_that_no_node_has_taken() -> None:
    found = pod(status={"phase": "Pending", "conditions": [], "containerStatuses": None})
    del found["spec"]["nodeName"]
    seen = pod_of(found)
    assert (seen.node, seen.phase, seen.ready) == ("", "Pending", False)
    assert seen.containers == (Container("backend", ready=False, restarts=0),)


def test_ready_containers_on_a_node_that_does_not_answer() -> None:
    lost = pod_of(pod(status={"conditions": [{"type": "Ready", "status": "Unknown"}]}))
    assert all(container.ready for container in lost.containers)
    assert not lost.ready


def test_a_terminating_pod_and_a_naked_one() -> None:
    ending = pod(owner=None)
    ending["metadata"]["deletionTimestamp"] = "2026-01-01T11:00:00Z"
    seen = pod_of(ending)
    assert seen.terminating
    assert not seen.controlled
    assert not seen.ready


@pytest.mark.parametrize("phase", ["Succeeded", "Failed"])
def test_a_finished_pod(phase: str) -> None:
    seen = pod_of(pod(status={"phase": phase}))
    assert seen.finished
    assert not seen.ready


ONCE, SIDECAR = {"name": "setup"}, {"name": "setup", "restartPolicy": "Always"}


@pytest.mark.parametrize(
    ("spec", "status", "counted", "ready"),
    [
        (ONCE, container_status("setup", ready=True, state=COMPLETED), False, True),
        (ONCE, None, False, True),
        (ONCE, container_status("setup", ready=False, restarts=3, state=BACK_OFF), True, False),
        (ONCE, container_status("setup", ready=False, state=CRASHED), True, False),
        (ONCE, container_status("setup", ready=False, state=RUNNING), True, False),
        (SIDECAR, container_status("setup", ready=True), True, True),
        (SIDECAR, container_status("setup", ready=False, state=COMPLETED), True, False),
        (SIDECAR, None, True, False),
    ],
)
def test_init_containers(spec: Json, status: Json | None, counted: bool, ready: bool) -> None:
    """One that has ended well is out of the picture; one that never ends is like any other."""
    statuses = {"initContainerStatuses": [status]} if status else {}
    seen = pod_of(pod(spec={"initContainers": [spec]}, status=statuses))
    assert ("setup" in [container.name for container in seen.containers]) == counted
    assert seen.ready == ready


async def test_pods_whose_controllers_lead_to_this_deployment() -> None:
    cluster = FixedCluster(
        Deployment=[deployment()],
        ReplicaSet=[
            replica_set("backend-7d9f", revision="5"),
            replica_set("backend-old", revision="4"),
            replica_set("alien-1", revision="1", owner="alien"),
        ],
        Pod=[
            pod("backend-1"),
            pod("backend-2", ("ReplicaSet", "backend-old")),
            pod("alien-1-a", ("ReplicaSet", "alien-1")),
            pod("database-0", ("StatefulSet", "database")),
            pod("naked", None),
        ],
    )
    health = await ask(cluster)
    assert [one.target.name for one in health.pods] == ["backend-1", "backend-2"]
    assert {ref.label_selector for ref in cluster.lists if ref.kind == "Pod"} == {"app=backend"}


async def test_pods_of_a_stateful_set_are_its_own() -> None:
    workload = deployment()
    cluster = FixedCluster(
        StatefulSet=[workload],
        Pod=[pod("backend-0", ("StatefulSet", "backend")), pod("x", ("StatefulSet", "other"))],
    )
    health = await ask(cluster, "StatefulSet")
    assert [one.target.name for one in health.pods] == ["backend-0"]


async def test_a_naked_pod_is_its_own_workload() -> None:
    health = await ask(FixedCluster(Pod=[pod("backend", None), pod("other", None)]), "Pod")
    assert [one.target.name for one in health.pods] == ["backend"]


async def test_a_workload_that_is_gone_has_no_pods() -> None:
    assert await ask(FixedCluster(Pod=[pod()])) == PodHealth(())


async def test_a_subject_without_workload_is_unknown() -> None:
    node = Question(ProbeName.POD_HEALTH, Subject(SubjectKind.NODE, "", "node-a"))
    assert isinstance(await pod_health(FixedCluster(), node), Unknown)
