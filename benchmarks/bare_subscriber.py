"""The limit of the drain: an app that takes bulk deliveries and only answers SUCCESS."""

from __future__ import annotations

import os

import orjson
import uvicorn
from fastapi import FastAPI, Request, Response

app = FastAPI(openapi_url=None)
seen = {"entries": 0}


@app.get("/healthz")
async def healthz() -> Response:
    return Response("ok")


@app.get("/dapr/config")
async def config() -> dict[str, list[str]]:
    return {"entities": []}


@app.get("/dapr/subscribe")
async def subscriptions() -> list[dict[str, object]]:
    return [
        {
            "pubsubname": os.environ["BENCH_PUBSUB"],
            "topic": os.environ["BENCH_TOPIC"],
            "metadata": {"rawPayload": "true"},
            "route": "/alerts",
            "bulkSubscribe": {
                "enabled": True,
                "maxMessagesCount": 100,
                "maxAwaitDurationMs": 50,
            },
        }
    ]


@app.post("/alerts")
async def alerts(request: Request) -> Response:
    entries = orjson.loads(await request.body())["entries"]
    seen["entries"] += len(entries)
    statuses = [{"entryId": one["entryId"], "status": "SUCCESS"} for one in entries]
    return Response(orjson.dumps({"statuses": statuses}), media_type="application/json")


@app.get("/count")
async def count() -> int:
    return seen["entries"]


if __name__ == "__main__":
    uvicorn.run(
        app, host="127.0.0.1", port=int(os.environ["BENCH_PORT"]), loop="uvloop",
        http="httptools", log_level="warning",
    )  # fmt: skip
