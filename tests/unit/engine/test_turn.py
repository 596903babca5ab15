"""A turn: durable before the write, overtaken ones start over, settled subjects leave the index."""

from __future__ import annotations

from collections.abc import Sequence

from tests.unit.engine.rig import NOBODY, SHOP, Rig, alert, body
from worker.domain.document.incident import Phase
from worker.engine.documents import document_key
from worker.engine.indexes import OpenIndex, shard_key
from worker.engine.ports import Json, Save, TransientError, WriteRequest

SOAK_S = 61.0  # the shipped playbooks wait a minute
KEY = document_key(SHOP.key)


async def until_it_would_act(rig: Rig) -> str:
    """A crash loop, accepted and soaked: the next turn acts. The sick pod's name."""
    pod = await rig.deploy_sick()
    assert await rig.deliver(body(alert(namespace="shop", pod=pod))) == [True]
    assert await rig.turn()
    rig.clock.pass_s(SOAK_S)
    return pod


async def test_the_intent_is_on_disk_before_the_write_is_sent(rig: Rig) -> None:
    pod = await until_it_would_act(rig)
    seen: list[Json] = []

    async def look(request: WriteRequest) -> None:
        found = rig.on_disk(SHOP)
        assert [one["id"] for one in found["intents"]] == [request.intent_id]
        (incident,) = found["incidents"]
        assert incident["phase"] == "acting"
        assert incident["attempts"][0]["outcome"] is None
        seen.append(found)

    rig.cluster.before_write = look
    await rig.turn()
    assert len(seen) == 1, "one write"
    assert [(one.name, one.code) for one in rig.cluster.writes] == [(pod, 201)]
    document = await rig.document()
    assert document.intents == ()
    assert document.incidents[0].phase is Phase.VERIFYING


async def test_an_intent_that_cannot_be_saved_is_not_performed(rig: Rig) -> None:
    await until_it_would_act(rig)
    rig.store.saves_fail = True
    assert await rig.turn(), "there is still work"
    assert rig.cluster.writes == []
    assert ("turns_failed", {"error": "TransientError"}) in rig.telemetry.labels
    rig.store.saves_fail = False
    await rig.turn()
    assert len(rig.cluster.writes) == 1


async def test_a_lost_save_starts_over_and_writes_once(rig: Rig) -> None:
    await until_it_would_act(rig)
    rig.store.lost = [KEY, KEY]
    await rig.turn()
    assert len(rig.cluster.writes) == 1
    decided = [line for line in rig.telemetry.story() if line.startswith("Decided")]
    assert len(decided) == 1, "only what was saved is told"
    assert rig.store.lost == []


async def test_overtaken_by_another_turn_it_sees_what_that_one_did(rig: Rig) -> None:
    """The other turn acts between our decision and our save: ours must not act again."""
    await until_it_would_act(rig)
    faster: list[bool] = []

    async def somebody_is_faster(saves: Sequence[Save]) -> None:
        if any(save.key == KEY for save in saves):
            rig.store.before_save = None
            faster.append(True)
            await rig.another_engine().shell.work(SHOP.key)

    rig.store.before_save = somebody_is_faster
    await rig.turn()
    assert faster == [True]
    assert [one.code for one in rig.cluster.writes] == [201]


async def test_an_outcome_survives_lost_saves(rig: Rig) -> None:
    await until_it_would_act(rig)

    async def lose_what_follows(_: WriteRequest) -> None:
        rig.store.lost = [KEY] * 3

    rig.cluster.before_write = lose_what_follows
    await rig.turn()
    document = await rig.document()
    assert [str(one.outcome) for one in document.incidents[0].attempts] == ["accepted"]
    assert len(rig.cluster.writes) == 1


async def test_the_index_entry_is_there_before_the_document(rig: Rig) -> None:
    await until_it_would_act(rig)
    await rig.store.put(shard_key(SHOP.key), {"schema": 1, "entries": {}})
    rig.store.log.clear()
    await rig.turn()
    saves = [key for kind, keys in rig.store.log if kind == "save" for key in keys]
    assert saves.index(shard_key(SHOP.key)) < saves.index(KEY)
    assert SHOP.key in await OpenIndex(rig.store).all()


async def test_a_subject_without_document_has_no_work(rig: Rig) -> None:
    assert await rig.turn(NOBODY) is False
    assert rig.wakes.at == {}


async def test_a_turn_says_when_to_look_again(rig: Rig) -> None:
    await until_it_would_act(rig)
    before = rig.wakes.at[SHOP.key]
    (incident,) = (await rig.document()).incidents
    assert incident.hold is not None
    assert before == incident.hold.until_s == incident.opened_at_s + 60.0
    await rig.turn()
    assert rig.wakes.at[SHOP.key] == rig.clock.now_s() + rig.settings.verify_every_s


async def test_a_quiet_turn_saves_nothing(rig: Rig) -> None:
    await until_it_would_act(rig)
    await rig.turn()
    rig.store.log.clear()
    await rig.turn()
    assert [kind for kind, _ in rig.store.log if kind != "load"] == []


async def test_a_settled_subject_leaves_the_index_and_stays_readable(rig: Rig) -> None:
    resolved = {**alert("Odd", namespace="nowhere"), "status": "resolved"}
    await rig.deliver(body(resolved))
    assert NOBODY.key in await OpenIndex(rig.store).all()
    assert await rig.turn(NOBODY) is False
    assert NOBODY.key not in await OpenIndex(rig.store).all()
    assert (await rig.document(NOBODY)).departure
    await rig.deliver(body(alert("Odd", namespace="nowhere", at_s=rig.clock.now_s() + 1)))
    assert NOBODY.key in await OpenIndex(rig.store).all()
    assert await rig.turn(NOBODY) is True


async def test_news_while_it_leaves_keeps_it_in_the_index(rig: Rig) -> None:
    resolved = {**alert("Odd", namespace="nowhere"), "status": "resolved"}
    await rig.deliver(body(resolved))
    later = alert("Odd", namespace="nowhere", at_s=rig.clock.now_s() + 1)
    came: list[bool] = []

    async def news(saves: Sequence[Save]) -> None:
        if any(save.value.get("departure") for save in saves):
            rig.store.before_save = None
            came.extend(await rig.deliver(body(later)))

    rig.store.before_save = news
    assert await rig.turn(NOBODY) is True, "there is work again"
    assert came == [True]
    assert NOBODY.key in await OpenIndex(rig.store).all()
    assert len(await rig.inbox(NOBODY)) == 1


async def test_a_departure_that_was_cut_off_is_finished_later(rig: Rig) -> None:
    resolved = {**alert("Odd", namespace="nowhere"), "status": "resolved"}
    await rig.deliver(body(resolved))

    async def cut_off(saves: Sequence[Save]) -> None:
        if any(save.key == shard_key(NOBODY.key) and not save.value["entries"] for save in saves):
            rig.store.before_save = None
            raise TransientError("store: away")

    rig.store.before_save = cut_off
    assert await rig.turn(NOBODY) is True
    assert NOBODY.key in await OpenIndex(rig.store).all()
    assert await rig.turn(NOBODY) is False
    assert NOBODY.key not in await OpenIndex(rig.store).all()
