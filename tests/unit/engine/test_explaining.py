"""`why`: what is seen, what each guard says, what comes next; and that asking changes nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.unit.engine.asking import SOAKED_S, answer, ask, question
from tests.unit.engine.rig import NOBODY, SHOP, Rig, alert, body
from worker.domain.guards import GUARDS
from worker.domain.people.approval import Say
from worker.domain.playbooks.playbook import Mode
from worker.domain.scopes.scope import CLUSTER
from worker.engine.ports import Json, PermanentError, TransientError


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    made = Rig(tmp_path)
    yield made
    await made.close()


async def open_incident(rig: Rig) -> str:
    """A crash loop that nothing was done about yet."""
    pod = await rig.deploy_sick()
    await rig.deliver(body(alert(namespace="shop", pod=pod)))
    await rig.turn()
    return (await rig.document()).incidents[0].id


async def why(rig: Rig, incident_id: str) -> Json:
    found = await rig.engine.explaining.why(incident_id)
    assert found is not None
    return found


def refusals(found: Json) -> dict[str, str]:
    return {
        one["guard"]: one["reason"] for one in found["steps"][-1]["guards"] if not one["passes"]
    }


async def test_before_it_has_soaked_no_step_is_looked_at(rig: Rig) -> None:
    found = await why(rig, await open_incident(rig))
    assert found["before"]["reason"] == "soaking"
    assert found["before"]["until_s"] == found["opened_at_s"] + 60.0
    assert (found["steps"], found["playbook"]["name"]) == ([], "crash-loop")
    assert found["next"] == "it waits (soaking) and is looked at again"


async def test_when_nothing_speaks_against_it_it_says_what_will_be_done(rig: Rig) -> None:
    identity = await open_incident(rig)
    rig.clock.pass_s(SOAKED_S)
    found = await why(rig, identity)
    step = found["steps"][-1]
    assert step["action"] == "evict_pod"
    assert step["plan"]["target"].startswith("shop/Pod/web-1-")
    assert [one["guard"] for one in step["guards"]] == [guard.__name__ for guard in GUARDS]
    assert refusals(found) == {}
    assert found["next"].startswith("evict pod shop/Pod/web-1-")
    assert found["mode"]["in_force"] == "auto"
    assert "write" not in rig.cluster.order
    await rig.turn()
    assert (await rig.document()).incidents[0].attempts[0].target.text == step["plan"]["target"]


async def test_steps_that_are_passed_over_are_shown_with_their_reason(rig: Rig) -> None:
    identity = await open_incident(rig)
    rig.clock.pass_s(SOAKED_S)
    *passed, last = (await why(rig, identity))["steps"]
    assert [one["number"] for one in passed] == list(range(1, last["number"]))
    assert passed
    assert all(one["no_plan"]["then"] == "next_step" for one in passed)


async def test_every_guard_is_asked_even_after_one_said_no(rig: Rig) -> None:
    identity = await open_incident(rig)
    rig.clock.pass_s(SOAKED_S)
    rig.cluster.stopped = True
    await rig.engine.steering.holds.hold(SHOP, by="alice", for_s=600.0, words="migrating")
    found = await why(rig, identity)
    assert refusals(found) == {"nobody_at_work": "person_at_work", "kill_switch": "kill_switch"}
    (one,) = [g for g in found["steps"][-1]["guards"] if g["guard"] == "nobody_at_work"]
    assert one["words"] == "person at work: hold on this subject by alice. migrating"
    assert one["until_s"] == rig.clock.now_s() + 600.0
    assert found["next"] == "it waits (person at work) and is looked at again"
    assert found["evidence"]["kill_switch_set"] == "set"


async def test_what_was_seen_is_told_and_what_could_not_be_is_named(rig: Rig) -> None:
    identity = await open_incident(rig)
    rig.clock.pass_s(SOAKED_S)
    seen = (await why(rig, identity))["evidence"]
    assert seen["rollout"] == "2 of 3 replicas available, 3 up to date, revision 1"
    assert "1 crash looping" in seen["pods"]
    assert seen["alerts"] == "unknown: no monitor is configured"
    rig.cluster.list_raises = PermanentError("list pods: HTTP 403 no right")
    found = await why(rig, identity)
    assert found["evidence"]["pods"] == "unknown: list pods: HTTP 403 no right"
    assert found["steps"][-1]["no_plan"]["reason"] == "evidence_unknown"


async def test_a_question_to_a_human_is_said(tmp_path: Path) -> None:
    rig = Rig(tmp_path, mode=Mode.APPROVE)
    await ask(rig)
    asked = await question(rig)
    found = await why(rig, asked["incident"])
    assert found["request"] == asked["id"]
    assert found["next"].startswith(f"a human is asked ({asked['id']})")
    await answer(rig, asked)
    found = await why(rig, asked["incident"])
    assert found["next"].startswith("evict pod"), "the answer that waits is read"
    await rig.turn()
    found = await why(rig, asked["incident"])
    assert (found["phase"], found["steps"]) == ("verifying", [])
    assert found["next"].endswith("is being verified")
    await rig.close()


async def test_in_a_humans_hands_it_says_so(tmp_path: Path) -> None:
    rig = Rig(tmp_path, mode=Mode.APPROVE)
    await ask(rig)
    asked = await question(rig)
    await answer(rig, asked, Say.NO)
    await rig.turn()
    found = await why(rig, asked["incident"])
    assert (found["phase"], found["escalated_for"]) == ("escalated", "rejected_by_human")
    assert "in a human's hands (rejected by human)" in found["next"]
    await rig.close()


async def test_room_that_is_left_in_each_scope(rig: Rig) -> None:
    identity = await open_incident(rig)
    rig.clock.pass_s(SOAKED_S)
    namespace, cluster = (await why(rig, identity))["leases"]
    assert (namespace["scope"], cluster["scope"]) == ("namespace shop", "cluster")
    assert (cluster["leases_left"], cluster["leases_max"]) == (1, 1)
    await rig.turn()
    _, cluster = (await why(rig, identity))["leases"]
    assert cluster["leases_left"] == 0
    assert cluster["held_by"] == [(await rig.document()).leases[0].intent]
    assert cluster["acts_left"] == cluster["acts_max"] - 1
    await rig.store.put(CLUSTER.key, {"schema": 99})
    (unreadable,) = (await why(rig, identity))["leases"]
    assert "schema 99" in unreadable["unreadable"]


async def test_conditions_are_told_with_their_answer(rig: Rig) -> None:
    identity = await open_incident(rig)
    rig.clock.pass_s(SOAKED_S)
    conditions = (await why(rig, identity))["conditions"]
    assert conditions
    assert {one["answer"] for one in conditions} <= {"yes", "no"}
    assert all(one["text"] and one["of"].startswith("step ") for one in conditions)


async def test_what_belongs_to_nobody_is_a_humans(rig: Rig) -> None:
    await rig.deliver(body(alert("Odd", namespace="nowhere")))
    await rig.turn(NOBODY)
    found = await why(rig, (await rig.document(NOBODY)).incidents[0].id)
    assert (found["phase"], found["playbook"], found["steps"]) == ("escalated", None, [])
    assert found["evidence"] == {
        "scopes": "0 sick of 0 services", "clock_skew_s": "+0.0 s to the API server's clock",
    }  # fmt: skip


async def test_asking_changes_nothing_and_wakes_nobody(rig: Rig) -> None:
    identity = await open_incident(rig)
    rig.clock.pass_s(SOAKED_S)
    await rig.deliver(body(alert("Another", namespace="shop", deployment="web")))
    saved, woken, told = rig.store.saved(""), list(rig.wakes.woken), len(rig.telemetry.told)
    on_disk = rig.on_disk()
    await why(rig, identity)
    assert (rig.store.saved(""), rig.wakes.woken, len(rig.telemetry.told)) == (saved, woken, told)
    assert rig.on_disk() == on_disk
    assert "write" not in rig.cluster.order


async def test_an_unknown_incident_is_none_and_a_store_that_is_away_is_not(rig: Rig) -> None:
    identity = await open_incident(rig)
    assert await rig.engine.explaining.why("inc-000000000000") is None
    rig.store.loads_fail = True
    with pytest.raises(TransientError):
        await rig.engine.explaining.why(identity)


async def test_a_store_that_hangs_ends_in_time_and_blocks_nobody_after(tmp_path: Path) -> None:
    rig = Rig(tmp_path, turn_deadline_s=0.2, probe_timeout_s=0.05, write_timeout_s=0.05)
    identity = await open_incident(rig)
    rig.store.hangs = True
    asked = [rig.engine.explaining.why(identity) for _ in range(5)]
    ended = await asyncio.gather(*asked, return_exceptions=True)
    assert {type(one) for one in ended} == {TimeoutError}
    rig.store.hangs = False
    assert (await why(rig, identity))["incident"] == identity
    await rig.close()
