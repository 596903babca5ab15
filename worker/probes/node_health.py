"""One node and the pool it belongs to: its conditions, and how many others take no pods now.

Rules of this file: a pool is known by a label of whoever made the node; without one, nodes of the
same role count as one pool, so that a cordon is rather refused than given. A node that isn't ready
takes no pods either, whether or not anybody cordoned it.
"""

from __future__ import annotations

from worker.domain.catalogue.marks import CORDONED_BY, INTENT_ID
from worker.domain.document.identity import SubjectKind
from worker.domain.observed.evidence import Gone, Unknown
from worker.domain.observed.nodes import NodeHealth
from worker.domain.observed.question import Question
from worker.engine.ports import ClusterApi, Json, ObjectRef
from worker.probes.objects import target_of

POOL_LABELS = (
    "karpenter.sh/nodepool",
    "cloud.google.com/gke-nodepool",
    "eks.amazonaws.com/nodegroup",
    "alpha.eksctl.io/nodegroup-name",
    "kubernetes.azure.com/agentpool",
    "doks.digitalocean.com/node-pool",
    "kops.k8s.io/instancegroup",
)
"""Of autoscalers and providers, the most precise first. Source: their documentation."""
CONTROL_PLANE_LABELS = ("node-role.kubernetes.io/control-plane", "node-role.kubernetes.io/master")
LEAVING_TAINTS = (
    "ToBeDeletedByClusterAutoscaler", "karpenter.sh/disrupted", "karpenter.sh/disruption",
    "node.kubernetes.io/out-of-service", "aws-node-termination-handler/spot-itn",
    "cloud.google.com/impending-node-termination",
)  # fmt: skip
"""Of whoever takes a node away. Source: kubernetes-mixin's KubeNodeUnreachable, which leaves such
nodes out; Karpenter; Kubernetes, "Non-graceful node shutdown"."""
CONTROL_PLANE, WORKERS = "control-plane", "workers"  # the pools of nodes without such a label


async def node_health(
    cluster: ClusterApi, question: Question, annotation_prefix: str
) -> NodeHealth | Gone | Unknown:
    """Raises TransientError, PermanentError; the engine turns them into Unknown."""
    if question.subject.kind is not SubjectKind.NODE:
        return Unknown(f"{question.subject.text} is no node")
    name = question.subject.name
    found = await cluster.get(ObjectRef("Node", "", name))
    if found is None:
        return Gone(f"Node {name} does not exist")
    key, value = _pool_label(found)
    selector = f"{key}={value}" if key else ""
    listed = await cluster.list(ObjectRef("Node", "", label_selector=selector))
    pool = pool_of(found)
    others = [one for one in listed if pool_of(one) == pool and _name(one) != name]
    return health_of(found, others, annotation_prefix)


def health_of(found: Json, others: list[Json], annotation_prefix: str) -> NodeHealth:
    """Typed evidence from the node and the other nodes of its pool."""
    metadata = found["metadata"]
    annotations = metadata.get("annotations") or {}
    return NodeHealth(
        target=target_of("Node", found),
        resource_version=metadata["resourceVersion"],
        pool=pool_of(found),
        ready=_ready(found),
        schedulable=_schedulable(found),
        conditions=_conditions(found),
        control_plane=_control_plane(found),
        cordoned_by=_cordoned_by(found, annotation_prefix),
        nodes_in_pool=1 + len(others),
        cordoned_in_pool=sum(not (_schedulable(one) and _ready(one)) for one in others),
        last_intent=annotations.get(f"{annotation_prefix}/{INTENT_ID}", ""),
        annotations=annotations,
        leaving=_leaving(found),
    )


def pool_of(node: Json) -> str:
    """The name of its pool, never empty."""
    _, value = _pool_label(node)
    return value or (CONTROL_PLANE if _control_plane(node) else WORKERS)


def _pool_label(node: Json) -> tuple[str, str]:
    labels = node["metadata"].get("labels") or {}
    return next(((key, labels[key]) for key in POOL_LABELS if labels.get(key)), ("", ""))


def _cordoned_by(node: Json, annotation_prefix: str) -> str:
    """Only while it is cordoned: a mark that outlived its cordon says nothing."""
    annotations = node["metadata"].get("annotations") or {}
    mark = str(annotations.get(f"{annotation_prefix}/{CORDONED_BY}", ""))
    return "" if _schedulable(node) else mark


def _leaving(node: Json) -> str:
    """What says that the node is being taken away."""
    if "deletionTimestamp" in node["metadata"]:
        return "who deletes it"
    taints = (node.get("spec") or {}).get("taints") or []
    keys = {str(one.get("key", "")) for one in taints}
    return next((f"taint {key}" for key in LEAVING_TAINTS if key in keys), "")


def _conditions(node: Json) -> dict[str, str]:
    conditions = (node.get("status") or {}).get("conditions") or []
    return {str(one["type"]): str(one["status"]) for one in conditions}


def _ready(node: Json) -> bool:
    return _conditions(node).get("Ready") == "True"


def _schedulable(node: Json) -> bool:
    return not (node.get("spec") or {}).get("unschedulable")


def _control_plane(node: Json) -> bool:
    labels = node["metadata"].get("labels") or {}
    return any(key in labels for key in CONTROL_PLANE_LABELS)


def _name(node: Json) -> str:
    return str(node["metadata"]["name"])
