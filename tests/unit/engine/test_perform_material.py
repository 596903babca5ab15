"""Performing what needs one read right before it: from this very object, or nothing is sent."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import replace
from typing import Any

import pytest

from tests.unit.engine.logged_cluster import LoggedCluster
from tests.unit.engine.parts import Recorder, SetClock
from worker.actions import ACTIONS
from worker.domain.catalogue import Verb
from worker.domain.deciding.outcome import Answer
from worker.domain.document.identity import Target
from worker.domain.document.outbox import Intent
from worker.domain.observed.template import template_digest
from worker.domain.story.reason import Reason
from worker.engine.perform import Perform
from worker.engine.ports import Json, ObjectRef, PermanentError, TransientError

PREFIX = "aiops-operator.io"
NO_RIGHT = (
    'replicasets is forbidden: User "a" cannot get resource "replicasets" in API group "apps"'
)
Get = Callable[[ObjectRef], Coroutine[Any, Any, Json | None]]


class Stage:
    """A Deployment of two releases, and a Perform in front of it that is soon out of patience."""

    def __init__(self) -> None:
        self.clock = SetClock()
        self.cluster = LoggedCluster(self.clock)
        self.cluster.world.nodes["node-1"] = True
        for release in (1, 2):
            self.cluster.world.deploy("shop", "web", replicas=1, image=f"web:{release}")
            self.cluster.world.advance()
        self.perform = Perform(
            actions=ACTIONS, cluster=self.cluster, kill_switch=self.cluster,
            telemetry=Recorder(), annotation_prefix=PREFIX, write_timeout_s=0.05,
        )  # fmt: skip

    def intent(
        self, verb: Verb = Verb.ROLL_BACK, parameters: dict[str, int | str] | None = None
    ) -> Intent:
        """As it is decided now; a rollback goes to the first release."""
        found = self.cluster.world.objects["Deployment", "shop", "web"]["metadata"]
        chosen = self.old()
        back: dict[str, int | str] = {
            "replica_set": chosen["metadata"]["name"],
            "replica_set_uid": chosen["metadata"]["uid"],
            "template": template_digest(chosen["spec"]["template"]),
        }
        return Intent(
            id="inc-1-s1-a1", incident="inc-1", action=verb,
            target=Target("Deployment", "shop", "web", found["uid"]),
            fence=found["resourceVersion"], generation=found["generation"],
            decided_at_s=1.0, sent_at_s=1.0, parameters=back if parameters is None else parameters,
        )  # fmt: skip

    def old(self) -> Json:
        return self.cluster.world.objects["ReplicaSet", "shop", "web-1"]

    def image(self) -> str:
        spec = self.cluster.world.objects["Deployment", "shop", "web"]["spec"]
        return str(spec["template"]["spec"]["containers"][0]["image"])

    def reads(self, get: Get) -> None:
        self.cluster.get = get  # type: ignore[assignment, method-assign]


async def test_what_was_chosen_is_put_back() -> None:
    stage = Stage()
    outcome = await stage.perform.perform(stage.intent())
    assert (outcome.answer, outcome.reason) == (Answer.ACCEPTED, Reason.ACCEPTED)
    assert stage.image() == "web:1"
    assert stage.cluster.order == ["kill switch", "write"], "the switch is the last thing read"


async def test_a_second_send_of_the_same_intent_is_a_lost_fence() -> None:
    stage = Stage()
    intent = stage.intent()
    await stage.perform.perform(intent)
    outcome = await stage.perform.perform(intent)
    assert (outcome.answer, outcome.reason) == (Answer.UNCLEAR, Reason.STALE)


async def _another_uid(stage: Stage) -> None:
    stage.old()["metadata"]["uid"] = "uid-of-another"


async def _another_template(stage: Stage) -> None:
    stage.old()["spec"]["template"]["spec"] = {"containers": [{"name": "web", "image": "evil"}]}


async def _gone(stage: Stage) -> None:
    del stage.cluster.world.objects["ReplicaSet", "shop", "web-1"]


async def _nonsense(stage: Stage) -> None:
    async def get(_: ObjectRef) -> Json | None:
        return {"metadata": "proxy error"}

    stage.reads(get)


@pytest.mark.parametrize("change", [_another_uid, _another_template, _gone, _nonsense])
async def test_what_is_not_what_was_chosen_sends_nothing(
    change: Callable[[Stage], Awaitable[None]],
) -> None:
    stage = Stage()
    intent = stage.intent()
    await change(stage)
    outcome = await stage.perform.perform(intent)
    assert (outcome.answer, outcome.reason) == (Answer.REJECTED, Reason.TARGET_GONE)
    assert "nothing was sent" in outcome.detail
    assert "web-1" in outcome.detail
    assert stage.cluster.writes == []
    assert stage.image() == "web:2"


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (TransientError("API server: away"), Reason.NOT_SENT),
        (PermanentError("get ReplicaSet web-1: HTTP 400"), Reason.NOT_SENT),
        (PermanentError(f"get ReplicaSet web-1: HTTP 403 {NO_RIGHT}"), Reason.FORBIDDEN),
        (None, Reason.NOT_SENT),
    ],
    ids=["away", "refused", "without the right", "no answer in time"],
)
async def test_what_can_t_be_read_sends_nothing(error: Exception | None, reason: Reason) -> None:
    stage = Stage()
    intent = stage.intent()

    async def get(_: ObjectRef) -> Json | None:
        if error is None:
            await asyncio.Event().wait()
        assert error is not None
        raise error

    stage.reads(get)
    outcome = await stage.perform.perform(intent)
    assert (outcome.answer, outcome.reason) == (Answer.REJECTED, reason)
    assert (str(error) if error else "no answer in time") in outcome.detail
    assert stage.cluster.writes == []


async def test_the_switch_stops_it_after_the_read() -> None:
    stage = Stage()
    stage.cluster.stopped = True
    outcome = await stage.perform.perform(stage.intent())
    assert (outcome.answer, outcome.reason) == (Answer.REJECTED, Reason.KILL_SWITCH)
    assert stage.cluster.writes == []


async def test_a_target_that_was_made_anew_is_another() -> None:
    stage = Stage()
    intent = stage.intent(Verb.SCALE, {"from": 1, "replicas": 2})
    other = replace(intent, target=replace(intent.target, uid="uid-before"))
    outcome = await stage.perform.perform(other)
    assert outcome.reason is Reason.TARGET_GONE
    assert "uid-before" in outcome.detail
    assert (await stage.perform.perform(intent)).reason is Reason.ACCEPTED


async def test_what_we_did_not_do_is_not_undone() -> None:
    stage = Stage()
    stage.cluster.world.objects["Deployment", "shop", "web"]["spec"]["paused"] = True
    outcome = await stage.perform.perform(stage.intent(Verb.RESUME_ROLLOUT, {}))
    assert (outcome.answer, outcome.reason) == (Answer.REJECTED, Reason.TARGET_GONE)
    assert "aiops-operator.io/paused-by" in outcome.detail
    assert stage.cluster.writes == []


async def test_a_pause_and_its_undo() -> None:
    stage = Stage()
    paused = await stage.perform.perform(stage.intent(Verb.PAUSE_ROLLOUT, {}))
    stage.cluster.world.deploy("shop", "web", replicas=1, image="web:3")
    stage.cluster.world.advance()
    sets = stage.cluster.world.of("ReplicaSet")
    resumed = await stage.perform.perform(stage.intent(Verb.RESUME_ROLLOUT, {}))
    assert [paused.reason, resumed.reason] == [Reason.ACCEPTED, Reason.ACCEPTED]
    assert len(sets) == 2, "nothing was rolled out while it was paused"
    assert len(stage.cluster.world.of("ReplicaSet")) == 3
