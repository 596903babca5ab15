"""What is assumed of a service, and of its pods, from the alerts about it."""

from __future__ import annotations

import pytest

from tests.unit.backtest.assumed_service import SCOPES, Seen
from tests.unit.backtest.recordings import DAY_S, POD, alert, deploy, recorded
from worker.backtest.assumed import FIRING_MAX, NAMED_MAX, REPLICAS, REVISIONS_MAX
from worker.domain.document.identity import Subject, SubjectKind
from worker.domain.observed.evidence import AlertStates, Unknown
from worker.domain.observed.nodes import NodeHealth


def test_without_an_alert_everything_is_well() -> None:
    seen = Seen(deploy(-DAY_S))
    assert [pod.ready for pod in seen.pods()] == [True] * REPLICAS
    assert (seen.rollout().ready, seen.rollout().rolling) == (REPLICAS, False)
    assert seen.facts().kill_switch_set is False


def test_the_pod_that_an_alert_names_is_sick_until_it_resolves() -> None:
    seen = Seen(alert(pod=POD))
    assert [one.target.name for one in seen.pods() if not one.ready] == [POD]
    assert seen.pod(POD).crash_looping
    assert seen.rollout().available == REPLICAS - 1
    seen.take(alert(pod=POD, until_s=600.0))
    assert all(pod.ready for pod in seen.pods())
    assert seen.pod(POD), "it is the same one, and well"
    alerts = seen.facts().alerts
    assert isinstance(alerts, AlertStates)
    assert not alerts.firing


@pytest.mark.parametrize(
    ("name", "pod", "sick"),
    [
        ("KubePodCrashLooping", POD, [POD]),
        ("KubePodNotReady", POD, [POD]),
        ("KubeDeploymentReplicasMismatch", "", ["web-1"]),
        ("KubeDeploymentReplicasMismatch", "kube-state-metrics-0", ["web-1"]),
        ("KubeContainerWaiting", POD, [POD]),
        ("KubeContainerOOMKilled", POD, [POD]),
        ("OwnAlert", POD, [POD]),
        ("OwnAlert", "", []),
        ("HighErrorRate", POD, []),
        ("HighMemoryUsage", POD, []),
        ("CPUThrottlingHigh", POD, []),
        ("KafkaConsumerLag", "", []),
    ],
)
def test_which_alerts_speak_of_pods(name: str, pod: str, sick: list[str]) -> None:
    seen = Seen(alert(name, pod=pod))
    assert [one.target.name for one in seen.pods() if not one.ready] == sick
    alerts = seen.facts().alerts
    assert isinstance(alerts, AlertStates)
    assert len(alerts.firing) == 1


def test_how_a_pod_is_sick() -> None:
    killed = Seen(alert("KubeContainerOOMKilled", pod=POD, container="web")).pod(POD)
    assert (killed.containers[0].name, killed.containers[0].last_exit_reason) == (
        "web",
        "OOMKilled",
    )
    waits = Seen(alert("KubeContainerWaiting", pod=POD, reason="ErrImagePull")).pod(POD)
    assert (waits.phase, waits.containers[0].waiting_reason) == ("Pending", "ErrImagePull")
    unready = Seen(alert("KubePodNotReady", pod=POD)).pod(POD)
    assert (unready.ready, unready.restarts, unready.phase) == (False, 0, "Running")


def test_the_worse_of_two_symptoms_counts() -> None:
    for order in (("KubePodNotReady", "KubePodCrashLooping"),
                  ("KubePodCrashLooping", "KubePodNotReady")):  # fmt: skip
        seen = Seen(*(alert(name, pod=POD) for name in order))
        assert seen.pod(POD).crash_looping


def test_as_many_replicas_as_were_ever_named_at_once() -> None:
    names = [f"web-7d9f8c6b5-x2k4{letter}" for letter in "bcdfg"]
    seen = Seen(*(alert(pod=name) for name in names))
    assert (seen.rollout().desired, seen.rollout().ready) == (5, 0)
    seen.take(*(alert(pod=name, until_s=60.0) for name in names))
    assert (seen.rollout().desired, seen.rollout().ready) == (5, 5), "it never shrinks"


