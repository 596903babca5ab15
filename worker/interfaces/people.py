"""The people's port: webhook, REST, metrics and probes; only the probes have no check."""

from __future__ import annotations

import re
from collections.abc import Callable

import structlog
from fastapi import APIRouter, Depends, FastAPI, HTTPException, Request, Response
from prometheus_client import CollectorRegistry
from prometheus_client.openmetrics.exposition import CONTENT_TYPE_LATEST, generate_latest

from worker.app import Engine
from worker.engine.delivery import Delivery, Source
from worker.engine.ports import Json
from worker.interfaces.authentication import Check, bearer, is_loopback
from worker.interfaces.identities import Directory, Identities, Needs, Nobody, Role
from worker.interfaces.people_directory import PeopleDirectory
from worker.interfaces.people_file import read_people
from worker.interfaces.rest import rest
from worker.interfaces.rest.asked import RETRY_AFTER_S
from worker.settings import Settings

TRACEPARENT = re.compile(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")
BODY_READ_MAX_BYTES = 64 * 1024 * 1024  # beyond it the connection is closed unread

Checks = Callable[[], dict[str, bool]]
"""Named conditions of readiness; all must hold. `inventory`: alerts find their owners."""


def people_app(
    engine: Engine, settings: Settings, checks: Checks, registry: CollectorRegistry
) -> FastAPI:
    """The application of the people's listener. Raises YamlFileError for the file of people."""
    local = is_loopback(settings.people_host)
    identities = _identities(settings, local)
    webhook_token = settings.webhook_token.get_secret_value()
    writing = bearer(webhook_token, open_without_token=local)
    app = FastAPI(title="aiops-operator", docs_url=None, redoc_url=None, openapi_url=None)
    app.include_router(_probes(checks))
    app.include_router(_webhook(engine, writing, lambda: checks()["inventory"]))
    app.include_router(rest(engine, identities, read_timeout_s=settings.probe_timeout_s))
    app.include_router(_metrics(registry, identities.needs(Role.VIEWER)))
    return app


def check_people(settings: Settings) -> None:
    """Before anything is opened. Raises YamlFileError."""
    if settings.people is not None:
        read_people(settings.people)


def _identities(settings: Settings, local: bool) -> Identities:
    directory: Directory = Nobody()
    if settings.people is not None:
        log = structlog.get_logger("aiops")
        directory = PeopleDirectory(
            settings.people, lambda why: log.error("people file is not read", why=why)
        )
    token = settings.api_token.get_secret_value()
    return Identities(directory, token, open_to_read=local)


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


def _metrics(registry: CollectorRegistry, check: Needs) -> APIRouter:
    router = APIRouter()

    @router.get("/metrics", dependencies=[Depends(check)])
    async def metrics() -> Response:
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)  # type: ignore[no-untyped-call]

    return router
