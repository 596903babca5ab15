"""The lab keeps its word: what the other end-to-end tests take for granted, looked at once."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from tests.lab import Lab, LabError, identity, proof, runs
from tests.lab.waiting import answers, listens, wait_until

pytestmark = pytest.mark.e2e

AVAILABLE_WITHIN_S = 15.0
SICK_NODE = "sick-node"


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with Lab.start() as started:
        for name in ("node-a", "node-b", SICK_NODE):
            started.kubernetes.add_node(name)
        yield started


def test_deployment_rolls_out_and_restarts_like_a_real_one(lab: Lab) -> None:
    proof.deploy(lab, "healthy")
    wait_until("available", proof.ready_pods(lab, "healthy"), within_s=AVAILABLE_WITHIN_S)
    before = proof.names(lab, "healthy")
    lab.kubernetes.kubectl("rollout", "restart", "deployment/healthy")
    lab.kubernetes.kubectl("rollout", "status", "deployment/healthy", "--timeout=60s")
    assert before.isdisjoint(proof.names(lab, "healthy"))
    history = lab.kubernetes.kubectl("rollout", "history", "deployment/healthy").split()
    assert history[-4::2] == ["1", "2"]
    lab.kubernetes.kubectl("rollout", "undo", "deployment/healthy")
    lab.kubernetes.kubectl("rollout", "status", "deployment/healthy", "--timeout=60s")


def test_crash_loop_of_the_template_goes_on_in_every_new_pod(lab: Lab) -> None:
    proof.deploy(lab, "template", {"lab.fault/exit-code": "137"}, crash_loop="template")
    wait_until("back-off", proof.waiting(lab, "template", "CrashLoopBackOff"), within_s=30)
    first = {pod["metadata"]["name"]: proof.condition(pod) for pod in proof.pods(lab, "template")}
    wait_until(
        "three restarts each",
        lambda: all(one["restartCount"] >= 3 for one in proof.statuses(lab, "template")),
        within_s=30,
    )
    for pod in proof.pods(lab, "template"):
        assert pod["status"]["phase"] == "Running"
        # Unready since the first crash, not since the last.
        assert proof.condition(pod) == first[pod["metadata"]["name"]]
        assert not proof.ready(pod)
    ended = [one["lastState"]["terminated"] for one in proof.statuses(lab, "template")]
    assert {(one["exitCode"], one["reason"]) for one in ended} == {(137, "OOMKilled")}
    victim = min(proof.names(lab, "template"))
    assert proof.evict(lab, victim) == 201
    wait_until("another", lambda: victim not in proof.names(lab, "template"))
    wait_until("back-off", proof.waiting(lab, "template", "CrashLoopBackOff"), within_s=30)


def test_crash_loop_of_the_node_ends_elsewhere(lab: Lab) -> None:
    proof.deploy(lab, "node", crash_loop="node")
    wait_until("one sick", proof.waiting(lab, "node", "CrashLoopBackOff", at_least=1), within_s=30)
    wait_until("two ready", proof.ready_pods(lab, "node", 2))
    (sick,) = (pod for pod in proof.pods(lab, "node") if not proof.ready(pod))
    assert sick["spec"]["nodeName"] == SICK_NODE
    lab.kubernetes.kubectl("cordon", SICK_NODE)
    assert proof.evict(lab, sick["metadata"]["name"]) == 201
    wait_until("all ready", proof.ready_pods(lab, "node"), within_s=30)
    assert SICK_NODE not in [pod["spec"]["nodeName"] for pod in proof.pods(lab, "node")]
    lab.kubernetes.kubectl("uncordon", SICK_NODE)


def test_unready_until_restarted_and_recovered(lab: Lab) -> None:
    proof.deploy(lab, "unready", unready="until-restarted")
    wait_until("running", lambda: proof.running(lab, "unready") == 3)
    assert not any(proof.ready(pod) for pod in proof.pods(lab, "unready"))
    assert {one["restartCount"] for one in proof.statuses(lab, "unready")} == {0}
    lab.kubernetes.kubectl("rollout", "restart", "deployment/unready")
    wait_until("all ready", proof.ready_pods(lab, "unready"))
    pod = min(proof.names(lab, "unready"))
    lab.kubernetes.kubectl("label", "pod", pod, "lab.fault/unready=true", "--overwrite")
    wait_until("taken down", proof.ready_pods(lab, "unready", 2))
    lab.kubernetes.kubectl("label", "pod", pod, "lab.fault/unready-")
    wait_until("healed", proof.ready_pods(lab, "unready"))


def test_image_pull_back_off(lab: Lab) -> None:
    proof.deploy(lab, "pull", image="pull")
    wait_until("back-off", proof.waiting(lab, "pull", "ImagePullBackOff"), within_s=30)
    assert {pod["status"]["phase"] for pod in proof.pods(lab, "pull")} == {"Pending"}


def test_eviction_under_a_disruption_budget_is_refused(lab: Lab) -> None:
    selected = ("--selector=app=guarded", "--min-available=3")
    lab.kubernetes.kubectl("create", "poddisruptionbudget", "guarded", *selected)
    proof.deploy(lab, "guarded", crash_loop="node")
    wait_until(
        "one sick", proof.waiting(lab, "guarded", "CrashLoopBackOff", at_least=1), within_s=30
    )
    wait_until("two ready", proof.ready_pods(lab, "guarded", 2))
    assert {proof.evict(lab, pod) for pod in proof.names(lab, "guarded")} == {429}
    lab.kubernetes.kubectl("delete", "pdb", "guarded")


def test_job_completes_and_node_turns_not_ready(lab: Lab) -> None:
    lab.kubernetes.kubectl("create", "job", "once", "--image=shop:1")
    lab.kubernetes.kubectl("wait", "--for=condition=Complete", "job/once", "--timeout=60s")
    lab.kubernetes.add_node("leaving", taints=[{"key": "own", "effect": "NoSchedule"}])
    lab.kubernetes.kubectl("label", "node", "leaving", "node-not-ready.stage.kwok.x-k8s.io=true")
    lab.kubernetes.kubectl("wait", "--for=condition=Ready=False", "node/leaving", "--timeout=30s")
    lab.kubernetes.kubectl("delete", "node", "leaving")


def test_audit_log_names_who_did_what_and_who_was_refused(lab: Lab) -> None:
    proof.deploy(lab, "audited")
    wait_until("available", proof.ready_pods(lab, "audited"), within_s=AVAILABLE_WITHIN_S)
    since, sent, pod = datetime.now(UTC), str(uuid.uuid4()), min(proof.names(lab, "audited"))
    assert proof.evict(lab, pod, lab.kubernetes.worker_token) == 403
    token = proof.acting_token(lab)
    assert proof.evict(lab, pod, token, **{"Audit-ID": sent, "User-Agent": "proof/1"}) == 201
    (refused,) = lab.kubernetes.audit.writes(user="aiops-worker", since=since)
    assert (refused.code, refused.name, refused.subresource) == (403, pod, "eviction")
    (done,) = lab.kubernetes.audit.writes(user="system:serviceaccount:default:acting", since=since)
    assert (done.audit_id, done.code, done.user_agent) == (sent, 201, "proof/1")
    assert (done.verb, done.resource, done.name) == ("create", "pods", pod)
    assert done.request["metadata"]["annotations"] == {"intent": "one"}
    creators = {one.user for one in lab.kubernetes.audit.writes() if one.resource == "replicasets"}
    assert "system:serviceaccount:kube-system:deployment-controller" in creators


def test_api_server_paused_killed_and_back(lab: Lab) -> None:
    url = f"{lab.kubernetes.url}/readyz"
    lab.kubernetes.pause()
    assert not answers(url)
    with pytest.raises(LabError, match="not within"):
        lab.kubernetes.kubectl("get", "nodes", within_s=1)
    lab.kubernetes.resume()
    wait_until("answers again", lambda: answers(url))
    lab.kubernetes.kill()
    with pytest.raises(LabError, match="refused"):
        lab.kubernetes.kubectl("get", "nodes")
    lab.kubernetes.restart()
    proof.deploy(lab, "later")
    wait_until("available", proof.ready_pods(lab, "later"))


def test_sidecar_actors_reminders_and_messages_outlast_kills(lab: Lab) -> None:
    lab.kafka.create_topic("proof", partitions=3, config={"max.message.bytes": str(8 * 2**20)})
    with pytest.raises(LabError, match="already exists"):
        lab.kafka.create_topic("proof")
    app, port = proof.start_echo(lab, "proof")
    sidecar = lab.start_daprd(app_id="echo", app_port=port, resources=proof.components(lab))
    sidecar.wait_outbound()
    sidecar.wait_ready()
    proof.post(f"{sidecar.url}/v1.0/state/state", [{"key": "kept", "value": 7}])
    reminder = f"{sidecar.url}/v1.0/actors/Echo/one/reminders/tick"
    proof.post(reminder, {"dueTime": "1s", "period": "1s"})
    proof.post(f"{sidecar.url}/v1.0/publish/pubsub/proof", {"number": 1})
    for part in (lab.redis, lab.kafka, sidecar):
        part.kill()
        part.start()
    sidecar.wait_ready()
    assert proof.get(f"{sidecar.url}/v1.0/state/state/kept") == 7
    proof.post(f"{sidecar.url}/v1.0/publish/pubsub/proof", {"number": 2})
    wait_until("both messages", lambda: {1, 2} <= proof.numbers(app))
    before = app.log.read_text().count("/method/remind/tick")
    wait_until("ticks", lambda: app.log.read_text().count("/method/remind/tick") > before)
    assert proof.get(f"{sidecar.url}/v1.0/metadata")["runtimeVersion"] == "1.18.1"


def test_rule_fires_through_alertmanager(lab: Lab) -> None:
    app, port = proof.start_echo(lab, "none")
    alertmanager = lab.start_alertmanager(proof.posting_to(f"http://127.0.0.1:{port}/alert"))
    prometheus = lab.start_prometheus(proof.alerting(alertmanager))
    rule = {"alert": "Always", "expr": "vector(1)"}
    prometheus.reload(rules={"groups": [{"name": "proof", "rules": [rule]}]})
    wait_until("the alert is posted", lambda: "Always" in app.log.read_text(), process=prometheus)
    alertmanager.reload()


def test_labs_live_side_by_side_and_leave_nothing(lab: Lab) -> None:
    with Lab.start(parts=("redis",)) as other:
        assert other.redis.address != lab.redis.address
        process = identity.of(other.redis.pid)
        with pytest.raises(LabError, match="without kafka"):
            assert other.kafka
    assert not identity.lives(process)
    assert not listens(int(other.redis.address.split(":")[1]))


def test_leftovers_of_a_killed_owner_are_ended(lab: Lab) -> None:
    left = proof.abandoned_redis()
    assert identity.lives(left)
    with Lab.start(parts=("redis",)) as other:
        assert not identity.lives(left)
        assert other.directory in runs.live()
    assert lab.directory in runs.live()
