"""The body of a request that changes something: small, JSON, from no page of anybody else's.

Rules of this file: what is wrong is answered with the field, the value and the remedy. A browser
says where a request comes from (`Origin`): only our own address may send one, whatever cookie or
token a page got hold of; JSON alone can't be sent by a form.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from fastapi import HTTPException, Request

from worker.domain.incoming.json_text import decode
from worker.domain.incoming.malformed import Malformed
from worker.domain.people.short_duration import said_s
from worker.domain.people.steering import WORDS_LENGTH_MAX

BODY_MAX_BYTES = 4096  # some names and a sentence; several times what anybody writes
DEPTH_MAX = 2  # an object with a scope in it
VALUE_SHOWN_LENGTH = 64  # characters of a wrong value that the answer repeats

Body = Mapping[str, object]


async def body_of(request: Request, *required: str, optional: tuple[str, ...] = ()) -> Body:
    """The object in the body: none of its fields unknown, none missing. Raises HTTPException."""
    _own_origin(request)
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise HTTPException(415, f"Content-Type {_shown(kind)}: send application/json")
    value = decode(await _raw(request), depth_max=DEPTH_MAX, body_max_bytes=BODY_MAX_BYTES)
    known = ", ".join((*required, *optional))
    if isinstance(value, Malformed):
        raise HTTPException(400, value.detail)
    if not isinstance(value, dict):
        raise HTTPException(400, f"body: {type(value).__name__}; send an object with {known}")
    return fields(value, "body", required, optional)


def fields(
    value: Body, where: str, required: tuple[str, ...], optional: tuple[str, ...] = ()
) -> Body:
    known = ", ".join((*required, *optional))
    for name in value:
        if name not in (*required, *optional):
            raise HTTPException(422, f"{where}: {_shown(name)} is unknown; known here: {known}")
    for name in required:
        if name not in value:
            raise HTTPException(422, f"{where}: {name} is missing; send {known}")
    return value


def text(body: Body, name: str, form: re.Pattern[str], remedy: str) -> str:
    """A text of that form. Raises HTTPException."""
    value = body[name]
    if not isinstance(value, str) or not form.fullmatch(value):
        raise HTTPException(422, f"{name}: {_shown(value)}; {remedy}")
    return value


def words(body: Body) -> str:
    """What somebody says about it; nothing is fine too. Raises HTTPException."""
    value = body.get("words", "")
    if not isinstance(value, str) or len(value) > WORDS_LENGTH_MAX or not value.isprintable():
        raise HTTPException(
            422,
            f"words: {_shown(value)}; write at most {WORDS_LENGTH_MAX} printable characters",
        )
    return value.strip()


def duration_s(body: Body, name: str, *, least_s: float, most_s: float) -> float:
    """Such as 30m or 4h. Raises HTTPException."""
    value = body[name]
    seconds = (said_s(value) if isinstance(value, str) else None) or 0.0
    if not least_s <= seconds <= most_s:
        raise HTTPException(
            422,
            f"{name}: {_shown(value)}; write a time from {least_s:.0f}s to {most_s / 3600:.0f}h, "
            "such as 30m",
        )
    return seconds


def _own_origin(request: Request) -> None:
    origin = request.headers.get("origin")
    if origin is None:
        return
    ours = request.headers.get("host", "")
    if not ours or origin.lower() not in (f"http://{ours.lower()}", f"https://{ours.lower()}"):
        raise HTTPException(403, f"Origin {_shown(origin)} is not this worker; call it directly")


async def _raw(request: Request) -> bytes:
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > BODY_MAX_BYTES:
            raise HTTPException(413, f"body: more than {BODY_MAX_BYTES} bytes; send less words")
        parts.append(part)
    return b"".join(parts)


def _shown(value: object) -> str:
    return repr(value)[:VALUE_SHOWN_LENGTH]
