"""The people's port: webhook, REST, metrics and probes; only the probes have no check."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import TypeVar

from fastapi import APIRouter, Depends, FastAPI, HTTPException, Request, Response
from prometheus_client import CollectorRegistry
from prometheus_client.openmetrics.exposition import CONTENT_TYPE_LATEST, generate_latest

from worker.app import Engine
from worker.engine.delivery import Delivery, Source
from worker.engine.ports import Json, TransientError
from worker.interfaces.authentication import Check, bearer, is_loopback
from worker.settings import Settings

TRACEPARENT = re.compile(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")
RETRY_AFTER_S = 5  # what a monitor is told when nothing can be made durable
BODY_READ_MAX_BYTES = 64 * 1024 * 1024  # beyond it the connection is closed unread

T = TypeVar("T")

Checks = Callable[[], dict[str, bool]]
"""Named conditions of readiness; all must hold. `inventory`: alerts find their owners."""


def people_app(
    engine: Engine, settings: Settings, checks: Checks, registry: CollectorRegistry
) -> FastAPI:
    """The application of the people's listener."""
    local = is_loopback(settings.people_host)
    token = settings.api_token.get_secret_value()
    reading = bearer(token, open_without_token=local)
    webhook_token = settings.webhook_token.get_secret_value()
    writing = bearer(webhook_token, open_without_token=local)
    app = FastAPI(title="aiops-operator", docs_url=None, redoc_url=None, openapi_url=None)
    app.include_router(_probes(checks))
    app.include_router(_webhook(engine, writing, lambda: checks()["inventory"]))
    app.include_router(_rest(engine, reading))
    app.include_router(_metrics(registry, reading))
    return app


def _probes(checks: Checks) -> APIRouter:
    router = APIRouter()

    @router.get("/livez")
    async def livez() -> Json:
        return {"status": "ok"}

    @router.get("/readyz")
    @router.get("/healthz")
    async def readyz(response: Response) -> Json:
        found = checks()
        ready = all(found.values())
        response.status_code = 200 if ready else 503
        return {"status": "ok" if ready else "not ready", "checks": found}

    return router


def _webhook(engine: Engine, check: Check, knows_owners: Callable[[], bool]) -> APIRouter:
    router = APIRouter()

    @router.post("/api/v1/webhooks/alertmanager", dependencies=[Depends(check)])
    async def alertmanager(request: Request, response: Response) -> Json:
        """Durable before the 2xx; 503 asks Alertmanager to come again, anything else loses it."""
        if not knows_owners():
            raise HTTPException(503, "starting", {"Retry-After": str(RETRY_AFTER_S)})
        body = await _body(request, BODY_READ_MAX_BYTES)
        traceparent = request.headers.get("traceparent", "")
        valid = traceparent if TRACEPARENT.fullmatch(traceparent) else ""
        (durable,) = await engine.accept.accept([Delivery(body, Source.WEBHOOK, "", valid)])
        if not durable:
            response.status_code = 503
            response.headers["Retry-After"] = str(RETRY_AFTER_S)
            return {"status": "not durable, send it again"}
        return {"status": "durable"}

    return router


async def _body(request: Request, max_bytes: int) -> bytes:
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > max_bytes:
            raise HTTPException(503, "far too large to be kept")
        parts.append(part)
    return b"".join(parts)


def _rest(engine: Engine, check: Check) -> APIRouter:
    router = APIRouter(prefix="/api/v1", dependencies=[Depends(check)])

    @router.get("/incidents")
    async def incidents(closed: bool = False) -> list[Json]:
        found = await _or_503(engine.reading.incidents(closed_too=closed))
        return [one.summary() for one in found]

    @router.get("/incidents/{incident_id}")
    async def incident(incident_id: str) -> Json:
        found = await _or_503(engine.reading.incident(incident_id))
        if found is None:
            raise HTTPException(404, f"no incident {incident_id[:64]}; list them at /incidents")
        return found.whole()

    @router.get("/deadletters")
    async def dead_letters() -> list[Json]:
        return await _or_503(engine.dead_letters.list())

    @router.get("/deadletters/{letter_id}")
    async def dead_letter(letter_id: str) -> Json:
        if not re.fullmatch(r"[0-9a-f]{16}", letter_id):
            raise HTTPException(404, "no such letter; list them at /deadletters")
        letter = await _or_503(engine.dead_letters.show(letter_id))
        if letter is None:
            raise HTTPException(404, "no such letter; list them at /deadletters")
        return letter

    return router


async def _or_503(asked: Awaitable[T]) -> T:
    try:
        return await asked
    except TransientError as error:
        raise HTTPException(503, str(error), {"Retry-After": str(RETRY_AFTER_S)}) from error


def _metrics(registry: CollectorRegistry, check: Check) -> APIRouter:
    router = APIRouter()

    @router.get("/metrics", dependencies=[Depends(check)])
    async def metrics() -> Response:
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)  # type: ignore[no-untyped-call]

    return router
