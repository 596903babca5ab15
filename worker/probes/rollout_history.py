"""The revisions of a Deployment, from the ReplicaSets that it keeps.

Since when a template was the wanted one: a ReplicaSet that comes back, by a rollback, gets a new
revision number and keeps its creation; Kubernetes notes no time for that (Seen on a real one: the
annotation `revision-history` lists the old numbers, nothing else is new). It can't have come back
before every revision of a lower number was made, so the youngest of those is what is told: never
later than the truth. The one that it replaced then lasted less than it did, and counts as proven
rather too seldom.
"""

from __future__ import annotations

from worker.domain.observed.evidence import Unknown
from worker.domain.observed.history import Revision, RolloutHistory
from worker.domain.observed.question import Question
from worker.domain.observed.template import template_digest
from worker.engine.ports import ClusterApi, Json, ObjectRef
from worker.probes.objects import (
    controller_uid,
    created_at_s,
    revision_of,
    selector_text,
    target_of,
)

REVISIONS_MAX = 30  # the newest; a Deployment keeps ten unless it was told otherwise
NUMBER_DIGITS_MAX = 18  # of a revision; what is longer was written by no controller


async def rollout_history(cluster: ClusterApi, question: Question) -> RolloutHistory | Unknown:
    """Raises TransientError, PermanentError; the engine turns them into Unknown."""
    workload = question.subject.workload
    if workload is None:
        return Unknown(f"{question.subject.text} is no workload")
    kind, name = workload
    if kind != "Deployment":
        return Unknown(f"a {kind} has no ReplicaSets; only a Deployment's history is read")
    namespace = question.subject.scope
    found = await cluster.get(ObjectRef(kind, namespace, name))
    if found is None:
        return Unknown(f"{kind} {namespace}/{name} does not exist")
    sets = await cluster.list(
        ObjectRef("ReplicaSet", namespace, label_selector=selector_text(found))
    )
    uid = found["metadata"]["uid"]
    return history_of([one for one in sets if controller_uid(one) == uid])


def history_of(replica_sets: list[Json]) -> RolloutHistory | Unknown:
    """Typed evidence from the ReplicaSets of one Deployment, in any order."""
    since_s = 0.0
    ordered: list[tuple[Json, float]] = []
    for one in sorted(replica_sets, key=_number):
        since_s = max(since_s, created_at_s(one))
        ordered.append((one, since_s))
    newest_first = ordered[: -REVISIONS_MAX - 1 : -1]
    try:
        return RolloutHistory(tuple(_revision(*one) for one in newest_first))
    except ValueError as error:
        return Unknown(f"a template can't be compared: {error}")


def _revision(found: Json, since_s: float) -> Revision:
    template = found["spec"]["template"]
    return Revision(
        target=target_of("ReplicaSet", found),
        number=_number(found),
        template=template_digest(template),
        current_from_s=since_s,
        ready=(found.get("status") or {}).get("readyReplicas", 0),
        images=tuple(str(one.get("image", "")) for one in template["spec"]["containers"]),
    )


def _number(found: Json) -> int:
    """0, so the oldest, for one whose number its controller has not noted."""
    text = revision_of(found)
    plain = text.isascii() and text.isdigit() and len(text) <= NUMBER_DIGITS_MAX
    return int(text) if plain else 0
