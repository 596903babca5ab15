"""Generic reads of the Kubernetes API, and writes that are sent once.

Rules of this file: nothing is retried here, a write least of all. What the API server says to a
write is handed on as it is; what it means is decided elsewhere.
"""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from pathlib import Path

from worker.adapters.kubernetes_api.connection import Connection, NoAnswerError, Reply, parsed
from worker.adapters.kubernetes_api.paths import path_of
from worker.engine.ports import (
    ApiAnswer,
    Json,
    ObjectRef,
    PermanentError,
    TransientError,
    WriteRequest,
)

Items = list[Json]
FIELD_MANAGER = "aiops-operator"
PAGE_ITEMS = 500
PAGES_MAX = 20  # 10,000 objects, some 100 MB of pods; a longer collection is not half read
DATE_KEPT_S = 5.0  # how old a Date header may be to stand for the API server's clock
RETRY_AFTER_MAX_S = 300.0  # longer than this nobody is told to wait


class KubernetesApi:
    """`kubeconfig` None means the pod's own account, or the default kubeconfig outside a pod."""

    def __init__(self, kubeconfig: Path | None = None, context: str = "") -> None:
        self._connection = Connection(kubeconfig, context)

    async def get(self, ref: ObjectRef) -> Json | None:
        reply = await self._read(path_of(ref))
        return None if reply.status == 404 else _body(reply, f"get {ref.kind} {ref.name}")

    async def list(self, ref: ObjectRef) -> Items:
        """An API that is not served has no objects."""
        query = {"limit": str(PAGE_ITEMS)}
        if ref.label_selector:
            query["labelSelector"] = ref.label_selector
        items: Items = []
        for _ in range(PAGES_MAX):
            reply = await self._read(path_of(ref), query=query)
            if reply.status == 404:
                return []
            page = _body(reply, f"list {ref.kind}")
            items += page.get("items") or []  # null when there are none
            query["continue"] = (page.get("metadata") or {}).get("continue") or ""
            if not query["continue"]:
                return items
        raise PermanentError(f"list {ref.kind}: more than {PAGES_MAX * PAGE_ITEMS} objects")

    async def write(self, request: WriteRequest) -> ApiAnswer:
        import orjson

        path = path_of(request.ref) + (f"/{request.subresource}" if request.subresource else "")
        headers = {"Content-Type": _content_type(request), "Audit-ID": request.intent_id}
        try:
            reply = await self._connection.send(
                "POST" if request.verb == "create" else "PATCH",
                path,
                query={"fieldManager": FIELD_MANAGER},
                headers=headers,
                body=orjson.dumps(request.body),
            )
        except NoAnswerError as error:
            return ApiAnswer(0, {"message": str(error)}, sent=error.sent)
        except (TransientError, PermanentError) as error:  # no credentials, so nothing was sent
            return ApiAnswer(0, {"message": str(error)}, sent=False)
        return ApiAnswer(reply.status, reply.body, _retry_after_s(reply))

    async def server_time_s(self) -> float:
        date = self._connection.date
        if date is None or time.monotonic() - date[1] > DATE_KEPT_S:
            await self.get_version()
            answered = self._connection.date
            if answered is None or answered is date:
                raise TransientError("the API server sends no Date header")
            date = answered
        return date[0] + time.monotonic() - date[1]

    async def get_version(self) -> Json:
        """The API server's version; the cheapest request there is."""
        return _body(await self._read("/version"), "get /version")

    async def may(self, group: str, resource: str, subresource: str, verb: str) -> bool:
        """Whether our account has a right in all namespaces (SelfSubjectAccessReview)."""
        import orjson

        attributes = {
            "group": group, "resource": resource, "subresource": subresource, "verb": verb,
        }  # fmt: skip
        review = {
            "apiVersion": "authorization.k8s.io/v1",
            "kind": "SelfSubjectAccessReview",
            "spec": {"resourceAttributes": attributes},
        }
        try:
            reply = await self._connection.send(
                "POST",
                "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
                headers={"Content-Type": "application/json"},
                body=orjson.dumps(review),
            )
        except NoAnswerError as error:
            raise TransientError(f"API server: {error}") from error
        return bool(_body(reply, "review rights")["status"].get("allowed"))

    async def metadata_page(self, kind: str, *, accept: str, more: str) -> tuple[int, Json]:
        """Code and body of one page of a list over all namespaces. Raises TransientError."""
        query = {"limit": str(PAGE_ITEMS), **({"continue": more} if more else {})}
        reply = await self._read(path_of(ObjectRef(kind, "")), query=query, accept=accept)
        return reply.status, reply.body

    async def watch(
        self, kind: str, *, accept: str, version: str, timeout_s: int, idle_max_s: float
    ) -> AsyncGenerator[Json]:
        """Events over all namespaces; a refusal comes as the ERROR event it is inside a stream."""
        query = {
            "watch": "1",
            "resourceVersion": version,
            "allowWatchBookmarks": "true",
            "timeoutSeconds": str(timeout_s),
        }
        path = path_of(ObjectRef(kind, ""))
        lines = self._connection.lines(
            path, query=query, headers={"Accept": accept}, idle_max_s=idle_max_s
        )
        try:
            async with aclosing(lines):
                async for status, line in lines:
                    event = parsed(line)
                    if status != 200:
                        event = {"type": "ERROR", "object": {**event, "code": status}}
                    yield event
        except NoAnswerError as error:
            raise TransientError(f"watch {kind}: {error}") from error

    async def close(self) -> None:
        await self._connection.close()

    async def _read(
        self, path: str, *, query: Mapping[str, str] | None = None, accept: str = "application/json"
    ) -> Reply:
        try:
            return await self._connection.send("GET", path, query=query, headers={"Accept": accept})
        except NoAnswerError as error:
            raise TransientError(f"API server: {error}") from error


def _content_type(request: WriteRequest) -> str:
    if request.verb == "create":
        return "application/json"
    json_patch = isinstance(request.body, list)
    return "application/json-patch+json" if json_patch else "application/merge-patch+json"


def _body(reply: Reply, what: str) -> Json:
    """The body of a good answer. A 403's message names the right that is missing."""
    if 200 <= reply.status < 300:
        return reply.body
    message = f"{what}: HTTP {reply.status} {reply.body.get('message', '')}".strip()
    if reply.status in (408, 410, 429) or reply.status >= 500:
        raise TransientError(message, _retry_after_s(reply))
    raise PermanentError(message)


def _retry_after_s(reply: Reply) -> float | None:
    details = reply.body.get("details")
    told = details.get("retryAfterSeconds") if isinstance(details, dict) else None
    text = str(reply.headers.get("Retry-After") or told or "")
    return min(float(text), RETRY_AFTER_MAX_S) if text.isascii() and text.isdigit() else None
