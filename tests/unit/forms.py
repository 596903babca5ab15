"""One intent a verb, with what is read right before it is sent."""

from __future__ import annotations

from dataclasses import dataclass, field

from worker.actions import ACTIONS
from worker.domain.catalogue import Verb
from worker.domain.document.identity import Target
from worker.domain.document.outbox import Intent
from worker.domain.observed.template import template_digest
from worker.engine.perform import Unfit
from worker.engine.ports import Json, WriteRequest

PREFIX = "aiops-operator.io"


@dataclass(frozen=True)
class Sample:
    intent: Intent
    material: Json = field(default_factory=dict)


def request(sample: Sample) -> WriteRequest:
    made = request_or_unfit(sample)
    assert isinstance(made, WriteRequest), made
    return made


def request_or_unfit(sample: Sample) -> WriteRequest | Unfit:
    return ACTIONS[Verb(sample.intent.action)].form(sample.intent, PREFIX, sample.material)


def value_tested(sample: Sample, path: str) -> object:
    """The value that this path is tested for, None when it isn't."""
    return next(
        (one["value"] for one in operations(sample) if (one["op"], one["path"]) == ("test", path)),
        None,
    )


def operations(sample: Sample) -> list[Json]:
    """Of a JSON patch."""
    body = request(sample).body
    assert isinstance(body, list), body
    return body


def intent(
    verb: Verb,
    kind: str,
    name: str,
    namespace: str = "shop",
    parameters: dict[str, int | str] | None = None,
) -> Intent:
    return Intent(
        id="crash-loop-1-0-1",
        incident="crash-loop-1",
        action=verb,
        target=Target(kind, namespace, name, "uid-1"),
        fence="4711",
        generation=7,
        decided_at_s=1_700_000_000.9,
        sent_at_s=1_700_000_001.0,
        parameters=parameters or {},
    )


def found(spec: Json, **marks: str) -> Json:
    """The target as it is read; `marks` are annotations below our prefix."""
    annotations = {"somebody": "else", **{f"{PREFIX}/{key}": marks[key] for key in marks}}
    metadata = {"name": "backend", "uid": "uid-1", "resourceVersion": "41"}
    return {"metadata": {**metadata, "annotations": annotations}, "spec": spec}


TEMPLATE: Json = {
    "metadata": {
        "labels": {"app": "backend", "pod-template-hash": "6444769cf"},
        "annotations": {"kubectl.kubernetes.io/restartedAt": "2026-01-01T10:00:00Z"},
    },
    "spec": {"containers": [{"name": "backend", "image": "backend:1"}]},
}
LIMITED: Json = {
    "template": {
        "spec": {"containers": [{"name": "backend", "resources": {"limits": {"memory": "512Mi"}}}]}
    }
}

EVICTION = Sample(intent(Verb.EVICT_POD, "Pod", "backend-7d9f-abcde"))
RESTART = Sample(intent(Verb.ROLLOUT_RESTART, "StatefulSet", "database"))
ROLLBACK = Sample(
    intent(
        Verb.ROLL_BACK,
        "Deployment",
        "backend",
        parameters={
            "replica_set": "backend-old",
            "replica_set_uid": "uid-set",
            "template": template_digest(TEMPLATE),
        },
    ),
    {"metadata": {"name": "backend-old", "uid": "uid-set"}, "spec": {"template": TEMPLATE}},
)
PAUSE = Sample(intent(Verb.PAUSE_ROLLOUT, "Deployment", "backend"), found({"replicas": 3}))
UNDO_OF_PAUSE = Sample(
    intent(Verb.RESUME_ROLLOUT, "Deployment", "backend"),
    found({"paused": True}, **{"paused-by": "i-0"}),
)
SCALING = Sample(
    intent(Verb.SCALE, "StatefulSet", "backend", parameters={"from": 3, "replicas": 4}),
    found({"replicas": 3}),
)
MEMORY = Sample(
    intent(
        Verb.RAISE_MEMORY_LIMIT,
        "DaemonSet",
        "backend",
        parameters={"container": "backend", "from": "512Mi", "limit": "768Mi"},
    ),
    found(LIMITED),
)
BOUND = Sample(
    intent(
        Verb.RAISE_HPA_MAX,
        "HorizontalPodAutoscaler",
        "backend",
        parameters={"from": 5, "maximum": 6},
    ),
    found({"maxReplicas": 5}),
)
SUSPENSION = Sample(intent(Verb.SUSPEND_CRON_JOB, "CronJob", "backend"), found({"suspend": False}))
UNDO_OF_SUSPENSION = Sample(
    intent(Verb.RESUME_CRON_JOB, "CronJob", "backend"),
    found({"suspend": True}, **{"suspended-by": "i-0"}),
)
CORDON = Sample(intent(Verb.CORDON, "Node", "node-a", ""), found({}))
UNDO_OF_CORDON = Sample(
    intent(Verb.UNCORDON, "Node", "node-a", ""),
    found({"unschedulable": True}, **{"cordoned-by": "i-0"}),
)
EVERY = (
    EVICTION, RESTART, ROLLBACK, PAUSE, UNDO_OF_PAUSE, SCALING, MEMORY, BOUND, SUSPENSION,
    UNDO_OF_SUSPENSION, CORDON, UNDO_OF_CORDON,
)  # fmt: skip
