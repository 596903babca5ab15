"""The API server's audit log as the judge of what was done to the cluster, and by whom.

The server writes an event before the end of its answer is sent (mode blocking), so whoever got an
answer finds the event here.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

READ_VERBS = frozenset({"get", "list", "watch"})


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """One answered request (stage ResponseComplete); `request` is {} unless it was a write."""

    audit_id: str  # the client's own Audit-ID header when it sent one
    timestamp: datetime  # when the request arrived
    verb: str
    user: str
    api_group: str
    resource: str
    subresource: str
    namespace: str
    name: str
    code: int
    request: dict[str, Any]
    response: dict[str, Any]
    user_agent: str
    uri: str
    annotations: dict[str, str]


class AuditLog:
    """Reads only what was appended since the last question."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self._offset = 0
        self._events: list[AuditEvent] = []

    def writes(self, user: str | None = None, since: datetime | None = None) -> list[AuditEvent]:
        """Requests that could change something, dry runs and refused ones included."""
        return [event for event in self.events(user, since) if event.verb not in READ_VERBS]

    def reads(self, user: str | None = None, since: datetime | None = None) -> list[AuditEvent]:
        return [event for event in self.events(user, since) if event.verb in READ_VERBS]

    def events(self, user: str | None = None, since: datetime | None = None) -> list[AuditEvent]:
        """In the order of their answers; `since` needs a time zone."""
        self._events.extend(self._appended())
        return [
            event
            for event in self._events
            if (user is None or event.user == user) and (since is None or event.timestamp >= since)
        ]

    def _appended(self) -> Iterator[AuditEvent]:
        if not self.file.exists():
            return
        with self.file.open("rb") as log:
            log.seek(self._offset)
            for line in log:
                if not line.endswith(b"\n"):
                    return  # being written; the next question sees it whole
                self._offset += len(line)
                yield parse(json.loads(line))


def parse(line: dict[str, Any]) -> AuditEvent:
    target = line.get("objectRef", {})
    request = as_object(line.get("requestObject"))
    response = as_object(line.get("responseObject"))
    # A create names its object only in the body, or, with generateName, only in the answer.
    named = [one.get("metadata") or {} for one in (request, response)]
    name = target.get("name") or next((one["name"] for one in named if one.get("name")), "")
    return AuditEvent(
        audit_id=line["auditID"],
        timestamp=datetime.fromisoformat(line["requestReceivedTimestamp"]),
        verb=line["verb"],
        user=line.get("user", {}).get("username", ""),
        api_group=target.get("apiGroup", ""),
        resource=target.get("resource", ""),
        subresource=target.get("subresource", ""),
        namespace=target.get("namespace", ""),
        name=name,
        code=line.get("responseStatus", {}).get("code", 0),
        request=request,
        response=response,
        user_agent=line.get("userAgent", ""),
        uri=line.get("requestURI", ""),
        annotations=line.get("annotations", {}),
    )


def as_object(body: object) -> dict[str, Any]:
    """A JSON patch is a list: kept under one key, so that `request` is always an object."""
    if isinstance(body, dict):
        return body
    return {"operations": body} if isinstance(body, list) else {}
