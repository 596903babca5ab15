"""Reading API objects: identity, controller, age, revision, selector."""

from __future__ import annotations

from datetime import datetime

from worker.domain.document.identity import Target
from worker.engine.ports import Json

REVISION = "deployment.kubernetes.io/revision"


def target_of(kind: str, found: Json) -> Target:
    """A node has no namespace."""
    metadata = found["metadata"]
    return Target(kind, metadata.get("namespace", ""), metadata["name"], metadata["uid"])


def selector_text(workload: Json) -> str:
    """The workload's own selector in the form of a list request."""
    selector = workload["spec"].get("selector") or {}
    parts = [f"{key}={value}" for key, value in sorted((selector.get("matchLabels") or {}).items())]
    for one in selector.get("matchExpressions") or []:
        values = ",".join(one.get("values") or [])
        match one["operator"]:
            case "In":
                parts.append(f"{one['key']} in ({values})")
            case "NotIn":
                parts.append(f"{one['key']} notin ({values})")
            case "Exists":
                parts.append(one["key"])
            case "DoesNotExist":
                parts.append(f"!{one['key']}")
    return ",".join(parts)


def controller_uid(found: Json) -> str:
    references = found["metadata"].get("ownerReferences") or []
    return next((str(one["uid"]) for one in references if one.get("controller")), "")


def created_at_s(found: Json) -> float:
    return datetime.fromisoformat(found["metadata"]["creationTimestamp"]).timestamp()


def revision_of(found: Json) -> str:
    """The number that its controller noted on a Deployment or a ReplicaSet, "" when none is."""
    return str((found["metadata"].get("annotations") or {}).get(REVISION, ""))
