"""A CronJob and its Jobs, read from API objects.

What a real one shows: tests/contracts/transcripts, cluster_unwell/jobs_of_a_cron_job.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.cluster_objects import FixedCluster
from worker.domain.document.identity import Subject, SubjectKind, Target
from worker.domain.observed.cron_jobs import CronJobHealth
from worker.domain.observed.evidence import Gone, Unknown
from worker.domain.observed.question import ProbeName, Question
from worker.probes.cron_job_health import cron_job_health

Json = dict[str, Any]
PREFIX = "aiops-operator.io"
UID = "uid-nightly"
AT = "2026-01-31T12:00:0{}Z"
AT_S = 1_769_860_800.0


def cron_job(*, suspend: bool = False, status: Json | None = None, **annotations: str) -> Json:
    marks = {f"{PREFIX}/{key.replace('_', '-')}": value for key, value in annotations.items()}
    metadata = {"name": "nightly", "namespace": "shop", "uid": UID, "resourceVersion": "41",
                "generation": 3, "annotations": marks}  # fmt: skip
    return {"metadata": metadata, "spec": {"suspend": suspend}, "status": status or {}}


def job(name: str, ended: str = "", second: int = 0, *, owner: str = UID) -> Json:
    reference = {"kind": "CronJob", "name": "nightly", "uid": owner}
    said = {"type": ended, "status": "True", "lastTransitionTime": AT.format(second)}
    return {
        "metadata": {"name": name, "namespace": "shop", "ownerReferences": [reference]},
        "status": {"conditions": [said] if ended else []},
    }


async def ask(found: Json, *jobs: Json) -> CronJobHealth:
    cluster = FixedCluster(CronJob=[found], Job=jobs)
    health = await cron_job_health(cluster, asked("CronJob/nightly"), PREFIX)
    assert isinstance(health, CronJobHealth), health
    return health


def asked(name: str) -> Question:
    return Question(ProbeName.CRON_JOB_HEALTH, Subject(SubjectKind.SERVICE, "shop", name))


async def test_one_of_which_nothing_is_known_yet() -> None:
    found = cron_job()
    del found["status"], found["metadata"]["annotations"]
    assert await ask(found) == CronJobHealth(
        target=Target("CronJob", "shop", "nightly", UID),
        resource_version="41", generation=3, suspended=False, active=0,
    )  # fmt: skip


async def test_its_jobs_count_by_their_owner_and_their_end() -> None:
    health = await ask(
        cron_job(status={"active": [{"name": "n-5"}]}),
        job("n-1", "Failed", 1), job("n-2", "Complete", 2), job("n-3", "Failed", 3), job("n-5"),
        job("other-1", "Failed", 9, owner="uid-other"), job("n-4", "Suspended", 4),
    )  # fmt: skip
    assert health.failed == {"n-1": AT_S + 1.0, "n-3": AT_S + 3.0}
    assert (health.succeeded_s, health.active) == (AT_S + 2.0, 1)
    assert health.failed_since == {"n-3"}


async def test_a_condition_that_is_not_true_is_no_end() -> None:
    pending = job("n-1", "Failed", 1)
    pending["status"]["conditions"][0]["status"] = "False"
    assert (await ask(cron_job(), pending)).failed == {}


@pytest.mark.parametrize("told", [5, 1])
async def test_the_later_of_what_it_tells_and_what_its_jobs_tell(told: int) -> None:
    status = {"lastSuccessfulTime": AT.format(told)}
    health = await ask(cron_job(status=status), job("n-2", "Complete", 2))
    assert health.succeeded_s == AT_S + max(told, 2)


@pytest.mark.parametrize("suspend", [True, False])
async def test_our_mark_counts_only_while_it_is_suspended(suspend: bool) -> None:
    found = cron_job(suspend=suspend, suspended_by="i-1", intent_id="i-2")
    health = await ask(found)
    assert (health.suspended, health.suspended_by) == (suspend, "i-1" if suspend else "")
    assert health.last_intent == "i-2"


async def test_what_is_not_there_is_gone_and_what_is_no_cron_job_is_unknown() -> None:
    answer = await cron_job_health(FixedCluster(), asked("CronJob/nightly"), PREFIX)
    assert answer == Gone("CronJob shop/nightly does not exist")
    other = await cron_job_health(FixedCluster(), asked("Deployment/web"), PREFIX)
    assert isinstance(other, Unknown)
