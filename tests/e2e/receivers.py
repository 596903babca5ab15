"""What the worker talks to outside: a receiver of notices and a collector of spans, both local."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

Json = dict[str, Any]


class Receiver:
    """An HTTP server on a free port of 127.0.0.1 that remembers every POST body it takes."""

    def __init__(self) -> None:
        self.bodies: list[tuple[str, bytes]] = []
        self.status = 202
        self.refused = 0
        self._lock = threading.Lock()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length", "0")))
                with receiver._lock:
                    if receiver.status < 300:
                        receiver.bodies.append((self.path, body))
                    else:
                        receiver.refused += 1
                    status = receiver.status
                self.send_response(status)
                self.send_header("content-type", "application/json")
                answer = b'{"status": "success", "dedup_key": "lab"}'
                self.send_header("content-length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *args: object) -> None:
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def messages(self) -> list[Json]:
        with self._lock:
            return [json.loads(body) for _, body in self.bodies]


@dataclass(frozen=True)
class SeenSpan:
    """One span as it was exported: ids in hexadecimal."""

    service: str
    name: str
    trace_id: str
    span_id: str
    parent_id: str
    links: tuple[str, ...] = field(default=())


class Collector(Receiver):
    """Takes OTLP over HTTP, from the worker and from the sidecars."""

    def spans(self) -> list[SeenSpan]:
        with self._lock:
            bodies = [body for path, body in self.bodies if path.endswith("/v1/traces")]
        return [span for body in bodies for span in _spans(body)]


def _spans(body: bytes) -> list[SeenSpan]:
    request = ExportTraceServiceRequest.FromString(body)
    seen: list[SeenSpan] = []
    for resource in request.resource_spans:
        service = next(
            (a.value.string_value for a in resource.resource.attributes if a.key == "service.name"),
            "",
        )
        for scope in resource.scope_spans:
            seen += [
                SeenSpan(
                    service=service,
                    name=span.name,
                    trace_id=span.trace_id.hex(),
                    span_id=span.span_id.hex(),
                    parent_id=span.parent_span_id.hex(),
                    links=tuple(link.trace_id.hex() for link in span.links),
                )
                for span in scope.spans
            ]
    return seen
