"""The store's and the cluster's trouble as an answer: 503 asks to come again."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import TypeVar

from fastapi import HTTPException

from worker.engine.ports import PermanentError, TransientError

RETRY_AFTER_S = 5  # what whoever asks is told when the world is unwell

T = TypeVar("T")


async def or_503(asked: Awaitable[T]) -> T:
    """A document that this version can't read or change is 409: coming again won't help."""
    try:
        return await asked
    except (TransientError, TimeoutError) as error:
        words = str(error) or "no answer in time"
        raise HTTPException(503, words, {"Retry-After": str(RETRY_AFTER_S)}) from error
    except PermanentError as error:
        raise HTTPException(409, str(error)) from error
