"""What a decision puts on record: the intent, its claim, and what it was decided upon."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.unit.domain.builders import (
    NOW_S,
    POLICY,
    SICK,
    SOAKED_S,
    decided,
    only,
    opened,
    rollout,
)
from tests.unit.domain.remedies import MEMORY, SCALE
from worker.domain.document.digest import INTEGER_MAX, digest_of
from worker.domain.document.outbox import HeldLease
from worker.domain.document.subject import SubjectDocument
from worker.domain.observed.evidence import RolloutHealth
from worker.domain.observed.facts import Facts
from worker.domain.scopes.scope import Act


def detail(document: SubjectDocument) -> dict[str, str]:
    return document.journal[-1].detail


def test_the_claim_and_the_act_are_in_the_document_before_anything_is_sent() -> None:
    document = decided(opened()).document
    (intent,) = document.intents
    assert document.leases == (HeldLease(intent.id, SOAKED_S, SOAKED_S + POLICY.lease_s),)
    assert document.acts == (Act(intent.id, SOAKED_S),)


@pytest.mark.parametrize(("remedy", "disrupts"), [(SCALE, "no"), (MEMORY, "yes")])
def test_it_says_on_which_inputs_and_under_which_playbooks(remedy: Any, disrupts: str) -> None:
    told = detail(remedy.acting())
    assert told["inputs"] == digest_of(replace(remedy.before, at_s=SOAKED_S))
    assert (told["playbook"], told["pack"], told["disrupts"]) == ("try", "1", disrupts)
    assert (told["approved"], told["undoes"]) == ("", "")


def test_other_inputs_are_another_digest() -> None:
    more = replace(SICK, rollout=rollout(ready=2, available=2, resource_version="43"))
    assert (
        detail(decided(opened(), more).document)["inputs"]
        != (detail(decided(opened()).document)["inputs"])
    )


def unspellable() -> list[Facts]:
    assert isinstance(SICK.rollout, RolloutHealth)
    huge = replace(SICK.rollout, generation=INTEGER_MAX + 2, observed_generation=INTEGER_MAX + 2)
    half = replace(SICK.rollout, annotations={"note": "\ud800"})
    return [replace(SICK, rollout=one) for one in (huge, half)]


@pytest.mark.parametrize("seen", unspellable(), ids=["too large", "half a character"])
def test_what_has_no_exact_spelling_is_decided_upon_all_the_same(seen: Facts) -> None:
    decision = decided(opened(), seen)
    assert len(decision.perform) == 1
    assert detail(decision.document)["inputs"] == ""
    assert only(decision.document).attempts[0].decided_at_s == NOW_S + 60.0
