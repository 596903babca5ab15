"""What is assumed of a service, and what it is made of: alerts, deploys and accepted writes."""

from __future__ import annotations

import pytest

from tests.unit.backtest.recordings import DAY_S, HOUR_S, POD, SERVICES, alert, deploy, recorded
from tests.unit.domain.builders import NOW_S
from worker.backtest.assumed import FIRING_MAX, NAMED_MAX, REPLICAS, REVISIONS_MAX, Assumed
from worker.backtest.assumed_facts import AssumedFacts
from worker.backtest.symptoms import CRASHES_SHOW_S
from worker.domain.catalogue import Verb
from worker.domain.evidence import AlertStates, RolloutHealth, Unknown
from worker.domain.facts import Facts
from worker.domain.history import RolloutHistory
from worker.domain.identity import Subject, SubjectKind, Target
from worker.domain.outbox import Intent
from worker.domain.pods import Pod, PodHealth
from worker.domain.scopes_seen import ScopesSeen

WEB = Subject(SubjectKind.SERVICE, "shop", "Deployment/web")
SCOPES = ScopesSeen((), SERVICES)


class Seen:
    """Facts of `web` after some records."""

    def __init__(self, *values: object, subject: Subject = WEB) -> None:
        self.of = AssumedFacts(Assumed(subject, NOW_S))
        self.take(*values)

    def take(self, *values: object, muted: bool = False) -> None:
        for one in recorded(*values):
            self.of.assumed.take(one.item, one.at_s, muted=muted)

    def write(self, verb: Verb, at_s: float, target: str = "web", **given: int | str) -> None:
        kind = "Pod" if verb is Verb.EVICT_POD else "Deployment"
        intent = Intent(
            id=f"intent-{verb}", incident="inc", action=verb, fence="1", generation=1,
            target=Target(kind, "shop", target, "uid"), decided_at_s=NOW_S, sent_at_s=NOW_S,
            parameters=given,
        )  # fmt: skip
        self.of.assumed.written(intent, NOW_S + at_s)

    def facts(self, at_s: float = 0.0) -> Facts:
        return self.of.facts(NOW_S + at_s, SCOPES)

    def rollout(self, at_s: float = 0.0) -> RolloutHealth:
        found = self.facts(at_s).rollout
        assert isinstance(found, RolloutHealth)
        return found

    def pods(self, at_s: float = 0.0) -> tuple[Pod, ...]:
        found = self.facts(at_s).pods
        assert isinstance(found, PodHealth)
        return found.pods

    def pod(self, name: str, at_s: float = 0.0) -> Pod:
        (found,) = (one for one in self.pods(at_s) if one.target.name == name)
        return found

    def templates(self) -> list[str]:
        found = self.facts().history
        assert isinstance(found, RolloutHistory)
        return [one.template for one in found.revisions]


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


def test_a_deploy_is_a_revision_whatever_it_says_of_itself() -> None:
    seen = Seen(deploy(-600.0, kind="deploy_started"), deploy(-300.0, kind="deploy_finished"))
    assert seen.templates() == ["template-2", "template-1"]
    assert seen.rollout().changed_at_s == NOW_S - 600.0
    seen.take(deploy(0.0))
    assert seen.templates() == ["template-3", "template-2", "template-1"]
    seen.take(deploy(60.0, kind="config_changed"))
    assert len(seen.templates()) == 3


def test_a_deploy_that_never_finished_doesnt_hide_the_next_one() -> None:
    seen = Seen(deploy(-DAY_S, kind="deploy_started"), deploy(0.0, kind="deploy_finished"))
    assert seen.templates() == ["template-3", "template-2", "template-1"]


def test_what_was_there_before_the_deploys_is_proven_for_good() -> None:
    seen = Seen(deploy(0.0))
    history = seen.facts(100 * DAY_S).history
    assert isinstance(history, RolloutHistory)
    good = history.last_proven(DAY_S, frozenset())
    assert good is not None
    assert good.template == "template-1"


def test_an_evicted_pod_comes_back_as_another_one_and_as_sick() -> None:
    seen = Seen(alert(pod=POD))
    before = seen.pod(POD)
    seen.write(Verb.EVICT_POD, 60.0, target=POD)
    early, later = seen.pod(POD, 61.0), seen.pod(POD, 60.0 + CRASHES_SHOW_S)
    assert early.target.uid != before.target.uid
    assert (early.created_at_s, early.ready, early.crash_looping) == (NOW_S + 60.0, False, False)
    assert later.crash_looping
    assert len(seen.pods()) == REPLICAS


def test_the_pods_that_are_well_dont_get_younger_as_time_goes_by() -> None:
    """Else they would be taken for the repair's own, and a failed one for helpful in part."""
    seen = Seen(alert(pod=POD))
    assert seen.pods(10 * HOUR_S) == seen.pods(0.0)


def test_fields_hold_what_was_written() -> None:
    seen = Seen(deploy(-HOUR_S))
    seen.write(Verb.SCALE, 0.0, replicas=5)
    assert (seen.rollout().desired, seen.rollout().ready) == (5, 5)
    seen.write(Verb.RAISE_MEMORY_LIMIT, 10.0, limit="768Mi", container="app")
    assert seen.rollout().containers[0].memory_limit == "768Mi"
    assert seen.rollout().revision == "3"
    seen.write(Verb.PAUSE_ROLLOUT, 20.0)
    assert (seen.rollout().paused, seen.rollout().paused_by) == (True, "intent-pause_rollout")
    seen.write(Verb.RESUME_ROLLOUT, 30.0)
    assert not seen.rollout().paused
    assert seen.rollout().last_intent == "intent-resume_rollout"


def test_a_rollback_brings_the_old_template_back() -> None:
    seen = Seen(deploy(-600.0))
    seen.write(Verb.ROLL_BACK, 0.0, template="template-1")
    assert seen.templates() == ["template-1", "template-2"]
    assert seen.rollout().revision == "3"
    seen.write(Verb.ROLL_BACK, 60.0, template="template-2")
    assert seen.templates() == ["template-2", "template-1"]


def test_a_restart_is_a_revision_of_the_same_template() -> None:
    seen = Seen(deploy(-600.0))
    before = seen.facts().history
    seen.write(Verb.ROLLOUT_RESTART, 0.0)
    after = seen.facts().history
    assert isinstance(before, RolloutHistory)
    assert isinstance(after, RolloutHistory)
    assert seen.rollout().revision == "3"
    assert after.unchanged_from_s == before.unchanged_from_s


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
    for subject in (Subject(SubjectKind.NODE, "", "node-a"),
                    Subject(SubjectKind.UNRESOLVED, "shop", "")):  # fmt: skip
        facts = Seen(alert(), subject=subject).facts()
        assert isinstance(facts.rollout, Unknown)
        assert isinstance(facts.alerts, Unknown)
        assert facts.scopes is SCOPES


def test_it_stays_bounded() -> None:
    seen = Seen(*(alert(f"Own{n}", pod=f"web-{n}") for n in range(FIRING_MAX + 50)))
    assert len(seen.of.assumed.firing) == FIRING_MAX
    assert len(seen.of.assumed.named) <= NAMED_MAX
    for n in range(REVISIONS_MAX + 5):
        seen.take(deploy(float(n)))
        seen.take({**deploy(float(n), kind="deploy_started"), "actor": f"ci-{n}"})
    assert len(seen.templates()) == REVISIONS_MAX
