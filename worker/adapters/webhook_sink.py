"""A generic webhook: one POST of JSON a notice; any 2xx answer is the receipt."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson

from worker.domain.document.outbox import Notice
from worker.engine.ports import PermanentError, TransientError

if TYPE_CHECKING:
    from aiohttp import ClientSession


class WebhookSink:
    """Delivers `{id, incident, subject, kind, severity, reason, summary, at_s}`.

    The notice's id is also sent as `Idempotency-Key`: delivered twice it is the same notice.
    """

    name = "webhook"

    def __init__(self, session: ClientSession, url: str) -> None:
        self._session = session
        self._url = url

    async def deliver(self, notice: Notice, subject: str) -> str:
        """The answer's status as receipt. Raises TransientError, PermanentError."""
        import aiohttp

        body = {
            "id": notice.id,
            "incident": notice.incident,
            "subject": subject,
            "kind": notice.kind,
            "severity": notice.severity,
            "reason": str(notice.reason),
            "summary": notice.summary,
            "at_s": notice.at_s,
        }
        try:
            async with self._session.post(
                self._url,
                data=orjson.dumps(body),
                headers={"Content-Type": "application/json", "Idempotency-Key": notice.id},
                allow_redirects=False,
            ) as answer:
                status = answer.status
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise TransientError(f"webhook sink: {type(error).__name__}") from error
        if status == 429 or status >= 500:
            raise TransientError(f"webhook sink answered {status}")
        if not 200 <= status < 300:
            raise PermanentError(f"webhook sink answered {status}: check its URL")
        return f"HTTP {status}"
