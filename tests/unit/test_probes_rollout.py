"""What a workload wants and how far it is, read from API objects."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.cluster_objects import (
    MADE_AT_S,
    FixedCluster,
    deployment,
    metadata,
    pod,
    question,
    replica_set,
)
from worker.domain.document.identity import Subject, SubjectKind, Target
from worker.domain.observed.evidence import Gone, RolloutHealth, Unknown
from worker.domain.observed.question import ProbeName, Question
from worker.probes.rollout_health import health_of, rollout_health

Json = dict[str, Any]
PREFIX = "aiops-operator.io"


async def ask(cluster: FixedCluster, kind: str) -> RolloutHealth | Gone | Unknown:
    return await rollout_health(cluster, question(kind), PREFIX)


async def test_a_deployment() -> None:
    found = deployment(status={"readyReplicas": 2, "availableReplicas": 1, "updatedReplicas": 3})
    found["metadata"]["annotations"][f"{PREFIX}/intent-id"] = "i-1"
    old = replica_set("backend-old", revision="4", made_at="2026-01-01T09:00:00Z")
    current = replica_set("backend-new", revision="5")
    alien = replica_set("alien", revision="5", owner="other", made_at="2026-01-02T00:00:00Z")
    cluster = FixedCluster(Deployment=[found], ReplicaSet=[old, current, alien])
    assert await ask(cluster, "Deployment") == RolloutHealth(
        target=Target("Deployment", "shop", "backend", "uid-backend"),
        resource_version="41",
        generation=2,
        observed_generation=2,
        desired=3,
        updated=3,
        ready=2,
        available=1,
        paused=False,
        on_delete=False,
        revision="5",
        changed_at_s=MADE_AT_S,
        restart_keeps=2,
        last_intent="i-1",
        annotations=found["metadata"]["annotations"],
        total=3,
    )
    assert [ref.label_selector for ref in cluster.lists] == ["app=backend"]


async def test_after_a_rollback_the_older_replica_set_is_the_current_one() -> None:
    again = replica_set("backend-old", revision="5", made_at="2026-01-01T10:00:00Z")
    newer = replica_set("backend-new", revision="4", made_at="2026-01-01T11:00:00Z")
    found = await ask(
        FixedCluster(Deployment=[deployment()], ReplicaSet=[newer, again]), "Deployment"
    )
    assert isinstance(found, RolloutHealth)
    assert found.changed_at_s == MADE_AT_S


async def test_a_deployment_that_has_just_been_made_has_no_status() -> None:
    found = deployment()
    del found["status"], found["metadata"]["annotations"]
    health = await ask(FixedCluster(Deployment=[found]), "Deployment")
    assert isinstance(health, RolloutHealth)
    assert (health.desired, health.ready, health.updated, health.available) == (3, 0, 0, 0)
    assert (health.revision, health.changed_at_s, health.last_intent) == ("", 0.0, "")
    assert health.rolling


async def test_a_stateful_set() -> None:
    found = deployment(2, status={"updateRevision": "database-77"})
    del found["metadata"]["annotations"], found["spec"]["strategy"]
    found["spec"]["updateStrategy"] = {"type": "OnDelete"}
    health = await ask(FixedCluster(StatefulSet=[found]), "StatefulSet")
    assert isinstance(health, RolloutHealth)
    assert health.target.kind == "StatefulSet"
    assert (health.revision, health.on_delete, health.restart_keeps) == ("database-77", True, 1)


async def test_a_daemon_set_counts_nodes() -> None:
    found = deployment(status={})
    found["spec"] = {
        "selector": {"matchLabels": {"app": "agent"}},
        "updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 1}},
    }
    found["status"] = {
        "observedGeneration": 1,
        "desiredNumberScheduled": 4,
        "updatedNumberScheduled": 3,
        "numberReady": 2,
        "numberAvailable": 1,
    }
    health = await ask(FixedCluster(DaemonSet=[found]), "DaemonSet")
    assert isinstance(health, RolloutHealth)
    counts = (health.desired, health.updated, health.ready, health.available, health.restart_keeps)
    assert counts == (4, 3, 2, 1, 1)
    assert health.rolling


@pytest.mark.parametrize("ready", [True, False])
async def test_a_pod_without_a_controller_is_its_own_workload(ready: bool) -> None:
    found = pod("backend", None)
    found["status"]["containerStatuses"][0]["ready"] = ready
    health = await ask(FixedCluster(Pod=[found]), "Pod")
    assert isinstance(health, RolloutHealth)
    assert (health.desired, health.ready, health.available) == (1, int(ready), int(ready))
    assert health.target == Target("Pod", "shop", "backend", "uid-backend")
    assert health.on_delete
    assert health.restart_keeps == 0


async def test_paused() -> None:
    found = deployment(spec={"paused": True})
    health = await ask(FixedCluster(Deployment=[found]), "Deployment")
    assert isinstance(health, RolloutHealth)
    assert health.paused


async def test_what_does_not_exist_is_gone() -> None:
    answer = await ask(FixedCluster(), "Deployment")
    assert answer == Gone("Deployment shop/backend does not exist")


@pytest.mark.parametrize("kind", ["Job", "CronJob", "Rollout"])
async def test_other_kinds_are_unknown(kind: str) -> None:
    answer = await ask(FixedCluster(**{kind: [{"metadata": metadata("backend")}]}), kind)
    assert isinstance(answer, Unknown)
    assert kind in answer.why


async def test_a_subject_without_workload_is_unknown() -> None:
    node = Question(ProbeName.ROLLOUT_HEALTH, Subject(SubjectKind.NODE, "", "node-a"))
    assert isinstance(await rollout_health(FixedCluster(), node, PREFIX), Unknown)


def rolling(unavailable: int | str | None, surge: int | str | None = None) -> Json:
    limits = {"maxUnavailable": unavailable, "maxSurge": surge}
    return {"type": "RollingUpdate",
            "rollingUpdate": {k: v for k, v in limits.items() if v is not None}}  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "strategy", "desired", "ready", "keeps"),
    [
        # A Deployment: a percentage that may be unavailable is rounded down, a surge up.
        ("Deployment", rolling("25%", "25%"), 3, 3, 3),
        ("Deployment", rolling("25%", "25%"), 4, 4, 3),
        ("Deployment", rolling("25%", "25%"), 1, 1, 1),
        ("Deployment", rolling("25%", "25%"), 4, 2, 2),
        ("Deployment", rolling(1, 0), 1, 1, 0),
        ("Deployment", rolling(0, 1), 1, 1, 1),
        ("Deployment", rolling("0%", "0%"), 3, 3, 2),
        ("Deployment", rolling("100%", 1), 3, 3, 0),
        ("Deployment", rolling(None), 8, 8, 6),
        ("Deployment", {"type": "Recreate"}, 3, 3, 0),
        # The others: one at a time, and a percentage is rounded up.
        ("StatefulSet", rolling(None), 3, 3, 2),
        ("StatefulSet", rolling(None), 1, 1, 0),
        ("StatefulSet", rolling("30%"), 4, 4, 2),
        ("StatefulSet", rolling(2), 3, 1, 0),
        ("StatefulSet", {}, 3, 3, 2),
        ("DaemonSet", rolling("10%"), 5, 5, 4),
        ("DaemonSet", rolling(3), 5, 4, 1),
        ("DaemonSet", rolling(0, 1), 5, 5, 5),
        ("DaemonSet", rolling(0, "10%"), 5, 4, 4),
    ],
)
def test_what_a_restart_keeps(
    kind: str, strategy: Json, desired: int, ready: int, keeps: int
) -> None:
    name = "strategy" if kind == "Deployment" else "updateStrategy"
    status = {"readyReplicas": ready, "desiredNumberScheduled": desired, "numberReady": ready}
    found = deployment(desired, spec={name: strategy}, status=status)
    assert health_of(kind, found, PREFIX).restart_keeps == keeps
