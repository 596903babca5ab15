"""Autoscalers of Deployment `backend` for the probe's tests, as the API lists them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.unit.cluster_objects import metadata

Json = dict[str, Any]
TARGET = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "backend"}


def horizontal(name: str = "backend", target: Mapping[str, str] = TARGET, **more: Any) -> Json:
    """As kube-apiserver 1.36 lists it, less its metrics, which could not be read."""
    return {
        "metadata": metadata(name, **more),
        "spec": {"scaleTargetRef": dict(target), "minReplicas": 3, "maxReplicas": 10},
        "status": {
            "currentReplicas": 4,
            "desiredReplicas": 0,
            "conditions": [
                {"type": "AbleToScale", "status": "True", "reason": "ReadyForNewScale"},
                {"type": "ScalingActive", "status": "False", "reason": "FailedGetResourceMetric"},
            ],
        },
    }


def scaled_object(name: str = "queue", target: Mapping[str, str] = TARGET) -> Json:
    return {"metadata": metadata(name), "spec": {"scaleTargetRef": dict(target), "triggers": []}}


def vertical(name: str, policy: Json | None, target: Mapping[str, str] = TARGET) -> Json:
    spec: Json = {"targetRef": dict(target)}
    return {
        "metadata": metadata(name),
        "spec": spec if policy is None else {**spec, "updatePolicy": policy},
    }
