"""The rule by which a recorded alert finds its service, without an inventory."""

from __future__ import annotations

import pytest

from worker.backtest.subjects import recorded_subject, workload_of_pod

WELL_KNOWN = [
    ("web-7d9f8c6b5-x2k4q", "Deployment/web"),
    ("web-6d4cf56db6-zvw2h", "Deployment/web"),
    ("a-b-c-5c689d88bb-q7kzx", "Deployment/a-b-c"),
    ("web-1-7d9f8c6b5-x2k4q", "Deployment/web-1"),
    ("db-0", "StatefulSet/db"),
    ("db-12", "StatefulSet/db"),
    ("web-2-0", "StatefulSet/web-2"),
]
NOT_TOLD = [
    "web",
    "fluentd-x2k4q",  # a DaemonSet's, or a Job's
    "report-28512345-x2k4q",  # a CronJob's: its number is no hash
    "my-facade-proxy",  # `facade` has letters that no hash has
    "db-007",
    "db-",
    "-0",
    "web-7d9f8c6b5-x2k4q\n",
]


@pytest.mark.parametrize(("pod", "workload"), WELL_KNOWN)
def test_a_pod_is_named_after_its_controller(pod: str, workload: str) -> None:
    found = workload_of_pod("shop", pod)
    assert found is not None
    assert f"{found.kind}/{found.name}" == workload
    assert recorded_subject({"namespace": "shop", "pod": pod}).text == f"service/shop/{workload}"


@pytest.mark.parametrize("pod", NOT_TOLD)
def test_what_the_name_doesnt_say_is_not_guessed(pod: str) -> None:
    assert workload_of_pod("shop", pod) is None
    assert recorded_subject({"namespace": "shop", "pod": pod}).text == "unresolved/shop"


@pytest.mark.parametrize(
    ("label", "kind"),
    [
        ("deployment", "Deployment"),
        ("statefulset", "StatefulSet"),
        ("daemonset", "DaemonSet"),
        ("job_name", "Job"),
        ("cronjob", "CronJob"),
        ("horizontalpodautoscaler", "HorizontalPodAutoscaler"),
    ],
)
def test_a_workloads_label_counts_more_than_a_pods_name(label: str, kind: str) -> None:
    labels = {"namespace": "shop", label: "web", "pod": "kube-state-metrics-7d9f8c6b5-x2k4q"}
    assert recorded_subject(labels).text == f"service/shop/{kind}/web"


def test_without_a_namespace_nothing_is_found() -> None:
    assert recorded_subject({"deployment": "web"}).text == "unresolved/"


def test_alerts_about_nodes_belong_to_their_node() -> None:
    about_node = {"alertname": "KubeNodeNotReady", "namespace": "monitoring", "node": "node-a",
                  "pod": "kube-state-metrics-7d9f8c6b5-x2k4q"}  # fmt: skip
    assert recorded_subject(about_node).text == "node//node-a"
    assert recorded_subject({"node": "node-a"}).text == "node//node-a"
