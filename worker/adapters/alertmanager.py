"""What fires now, asked of Alertmanager's API (v2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from worker.engine.ports import TransientError

if TYPE_CHECKING:
    from aiohttp import ClientSession

REQUEST_TIMEOUT_S = 10.0  # the probe's own deadline is shorter; this one ends what it leaves
TRIES = 3  # a connection that was closed while it lay idle is no reason to know nothing
PAUSE_MAX_S = 0.5  # between two of them; all stay within the probe's deadline
ANSWER_MAX_BYTES = 16 * 1024 * 1024  # some ten thousand alerts; more is an answer we can't judge


class Alertmanager:
    def __init__(self, session: ClientSession, url: str) -> None:
        self._session = session
        self._url = url.rstrip("/")

    async def states(self, fingerprints: Sequence[str]) -> Mapping[str, str]:
        """`firing` or `suppressed` (silenced or inhibited); what is left out is not active."""
        from tenacity import (
            AsyncRetrying,
            retry_if_exception_type,
            stop_after_attempt,
            wait_random_exponential,
        )

        states: Mapping[str, str] = {}
        async for attempt in AsyncRetrying(
            retry=retry_if_exception_type(TransientError),
            stop=stop_after_attempt(TRIES),
            wait=wait_random_exponential(multiplier=0.1, max=PAUSE_MAX_S),
            reraise=True,
        ):
            with attempt:
                states = await self._all()
        wanted = set(fingerprints)
        return {
            fingerprint: "suppressed" if state == "suppressed" else "firing"
            for fingerprint, state in states.items()
            if fingerprint in wanted
        }

    async def _all(self) -> Mapping[str, str]:
        """State by fingerprint of every alert. Raises TransientError."""
        import aiohttp
        import orjson

        try:
            async with self._session.get(
                f"{self._url}/api/v2/alerts",
                timeout=aiohttp.ClientTimeout(total=REQUEST_TIMEOUT_S),
            ) as answer:
                raw = await answer.content.read(ANSWER_MAX_BYTES + 1)
                while len(raw) <= ANSWER_MAX_BYTES and not answer.content.at_eof():
                    raw += await answer.content.read(ANSWER_MAX_BYTES + 1 - len(raw))
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise TransientError(f"Alertmanager: {type(error).__name__}") from error
        if answer.status != 200 or len(raw) > ANSWER_MAX_BYTES:
            raise TransientError(f"Alertmanager: HTTP {answer.status}, {len(raw)} bytes")
        try:
            alerts = orjson.loads(raw)
            if isinstance(alerts, list):
                return {one["fingerprint"]: one["status"]["state"] for one in alerts}
        except (orjson.JSONDecodeError, KeyError, TypeError) as error:
            raise TransientError("Alertmanager: its answer is not understood") from error
        raise TransientError("Alertmanager: its answer is no list of alerts")
