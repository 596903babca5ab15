"""CreateTopics in Kafka's own protocol: a JVM for each topic costs two seconds of two cores."""

from __future__ import annotations

import socket
import struct
from collections.abc import Mapping

from tests.lab.errors import LabError

CREATE_TOPICS, VERSION = 19, 4  # the newest version without tagged fields
ANSWER_WITHIN_S = 15.0
REPLICAS = 1


def create_topic(bootstrap: str, name: str, *, partitions: int, config: Mapping[str, str]) -> None:
    """Returns once the controller has it; raises with the broker's own words."""
    topic = text(name) + struct.pack(">ih", partitions, REPLICAS) + struct.pack(">i", 0)
    topic += struct.pack(">i", len(config))
    topic += b"".join(text(key) + text(value) for key, value in config.items())
    within_ms = int(ANSWER_WITHIN_S * 1000)
    body = struct.pack(">i", 1) + topic + struct.pack(">i?", within_ms, False)
    header = struct.pack(">hhi", CREATE_TOPICS, VERSION, 1) + text("lab")
    answer = exchange(bootstrap, header + body)
    # correlation id, throttle time, count; then name, code, message of the one topic
    (length,) = struct.unpack_from(">h", answer, 12)
    code, words = struct.unpack_from(">hh", answer, 14 + length)
    if code:
        at = 18 + length
        message = answer[at : at + max(words, 0)].decode()
        raise LabError(f"topic {name}: Kafka answered {code} {message}")


def text(value: str) -> bytes:
    encoded = value.encode()
    return struct.pack(">h", len(encoded)) + encoded


def exchange(bootstrap: str, request: bytes) -> bytes:
    host, port = bootstrap.rsplit(":", 1)
    with socket.create_connection((host, int(port)), timeout=ANSWER_WITHIN_S) as connection:
        connection.sendall(struct.pack(">i", len(request)) + request)
        with connection.makefile("rb") as stream:
            (size,) = struct.unpack(">i", stream.read(4))
            return stream.read(size)
