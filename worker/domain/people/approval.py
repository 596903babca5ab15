"""What a human is asked to say yes to, and what an answer may do: bound by digest, used once.

Rules of this file: an answer does something only if it names the open request by id, digest and
nonce, in time, by somebody who may. Everything else is inert and is told. A yes renews the plan:
it is made again from live state, and done only if it is the same plan.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from worker.domain.document.identity import Target
from worker.domain.story.reason import Reason


@dataclass(frozen=True, slots=True)
class Request:
    """Open until it is answered or `expires_at_s`. `worse_if` and `effect` are words for people."""

    id: str
    digest: str
    nonce: str
    action: str
    target: Target
    parameters: dict[str, int | str]
    asked_at_s: float
    expires_at_s: float
    effect: str
    asked_by: str = ""  # the human who wanted it, "" when the worker did
    approved_by: str = ""
    approved_at_s: float = 0.0
    extra: dict[str, Any] = field(default_factory=dict)


class Say(StrEnum):
    YES = "yes"
    NO = "no"


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody said about a request; `by` was authenticated by whoever took it in."""

    request: str
    digest: str
    nonce: str
    say: Say
    by: str
    at_s: float
    words: str = ""
    bot: bool = False
    extra: dict[str, Any] = field(default_factory=dict)


def digest_of(
    action: str, target: Target, generation: int, parameters: Mapping[str, int | str]
) -> str:
    """What exactly is asked: action, object, the state it was planned on, and every parameter."""
    asked = {
        "action": action,
        "target": [target.kind, target.namespace, target.name, target.uid],
        "generation": generation,
        "parameters": dict(sorted(parameters.items())),
    }
    text = json.dumps(asked, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def nonce_of(request_id: str, digest: str, asked_at_s: float) -> str:
    """Another one each time the same thing is asked, so that an old yes fits no new question."""
    text = f"{request_id}|{digest}|{asked_at_s!r}"
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def inert(request: Request | None, answer: Answer) -> Reason | None:
    """Why this answer does nothing; None when it counts."""
    if request is None or request.id != answer.request:
        return Reason.NOTHING_ASKED
    if answer.digest != request.digest or answer.nonce != request.nonce:
        return Reason.OTHER_QUESTION
    if answer.at_s >= request.expires_at_s:
        return Reason.APPROVAL_EXPIRED
    if answer.say is Say.NO:
        return None  # anybody who may answer may also stop it, as long as it isn't done
    if request.approved_by:
        return Reason.ANSWERED_BEFORE
    if answer.bot:
        return Reason.APPROVED_BY_MACHINE
    if not answer.by or answer.by == request.asked_by:
        return Reason.APPROVED_BY_ASKER
    return None
