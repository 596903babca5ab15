"""What the sidecar delivers: subscriptions, and bulk requests answered entry by entry.

Rules of this file: never 404 (dropped), never an early or empty 2xx (acknowledged without work).
An entry is SUCCESS only when it is durable; anything else is RETRY, without limit.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import orjson
from fastapi import APIRouter, Request, Response

from worker.engine.delivery import Delivery, Source

MESSAGES_MAX = 100  # entries of one bulk request
AWAIT_MS = 50  # how long the sidecar waits for them
TRACEPARENT = re.compile(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")

AcceptAll = Callable[[Sequence[Delivery]], Awaitable[list[bool]]]


def subscription(pubsub: str, topic: str, source: Source) -> dict[str, Any]:
    """Raw records in bulk, from a component and consumer group of the topic's own."""
    return {
        "pubsubname": pubsub,
        "topic": topic,
        "route": f"/deliver/{source}",
        "metadata": {"rawPayload": "true"},
        "bulkSubscribe": {
            "enabled": True,
            "maxMessagesCount": MESSAGES_MAX,
            "maxAwaitDurationMs": AWAIT_MS,
        },
    }


def delivery_router(
    accept: AcceptAll, subscriptions: Sequence[dict[str, Any]], is_ready: Callable[[], bool]
) -> APIRouter:
    """The routes that the sidecar calls for its subscriptions."""
    router = APIRouter()

    @router.get("/dapr/subscribe")
    async def subscribe() -> list[dict[str, Any]]:
        return list(subscriptions)

    @router.post("/deliver/{source}")
    async def deliver(source: str, request: Request) -> Response:
        raw = await request.body()
        try:
            entries = orjson.loads(raw)["entries"]
            known = Source(source)
        except (orjson.JSONDecodeError, KeyError, TypeError, ValueError):
            # Not the sidecar's envelope: asked for again rather than lost.
            return Response(b'{"error": "no bulk envelope"}', 500, media_type="application/json")
        if not is_ready():
            return _answer(entries, [False] * len(entries))
        return _answer(entries, await accept([_delivery(one, known) for one in entries]))

    return router


def _answer(entries: Sequence[dict[str, Any]], durable: Sequence[bool]) -> Response:
    statuses = [
        {"entryId": entry["entryId"], "status": "SUCCESS" if saved else "RETRY"}
        for entry, saved in zip(entries, durable, strict=True)
    ]
    return Response(orjson.dumps({"statuses": statuses}), media_type="application/json")


def _delivery(entry: dict[str, Any], source: Source) -> Delivery:
    metadata = entry.get("metadata") or {}
    traceparent = str(metadata.get("traceparent") or "")
    position = "/".join(str(metadata.get(key, "")) for key in POSITION)
    return Delivery(
        body=_body(entry.get("event")),
        source=source,
        position=position,
        traceparent=traceparent if TRACEPARENT.fullmatch(traceparent) else "",
    )


POSITION = ("__topic", "__partition", "__offset")


def _body(event: object) -> bytes:
    """A raw record is base64; anything else is kept as the JSON that it is."""
    if isinstance(event, str):
        try:
            return base64.b64decode(event, validate=True)
        except (binascii.Error, ValueError):
            return event.encode()
    return orjson.dumps(event)
