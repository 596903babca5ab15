"""Performing: the kill switch is read before each write, one write is sent once."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.unit.engine.logged_cluster import LoggedCluster
from tests.unit.engine.parts import Recorder, SetClock
from worker.actions import ACTIONS
from worker.domain.deciding.outcome import Answer
from worker.domain.document.identity import Target
from worker.domain.document.outbox import Intent
from worker.domain.story.reason import Reason
from worker.engine.perform import Perform
from worker.engine.ports import PermanentError, TransientError, WriteRequest

PREFIX = "aiops-operator.io"


class Stage:
    """A cluster with one Deployment, and a Perform in front of it that is soon out of patience."""

    def __init__(self) -> None:
        self.cluster = LoggedCluster(SetClock())
        self.cluster.world.nodes["node-1"] = True
        self.cluster.world.deploy("shop", "web", replicas=1, image="web:1")
        self.cluster.world.advance()
        self.telemetry = Recorder()
        self.perform = Perform(
            actions=ACTIONS, cluster=self.cluster, kill_switch=self.cluster,
            telemetry=self.telemetry, annotation_prefix=PREFIX, write_timeout_s=0.05,
        )  # fmt: skip

    def intent(self, ordinal: int = 1) -> Intent:
        """Evicts the pod that runs now, fenced by what is read now."""
        metadata = self.cluster.world.of("Pod")[0]["metadata"]
        return Intent(
            id=f"inc-1-s1-a{ordinal}", incident="inc-1", action="evict_pod",
            target=Target("Pod", "shop", metadata["name"], metadata["uid"]),
            fence=metadata["resourceVersion"], generation=0, decided_at_s=1.0, sent_at_s=1.0,
        )  # fmt: skip

    @contextmanager
    def untouched(self) -> Iterator[None]:
        """Nothing reaches the cluster inside the block."""
        yield
        assert "write" not in self.cluster.order
        assert self.cluster.writes == []


async def test_the_switch_is_read_before_each_write() -> None:
    stage = Stage()
    for ordinal in (1, 2):
        outcome = await stage.perform.perform(stage.intent(ordinal))
        assert outcome.answer is not Answer.REJECTED
    assert stage.cluster.order == ["kill switch", "write"] * 2


async def test_an_accepted_write_is_told_with_its_intent() -> None:
    stage = Stage()
    outcome = await stage.perform.perform(stage.intent())
    assert (outcome.answer, outcome.reason) == (Answer.ACCEPTED, Reason.ACCEPTED)
    (write,) = stage.cluster.writes
    assert (write.intent_id, write.code) == ("inc-1-s1-a1", 201)
    (span,) = stage.telemetry.spans
    assert span.name == "action evict_pod"
    assert span.attributes["intent"] == "inc-1-s1-a1"
    assert span.set_later == {"outcome": "accepted"}


async def test_a_switch_that_is_set_stops_the_write() -> None:
    """Unclear, so that the intent stays owed: an earlier send of it may have been applied."""
    stage = Stage()
    stage.cluster.stopped = True
    with stage.untouched():
        outcome = await stage.perform.perform(stage.intent())
    assert (outcome.answer, outcome.reason) == (Answer.REJECTED, Reason.KILL_SWITCH)


async def test_a_switch_that_was_set_in_the_meantime_stops_the_second_write() -> None:
    stage = Stage()
    await stage.perform.perform(stage.intent(1))
    stage.cluster.stopped = True
    outcome = await stage.perform.perform(stage.intent(2))
    assert outcome.reason is Reason.KILL_SWITCH
    assert stage.cluster.order == ["kill switch", "write", "kill switch"]


class Switch:
    """A kill switch that can't be read."""

    def __init__(self, error: Exception | None) -> None:
        self._error = error

    async def is_set(self) -> bool:
        if self._error is None:
            await asyncio.Event().wait()
        assert self._error is not None
        raise self._error


@pytest.mark.parametrize(
    "error",
    [TransientError("API server: away"), PermanentError("ConfigMap is missing"), None],
    ids=["away", "missing", "no answer in time"],
)
async def test_an_unreadable_switch_stops_the_write(error: Exception | None) -> None:
    stage = Stage()
    perform = Perform(
        actions=ACTIONS, cluster=stage.cluster, kill_switch=Switch(error),
        telemetry=stage.telemetry, annotation_prefix=PREFIX, write_timeout_s=0.05,
    )  # fmt: skip
    with stage.untouched():
        outcome = await perform.perform(stage.intent())
    assert (outcome.answer, outcome.reason) == (Answer.REJECTED, Reason.KILL_SWITCH_UNREADABLE)
    assert outcome.detail == (str(error) if error else "")


async def test_no_answer_in_time_is_unclear_and_not_sent_again() -> None:
    stage = Stage()

    async def hang(_: WriteRequest) -> None:
        await asyncio.Event().wait()

    stage.cluster.before_write = hang
    outcome = await stage.perform.perform(stage.intent())
    assert (outcome.answer, outcome.reason) == (Answer.UNCLEAR, Reason.UNREACHABLE)
    assert stage.cluster.order == ["kill switch", "write"]


async def test_a_lost_fence_is_unclear_and_a_missing_target_is_gone() -> None:
    stage = Stage()
    intent = stage.intent()
    stage.cluster.world.put("Pod", stage.cluster.world.of("Pod")[0])
    assert (await stage.perform.perform(intent)).reason is Reason.STALE
    stage.cluster.world.objects.pop(("Pod", "shop", intent.target.name))
    assert (await stage.perform.perform(intent)).reason is Reason.TARGET_GONE
