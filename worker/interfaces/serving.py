"""Listeners: uvicorn servers that share the process's event loop and end when they are told to."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from socket import socket
from typing import Any

import uvicorn

CLOSING_S = 1.0  # after the last request, for closing what stands open


class PortTakenError(Exception):
    """A port is not to be had."""


class Listener(uvicorn.Server):
    """A server without signal handlers of its own: the runtime owns the signals."""

    def __init__(self, app: Any, *, host: str, port: int, drain_s: float) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                host=host,
                port=port,
                log_level="warning",
                lifespan="off",
                access_log=False,
                timeout_graceful_shutdown=max(1, int(drain_s)),
                server_header=False,
            )
        )

        self._opened = asyncio.Event()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def opened(self) -> None:
        """Returns once the port takes connections."""
        await self._opened.wait()

    async def startup(self, sockets: list[socket] | None = None) -> None:
        """Raises PortTakenError, where uvicorn would end the process with a code of its own."""
        try:
            await super().startup(sockets)
        except SystemExit:
            raise PortTakenError(
                f"{self.config.host}:{self.config.port} is taken, or not ours to listen on; "
                "give this worker another port (AIOPS_PEOPLE_PORT, AIOPS_SIDECAR_PORT)"
            ) from None
        self._opened.set()


async def all_open(listeners: Sequence[Listener], tasks: Sequence[asyncio.Task[Any]]) -> None:
    """Returns once every port takes connections. Raises PortTakenError."""
    for listener, serving in zip(listeners, tasks, strict=True):
        opened = asyncio.create_task(listener.opened(), name="opened")
        await asyncio.wait({opened, serving}, return_when=asyncio.FIRST_COMPLETED)
        if serving.done():
            opened.cancel()
            serving.result()  # raises what ended it


async def drain(
    listeners: Sequence[Listener], tasks: Sequence[asyncio.Task[Any]], within_s: float
) -> None:
    """Take no more requests and let those in flight come to their end, as far as time allows."""
    for listener in listeners:
        listener.should_exit = True
    await asyncio.wait(tasks, timeout=within_s + CLOSING_S)
