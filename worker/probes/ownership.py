"""Who owns which field of a workload: its own metadata, and the autoscalers of its namespace.

Each list that can't be read is unknown by itself. An API that isn't served has no objects; but who
may not list ScaledObjects is told so even where KEDA isn't installed, and then nothing is known.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

from worker.domain.catalogue.marks import INTENT_ID
from worker.domain.document.identity import CRON_JOB
from worker.domain.observed.evidence import Unknown
from worker.domain.observed.gitops import Metadata, Owner
from worker.domain.observed.ownership import Autoscaler, Ownership, VerticalAutoscaler, ownership_of
from worker.domain.observed.question import Question
from worker.engine.ports import ClusterApi, Json, ObjectRef, PermanentError, TransientError
from worker.probes.objects import target_of

HORIZONTAL = "HorizontalPodAutoscaler"
KEDA_GROUP = "keda.sh/"
KEDA_LABEL = "scaledobject.keda.sh/name"
UPDATES_BY_DEFAULT = "Recreate"

T = TypeVar("T")


async def ownership(
    cluster: ClusterApi, question: Question, annotation_prefix: str
) -> Ownership | Unknown:
    """Raises TransientError, PermanentError; the engine turns them into Unknown."""
    workload = question.subject.workload
    if workload is None:
        return Unknown(f"{question.subject.text} is no workload")
    kind, name = workload
    namespace = question.subject.scope
    found = await cluster.get(ObjectRef(kind, namespace, name))
    if found is None:
        return Unknown(f"{kind} {namespace}/{name} does not exist")
    if kind in ("Pod", CRON_JOB):  # nothing scales those
        return ownership_of(metadata_of(kind, found), (), (), ())

    async def those(of_kind: str, reference: str, read: Callable[[Json], T]) -> list[T] | Unknown:
        """The objects of a kind that target the workload."""
        try:
            listed = await cluster.list(ObjectRef(of_kind, namespace))
        except (TransientError, PermanentError) as error:
            return Unknown(str(error))
        return [read(one) for one in listed if _targets(one, reference, kind, name)]

    horizontal, scaled_objects, vertical = await asyncio.gather(
        those(HORIZONTAL, "scaleTargetRef", lambda one: autoscaler_of(one, annotation_prefix)),
        those("ScaledObject", "scaleTargetRef", lambda one: str(one["metadata"]["name"])),
        those("VerticalPodAutoscaler", "targetRef", vertical_of),
    )
    return ownership_of(metadata_of(kind, found), horizontal, scaled_objects, vertical)


def _targets(autoscaler: Json, reference: str, kind: str, name: str) -> bool:
    """By kind and name: a group or version that is left out or outdated is no other workload. A
    ScaledObject's kind is Deployment when left out. Source: KEDA, "ScaledObject specification"."""
    named = (autoscaler.get("spec") or {}).get(reference) or {}
    return (named.get("kind") or "Deployment", named.get("name")) == (kind, name)


def metadata_of(kind: str, found: Json) -> Metadata:
    """What the API object's metadata tells."""
    metadata = found["metadata"]
    return Metadata(
        kind=kind,
        namespace=metadata["namespace"],
        name=metadata["name"],
        annotations=metadata.get("annotations") or {},
        labels=metadata.get("labels") or {},
        managers=frozenset(
            str(one["manager"]) for one in metadata.get("managedFields") or [] if "manager" in one
        ),
        owners=_owners(metadata),
    )


def _owners(metadata: Json) -> tuple[Owner, ...]:
    references = metadata.get("ownerReferences") or []
    return tuple(Owner(one.get("apiVersion", ""), one["kind"], one["name"]) for one in references)


def autoscaler_of(found: Json, annotation_prefix: str) -> Autoscaler:
    """Typed evidence from a HorizontalPodAutoscaler. The one that KEDA makes is controlled by its
    ScaledObject and carries its labels; a label's value is cut at 63 characters, so the reference
    comes first. Source: KEDA, controllers/keda/hpa.go."""
    metadata, spec, status = found["metadata"], found["spec"], found.get("status") or {}
    labels, annotations = metadata.get("labels") or {}, metadata.get("annotations") or {}
    owners = [one for one in _owners(metadata) if one.api_version.startswith(KEDA_GROUP)]
    scaled_object = owners[0].name if owners else labels.get(KEDA_LABEL, "")
    return Autoscaler(
        target=target_of(HORIZONTAL, found),
        resource_version=metadata["resourceVersion"],
        min_replicas=spec.get("minReplicas", 1),
        max_replicas=spec["maxReplicas"],
        current_replicas=status.get("currentReplicas", 0),
        desired_replicas=status.get("desiredReplicas", 0),
        keda=bool(scaled_object),
        last_intent=annotations.get(f"{annotation_prefix}/{INTENT_ID}", ""),
        conditions={one["type"]: one["status"] for one in status.get("conditions") or []},
        scaled_object=scaled_object,
    )


def vertical_of(found: Json) -> VerticalAutoscaler:
    """Without a mode it updates. Source: kubernetes/autoscaler, VPA `updatePolicy.updateMode`."""
    policy = (found.get("spec") or {}).get("updatePolicy") or {}
    return VerticalAutoscaler(
        found["metadata"]["name"], policy.get("updateMode") or UPDATES_BY_DEFAULT
    )
