"""Three services are sick on one node: one human hears of the node, then each is repaired once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.e2e import audit
from tests.e2e.conftest import StartWorker
from tests.e2e.receivers import Receiver
from tests.e2e.records import Record, alert, body, produce
from tests.e2e.shop import CRASHES_ON_SICK_NODE, SICK_NODE, Shop
from tests.e2e.waiting import wait_for
from tests.lab import Lab

SOAK_S = 15  # by then all three have fallen sick, as with any soak that is not a test's
APPS = ("backend", "orders", "search")
ENDS_WITHIN_S = 240.0  # one lease: three evictions with their watches, one after another


def test_one_root_is_told_and_its_children_are_repaired(
    lab: Lab,
    shop: Shop,
    start_worker: StartWorker,
    receiver: Receiver,
    playbooks: Path,
    now: str,
) -> None:
    for page in playbooks.glob("*.yaml"):
        page.write_text(page.read_text().replace("soak: 1s", f"soak: {SOAK_S}s"))
    shop.apply(
        *(
            shop.deployment(app, labels=CRASHES_ON_SICK_NODE, pod_spec=shop.spread(app))
            for app in APPS
        )
    )
    pods = [shop.crash_looping_pod(app) for app in APPS]
    lab.kubernetes.kubectl("cordon", SICK_NODE)
    environment = {
        "AIOPS_STORM_LEAST": "3",
        "AIOPS_STORM_SHARE": "1",  # three of three are no storm here
        "AIOPS_HOLD_S": "2",
        "AIOPS_ACTS_WINDOW_S": "1",
        "AIOPS_DECIDE_WITHIN_S": "600",
    }
    first, second = (start_worker(ready=False, **environment) for _ in range(2))
    worker = first.wait_ready()
    second.wait_ready()
    news = [
        alert("KubePodCrashLooping", starts_at=now, namespace=shop.namespace, pod=pod)
        for pod in pods
    ]
    produce(
        lab.kafka.bootstrap,
        "alerts",
        [Record(body(one), key=pod.encode()) for one, pod in zip(news, pods, strict=True)],
    )

    def all_resolved() -> list[dict[str, Any]] | None:
        found = worker.incidents(shop.namespace)
        done = [one for one in found if one["phase"] == "resolved"]
        return done if len(done) == len(APPS) else None

    resolved = wait_for("all are resolved", all_resolved, within_s=ENDS_WITHIN_S)
    assert {one["resolution"] for one in resolved} == {"repaired"}
    evictions = audit.done(lab, shop.namespace)
    assert sorted(one.name for one in evictions) == sorted(pods)

    about_the_node = [one for one in receiver.messages() if one["subject"].startswith("node/")]
    told = {one["incident"] for one in about_the_node if one["kind"] == "escalated"}
    assert len(told) == 1, "one human, once"
    called_for_others = [
        one for one in receiver.messages()
        if one["kind"] == "escalated" and shop.namespace in one["subject"]
    ]  # fmt: skip
    assert called_for_others == []
    (root,) = told
    opened_s = worker.incident(root)["opened_at_s"]
    assert min(one.timestamp.timestamp() for one in evictions) > opened_s
