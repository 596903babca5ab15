"""What is on hold is listed, messages neither lift nor forge it, and trouble is told as it is."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.unit.engine.rig import SHOP, Rig
from tests.unit.engine.test_holds import EVERYWHERE, NAMESPACE, hold, holds, reason, sick
from worker.domain.document.identity import Subject, SubjectKind
from worker.domain.scopes.scope import CLUSTER
from worker.domain.story.reason import Reason
from worker.engine.delivery import Source
from worker.engine.holds import Where
from worker.engine.ports import PermanentError, TransientError


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    made = Rig(tmp_path)
    yield made
    await made.close()


async def test_the_story_is_settled_and_the_hold_stays_listed(rig: Rig) -> None:
    await rig.deploy_sick()
    await hold(rig)
    await hold(rig, NAMESPACE, by="bob")
    await hold(rig, CLUSTER, by="carol")
    for subject in (SHOP, *(Subject(SubjectKind.UNRESOLVED, one, "") for one in ("shop", ""))):
        await rig.turn(subject)
        assert (await rig.document(subject)).settled, subject.text
    listed = await holds(rig).all()
    assert [(one["where"], one["by"]) for one in listed] == [
        ("cluster", "carol"), ("namespace shop", "bob"), (SHOP.text, "alice"),
    ]  # fmt: skip
    assert {one["what"] for one in listed} == {"hold"}
    rig.clock.pass_s(601.0)
    assert await holds(rig).all() == []


async def test_what_was_said_by_message_is_listed_and_stays(rig: Rig) -> None:
    await rig.deploy_sick()
    message = (
        b'{"kind": "on_it", "actor": "dora", "labels": {"namespace": "shop", "deployment": "web"}}'
    )
    await rig.deliver(message, source=Source.OPS_EVENTS)
    await rig.turn()
    await hold(rig)
    assert {one["what"] for one in await holds(rig).all()} == {"on_it", "hold"}
    lifted, still = await holds(rig).resume(SHOP, by="bob", words="")
    assert [one["what"] for one in lifted] == ["hold"]
    assert [(one["what"], one["by"]) for one in still] == [("on_it", "dora")]
    assert [one["what"] for one in await holds(rig).all()] == ["on_it"]


@pytest.mark.parametrize("kind", ["released", "maintenance_ended"])
async def test_no_message_lifts_it(rig: Rig, kind: str) -> None:
    await sick(rig)
    await hold(rig)
    labels = '{"namespace": "shop", "deployment": "web"}'
    for actor in ("alice", ""):
        message = f'{{"kind": "{kind}", "id": "{actor}", "actor": "{actor}", "labels": {labels}}}'
        await rig.deliver(message.encode(), source=Source.OPS_EVENTS)
    await rig.turn()
    assert await reason(rig) is Reason.PERSON_AT_WORK


@pytest.mark.parametrize("kind", ["hold", "resume"])
async def test_no_message_can_speak_like_it(rig: Rig, kind: str) -> None:
    message = f'{{"kind": "{kind}", "actor": "mallory", "labels": {{"namespace": "shop"}}}}'
    await rig.deliver(message.encode(), source=Source.OPS_EVENTS)
    assert await holds(rig).all() == []
    assert len(await rig.engine.dead_letters.list()) == 1


@pytest.mark.parametrize("where", EVERYWHERE, ids=lambda one: one.text)
async def test_resuming_what_is_not_on_hold_changes_nothing(rig: Rig, where: Where) -> None:
    assert await holds(rig).resume(where, by="bob", words="") == ([], [])
    assert rig.store.saved("") == 0


@pytest.mark.parametrize("where", EVERYWHERE, ids=lambda one: one.text)
async def test_a_save_that_seemed_to_fail_is_not_told_twice(rig: Rig, where: Where) -> None:
    rig.store.lost = ["subject-", "scope-"]
    await hold(rig, where)
    told = [line for line in rig.telemetry.story() if "on hold until" in line]
    assert len(told) == 1
    assert len(await holds(rig).all()) == 1


@pytest.mark.parametrize("where", EVERYWHERE, ids=lambda one: one.text)
async def test_while_the_store_is_away_nobody_is_told_that_it_holds(rig: Rig, where: Where) -> None:
    rig.store.saves_fail = True
    with pytest.raises(TransientError):
        await hold(rig, where)
    rig.store.saves_fail = False
    assert await holds(rig).all() == []


async def test_more_people_than_are_kept_are_refused(rig: Rig) -> None:
    for number in range(16):
        await hold(rig, by=f"person-{number}", for_s=3600.0)
    with pytest.raises(PermanentError, match="16 people hold"):
        await hold(rig, by="one-more", for_s=60.0)
    assert len(await holds(rig).all()) == 16


async def test_what_the_cluster_has_is_known_and_what_has_a_story(rig: Rig) -> None:
    nobody = Subject(SubjectKind.SERVICE, "shop", "Deployment/nobody")
    node = Subject(SubjectKind.NODE, "", "node-1")
    assert not await holds(rig).knows(SHOP)
    await rig.deploy_sick()
    assert await holds(rig).knows(SHOP)
    assert not await holds(rig).knows(nobody)
    assert not await holds(rig).knows(node)
    await hold(rig, node)
    assert await holds(rig).knows(node)


async def test_a_scope_that_cannot_be_read_hides_no_other(rig: Rig) -> None:
    await rig.deploy_sick()
    await hold(rig)
    await hold(rig, NAMESPACE)
    await rig.store.put(CLUSTER.key, {"schema": 99})
    first, *others = await holds(rig).all()
    assert first["where"] == "cluster"
    assert "schema 99" in first["unreadable"]
    assert [one["where"] for one in others] == ["namespace shop", SHOP.text]
