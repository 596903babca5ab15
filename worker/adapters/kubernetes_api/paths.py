"""URL paths of API objects. What is no object name never becomes part of a path."""

from __future__ import annotations

import re
from collections.abc import Mapping

from worker.engine.ports import ObjectRef, PermanentError

COLLECTION: Mapping[str, str] = {
    "Pod": "api/v1/{namespace}pods",
    "ConfigMap": "api/v1/{namespace}configmaps",
    "Node": "api/v1/nodes",
    "ReplicaSet": "apis/apps/v1/{namespace}replicasets",
    "Deployment": "apis/apps/v1/{namespace}deployments",
    "StatefulSet": "apis/apps/v1/{namespace}statefulsets",
    "DaemonSet": "apis/apps/v1/{namespace}daemonsets",
    "Job": "apis/batch/v1/{namespace}jobs",
    "CronJob": "apis/batch/v1/{namespace}cronjobs",
    "HorizontalPodAutoscaler": "apis/autoscaling/v2/{namespace}horizontalpodautoscalers",
    "ScaledObject": "apis/keda.sh/v1alpha1/{namespace}scaledobjects",
    "VerticalPodAutoscaler": "apis/autoscaling.k8s.io/v1/{namespace}verticalpodautoscalers",
    "PodDisruptionBudget": "apis/policy/v1/{namespace}poddisruptionbudgets",
}
LABEL = r"[a-z0-9](?:[-a-z0-9]*[a-z0-9])?"
NAME = re.compile(rf"{LABEL}(?:\.{LABEL})*")  # RFC 1123 subdomain: nothing in it needs quoting
NAME_LENGTH_MAX = 253  # characters, RFC 1123
SHOWN_LENGTH = 64  # characters of a refused name that an error repeats


def path_of(ref: ObjectRef) -> str:
    """The path of an object or a collection. Raises PermanentError for what is no name."""
    template = COLLECTION.get(ref.kind)
    if template is None:
        raise PermanentError(f"kind {ref.kind!r} is not known; known: {', '.join(COLLECTION)}")
    for name in (ref.namespace, ref.name):
        if name and not (len(name) <= NAME_LENGTH_MAX and NAME.fullmatch(name)):
            raise PermanentError(f"{name[:SHOWN_LENGTH]!r} is no object name (RFC 1123)")
    if ref.name and not ref.namespace and "{namespace}" in template:
        raise PermanentError(f"{ref.kind} {ref.name} needs a namespace")
    namespace = f"namespaces/{ref.namespace}/" if ref.namespace else ""
    collection = "/" + template.format(namespace=namespace)
    return f"{collection}/{ref.name}" if ref.name else collection
