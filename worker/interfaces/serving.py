"""Listeners: uvicorn servers that share the process's event loop and end when they are told to."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from socket import socket
from typing import Any

import uvicorn

GRACE_S = 10  # seconds for requests in flight when a listener ends


class Listener(uvicorn.Server):
    """A server without signal handlers of its own: the runtime owns the signals."""

    def __init__(self, app: Any, *, host: str, port: int) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                host=host,
                port=port,
                log_level="warning",
                lifespan="off",
                access_log=False,
                timeout_graceful_shutdown=GRACE_S,
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
        await super().startup(sockets)
        self._opened.set()
