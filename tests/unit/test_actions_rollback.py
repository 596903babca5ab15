"""The request that puts an older template back: the very one that was chosen, or none."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.unit.forms import ROLLBACK, operations, request_or_unfit
from worker.actions import ACTIONS
from worker.domain.catalogue import Verb
from worker.domain.observed.template import template_digest
from worker.engine.perform import Unfit
from worker.engine.ports import Json, ObjectRef


def test_a_rollback_puts_the_whole_template_back_but_for_the_controller_s_label() -> None:
    (change,) = [one for one in operations(ROLLBACK) if one["path"] == "/spec/template"]
    template = ROLLBACK.material["spec"]["template"]
    assert change["op"] == "replace"
    assert change["value"]["metadata"]["labels"] == {"app": "backend"}
    assert change["value"]["metadata"]["annotations"] == template["metadata"]["annotations"]
    assert change["value"]["spec"] == template["spec"]
    assert "pod-template-hash" in template["metadata"]["labels"], "the material stays as it was"


def test_a_rollback_is_read_by_the_name_and_uid_that_the_intent_froze() -> None:
    reads = ACTIONS[Verb.ROLL_BACK].reads
    assert reads is not None
    material = reads(ROLLBACK.intent)
    assert (material.ref, material.uid) == (
        ObjectRef("ReplicaSet", "shop", "backend-old"), "uid-set",
    )  # fmt: skip


@pytest.mark.parametrize(
    "changed",
    [
        {"spec": {"containers": [{"name": "backend", "image": "backend:evil"}]}},
        {"spec": {"containers": [{"name": "backend", "image": 2**60}]}},
        {},
    ],
    ids=["another image", "no canonical form", "nothing"],
)
def test_a_rollback_to_another_template_than_was_chosen_is_not_sent(changed: Json) -> None:
    material = {**ROLLBACK.material, "spec": {"template": changed}}
    answer = request_or_unfit(replace(ROLLBACK, material=material))
    assert isinstance(answer, Unfit)
    assert "backend-old" in answer.why


def test_the_digest_that_was_chosen_is_the_digest_that_is_compared() -> None:
    template = ROLLBACK.material["spec"]["template"]
    assert ROLLBACK.intent.parameters["template"] == template_digest(template)
