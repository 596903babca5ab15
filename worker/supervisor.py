"""Owned background tasks: each has a name, all end together, one crash ends the process."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Coroutine
from typing import Any


class Supervisor:
    """Runs until a signal comes or a task ends by itself, which none of them should."""

    def __init__(self) -> None:
        self._tasks: list[asyncio.Task[Any]] = []
        self._stop = asyncio.Event()

    def start(self, name: str, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        task = asyncio.create_task(work, name=name)
        self._tasks.append(task)
        return task

    async def until_stopped(self) -> None:
        """Returns on SIGTERM or SIGINT; raises what a task raised."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop.set)
        stopped = asyncio.create_task(self._stop.wait(), name="stop")
        done, _ = await asyncio.wait({stopped, *self._tasks}, return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        for task in done - {stopped}:
            if (error := task.exception()) is not None:
                raise error
            raise RuntimeError(f"task {task.get_name()} ended by itself")

    async def end(self) -> None:
        """Cancel what still runs and wait for it."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
