"""One pooled HTTP connection to the sidecar, with its token and the current trace.

Dapr's own client is not used here: it blocks the event loop while it waits for the sidecar and
opens a connection for every call.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import orjson

from worker.engine.ports import TransientError

if TYPE_CHECKING:
    from aiohttp import ClientSession

CONNECTIONS_MAX = 100  # to the sidecar; more calls wait for one of them
CALL_TIMEOUT_S = 30.0  # what no caller's own deadline ends, ends here


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes
    etag: str = ""

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300

    def json(self) -> Any:
        return orjson.loads(self.body) if self.body else None


class Sidecar:
    def __init__(self, *, http_port: int, api_token: str = "") -> None:
        self._base = f"http://127.0.0.1:{http_port}"
        self._headers = {"dapr-api-token": api_token} if api_token else {}
        self._session: ClientSession | None = None

    async def call(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
    ) -> Answer:
        """One call; any status is an answer. Raises TransientError when there is none."""
        import aiohttp
        from opentelemetry import propagate

        sent = {**self._headers, **(headers or {})}
        if body is not None:
            sent.setdefault("Content-Type", "application/json")
        if "traceparent" not in sent:
            propagate.inject(sent)
        try:
            async with self._pool().request(
                method, f"{self._base}{path}", data=body, headers=sent, params=query
            ) as answer:
                etag = answer.headers.get("ETag", "")
                return Answer(answer.status, await answer.read(), etag)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise TransientError(f"sidecar: {type(error).__name__}") from error

    def _pool(self) -> ClientSession:
        import aiohttp

        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=CONNECTIONS_MAX),
                timeout=aiohttp.ClientTimeout(total=CALL_TIMEOUT_S),
            )
        return self._session

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None


def segment(text: str) -> str:
    """Text as one segment of a URL path."""
    return quote(text, safe="")
