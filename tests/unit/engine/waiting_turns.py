"""Turns that a test lets go one by one, for the queue that begins them."""

from __future__ import annotations

import asyncio

LIVENESS_S = 30.0  # generous: what is awaited takes milliseconds


class Turns:
    """Turns that wait to be let go, one by one; `began` has each with its traceparent."""

    def __init__(self) -> None:
        self.began: list[tuple[str, str]] = []
        self.running: set[str] = set()
        self.at_once = 0
        self._go: dict[str, asyncio.Semaphore] = {}
        self._news = asyncio.Condition()

    async def work(self, subject_key: str, traceparent: str) -> bool:
        assert subject_key not in self.running, "two turns of one subject at once"
        self.running.add(subject_key)
        self.at_once = max(self.at_once, len(self.running))
        async with self._news:
            self.began.append((subject_key, traceparent))
            self._news.notify_all()
        await self._gate(subject_key).acquire()
        self.running.discard(subject_key)
        return True

    def let_go(self, subject_key: str, times: int = 1) -> None:
        for _ in range(times):
            self._gate(subject_key).release()

    async def until_began(self, count: int) -> list[str]:
        """The subjects of the first `count` turns."""
        async with asyncio.timeout(LIVENESS_S), self._news:
            await self._news.wait_for(lambda: len(self.began) >= count)
        return [key for key, _ in self.began]

    def _gate(self, subject_key: str) -> asyncio.Semaphore:
        return self._go.setdefault(subject_key, asyncio.Semaphore(0))