def test_a_pod_that_is_named_is_there_though_it_is_well() -> None:
    """Else an alert about it would be taken for one about a pod that is gone."""
    names = [f"web-7d9f8c6b5-x2k4{letter}" for letter in "bcdfg"]
    seen = Seen(*(alert("HighMemoryUsage", pod=name) for name in names))
    assert {pod.target.name for pod in seen.pods()} == set(names)
    assert all(pod.ready for pod in seen.pods())


def test_a_rollout_that_is_stuck_still_rolls() -> None:
    assert Seen(alert("KubeDeploymentRolloutStuck")).rollout().rolling


def test_a_silenced_alert_is_suppressed_and_not_firing() -> None:
    seen = Seen()
    seen.take(alert(pod=POD), muted=True)
    alerts = seen.facts().alerts
    assert isinstance(alerts, AlertStates)
    assert (len(alerts.suppressed), len(alerts.firing)) == (1, 0)
    (item,) = (one.item for one in recorded(alert(pod=POD)))
    assert not seen.of.assumed.mutes(item, True), "known already"
    assert seen.of.assumed.mutes(item, False)
    alerts = seen.facts().alerts
    assert isinstance(alerts, AlertStates)
    assert (len(alerts.suppressed), len(alerts.firing)) == (0, 1)


def test_the_others_revisions_are_hashes_without_a_history() -> None:
    seen = Seen(deploy(0.0), subject=Subject(SubjectKind.SERVICE, "shop", "StatefulSet/web"))
    assert not seen.rollout().revision.isdecimal()
    assert seen.rollout().changed_at_s == 0.0
    assert isinstance(seen.facts().history, Unknown)


@pytest.mark.parametrize("kind", ["Job", "CronJob", "HorizontalPodAutoscaler"])
def test_what_isnt_understood_live_isnt_here(kind: str) -> None:
    seen = Seen(alert("KubeJobFailed"), subject=Subject(SubjectKind.SERVICE, "shop", f"{kind}/web"))
    facts = seen.facts()
    assert isinstance(facts.rollout, Unknown)
    assert isinstance(facts.pods, Unknown)


def test_of_what_has_no_workload_nothing_is_asked() -> None:
    facts = Seen(alert(), subject=Subject(SubjectKind.UNRESOLVED, "shop", "")).facts()
    assert isinstance(facts.rollout, Unknown)
    assert isinstance(facts.alerts, Unknown)
    assert facts.scopes is SCOPES


def test_a_node_is_unfit_while_an_alert_about_it_fires() -> None:
    seen = Seen(alert("KubeNodeNotReady"), subject=Subject(SubjectKind.NODE, "", "node-a"))
    node = seen.facts().node
    assert isinstance(node, NodeHealth)
    assert (node.unfit, node.spare) == ("Ready is False", 9)
    seen.take(alert("KubeNodeNotReady", until_s=600.0))
    node = seen.facts().node
    assert isinstance(node, NodeHealth)
    assert node.unfit == ""


def test_it_stays_bounded() -> None:
    seen = Seen(*(alert(f"Own{n}", pod=f"web-{n}") for n in range(FIRING_MAX + 50)))
    assert len(seen.of.assumed.firing) == FIRING_MAX
    seen.take(*(alert(f"Muted{n}") for n in range(FIRING_MAX + 50)), muted=True)
    assert seen.of.assumed.muted == seen.of.assumed.firing.keys()
    assert len(seen.of.assumed.named) <= NAMED_MAX
    for n in range(REVISIONS_MAX + 5):
        seen.take(deploy(float(n)))
        seen.take({**deploy(float(n), kind="deploy_started"), "actor": f"ci-{n}"})
    assert len(seen.templates()) == REVISIONS_MAX
