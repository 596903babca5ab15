"""The requests that actions make: the fence, the intent's id, and nothing of the sending moment."""

from __future__ import annotations

from dataclasses import replace

from worker.actions import ACTIONS, evict_pod, rollout_restart
from worker.domain.identity import Target
from worker.domain.playbook import Verb
from worker.domain.subject import Intent
from worker.engine.ports import ObjectRef

PREFIX = "aiops-operator.io"

EVICTION = Intent(
    id="crash-loop-1-0-1",
    incident="crash-loop-1",
    action="evict_pod",
    target=Target("Pod", "shop", "backend-7d9f-abcde", "uid-1"),
    fence="4711",
    generation=0,
    decided_at_s=1_700_000_000.9,
    sent_at_s=1_700_000_001.0,
)
RESTART = replace(
    EVICTION,
    action="rollout_restart",
    target=Target("StatefulSet", "shop", "database", "uid-2"),
    generation=7,
)


def test_eviction_carries_fence_and_intent() -> None:
    request = evict_pod.form(EVICTION, PREFIX)
    assert (request.verb, request.subresource) == ("create", "eviction")
    assert request.ref == ObjectRef("Pod", "shop", "backend-7d9f-abcde")
    assert request.intent_id == EVICTION.id
    assert request.body == {
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
    request = rollout_restart.form(RESTART, PREFIX)
    assert (request.verb, request.subresource) == ("patch", "")
    assert request.ref == ObjectRef("StatefulSet", "shop", "database")
    assert request.intent_id == RESTART.id
    assert request.body == {
        "metadata": {
            "uid": "uid-2",
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


def test_a_resend_differs_by_its_fence_only() -> None:
    for verb, intent in ((Verb.EVICT_POD, EVICTION), (Verb.ROLLOUT_RESTART, RESTART)):
        again = replace(intent, sent_at_s=intent.sent_at_s + 3600, resends=3)
        assert ACTIONS[verb](again, PREFIX) == ACTIONS[verb](intent, PREFIX)
        refenced = ACTIONS[verb](replace(again, fence="4712"), PREFIX)
        assert refenced != ACTIONS[verb](intent, PREFIX)


def test_every_verb_has_its_form() -> None:
    assert set(ACTIONS) == set(Verb)
