"""Prometheus' HTTP API, asked for what can be read: whole answers, bounded in size and time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from worker.engine.ports import PermanentError, TransientError

if TYPE_CHECKING:
    from aiohttp import ClientSession

REQUEST_TIMEOUT_S = 10.0  # the probe's own deadline is shorter; this one ends what it leaves
TRIES = 3  # a connection that was closed while it lay idle is no reason to know nothing
PAUSE_MAX_S = 0.5  # between two of them; all stay within the probe's deadline
ANSWER_MAX_BYTES = 16 * 1024 * 1024  # some ten thousand rules with their annotations

Method = Literal["GET", "POST"]
T = TypeVar("T")


class PrometheusApi:
    def __init__(self, session: ClientSession, url: str) -> None:
        self._session = session
        self._url = f"{url.rstrip('/')}/api/v1"

    async def ask(
        self, method: Method, what: str, parameters: Mapping[str, str], read: Callable[[Any], T]
    ) -> T:
        """What `read` makes of the data of a whole answer; asking again changes nothing. Raises
        TransientError, also for data that it doesn't understand, and PermanentError."""
        from tenacity import (
            AsyncRetrying,
            retry_if_exception_type,
            stop_after_attempt,
            wait_random_exponential,
        )

        found: list[T] = []
        async for attempt in AsyncRetrying(
            retry=retry_if_exception_type(TransientError),
            stop=stop_after_attempt(TRIES),
            wait=wait_random_exponential(multiplier=0.1, max=PAUSE_MAX_S),
            reraise=True,
        ):
            with attempt:
                found = [_read(await self._sent(method, what, parameters), read)]
        return found[0]

    async def _sent(
        self, method: Literal["GET", "POST"], what: str, parameters: Mapping[str, str]
    ) -> bytes:
        import aiohttp

        url, timeout = f"{self._url}/{what}", aiohttp.ClientTimeout(total=REQUEST_TIMEOUT_S)
        if method == "GET":
            asking = self._session.get(url, params=parameters, timeout=timeout)
        else:
            asking = self._session.post(url, data=parameters, timeout=timeout)
        try:
            async with asking as answer:
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


def _read(raw: bytes, read: Callable[[Any], T]) -> T:
    """Raises TransientError for everything but a whole answer."""
    import orjson

    try:
        answer = orjson.loads(raw)
        if answer["status"] != "success" or answer.get("warnings"):
            raise TransientError("Prometheus: its answer is not whole")
        return read(answer["data"])
    except (orjson.JSONDecodeError, AttributeError, KeyError, TypeError, ValueError) as error:
        raise TransientError("Prometheus: its answer is not understood") from error
