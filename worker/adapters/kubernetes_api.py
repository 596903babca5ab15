"""The Kubernetes API over kubernetes-asyncio's connection: generic reads, and writes sent once.

Rules of this file: nothing is retried here, a write least of all. Names are checked before they
become part of a path. What the API server said is handed on as it is; what it means is decided
elsewhere.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

from worker.engine.failpoint import failpoint_now
from worker.engine.ports import (
    ApiAnswer,
    Json,
    ObjectRef,
    PermanentError,
    TransientError,
    WriteRequest,
)

COLLECTION: Mapping[str, str] = {
    "Pod": "api/v1/{namespace}pods",
    "ConfigMap": "api/v1/{namespace}configmaps",
    "Node": "api/v1/nodes",
    "ReplicaSet": "apis/apps/v1/{namespace}replicasets",
    "Deployment": "apis/apps/v1/{namespace}deployments",
    "StatefulSet": "apis/apps/v1/{namespace}statefulsets",
    "DaemonSet": "apis/apps/v1/{namespace}daemonsets",
    "Job": "apis/batch/v1/{namespace}jobs",
    "PodDisruptionBudget": "apis/policy/v1/{namespace}poddisruptionbudgets",
}
Items = list[Json]
NAME = re.compile(r"[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?")  # RFC 1123, as object names are
FIELD_MANAGER = "aiops-operator"
PAGE_ITEMS = 500
PAGES_MAX = 200  # 100,000 objects; a longer collection is refused rather than half read
DATE_KEPT_S = 5.0  # how old a Date header may be to stand for the API server's clock
REQUEST_TIMEOUT_S = 30.0  # the callers' own deadlines are shorter; this one ends what they leave


class KubernetesApi:
    """`kubeconfig` None means the pod's own account, or the default kubeconfig outside a pod."""

    def __init__(self, kubeconfig: Path | None = None, context: str = "") -> None:
        self._kubeconfig = kubeconfig
        self._context = context or None
        self._client: Any = None
        self._date: tuple[float, float] | None = None  # API server's time, our monotonic time

    async def get(self, ref: ObjectRef) -> Json | None:
        status, _, body = await self.request("GET", path_of(ref))
        if status == 404:
            return None
        return self._read(status, body, f"get {ref.kind} {ref.namespace}/{ref.name}")

    async def list(self, ref: ObjectRef) -> Items:
        items: Items = []
        more = ""
        for _ in range(PAGES_MAX):
            query = {"limit": str(PAGE_ITEMS)}
            if ref.label_selector:
                query["labelSelector"] = ref.label_selector
            if more:
                query["continue"] = more
            status, _, body = await self.request("GET", path_of(ref), query=query)
            page = self._read(status, body, f"list {ref.kind} in {ref.namespace or 'all'}")
            items += page.get("items") or []
            more = (page.get("metadata") or {}).get("continue") or ""
            if not more:
                return items
        raise PermanentError(f"list {ref.kind}: more than {PAGES_MAX * PAGE_ITEMS} objects")

    async def write(self, request: WriteRequest) -> ApiAnswer:
        import aiohttp

        path = path_of(request.ref) + (f"/{request.subresource}" if request.subresource else "")
        json_patch = isinstance(request.body, list)
        kind = "json-patch+json" if json_patch else "merge-patch+json"
        content = "application/json" if request.verb == "create" else f"application/{kind}"
        try:
            status, headers, body = await self.request(
                "POST" if request.verb == "create" else "PATCH",
                path,
                query={"fieldManager": FIELD_MANAGER},
                headers={"Content-Type": content, "Audit-ID": request.intent_id},
                body=request.body,
                is_write=True,
            )
        except (aiohttp.ClientConnectorError, aiohttp.ClientConnectorDNSError) as error:
            return ApiAnswer(0, {"message": str(error)}, sent=False)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            return ApiAnswer(0, {"message": f"{type(error).__name__} {error}"})
        return ApiAnswer(status, body, _retry_after_s(headers, body))

    async def server_time_s(self) -> float:
        if self._date is None or time.monotonic() - self._date[1] > DATE_KEPT_S:
            self._date = None
            await self.get_version()
        if self._date is None:
            raise TransientError("the API server sends no Date header")
        return self._date[0] + time.monotonic() - self._date[1]

    async def get_version(self) -> Json:
        """The API server's version; the cheapest request there is. Raises TransientError."""
        status, _, body = await self.request("GET", "/version")
        return self._read(status, body, "get /version")

    async def request(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        body: Json | Items | None = None,
        is_write: bool = False,
    ) -> tuple[int, Mapping[str, str], Json]:
        """One request and its JSON answer; a read raises TransientError when none comes."""
        import aiohttp
        import orjson

        session, base, authorization = await self._connection()
        url = f"{base}{path}" + (f"?{urlencode(query)}" if query else "")
        try:
            async with session.request(
                method,
                url,
                data=None if body is None else orjson.dumps(body),
                headers={"Accept": "application/json", **authorization, **(headers or {})},
                timeout=aiohttp.ClientTimeout(total=REQUEST_TIMEOUT_S),
                trace_request_ctx={"is_write": is_write},
            ) as answer:
                raw = await answer.read()
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            if is_write:
                raise
            raise TransientError(f"API server: {type(error).__name__} {error}") from error
        self._remember_date(answer.headers.get("Date", ""))
        return answer.status, answer.headers, _json(raw, answer.status)

    async def close(self) -> None:
        if self._client is not None:
            await self._client.close()
            self._client = None

    def path(self, kind: str) -> str:
        """The URL path of all objects of a kind."""
        return path_of(ObjectRef(kind, ""))

    async def session(self) -> tuple[Any, str, dict[str, str]]:
        """The pooled aiohttp session, the base URL and the authorization header, for watches."""
        return await self._connection()

    async def _connection(self) -> tuple[Any, str, dict[str, str]]:
        if self._client is None:
            self._client = await self._connect()
        configuration = self._client.configuration
        key = await configuration.get_api_key_with_prefix("BearerToken")
        headers = {"Authorization": key} if key else {}
        return self._client.rest_client.pool_manager, configuration.host.rstrip("/"), headers

    async def _connect(self) -> Any:
        import aiohttp
        from kubernetes_asyncio import client, config

        configuration = client.Configuration()
        try:
            if self._kubeconfig is None and "KUBERNETES_SERVICE_HOST" in os.environ:
                config.load_incluster_config(client_configuration=configuration)
            else:
                await config.load_kube_config(
                    config_file=str(self._kubeconfig) if self._kubeconfig else None,
                    context=self._context,
                    client_configuration=configuration,
                )
        except (config.ConfigException, OSError) as error:
            raise PermanentError(f"kubeconfig: {error}; set AIOPS_KUBECONFIG") from error
        connected = client.ApiClient(configuration=configuration)
        trace = aiohttp.TraceConfig()
        trace.on_request_chunk_sent.append(_sent)
        trace.freeze()
        connected.rest_client.pool_manager.trace_configs.append(trace)
        return connected

    def _remember_date(self, text: str) -> None:
        if text:
            self._date = (parsedate_to_datetime(text).timestamp() + 0.5, time.monotonic())

    def _read(self, status: int, body: Json, what: str) -> Json:
        if 200 <= status < 300:
            return body
        message = f"{what}: HTTP {status} {body.get('message', '')}".strip()
        if status in (401, 403):
            raise PermanentError(message)
        if status == 429 or status >= 500:
            raise TransientError(message)
        raise PermanentError(message)


