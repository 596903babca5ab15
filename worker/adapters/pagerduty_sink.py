"""PagerDuty's Events API v2: an escalation triggers, its end resolves, under one dedup key."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import orjson

from worker.domain.document.outbox import Notice
from worker.engine.ports import PermanentError, TransientError

if TYPE_CHECKING:
    from aiohttp import ClientSession

SEVERITY: Mapping[str, str] = {"critical": "critical", "warning": "warning", "info": "info"}


class PagerDutySink:
    """Source: PagerDuty's Events API v2, events of type alert."""

    name = "pagerduty"

    def __init__(self, session: ClientSession, url: str, routing_key: str) -> None:
        self._session = session
        self._url = url
        self._routing_key = routing_key

    async def deliver(self, notice: Notice, subject: str) -> str:
        """The dedup key that PagerDuty confirms. Raises TransientError, PermanentError."""
        import aiohttp

        body = event(notice, subject, self._routing_key)
        try:
            async with self._session.post(
                self._url,
                data=orjson.dumps(body),
                headers={"Content-Type": "application/json"},
                allow_redirects=False,
            ) as answer:
                raw = await answer.content.read(65536)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise TransientError(f"PagerDuty: {type(error).__name__}") from error
        if answer.status == 429 or answer.status >= 500:
            raise TransientError(f"PagerDuty answered {answer.status}")
        if not 200 <= answer.status < 300:
            raise PermanentError(f"PagerDuty answered {answer.status}: check the routing key")
        return f"dedup_key {_dedup_key(raw, notice)}"


def event(notice: Notice, subject: str, routing_key: str) -> dict[str, object]:
    """The request's body."""
    trigger: dict[str, object] = {
        "routing_key": routing_key,
        "dedup_key": notice.incident,
        "event_action": "resolve" if notice.kind == "resolved" else "trigger",
    }
    if notice.kind == "resolved":
        return trigger
    return {
        **trigger,
        "payload": {
            "summary": notice.summary,
            "source": subject,
            "severity": SEVERITY.get(notice.severity, "error"),
            "class": str(notice.reason),
            "custom_details": {"incident": notice.incident, "reason": str(notice.reason)},
        },
    }


def _dedup_key(raw: bytes, notice: Notice) -> str:
    try:
        return str(orjson.loads(raw)["dedup_key"])
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return notice.incident
