"""The requests that actions make: the fence, the intent's id, and nothing of the sending moment.

What the API server does with them is shown by tests/contracts/cases/cluster_verbs.py and its
neighbours.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.unit.forms import (
    BOUND,
    CORDON,
    EVERY,
    EVICTION,
    MEMORY,
    PAUSE,
    PREFIX,
    RESTART,
    SCALING,
    SUSPENSION,
    UNDO_OF_CORDON,
    UNDO_OF_PAUSE,
    UNDO_OF_SUSPENSION,
    Sample,
    operations,
    request,
    request_or_unfit,
    value_tested,
)
from worker.actions import ACTIONS
from worker.domain.catalogue import DESCRIPTOR_OF, Verb
from worker.engine.perform import Unfit
from worker.engine.ports import Json, ObjectRef

each = pytest.mark.parametrize("sample", EVERY, ids=lambda sample: sample.intent.action)
patching = pytest.mark.parametrize(
    "sample",
    [one for one in EVERY if isinstance(request(one).body, list)],
    ids=lambda sample: sample.intent.action,
)


def test_every_verb_has_its_form_and_its_sample() -> None:
    assert set(ACTIONS) == set(Verb) == {one.intent.action for one in EVERY}


def test_eviction_carries_fence_and_intent() -> None:
    made = request(EVICTION)
    assert (made.verb, made.subresource) == ("create", "eviction")
    assert made.ref == ObjectRef("Pod", "shop", "backend-7d9f-abcde")
    assert made.intent_id == "crash-loop-1-0-1"
    assert made.body == {
        "apiVersion": "policy/v1",
        "kind": "Eviction",
        "metadata": {
            "name": "backend-7d9f-abcde",
            "namespace": "shop",
            "annotations": {"aiops-operator.io/intent-id": "crash-loop-1-0-1"},
        },
        "deleteOptions": {"preconditions": {"uid": "uid-1", "resourceVersion": "4711"}},
    }


def test_restart_carries_fence_and_intent_in_one_merge_patch() -> None:
    made = request(RESTART)
    assert (made.verb, made.subresource) == ("patch", "")
    assert made.ref == ObjectRef("StatefulSet", "shop", "database")
    assert made.body == {
        "metadata": {
            "uid": "uid-1",
            "resourceVersion": "4711",
            "annotations": {"aiops-operator.io/intent-id": "crash-loop-1-0-1"},
        },
        "spec": {
            "template": {
                "metadata": {
                    "annotations": {"kubectl.kubernetes.io/restartedAt": "2023-11-14T22:13:20Z"}
                }
            }
        },
    }


@each
def test_the_target_is_written_and_the_intent_is_named(sample: Sample) -> None:
    made, target = request(sample), sample.intent.target
    assert made.ref == ObjectRef(target.kind, target.namespace, target.name)
    assert made.intent_id == sample.intent.id
    assert target.kind in DESCRIPTOR_OF[Verb(sample.intent.action)].target_kinds


@each
def test_a_resend_differs_by_its_fence_only(sample: Sample) -> None:
    intent = sample.intent
    again = replace(intent, sent_at_s=intent.sent_at_s + 3600, resends=3)
    assert request(replace(sample, intent=again)) == request(sample)
    refenced = replace(again, fence="4712", generation=8)
    assert request(replace(sample, intent=refenced)) != request(sample)


@patching
def test_tests_come_first_and_name_this_very_object(sample: Sample) -> None:
    kinds = [one["op"] for one in operations(sample)]
    assert kinds == sorted(kinds, key=lambda kind: kind != "test")
    assert value_tested(sample, "/metadata/uid") == "uid-1"
    by_generation = value_tested(sample, "/metadata/generation") == 7
    by_version = value_tested(sample, "/metadata/resourceVersion") == "4711"
    without_generation = sample.intent.target.kind in ("HorizontalPodAutoscaler", "Node")
    assert (by_generation, by_version) == (not without_generation, without_generation)


@patching
def test_the_same_write_says_whose_it_is(sample: Sample) -> None:
    key = "/metadata/annotations/aiops-operator.io~1intent-id"
    assert {"op": "add", "path": key, "value": "crash-loop-1-0-1"} in operations(sample)


@pytest.mark.parametrize(
    "sample",
    [PAUSE, SCALING, MEMORY, BOUND, SUSPENSION, CORDON],
    ids=lambda sample: sample.intent.action,
)
def test_an_object_without_annotations_gets_the_whole_map_under_its_version(
    sample: Sample,
) -> None:
    """Below a missing map nothing can be added; one that was made since must not be lost."""
    bare: Json = {**sample.material, "metadata": {**sample.material["metadata"]}}
    del bare["metadata"]["annotations"]
    made = operations(replace(sample, material=bare))
    (added,) = [one for one in made if one["path"] == "/metadata/annotations"]
    assert added["value"]["aiops-operator.io/intent-id"] == "crash-loop-1-0-1"
    assert {"op": "test", "path": "/metadata/resourceVersion", "value": "41"} in made


UNDOES = {
    Verb.RESUME_ROLLOUT: UNDO_OF_PAUSE,
    Verb.RESUME_CRON_JOB: UNDO_OF_SUSPENSION,
    Verb.UNCORDON: UNDO_OF_CORDON,
}


@pytest.mark.parametrize("sample", UNDOES.values(), ids=UNDOES)
def test_only_what_is_marked_as_ours_is_undone(sample: Sample) -> None:
    (mark,) = [key for key in sample.material["metadata"]["annotations"] if key.startswith(PREFIX)]
    path = f"/metadata/annotations/{mark.replace('/', '~1')}"
    made = operations(sample)
    assert {"op": "test", "path": path, "value": "i-0"} in made
    assert {"op": "remove", "path": path} in made
    alien: Json = {
        **sample.material, "metadata": {**sample.material["metadata"], "annotations": {"a": "b"}},
    }  # fmt: skip
    answer = request_or_unfit(replace(sample, material=alien))
    assert isinstance(answer, Unfit)
    assert mark in answer.why


@pytest.mark.parametrize(
    ("verb", "field"), [(Verb.PAUSE_ROLLOUT, "paused"), (Verb.CORDON, "unschedulable")]
)
def test_what_somebody_else_did_already_is_not_made_ours(verb: Verb, field: str) -> None:
    sample = next(one for one in EVERY if one.intent.action == verb)
    done = {**sample.material, "spec": {**sample.material["spec"], field: True}}
    answer = request_or_unfit(replace(sample, material=done))
    assert isinstance(answer, Unfit)
    assert "already" in answer.why


def test_scaling_tests_what_it_found() -> None:
    assert value_tested(SCALING, "/spec/replicas") == 3
    assert {"op": "replace", "path": "/spec/replicas", "value": 4} in operations(SCALING)
