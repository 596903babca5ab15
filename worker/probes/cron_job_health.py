"""A CronJob and the Jobs that it made: which of them failed, and when one last succeeded.

Rules of this file: a Job counts by its owner reference, whoever made it, so that one which somebody
ran by hand (`kubectl create job --from`) shows too whether it is repaired.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from worker.domain.catalogue.marks import INTENT_ID, SUSPENDED_BY
from worker.domain.document.identity import CRON_JOB
from worker.domain.observed.cron_jobs import CronJobHealth
from worker.domain.observed.evidence import Gone, Unknown
from worker.domain.observed.question import Question
from worker.engine.ports import ClusterApi, Json, ObjectRef
from worker.probes.objects import target_of


async def cron_job_health(
    cluster: ClusterApi, question: Question, annotation_prefix: str
) -> CronJobHealth | Gone | Unknown:
    """Raises TransientError, PermanentError; the engine turns them into Unknown."""
    kind, name = question.subject.workload or ("", "")
    if kind != CRON_JOB:
        return Unknown(f"{question.subject.text} is no CronJob")
    namespace = question.subject.scope
    found = await cluster.get(ObjectRef(CRON_JOB, namespace, name))
    if found is None:
        return Gone(f"CronJob {namespace}/{name} does not exist")
    jobs = await cluster.list(ObjectRef("Job", namespace))
    uid = found["metadata"]["uid"]
    return health_of(found, [one for one in jobs if uid in _owners(one)], annotation_prefix)


def health_of(found: Json, jobs: list[Json], annotation_prefix: str) -> CronJobHealth:
    """Typed evidence from the CronJob and its Jobs."""
    metadata, status = found["metadata"], found.get("status") or {}
    annotations = metadata.get("annotations") or {}
    mark = annotations.get(f"{annotation_prefix}/{SUSPENDED_BY}", "")
    suspended = bool(found["spec"].get("suspend"))
    failed = {str(one["metadata"]["name"]): at_s for one in jobs for at_s in _became(one, "Failed")}
    succeeded = [at_s for one in jobs for at_s in _became(one, "Complete")]
    told = status.get("lastSuccessfulTime")
    return CronJobHealth(
        target=target_of(CRON_JOB, found),
        resource_version=metadata["resourceVersion"],
        generation=metadata.get("generation", 0),
        suspended=suspended,
        active=len(status.get("active") or []),
        failed=failed,
        succeeded_s=max([*succeeded, *([_moment(told)] if told else [])], default=0.0),
        suspended_by=mark if suspended else "",
        last_intent=annotations.get(f"{annotation_prefix}/{INTENT_ID}", ""),
        annotations=annotations,
    )


def _became(job: Json, condition: str) -> Iterator[float]:
    """When it ended so; nothing while it didn't."""
    for one in (job.get("status") or {}).get("conditions") or []:
        if (one["type"], one["status"]) == (condition, "True"):
            yield _moment(one["lastTransitionTime"])


def _owners(job: Json) -> set[str]:
    references = job["metadata"].get("ownerReferences") or []
    return {str(one["uid"]) for one in references if one["kind"] == CRON_JOB}


def _moment(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()
