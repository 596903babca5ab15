"""The rules of Prometheus' HTTP API (`GET /api/v1/rules`), read now and then.

Rules of this file: an answer is taken whole or not at all, since a rule that is missing from it
would make a window shorter. What was read last is kept for the time that the caller gives, and
those who ask while it is being read wait for the same answer.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from worker.adapters.prometheus_rules.api import PrometheusApi
from worker.adapters.prometheus_rules.needed import Needed, all_needs
from worker.adapters.prometheus_rules.presence import Presence
from worker.adapters.prometheus_rules.resolve import Rule, resolve
from worker.domain.document.identity import Subject
from worker.domain.document.incident import AlertRecord
from worker.domain.observed.evidence import Unknown
from worker.domain.observed.rule_window import RuleWindow
from worker.engine.ports import Clock, PermanentError, TransientError

if TYPE_CHECKING:
    from aiohttp import ClientSession

ALERTS_MAX = 32  # that one question is about; two incidents full of them
RULES_MAX = 10_000  # a second of work; large installations have some thousand
KINDS = frozenset({"alerting", "recording"})
NO_ALERTS = {"exclude_alerts": "true"}  # since 2.51; older ones send more


class PrometheusRules:
    """Implements the engine's Rules. `keep_s` is how old an answer may become."""

    def __init__(self, session: ClientSession, url: str, *, clock: Clock, keep_s: float) -> None:
        self._api = PrometheusApi(session, url)
        self._presence = Presence(self._api)
        self._clock = clock
        self._keep_s = keep_s
        self._read_at_s: float | None = None
        self._windows: Mapping[str, RuleWindow] = {}
        self._rules: Sequence[Rule] = ()
        self._unreadable: Mapping[str, str] = {}
        self._reading: asyncio.Task[None] | None = None

    @property
    def unreadable(self) -> Mapping[str, str]:
        """As of the last answer: alerts whose windows can't be told, and why."""
        return self._unreadable

    async def windows(self) -> Mapping[str, RuleWindow]:
        """By alert name. Raises TransientError, PermanentError."""
        await self._read()
        return self._windows

    async def data(
        self, subject: Subject, alerts: Sequence[AlertRecord]
    ) -> Mapping[str, bool | Unknown]:
        """By fingerprint, whether every series that the alert's rules need is there. Raises
        TransientError, PermanentError."""
        await self._read()
        needed = await asyncio.to_thread(all_needs, self._rules, subject, alerts[:ALERTS_MAX])
        answers = await asyncio.gather(*(self._has(one) for one in needed.values()))
        unasked = Unknown(f"more than {ALERTS_MAX} alerts, of which it isn't asked")
        rest = {one.fingerprint: unasked for one in alerts[ALERTS_MAX:]}
        return {**rest, **dict(zip(needed, answers, strict=True))}

    async def _has(self, needed: Needed | Unknown | None) -> bool | Unknown:
        if needed is None or isinstance(needed, Unknown):
            return False if needed is None else needed
        try:
            return await self._presence.of(needed.needs, needed.matchers)
        except (TransientError, PermanentError) as error:
            return Unknown(str(error))

    async def _read(self) -> None:
        if self._read_at_s is None or self._age_s(self._read_at_s) >= self._keep_s:
            if self._reading is None or self._reading.done():
                self._reading = asyncio.create_task(self._renew())
            # Whoever gives up waiting takes the answer from nobody else.
            await asyncio.shield(self._reading)

    def _age_s(self, at_s: float) -> float:
        return self._clock.monotonic_s() - at_s

    async def _renew(self) -> None:
        asked_at_s = self._clock.monotonic_s()
        rules = await self._api.ask("GET", "rules", NO_ALERTS, _rules)
        # Beside the loop: thousands of expressions take a second.
        self._windows, self._unreadable = await asyncio.to_thread(resolve, rules)
        self._rules = rules
        self._read_at_s = asked_at_s


def _rules(data: Mapping[str, Any]) -> list[Rule]:
    """Raises TransientError for everything but a whole list of rules."""
    if data.get("groupNextToken"):
        raise TransientError("Prometheus: its answer is not whole, it goes on elsewhere")
    rules = [_rule(one) for group in data["groups"] for one in group["rules"]]
    if len(rules) > RULES_MAX:
        raise TransientError(f"Prometheus: {len(rules)} rules; at most {RULES_MAX} are read")
    return rules


def _rule(one: Mapping[str, Any]) -> Rule:
    kind, name, expression = one["type"], one["name"], one["query"]
    if kind not in KINDS or not isinstance(name, str) or not isinstance(expression, str):
        raise ValueError(f"no rule: {kind}")
    labels = {str(label): str(value) for label, value in (one.get("labels") or {}).items()}
    if kind == "recording":
        return Rule(name, expression, labels=labels)
    return Rule(
        name,
        expression,
        alerting=True,
        for_s=_duration_s(one["duration"]),
        keep_firing_s=_duration_s(one.get("keepFiringFor", 0)),
        labels=labels,
    )


def _duration_s(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        raise ValueError(f"no duration: {value!r}")
    return float(value)
