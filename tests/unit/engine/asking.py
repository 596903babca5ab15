"""A worker that has asked a human something: the rig, and the question as people get it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.unit.engine.parts import ScriptedSink
from tests.unit.engine.rig import SHOP, Rig, alert, body
from tests.unit.engine.stage import EVICT, due, pack_of, turns
from worker.domain.people.approval import Say
from worker.domain.playbooks.playbook import Mode
from worker.engine.approvals import Taken
from worker.engine.ports import Json

SOAKED_S = 61.0  # after it the shipped playbook looks at its steps


async def asking(folder: Path, **settings: Any) -> Rig:
    """In approve mode, with a crash loop of which it wants to evict a pod."""
    rig = Rig(folder, **{"mode": Mode.APPROVE, **settings})
    await ask(rig)
    return rig


async def ask(rig: Rig) -> None:
    pod = await rig.deploy_sick()
    await rig.deliver(body(alert(namespace="shop", pod=pod)))
    await rig.turn(SHOP)
    rig.clock.pass_s(SOAKED_S)
    await rig.turn(SHOP)


async def question(rig: Rig) -> Json:
    (one,) = await rig.engine.steering.approvals.all()
    return one


async def answer(
    rig: Rig, asked: Json, say: Say = Say.YES, by: str = "alice", **changes: Any
) -> Taken:
    given = {"digest": asked["digest"], "nonce": asked["nonce"], "bot": False, "words": ""}
    return await rig.engine.steering.approvals.answer(
        asked["id"], say=say, by=by, **{**given, **changes}
    )


async def received(folder: Path) -> Rig:
    """A human was asked whether to evict a pod, and has received the question."""
    rig = Rig(folder, mode=Mode.APPROVE, sinks=[ScriptedSink("chat", ["received"])])
    rig.pack = pack_of(EVICT)
    rig.restart()
    await due(rig)
    await turns(rig, count=2)
    assert notices(rig) == ["approval"]
    return rig


def notices(rig: Rig) -> list[str]:
    """The kinds that were received."""
    (sink,) = rig.sinks
    assert isinstance(sink, ScriptedSink)
    return [one.kind for one in sink.taken]


async def say_yes(rig: Rig) -> None:
    assert (await answer(rig, await question(rig))).why is None
