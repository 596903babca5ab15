"""The values that the tests of conditions ask about: an alert of a shop, and what was observed."""

from __future__ import annotations

from typing import Any

from worker.adapters.expressions import compile_condition
from worker.domain.observed.evidence import Unknown

HOSTILE = '" || true || "'

VALUES: dict[str, Any] = {
    "alert": {
        "name": "KubePodCrashLooping",
        "severity": "critical",
        "labels": {"team": "pay", "app.kubernetes.io/name": "web", "note": HOSTILE},
        "annotations": {"summary": "Pod is crash looping."},
        "starts_at_s": 100.0,
    },
    "subject": {
        "kind": "service",
        "namespace": "shop",
        "name": "web",
        "workload_kind": "Deployment",
    },
    "incident": {"cause": "crash", "severity": "critical", "opened_at_s": 120, "attempts": 2},
    "facts": {
        "pods": {
            "ready": 1,
            "live": 3,
            "share": 0.25,
            "nodes": ["n1", "n2"],
            "none": [],
            "killed_for_memory": True,
            "owner": None,
            "sick": [
                {"name": "web-1", "restarts": 7, "ready": False},
                {"name": "web-2", "restarts": 0, "ready": True},
            ],
        },
        "rollout": {"labels": {"tier": "front"}},
        "history": Unknown("the API server was silent"),
    },
    "now": 1000.0,
}


def answer(text: str, values: dict[str, Any] = VALUES) -> bool | Unknown:
    return compile_condition(text).evaluate(values)
