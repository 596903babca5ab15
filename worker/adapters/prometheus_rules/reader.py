"""The rules of Prometheus' HTTP API (`GET /api/v1/rules`), read now and then.

Rules of this file: an answer is taken whole or not at all, since a rule that is missing from it
would make a window shorter. What was read last is kept for the time that the caller gives, and
those who ask while it is being read wait for the same answer.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from worker.adapters.prometheus_rules.resolve import Rule, resolve
from worker.domain.observed.rule_window import RuleWindow
from worker.engine.ports import Clock, PermanentError, TransientError

if TYPE_CHECKING:
    from aiohttp import ClientSession

REQUEST_TIMEOUT_S = 10.0  # the probe's own deadline is shorter; this one ends what it leaves
TRIES = 3  # a connection that was closed while it lay idle is no reason to know nothing
PAUSE_MAX_S = 0.5  # between two of them; all stay within the probe's deadline
ANSWER_MAX_BYTES = 16 * 1024 * 1024  # some ten thousand rules with their annotations
RULES_MAX = 10_000  # a second of work; large installations have some thousand
KINDS = frozenset({"alerting", "recording"})


class PrometheusRules:
    """Implements the engine's Rules. `keep_s` is how old an answer may become."""

    def __init__(self, session: ClientSession, url: str, *, clock: Clock, keep_s: float) -> None:
        self._session = session
        self._url = f"{url.rstrip('/')}/api/v1/rules"
        self._clock = clock
        self._keep_s = keep_s
        self._read_at_s: float | None = None
        self._windows: Mapping[str, RuleWindow] = {}
        self._unreadable: Mapping[str, str] = {}
        self._reading: asyncio.Task[None] | None = None

    @property
    def unreadable(self) -> Mapping[str, str]:
        """As of the last answer: alerts whose windows can't be told, and why."""
        return self._unreadable

    async def windows(self) -> Mapping[str, RuleWindow]:
        """By alert name. Raises TransientError, PermanentError."""
        if self._read_at_s is None or self._age_s(self._read_at_s) >= self._keep_s:
            if self._reading is None or self._reading.done():
                self._reading = asyncio.create_task(self._renew())
            # Whoever gives up waiting takes the answer from nobody else.
            await asyncio.shield(self._reading)
        return self._windows

    def _age_s(self, at_s: float) -> float:
        return self._clock.monotonic_s() - at_s

    async def _renew(self) -> None:
        asked_at_s = self._clock.monotonic_s()
        rules = await self._rules()
        # Beside the loop: thousands of expressions take a second.
        self._windows, self._unreadable = await asyncio.to_thread(resolve, rules)
        self._read_at_s = asked_at_s

    async def _rules(self) -> list[Rule]:
        from tenacity import (
            AsyncRetrying,
            retry_if_exception_type,
            stop_after_attempt,
            wait_random_exponential,
        )

        rules: list[Rule] = []
        async for attempt in AsyncRetrying(
            retry=retry_if_exception_type(TransientError),
            stop=stop_after_attempt(TRIES),
            wait=wait_random_exponential(multiplier=0.1, max=PAUSE_MAX_S),
            reraise=True,
        ):
            with attempt:
                rules = _read(await self._get())
        return rules

    async def _get(self) -> bytes:
        import aiohttp

        try:
            async with self._session.get(
                self._url,
                params={"exclude_alerts": "true"},  # since 2.51; older ones send more
                timeout=aiohttp.ClientTimeout(total=REQUEST_TIMEOUT_S),
            ) as answer:
                raw = await answer.content.read(ANSWER_MAX_BYTES + 1)
                while len(raw) <= ANSWER_MAX_BYTES and not answer.content.at_eof():
                    raw += await answer.content.read(ANSWER_MAX_BYTES + 1 - len(raw))
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise TransientError(f"Prometheus: {type(error).__name__}") from error
        if 400 <= answer.status < 500 and answer.status not in (408, 429):
            raise PermanentError(f"Prometheus: HTTP {answer.status}; check its address and access")
        if answer.status != 200 or len(raw) > ANSWER_MAX_BYTES:
            raise TransientError(f"Prometheus: HTTP {answer.status}, {len(raw)} bytes")
        return raw


def _read(raw: bytes) -> list[Rule]:
    """Raises TransientError for everything but a whole list of rules."""
    import orjson

    try:
        answer = orjson.loads(raw)
        if answer["status"] != "success" or answer.get("warnings"):
            raise TransientError("Prometheus: its answer is not whole")
        data = answer["data"]
        if data.get("groupNextToken"):
            raise TransientError("Prometheus: its answer is not whole, it goes on elsewhere")
        rules = [_rule(one) for group in data["groups"] for one in group["rules"]]
    except (orjson.JSONDecodeError, AttributeError, KeyError, TypeError, ValueError) as error:
        raise TransientError("Prometheus: its answer is not understood") from error
    if len(rules) > RULES_MAX:
        raise TransientError(f"Prometheus: {len(rules)} rules; at most {RULES_MAX} are read")
    return rules


def _rule(one: Mapping[str, Any]) -> Rule:
    kind, name, expression = one["type"], one["name"], one["query"]
    if kind not in KINDS or not isinstance(name, str) or not isinstance(expression, str):
        raise ValueError(f"no rule: {kind}")
    if kind == "recording":
        return Rule(name, expression)
    return Rule(
        name,
        expression,
        alerting=True,
        for_s=_duration_s(one["duration"]),
        keep_firing_s=_duration_s(one.get("keepFiringFor", 0)),
    )


def _duration_s(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        raise ValueError(f"no duration: {value!r}")
    return float(value)
