"""Moments that are not the time to act."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime

from tests.unit.engine.obstacles import Change, Obstacle
from tests.unit.engine.rig import SHOP, Rig
from tests.unit.engine.stage import NAMESPACE, ScriptedMonitor, due, pass_time
from worker.domain.calendar.recurrence import Absolute
from worker.domain.calendar.window import Window, WindowKind, WindowScope
from worker.domain.deciding.policy import Policy
from worker.domain.document.identity import Subject, SubjectKind
from worker.domain.scopes.scope import CLUSTER
from worker.domain.story.reason import Reason
from worker.engine.delivery import Source
from worker.engine.holds import Where

OF_NAMESPACE = Subject(SubjectKind.UNRESOLVED, "shop", "")
TTL_S = Policy().plan_ttl_s
WINDOW_S = 400.0  # longer than the turns of a test


def behind(seconds: float) -> Change:
    async def change(rig: Rig) -> None:
        rig.cluster.behind_s = seconds

    return change


async def timeless(rig: Rig) -> None:
    rig.cluster.timeless = True


async def told_the_time(rig: Rig) -> None:
    rig.cluster.timeless = False


async def slow_scopes(rig: Rig) -> None:
    """The store takes its time for the scopes, after everything else was seen."""

    async def wait(keys: Sequence[str]) -> None:
        if len(keys) > 1 and all(key.startswith("scope-") for key in keys):
            rig.clock.pass_s(TTL_S + 1.0)

    rig.store.before_load = wait


async def quick_scopes(rig: Rig) -> None:
    rig.store.before_load = None


def hold(where: Where) -> Change:
    async def change(rig: Rig) -> None:
        await rig.engine.steering.holds.hold(where, by="alice", for_s=3600.0, words="")

    return change


def resume(where: Where) -> Change:
    async def change(rig: Rig) -> None:
        lifted, left = await rig.engine.steering.holds.resume(where, by="bob", words="")
        assert (len(lifted), left) == (1, [])

    return change


def event(kind: str, subject: Subject = SHOP) -> Change:
    """Said on the ops-events topic by alice, and heard by its subject."""
    labels = {"namespace": "shop", **({"deployment": "web"} if subject == SHOP else {})}

    async def change(rig: Rig) -> None:
        at = datetime.fromtimestamp(rig.clock.now_s(), UTC).isoformat()
        said = {"kind": kind, "actor": "alice", "labels": labels, "at": at}
        assert await rig.deliver(json.dumps(said).encode(), source=Source.OPS_EVENTS) == [True]
        if subject != SHOP:
            await rig.turn(subject)

    return change


def window(kind: WindowKind, from_s: float = 0.0) -> Change:
    async def change(rig: Rig) -> None:
        begins_s = rig.clock.now_s() + from_s
        span = Absolute(begins_s, begins_s + WINDOW_S)
        rig.windows = (Window("sale", kind, WindowScope(), span),)
        rig.restart()

    return change


async def window_passes(rig: Rig) -> None:
    pass_time(rig, WINDOW_S)


def says(word: str, *, away: bool = False) -> Change:
    async def change(rig: Rig) -> None:
        assert isinstance(rig.monitor, ScriptedMonitor)
        rig.monitor.says, rig.monitor.away = word, away

    return change


async def due_and_monitored(rig: Rig) -> None:
    rig.monitor = ScriptedMonitor()
    rig.restart()
    await due(rig)


MOMENT = (
    Obstacle("clocks_agree", "ours is ahead", Reason.CLOCKS_DISAGREE, behind(31.0), behind(0.0)),
    Obstacle(
        "clocks_agree", "ours is behind", Reason.CLOCKS_DISAGREE, behind(-31.0), behind(0.0)
    ),
    Obstacle(
        "clocks_agree", "no time is told", Reason.EVIDENCE_UNKNOWN, timeless, told_the_time
    ),
    Obstacle(
        "fresh", "a slow store", Reason.STALE_FACTS, slow_scopes, quick_scopes, behind=True
    ),
    Obstacle(
        "nobody_at_work", "held by hand", Reason.PERSON_AT_WORK, hold(SHOP), resume(SHOP)
    ),
    Obstacle(
        "nobody_at_work", "the namespace held", Reason.PERSON_AT_WORK,
        hold(NAMESPACE), resume(NAMESPACE), behind=True,
    ),
    Obstacle(
        "nobody_at_work", "the cluster held", Reason.PERSON_AT_WORK,
        hold(CLUSTER), resume(CLUSTER), behind=True,
    ),
    Obstacle(
        "nobody_at_work", "on it", Reason.PERSON_AT_WORK, event("on_it"), event("released")
    ),
    Obstacle(
        "nobody_at_work", "maintenance of the namespace", Reason.PERSON_AT_WORK,
        event("maintenance_started", OF_NAMESPACE), event("maintenance_ended", OF_NAMESPACE),
        behind=True,
    ),
    Obstacle(
        "no_deploy_running", "a deploy", Reason.DEPLOY_RUNNING,
        event("deploy_started"), event("deploy_finished"),
    ),
    Obstacle(
        "window_open", "a freeze", Reason.WINDOW_CLOSED, window(WindowKind.FREEZE), window_passes
    ),
    Obstacle(
        "window_open", "maintenance", Reason.WINDOW_CLOSED,
        window(WindowKind.MAINTENANCE), window_passes,
    ),
    Obstacle(
        "window_open", "later only", Reason.WINDOW_CLOSED,
        window(WindowKind.ACT_ONLY, WINDOW_S), window_passes,
    ),
    Obstacle(
        "not_silenced", "a silence", Reason.SILENCED, says("suppressed"), says("firing"),
        ready=due_and_monitored,
    ),
    Obstacle(
        "not_silenced", "nobody knows", Reason.EVIDENCE_UNKNOWN, says("", away=True),
        says("firing"), ready=due_and_monitored,
    ),
)  # fmt: skip
