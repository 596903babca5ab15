"""Observing: probes run at once, each under its deadline, and no answer is an Unknown."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from tests.unit.engine.logged_cluster import LoggedCluster
from tests.unit.engine.parts import NOON_S, Recorder, SetClock
from tests.unit.engine.rig import SHOP
from worker.domain.observed.evidence import AlertStates, Unknown
from worker.domain.observed.question import ProbeName, Question
from worker.engine.observe import FIELD_OF_PROBE, Observe, Probe
from worker.engine.ports import PermanentError, TransientError

ALL = tuple(Question(name, SHOP) for name in ProbeName)
QUIET = AlertStates(frozenset(), frozenset())


class LateCluster(LoggedCluster):
    """Its Date header is 90 s behind ours, or isn't to be had."""

    no_date: Exception | None = None

    async def server_time_s(self) -> float:
        if self.no_date is not None:
            raise self.no_date
        return NOON_S - 90.0


def observe(
    probes: Mapping[ProbeName, Probe],
    cluster: LoggedCluster | None = None,
    timeout_s: float = 0.05,
) -> tuple[Observe, Recorder]:
    clock, telemetry = SetClock(), Recorder()
    made = Observe(
        probes=probes, cluster=cluster or LateCluster(clock), clock=clock, telemetry=telemetry,
        probe_timeout_s=timeout_s,
    )  # fmt: skip
    return made, telemetry


def answering(answer: Any) -> Probe:
    async def probe(_: Question) -> Any:
        if isinstance(answer, Exception):
            raise answer
        return answer

    return probe


async def hanging(_: Question) -> Any:
    await asyncio.Event().wait()


async def test_each_answer_gets_its_own_field() -> None:
    probes = {name: answering(str(name)) for name in ProbeName}
    facts = await observe(probes)[0].facts(ALL, 7.0)
    answers: tuple[object, ...] = (facts.rollout, facts.pods, facts.alerts, facts.kill_switch_set)
    assert answers == ("rollout_health", "pod_health", "alert_state", "kill_switch")
    assert facts.clock_skew_s == 7.0
    assert facts.at_s == NOON_S


async def test_every_probe_has_a_field() -> None:
    assert set(FIELD_OF_PROBE) == set(ProbeName)


async def test_nothing_asked_is_nothing_known() -> None:
    facts = await observe({})[0].facts((), 0.0)
    assert isinstance(facts.rollout, Unknown)
    assert isinstance(facts.kill_switch_set, Unknown)
    assert facts.clock_skew_s == 0.0


async def test_our_clocks_lead_over_the_api_servers() -> None:
    assert await observe({})[0].skew_s() == 90.0


@pytest.mark.parametrize("error", [TransientError("away"), PermanentError("no right")], ids=str)
async def test_a_probe_in_trouble_is_unknown_with_the_reason(error: Exception) -> None:
    probes = {name: answering(QUIET) for name in ProbeName} | {
        ProbeName.POD_HEALTH: answering(error)
    }
    made, telemetry = observe(probes)
    facts = await made.facts(ALL, 0.0)
    assert facts.pods == Unknown(str(error))
    assert facts.alerts == QUIET, "the others are not affected"
    known = {span.name: span.set_later["known"] for span in telemetry.spans}
    assert known.pop("probe pod_health") is False
    assert all(known.values())
    assert len(known) == len(ProbeName) - 1


async def test_a_probe_that_hangs_is_unknown_after_its_deadline() -> None:
    probes = {name: answering(QUIET) for name in ProbeName} | {ProbeName.ROLLOUT_HEALTH: hanging}
    facts = await observe(probes)[0].facts(ALL, 0.0)
    assert isinstance(facts.rollout, Unknown)
    assert "no answer within" in facts.rollout.why
    assert facts.alerts == QUIET


async def test_probes_run_at_once() -> None:
    """Each waits for all others to have begun: one after the other would never end well."""
    began = asyncio.Barrier(len(ProbeName))

    async def together(_: Question) -> Any:
        await began.wait()
        return QUIET

    made, _ = observe(dict.fromkeys(ProbeName, together), timeout_s=30.0)  # liveness only
    facts = await made.facts(ALL, 0.0)
    assert facts.rollout == facts.pods == facts.alerts == QUIET


async def test_a_clock_that_cannot_be_compared_is_unknown() -> None:
    cluster = LateCluster(SetClock())
    cluster.no_date = TransientError("API server: away")
    assert await observe({}, cluster)[0].skew_s() == Unknown("API server: away")
