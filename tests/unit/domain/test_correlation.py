"""Whose problem it is: looked up in the inventory, never made of names."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import pytest

from worker.domain.document.identity import Subject, SubjectKind, Target
from worker.domain.incoming.correlation import CAUSE_LENGTH_MAX, cause_of, correlate, subject_of

WEB = Subject(SubjectKind.SERVICE, "shop", "Deployment/web")
UNRESOLVED = Subject(SubjectKind.UNRESOLVED, "shop", "")


@dataclass(frozen=True)
class Cluster:
    """An inventory of these owners (by namespace and pod) and these workloads."""

    owners: dict[tuple[str, str], Target] = field(default_factory=dict)
    workloads: frozenset[Target] = frozenset()
    others: dict[tuple[str, str, str], Target] = field(default_factory=dict)

    def owner_of_pod(self, namespace: str, pod: str) -> Target | None:
        return self.owners.get((namespace, pod))

    def owner_of(self, namespace: str, kind: str, name: str) -> Target | None:
        return self.others.get((namespace, kind, name))

    def services(self) -> int:
        return 1

    def workload(self, namespace: str, kind: str, name: str) -> Target | None:
        wanted = (namespace, kind, name)
        found = (w for w in self.workloads if (w.namespace, w.kind, w.name) == wanted)
        return next(found, None)


CLUSTER = Cluster(
    owners={
        ("shop", "web-6f7d9c-x2v5p"): Target("Deployment", "shop", "web", "u1"),
        ("shop", "lonely"): Target("Pod", "shop", "lonely", "u2"),
        ("shop", "job-28"): Target("CronJob", "shop", "nightly", "u3"),
    },
    workloads=frozenset(
        {
            Target("Deployment", "shop", "web", "u1"),
            Target("StatefulSet", "shop", "db", "u4"),
            Target("DaemonSet", "shop", "agent", "u5"),
        }
    ),
    others={
        ("shop", "Job", "nightly-28"): Target("CronJob", "shop", "nightly", "u3"),
        ("shop", "Job", "import"): Target("Job", "shop", "import", "u6"),
        ("shop", "HorizontalPodAutoscaler", "scaler"): Target("Deployment", "shop", "web", "u1"),
    },
)


def service(name: str) -> Subject:
    return Subject(SubjectKind.SERVICE, "shop", name)


@pytest.mark.parametrize(
    ("labels", "subject"),
    [
        pytest.param({"pod": "web-6f7d9c-x2v5p"}, WEB, id="top of the pod's owner chain"),
        pytest.param({"pod": "lonely"}, service("Pod/lonely"), id="a pod that nothing controls"),
        pytest.param({"pod": "job-28"}, service("CronJob/nightly"), id="whatever owns it"),
        pytest.param({"deployment": "web"}, WEB, id="deployment"),
        pytest.param({"statefulset": "db"}, service("StatefulSet/db"), id="statefulset"),
        pytest.param({"daemonset": "agent"}, service("DaemonSet/agent"), id="daemonset"),
        pytest.param({"job_name": "nightly-28"}, service("CronJob/nightly"), id="job"),
        pytest.param({"job_name": "import"}, service("Job/import"), id="a job of nobody's"),
        pytest.param(
            {"horizontalpodautoscaler": "scaler", "pod": "exporter"},
            WEB,
            id="what an autoscaler scales",
        ),
        pytest.param({"job": "nightly-28"}, UNRESOLVED, id="the scrape job's label is no job"),
        pytest.param(
            {"horizontalpodautoscaler": "web"}, UNRESOLVED, id="what the inventory doesn't know"
        ),
        pytest.param(
            {"pod": "lonely", "deployment": "web"}, service("Pod/lonely"), id="a pod is more exact"
        ),
        pytest.param({"pod": "web-6f7d9c-gone", "deployment": "web"}, WEB, id="its pod is gone"),
        pytest.param(
            {"pod": "web-6f7d9c-gone"}, UNRESOLVED, id="the name of a pod names no workload"
        ),
        pytest.param({"pod": "web"}, UNRESOLVED, id="a workload's name is no pod"),
        pytest.param({"deployment": "db"}, UNRESOLVED, id="another kind of that name"),
        pytest.param({"service": "web", "job": "web", "app": "web"}, UNRESOLVED, id="other labels"),
        pytest.param({}, UNRESOLVED, id="only a namespace"),
        pytest.param({"node": "node-1"}, UNRESOLVED, id="a namespace's alert stays in it"),
    ],
)
def test_labels_look_up_the_owner(labels: dict[str, str], subject: Subject) -> None:
    assert subject_of({"namespace": "shop", **labels}, CLUSTER) == subject


@pytest.mark.parametrize(
    ("labels", "subject"),
    [
        ({"node": "node-1"}, Subject(SubjectKind.NODE, "", "node-1")),
        ({"node": "node-1", "pod": "lonely"}, Subject(SubjectKind.NODE, "", "node-1")),
        ({"deployment": "web"}, Subject(SubjectKind.UNRESOLVED, "", "")),
        ({"namespace": "", "pod": "lonely"}, Subject(SubjectKind.UNRESOLVED, "", "")),
        ({"namespace": "blog", "deployment": "web"}, Subject(SubjectKind.UNRESOLVED, "blog", "")),
        ({"namespace": "blog", "pod": "lonely"}, Subject(SubjectKind.UNRESOLVED, "blog", "")),
    ],
)
def test_without_a_namespace_or_in_another_one(labels: dict[str, str], subject: Subject) -> None:
    assert subject_of(labels, CLUSTER) == subject


def test_a_nodes_alert_is_the_nodes_whoever_reported_it() -> None:
    """A node has no namespace of its own: its series carry those of the exporter."""
    labels = {"namespace": "shop", "pod": "web-6f7d9c-x2v5p", "node": "node-1"}
    node = Subject(SubjectKind.NODE, "", "node-1")
    assert subject_of({"alertname": "KubeNodeNotReady", **labels}, CLUSTER) == node
    assert subject_of({"alertname": "KubePodNotReady", **labels}, CLUSTER) == WEB


def test_an_empty_inventory_guesses_nothing() -> None:
    labels = {"namespace": "shop", "pod": "web-6f7d9c-x2v5p", "deployment": "web"}
    assert subject_of(labels, Cluster()) == UNRESOLVED


@pytest.mark.parametrize(
    ("name", "cause"),
    [
        ("KubePodCrashLooping", "crash_loop"),
        ("PodRestarting", "crash_loop"),
        ("KubePodNotReady", "not_ready"),
        ("KubeDeploymentReplicasMismatch", "not_ready"),
        ("KubeStatefulSetReplicasMismatch", "not_ready"),
        ("KubeDeploymentRolloutStuck", "rollout_stuck"),
        ("KubeDaemonSetRolloutStuck", "alert_KubeDaemonSetRolloutStuck"),
        ("crash_loop", "alert_crash_loop"),
        ("inbox_full", "alert_inbox_full"),
    ],
)
def test_cause(name: str, cause: str) -> None:
    assert cause_of(name) == cause
    assert correlate(name, {"namespace": "shop"}, CLUSTER).cause == cause


@pytest.mark.parametrize("name", ["", "x" * 5000, "naïve {0} alert\n", "../../etc"])
def test_a_cause_is_a_short_plain_word(name: str) -> None:
    assert re.fullmatch(r"[a-zA-Z0-9_]{1,80}", cause_of(name))


@pytest.mark.parametrize(
    "names",
    [
        ["Disk full", "Disk-full", "Disk_full", "Disk.full", "Disk/full"],
        ["x" * CAUSE_LENGTH_MAX, "x" * (CAUSE_LENGTH_MAX + 1), "x" * 5000],
        ["ä", "ö", "_"],
        ["", " ", "_"],
        ["Disk full", f"Disk_full_{cause_of('Disk full')[-8:]}x"],
    ],
)
def test_no_two_alerts_share_a_cause_because_their_names_were_changed(names: list[str]) -> None:
    assert len({cause_of(name) for name in names}) == len(names)
    assert [cause_of(name) for name in names] == [cause_of(name) for name in names]


def test_a_name_that_is_plain_is_its_cause_and_a_changed_one_carries_its_hash() -> None:
    assert cause_of("Disk_full") == "alert_Disk_full"
    assert re.fullmatch(r"alert_Disk_full_[0-9a-f]{8}", cause_of("Disk full"))
    assert cause_of("x" * CAUSE_LENGTH_MAX) == f"alert_{'x' * CAUSE_LENGTH_MAX}"
    cut = cause_of("x" * (CAUSE_LENGTH_MAX + 1))
    assert re.fullmatch(rf"alert_x{{{CAUSE_LENGTH_MAX}}}_[0-9a-f]{{8}}", cut)
