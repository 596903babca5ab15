"""The shell around a turn: one at a time for each subject in this process, and nothing escapes it.

This is the one place that catches every exception. The world's trouble is counted and left to the
sweep; a bug of ours is counted too, and after a few of them the subject goes to a human.
"""

from __future__ import annotations

import asyncio
from weakref import WeakValueDictionary

from worker.engine.ports import PermanentError, Telemetry, TransientError, Waker
from worker.engine.turn import Turn


class Shell:
    """A lock is no fence: another process may run the same subject, and loses its save."""

    def __init__(
        self, turn: Turn, waker: Waker, telemetry: Telemetry, *, turns_at_once: int
    ) -> None:
        self._turn = turn
        self._waker = waker
        self._telemetry = telemetry
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._places = asyncio.Semaphore(turns_at_once)

    async def work(self, subject_key: str, *, traceparent: str = "") -> bool:
        """Run one turn; whether the subject still has work. Only cancellation gets out."""
        self._telemetry.count("turns_asked")
        lock = self._locks.get(subject_key)
        if lock is None:
            lock = self._locks[subject_key] = asyncio.Lock()
        async with lock, self._places:
            return await self._work(subject_key, traceparent)

    async def _work(self, subject_key: str, traceparent: str) -> bool:
        try:
            next_s = await self._turn.run(subject_key, traceparent=traceparent)
            if next_s is not None:
                self._waker.wake_at(subject_key, next_s)
            return next_s is not None
        except (TransientError, PermanentError, TimeoutError) as error:
            self._telemetry.count("turns_failed", error=type(error).__name__)
            return True
        except Exception as error:
            await self._bug(subject_key, error)
            return True

    async def _bug(self, subject_key: str, error: Exception) -> None:
        self._telemetry.bug(subject_key, error)
        # It may meet the same bug again: what comes of it is a result here, never raised.
        (failure,) = await asyncio.gather(
            self._turn.failed(subject_key, error), return_exceptions=True
        )
        if isinstance(failure, Exception):
            self._telemetry.count("turns_failed", error=type(failure).__name__)