async def _sent(_session: Any, context: SimpleNamespace, _chunk: Any) -> None:
    """The bytes of a request are with the kernel: from here on it may be applied."""
    if context.trace_request_ctx and context.trace_request_ctx["is_write"]:
        failpoint_now("write.sent")


def path_of(ref: ObjectRef) -> str:
    """The URL path of an object or a collection. Raises PermanentError for what is no name."""
    template = COLLECTION.get(ref.kind)
    if template is None:
        raise PermanentError(f"kind {ref.kind!r} is not known; known: {', '.join(COLLECTION)}")
    for name in (ref.namespace, ref.name):
        if name and not NAME.fullmatch(name):
            raise PermanentError(f"{name[:64]!r} is no object name (RFC 1123)")
    namespace = f"namespaces/{ref.namespace}/" if ref.namespace else ""
    collection = "/" + template.format(namespace=namespace)
    return f"{collection}/{ref.name}" if ref.name else collection


def _json(raw: bytes, status: int) -> Json:
    import orjson

    try:
        parsed = orjson.loads(raw)
    except orjson.JSONDecodeError:
        parsed = None
    if isinstance(parsed, dict):
        return parsed
    return {"message": raw[:256].decode(errors="replace"), "code": status}


def _retry_after_s(headers: Mapping[str, str], body: Json) -> float | None:
    text = headers.get("Retry-After") or (body.get("details") or {}).get("retryAfterSeconds")
    try:
        return float(text) if text else None
    except (TypeError, ValueError):
        return None
