"""A playbook that lost its mode gets it back from a person only, and the story says from whom."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.unit.engine.rig import SHOP, Rig
from worker.domain.document.identity import Subject, SubjectKind
from worker.domain.playbooks.playbook import Mode
from worker.domain.scopes.record import Demotion, Record, record_of, with_record
from worker.domain.scopes.scope import Scope, ScopeDocument, ScopeKind
from worker.domain.story.reason import Reason
from worker.engine.demotions import Demotions
from worker.engine.scopes import Scopes

NAMESPACE = Scope(ScopeKind.NAMESPACE, "shop")
OTHER = Subject(SubjectKind.SERVICE, "shop", "Deployment/other")


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    made = Rig(tmp_path)
    await made.deploy_sick()
    await made.engine.steering.holds.hold(SHOP, by="alice", for_s=60.0, words="")
    yield made
    await made.close()


def demotions(rig: Rig) -> Demotions:
    return rig.engine.steering.demotions


async def demote(rig: Rig, *made: Demotion) -> None:
    def change(document: ScopeDocument) -> ScopeDocument:
        record = Record("crash-loop", harmed=1, demotions=made)
        return replace(document, records=with_record(document.records, record))

    await Scopes(rig.store, rig.settings.policy).change(NAMESPACE, change)


def failed(rig: Rig, subject: Subject | None, until_s: float | None) -> Demotion:
    now_s = rig.clock.now_s()
    key = subject.key if subject else ""
    return Demotion(key, Mode.SUGGEST, now_s, until_s, Reason.STILL_SICK, f"inc-1-{key[:4]}")


async def record(rig: Rig) -> Record:
    (document,) = await Scopes(rig.store, rig.settings.policy).read([NAMESPACE])
    return record_of(document.records, "crash-loop")


async def test_those_in_force_are_listed_by_subject(rig: Rig) -> None:
    later_s = rig.clock.now_s() + 60.0
    await demote(rig, failed(rig, SHOP, later_s), failed(rig, None, None))
    one, all_of_it = await demotions(rig).all()
    assert (one["playbook"], one["namespace"], one["subject"]) == ("crash-loop", "shop", SHOP.text)
    assert (one["mode"], one["reason"], one["until_s"]) == ("suggest", "still_sick", later_s)
    assert (all_of_it["subject"], all_of_it["until_s"]) == ("", None)
    rig.clock.pass_s(60.0)
    assert [one["subject"] for one in await demotions(rig).all()] == [""]


async def test_lifted_for_one_subject_the_others_keep_theirs(rig: Rig) -> None:
    await demote(rig, failed(rig, SHOP, None), failed(rig, OTHER, None), failed(rig, None, None))
    (lifted,) = await demotions(rig).lift("crash-loop", "shop", SHOP, by="bob", words="mended")
    assert lifted["subject"] == SHOP.text
    assert {one.subject for one in (await record(rig)).demotions} == {OTHER.key, ""}
    assert rig.telemetry.story()[-1] == (
        f"bob gave crash-loop its mode back for {SHOP.text} (mended)."
    )
    assert (await record(rig)).harmed == 1, "what happened stays on record"


async def test_lifted_for_the_namespace(rig: Rig) -> None:
    await demote(rig, failed(rig, SHOP, None), failed(rig, None, None))
    (lifted,) = await demotions(rig).lift("crash-loop", "shop", None, by="bob", words="")
    assert lifted["subject"] == ""
    assert [one.subject for one in (await record(rig)).demotions] == [SHOP.key]
    teller = Subject(SubjectKind.UNRESOLVED, "shop", "")
    assert (await rig.document(teller)).journal[-1].reason is Reason.DEMOTION_LIFTED


async def test_what_was_not_lowered_is_not_lifted_and_not_told(rig: Rig) -> None:
    await demote(rig, failed(rig, SHOP, None))
    told = len(rig.telemetry.story())
    for playbook, subject in (("crash-loop", None), ("crash-loop", OTHER), ("other", SHOP)):
        assert await demotions(rig).lift(playbook, "shop", subject, by="bob", words="") == []
    assert len(rig.telemetry.story()) == told
    assert len((await record(rig)).demotions) == 1


async def test_a_save_that_seemed_to_fail_lifts_once(rig: Rig) -> None:
    await demote(rig, failed(rig, SHOP, None))
    rig.store.lost = ["scope-", "subject-"]
    (lifted,) = await demotions(rig).lift("crash-loop", "shop", SHOP, by="bob", words="")
    assert lifted["subject"] == SHOP.text
    assert len([one for one in rig.telemetry.story() if "mode back" in one]) == 1


async def test_a_namespace_that_cannot_be_read_is_named(rig: Rig) -> None:
    await rig.store.put(NAMESPACE.key, {"schema": 99})
    (listed,) = await demotions(rig).all()
    assert listed["namespace"] == "shop"
    assert "schema 99" in listed["unreadable"]
