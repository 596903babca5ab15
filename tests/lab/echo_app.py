"""The smallest app behind a sidecar: hosts the actor type Echo and prints each call as a line.

`python -m tests.lab.echo_app PORT TOPIC`; what was called is read from the process's log.
"""

from __future__ import annotations

import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

ANSWERS: dict[str, object] = {
    "/dapr/config": {"entities": ["Echo"], "reentrancy": {"enabled": False}},
    "/dapr/subscribe": [],
    "/healthz": {},
}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self) -> None:
        length = int(self.headers.get("content-length") or 0)
        body = self.rfile.read(length).decode(errors="replace")
        if self.path not in ANSWERS:
            line = json.dumps({"method": self.command, "path": self.path, "body": body})
            sys.stdout.write(line + "\n")  # in one piece: other requests write at the same time
            sys.stdout.flush()
        text = json.dumps(ANSWERS.get(self.path, {})).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    do_GET = do_POST = do_PUT = do_DELETE = answer  # noqa: N815

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        return


if __name__ == "__main__":
    port, topic = int(sys.argv[1]), sys.argv[2]
    ANSWERS["/dapr/subscribe"] = [{"pubsubname": "pubsub", "topic": topic, "route": "/event"}]
    ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()
