"""The revisions of a Deployment, read from API objects.

What a real one shows after a rollback: tests/contracts/transcripts, cluster_verbs/roll_back.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.cluster_objects import (
    MADE_AT_S,
    FixedCluster,
    deployment,
    question,
    replica_set,
)
from worker.domain.document.identity import Subject, SubjectKind, Target
from worker.domain.observed.evidence import Unknown
from worker.domain.observed.history import RolloutHistory
from worker.domain.observed.question import ProbeName, Question
from worker.probes.rollout_history import REVISIONS_MAX, history_of, rollout_history

Json = dict[str, Any]
HOUR_S = 3600.0


def made(name: str, revision: str, image: str, hour: int = 10, ready: int = 0) -> Json:
    """`hour` of its creation; MADE_AT_S is ten o'clock."""
    one = replica_set(name, revision=revision, made_at=f"2026-01-01T{hour:02}:00:00Z")
    labels = {"app": "backend", "pod-template-hash": name}
    one["spec"]["template"] = {
        "metadata": {"labels": labels},
        "spec": {"containers": [{"name": "backend", "image": image}]},
    }
    one["status"] = {"replicas": ready, **({"readyReplicas": ready} if ready else {})}
    return one


async def ask(*sets: Json) -> RolloutHistory:
    cluster = FixedCluster(Deployment=[deployment()], ReplicaSet=sets)
    history = await rollout_history(cluster, question("Deployment"))
    assert isinstance(history, RolloutHistory), history
    assert [ref.label_selector for ref in cluster.lists] == ["app=backend"]
    return history


async def test_newest_first_by_number_and_not_by_text_or_age() -> None:
    history = await ask(
        made("b", "9", "backend:9", 11), made("c", "10", "backend:10", 12, ready=2),
        made("a", "2", "backend:2", 10),
    )  # fmt: skip
    newest, *_ = history.revisions
    assert [one.number for one in history.revisions] == [10, 9, 2]
    assert newest.target == Target("ReplicaSet", "shop", "c", "uid-c")
    assert (newest.images, newest.ready) == (("backend:10",), 2)
    assert newest.current_from_s == MADE_AT_S + 2 * HOUR_S


async def test_another_s_replica_sets_are_no_history() -> None:
    alien = made("alien", "7", "alien:1")
    alien["metadata"]["ownerReferences"][-1]["uid"] = "uid-other"
    orphan = made("orphan", "8", "orphan:1")
    del orphan["metadata"]["ownerReferences"]
    history = await ask(alien, orphan, made("a", "1", "backend:1"))
    assert [one.images for one in history.revisions] == [("backend:1",)]


async def test_one_that_came_back_is_not_older_than_what_it_replaced() -> None:
    """Its creation says ten o'clock; it was wanted again after twelve, when the last was made."""
    history = await ask(
        made("a", "4", "backend:1", 10, ready=3), made("b", "2", "backend:2", 11),
        made("c", "3", "backend:3", 12),
    )  # fmt: skip
    assert [one.number for one in history.revisions] == [4, 3, 2]
    since = [one.current_from_s - MADE_AT_S for one in history.revisions]
    assert since == [2 * HOUR_S, 2 * HOUR_S, HOUR_S]
    proven = history.last_proven(HOUR_S, frozenset())
    assert proven is not None
    assert proven.number == 2, "what was replaced by a rollback counts as proven by nothing"


async def test_a_restart_is_the_same_template() -> None:
    restarted = made("b", "2", "backend:1", 11)
    annotations = {"kubectl.kubernetes.io/restartedAt": "2026-01-01T11:00:00Z"}
    restarted["spec"]["template"]["metadata"]["annotations"] = annotations
    history = await ask(made("a", "1", "backend:1"), restarted, made("c", "3", "backend:2", 12))
    third, second, first = history.revisions
    assert second.template == first.template != third.template


@pytest.mark.parametrize("number", ["", "one", "-1", "1.5", "٣", "9" * 5000])
async def test_a_number_that_no_controller_wrote_makes_the_oldest(number: str) -> None:
    history = await ask(made("odd", number, "backend:0"), made("a", "1", "backend:1"))
    assert [one.number for one in history.revisions] == [1, 0]


async def test_without_revisions() -> None:
    assert (await ask()).current is None


def test_only_so_many_are_compared() -> None:
    sets = [made(f"s{n}", str(n), f"backend:{n}") for n in range(1, REVISIONS_MAX + 9)]
    history = history_of(sets)
    assert isinstance(history, RolloutHistory)
    assert len(history.revisions) == REVISIONS_MAX
    assert history.revisions[0].number == REVISIONS_MAX + 8


async def test_a_template_without_a_canonical_form_is_unknown() -> None:
    odd = made("a", "1", "backend:1")
    odd["spec"]["template"]["spec"]["terminationGracePeriodSeconds"] = 2**60
    cluster = FixedCluster(Deployment=[deployment()], ReplicaSet=[odd])
    answer = await rollout_history(cluster, question("Deployment"))
    assert isinstance(answer, Unknown)
    assert "2^53" in answer.why


@pytest.mark.parametrize("kind", ["StatefulSet", "DaemonSet", "CronJob"])
async def test_only_a_deployment_has_one(kind: str) -> None:
    answer = await rollout_history(FixedCluster(), question(kind))
    assert isinstance(answer, Unknown)
    assert kind in answer.why


async def test_what_is_not_there_or_no_workload_is_unknown() -> None:
    node = Question(ProbeName.ROLLOUT_HEALTH, Subject(SubjectKind.NODE, "", "node-a"))
    for asked in (question("Deployment"), node):
        assert isinstance(await rollout_history(FixedCluster(), asked), Unknown)
