"""A crash behind a healthy sidecar, from the API objects to the verdict: never health.

Whoever looks at one container of a pod only, or at what controllers count, takes it for healthy:
here the workload's status counts every pod as ready, and the pod's own condition says so too.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.unit.cluster_objects import (
    BACK_OFF,
    CRASHED,
    RUNNING,
    FixedCluster,
    container_status,
    deployment,
    pod,
    question,
    replica_set,
)
from tests.unit.domain.builders import FIRING, WELL, alert, only, opened
from worker.domain.document.incident import Incident
from worker.domain.observed.facts import Facts
from worker.domain.verify.verification import Judgement, Verdict, judge
from worker.probes.pod_health import pod_health
from worker.probes.rollout_health import rollout_health

Json = dict[str, Any]
NEWBORN_S = 180.0
APP, PROXY = {"name": "backend"}, {"name": "proxy"}
AS_INIT = {"name": "proxy", "restartPolicy": "Always"}
WELL_PROXY = container_status("proxy")
IN_BACK_OFF = container_status(ready=False, restarts=7, state=BACK_OFF, last=CRASHED)
JUST_ENDED = container_status(ready=False, restarts=7, state=CRASHED)
BETWEEN_CRASHES = container_status(ready=False, restarts=7, state=RUNNING, last=CRASHED)
WELL_APP = container_status(restarts=7, last=CRASHED)


def beside(*containers: Json) -> Json:
    """The pod's spec and status when proxy and app are ordinary containers, in this order."""
    return {
        "spec": {"containers": [PROXY, APP]},
        "status": {"containerStatuses": [*containers]},
    }


def around(app: Json | None) -> Json:
    """The proxy is an init container that never ends."""
    return {
        "spec": {"containers": [APP], "initContainers": [AS_INIT]},
        "status": {
            "initContainerStatuses": [WELL_PROXY],
            "containerStatuses": [app] if app else [],
        },
    }


async def seen(shown: Json) -> Facts:
    cluster = FixedCluster(
        Deployment=[deployment(1)],
        ReplicaSet=[replica_set("backend-7d9f", revision="5")],
        Pod=[pod("backend-1", **shown)],
    )
    asked = question("Deployment")
    return replace(
        WELL,
        rollout=await rollout_health(cluster, asked, "aiops-operator.io"),
        pods=await pod_health(cluster, asked),
    )


def about(name: str) -> Incident:
    return only(opened(alert(name, pod="backend-1", status=FIRING)))


async def judged(shown: Json, name: str) -> Judgement:
    return judge(about(name), (), await seen(shown), NEWBORN_S)


@pytest.mark.parametrize("name", ["KubePodCrashLooping", "KubePodNotReady"])
@pytest.mark.parametrize(
    "shown",
    [
        beside(WELL_PROXY, IN_BACK_OFF),
        beside(IN_BACK_OFF, WELL_PROXY),
        beside(WELL_PROXY, JUST_ENDED),
        beside(WELL_PROXY, BETWEEN_CRASHES),
        beside(WELL_PROXY),
        around(IN_BACK_OFF),
        around(BETWEEN_CRASHES),
        around(None),
    ],
    ids=[
        "after it",
        "before it",
        "ended a moment ago",
        "runs between two crashes",
        "only the sidecar is reported",
        "around it",
        "around it, between two crashes",
        "around it, alone reported",
    ],
)
async def test_a_crash_behind_a_healthy_sidecar_is_no_health(shown: Json, name: str) -> None:
    assert (await judged(shown, name)).verdict in (Verdict.UNHEALTHY, Verdict.PENDING)


@pytest.mark.parametrize("name", ["KubePodCrashLooping", "KubePodNotReady"])
@pytest.mark.parametrize("shown", [beside(WELL_PROXY, WELL_APP), around(WELL_APP)])
async def test_both_of_them_well_are(shown: Json, name: str) -> None:
    assert (await judged(shown, name)).verdict is Verdict.HEALTHY
