"""Answering a turn's questions in parallel, each under its deadline. No answer means unknown."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from worker.domain.observed.evidence import Unknown
from worker.domain.observed.facts import Facts
from worker.domain.observed.question import ProbeName, Question
from worker.engine.ports import Clock, ClusterApi, PermanentError, Telemetry, TransientError

Probe = Callable[[Question], Awaitable[Any]]

FIELD_OF_PROBE: Mapping[ProbeName, str] = {
    ProbeName.ROLLOUT_HEALTH: "rollout",
    ProbeName.POD_HEALTH: "pods",
    ProbeName.ALERT_STATE: "alerts",
    ProbeName.KILL_SWITCH: "kill_switch_set",
    ProbeName.ROLLOUT_HISTORY: "history",
    ProbeName.OWNERSHIP: "ownership",
    ProbeName.RULES: "rules",
    ProbeName.NODE_HEALTH: "node",
    ProbeName.CRON_JOB_HEALTH: "cron_job",
    ProbeName.RULE_DATA: "rule_data",
}


class Observe:
    """`probes` has one answerer a probe name; `probe_timeout_s` bounds each of them."""

    def __init__(
        self,
        *,
        probes: Mapping[ProbeName, Probe],
        cluster: ClusterApi,
        clock: Clock,
        telemetry: Telemetry,
        probe_timeout_s: float,
    ) -> None:
        self._probes = probes
        self._cluster = cluster
        self._clock = clock
        self._telemetry = telemetry
        self._probe_timeout_s = probe_timeout_s

    async def facts(self, questions: Sequence[Question], clock_skew_s: float | Unknown) -> Facts:
        """Never raises for a probe's trouble: that field is then Unknown, with the reason."""
        at_s = self._clock.now_s()
        answers = await asyncio.gather(*(self._ask(question) for question in questions))
        fields = {
            FIELD_OF_PROBE[question.probe]: answer
            for question, answer in zip(questions, answers, strict=True)
        }
        return replace(Facts(at_s), **fields, clock_skew_s=clock_skew_s)

    async def _ask(self, question: Question) -> Any:
        name = str(question.probe)
        with self._telemetry.span(f"probe {name}", subject=question.subject.text) as span:
            answer = await self._bounded(self._probes[question.probe](question))
            span.set("known", not isinstance(answer, Unknown))
            return answer

    async def skew_s(self) -> float | Unknown:
        """Our clock's lead over the API server's, in seconds."""

        async def skew() -> float:
            return self._clock.now_s() - await self._cluster.server_time_s()

        answer: float | Unknown = await self._bounded(skew())
        return answer

    async def _bounded(self, asked: Awaitable[Any]) -> Any:
        try:
            async with asyncio.timeout(self._probe_timeout_s):
                return await asked
        except TimeoutError:
            return Unknown(f"no answer within {self._probe_timeout_s:.0f} s")
        except (TransientError, PermanentError) as error:
            return Unknown(str(error))
