"""One HTTP request over a plain socket: its target is sent as it is written, nothing tidies it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from socket import socket
from typing import Any

from worker.interfaces.serving import Listener

LIVENESS_S = 60.0  # generous: an answer takes milliseconds


@dataclass(frozen=True)
class Reply:
    status: int
    headers: dict[str, str]  # names in lower case
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Port:
    """A listener on 127.0.0.1."""

    number: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.number}"

    async def get(self, target: str, headers: Mapping[str, str] | None = None) -> Reply:
        return await self.call("GET", target, headers=headers)

    async def post(
        self, target: str, body: bytes, headers: Mapping[str, str] | None = None
    ) -> Reply:
        return await self.call("POST", target, body, headers)

    async def call(
        self,
        method: str,
        target: str,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        lines = [f"{method} {target} HTTP/1.1", "Host: worker", "Connection: close"]
        lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
        if body is not None:
            lines.append(f"Content-Length: {len(body)}")
        head = "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n"
        async with asyncio.timeout(LIVENESS_S):
            reader, writer = await asyncio.open_connection("127.0.0.1", self.number)
            writer.write(head + (body or b""))
            answer = await reader.read()
            writer.close()
        return _reply(answer, without_body=method == "HEAD")


def _reply(answer: bytes, *, without_body: bool) -> Reply:
    head, _, body = answer.partition(b"\r\n\r\n")
    first, *rest = head.decode("latin-1").split("\r\n")
    headers = {
        name.lower(): value.strip() for name, _, value in (line.partition(":") for line in rest)
    }
    announced = int(headers.get("content-length", len(body)))
    assert len(body) == (0 if without_body else announced), "cut off"
    return Reply(int(first.split(" ")[1]), headers, body)


@asynccontextmanager
async def listening(app: Any) -> AsyncIterator[Port]:
    """The app behind the worker's own listener, on a free port."""
    number = free_port()
    listener = Listener(app, host="127.0.0.1", port=number, drain_s=10.0)
    task = asyncio.create_task(listener.serve())
    async with asyncio.timeout(LIVENESS_S):
        await listener.opened()
    try:
        yield Port(number)
    finally:
        listener.should_exit = True
        await task


def free_port() -> int:
    with socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number: int = probe.getsockname()[1]
        return number
