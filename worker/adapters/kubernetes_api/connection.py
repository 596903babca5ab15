"""One request to the API server over kubernetes-asyncio's connection: TLS, token, proxy, clock.

Rules of this file: nothing is retried and no redirect is followed, so a request is sent once or not
at all. What is known of a request without an answer is whether it can have left this machine.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from worker.adapters.kubernetes_api.credentials import configuration_of
from worker.engine.failpoint import failpoint
from worker.engine.ports import Json, TransientError

if TYPE_CHECKING:
    from aiohttp import ClientResponse

REQUEST_TIMEOUT_S = 30.0  # the callers' own deadlines are shorter; this one ends what they leave
RELOAD_EVERY_S = 10.0  # pause between two looks at the credentials' source after a 401
UNREADABLE_SHOWN_BYTES = 256  # of an answer that is no JSON


class NoAnswerError(Exception):
    """No answer came. `sent` False: not a byte of the request can have left."""

    def __init__(self, what: str, *, sent: bool) -> None:
        super().__init__(what)
        self.sent = sent


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    headers: Mapping[str, str]
    body: Json


class Connection:
    """`kubeconfig` None means the pod's own account, or the default kubeconfig outside a pod."""

    def __init__(self, kubeconfig: Path | None, context: str) -> None:
        self._kubeconfig = kubeconfig
        self._context = context or None
        self._client: Any = None
        self._opening = asyncio.Lock()
        self._loaded_at_s = 0.0  # monotonic
        self._refused = False  # the last answer was 401
        self._date: tuple[float, float] | None = None

    @property
    def date(self) -> tuple[float, float] | None:
        """The latest Date header (middle of its second) and our monotonic time of it."""
        return self._date

    async def send(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> Reply:
        """The answer as it is. Raises NoAnswerError, and PermanentError without credentials."""
        import aiohttp

        more: dict[str, Any] = {"timeout": aiohttp.ClientTimeout(total=REQUEST_TIMEOUT_S)}
        headers = dict(headers or {})
        if body is not None:
            more["data"] = _once(body)
            headers["Content-Length"] = str(len(body))
        async with self._open(method, path, query, headers, more) as answer:
            return Reply(answer.status, answer.headers, parsed(await answer.read()))

    async def lines(
        self, path: str, *, query: Mapping[str, str], headers: Mapping[str, str], idle_max_s: float
    ) -> AsyncGenerator[tuple[int, bytes]]:
        """Status and line, for each line; ends with the answer. Raises as `send` does."""
        import aiohttp

        more = {"timeout": aiohttp.ClientTimeout(total=None, sock_read=idle_max_s)}
        async with self._open("GET", path, query, headers, more) as answer:
            try:
                async for line in answer.content:
                    yield answer.status, line
            except ValueError as error:  # longer than the read buffer of the session
                raise NoAnswerError(str(error), sent=True) from error

    async def close(self) -> None:
        if self._client is not None:
            await self._client.close()
            self._client = None

    @asynccontextmanager
    async def _open(
        self,
        method: str,
        path: str,
        query: Mapping[str, str] | None,
        headers: Mapping[str, str],
        more: dict[str, Any],
    ) -> AsyncIterator[ClientResponse]:
        import aiohttp

        client, authorization = await self._ready()
        rest = client.rest_client
        if rest.proxy:
            more |= {"proxy": rest.proxy, "proxy_headers": rest.proxy_headers}
        if rest.server_hostname:
            more["server_hostname"] = rest.server_hostname
        url = client.configuration.host.rstrip("/") + path
        try:
            async with rest.pool_manager.request(
                method,
                f"{url}?{urlencode(query)}" if query else url,
                headers={"Accept": "application/json", **authorization, **headers},
                allow_redirects=False,
                **more,
            ) as answer:
                self._note(answer)
                yield answer
        except aiohttp.ClientConnectorError as error:  # refused, DNS, TLS
            raise NoAnswerError(str(error), sent=False) from error
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise NoAnswerError(f"{type(error).__name__} {error}".strip(), sent=True) from error

    async def _ready(self) -> tuple[Any, dict[str, str]]:
        """The client and the authorization header."""
        from kubernetes_asyncio.config import ConfigException

        async with self._opening:
            if self._client is None or self._refused:
                await self._load()
        try:
            key = await self._client.configuration.get_api_key_with_prefix("BearerToken")
        except (ConfigException, OSError) as error:
            raise TransientError(f"service account token: {error}") from error
        return self._client, {"Authorization": key} if key else {}

    async def _load(self) -> None:
        """Open the client; after a 401, look for a newer token at most every RELOAD_EVERY_S."""
        from kubernetes_asyncio import client

        now_s = time.monotonic()
        if self._client is not None and now_s - self._loaded_at_s < RELOAD_EVERY_S:
            return
        configuration = await configuration_of(self._kubeconfig, self._context)
        self._loaded_at_s, self._refused = now_s, False
        if self._client is None:
            self._client = client.ApiClient(configuration=configuration)
            return
        current = self._client.configuration
        current.api_key = configuration.api_key
        current.refresh_api_key_hook = configuration.refresh_api_key_hook

    def _note(self, answer: ClientResponse) -> None:
        self._refused = answer.status == 401
        try:
            date = parsedate_to_datetime(answer.headers["Date"])
        except (KeyError, ValueError):
            return
        self._date = (date.timestamp() + 0.5, time.monotonic())


async def _once(body: bytes) -> AsyncIterator[bytes]:
    """The body; what follows the yield happens once the transport has all of the request."""
    yield body
    await asyncio.sleep(0)  # an event loop may collect writes until its next round
    await failpoint("write.sent")


def parsed(raw: bytes) -> Json:
    """The JSON object of an answer; a proxy's page becomes the message of one."""
    import orjson

    try:
        found = orjson.loads(raw)
    except orjson.JSONDecodeError:
        found = None
    if isinstance(found, dict):
        return found
    return {"message": raw[:UNREADABLE_SHOWN_BYTES].decode(errors="replace")}
