"""Three people and a machine in a file, each with a token that is made of their name."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.unit.interfaces.http_call import Reply
from tests.unit.interfaces.people_port import People, bearer

ROLES = {"vera": "viewer", "ann": "approver", "bob": "approver", "olaf": "operator"}
BOT = "robbie"


def token(name: str) -> str:
    return f"the-long-token-of-{name}"


def people_file(folder: Path) -> Path:
    people: list[dict[str, Any]] = [
        {"name": name, "role": role, "sha256": hashlib.sha256(token(name).encode()).hexdigest()}
        for name, role in ROLES.items()
    ]
    people.append({"name": BOT, "role": "operator", "token": token(BOT), "bot": True})
    path = folder / "people.json"
    path.write_text(json.dumps({"apiVersion": "aiops/v1", "kind": "People", "people": people}))
    path.chmod(0o600)
    return path


def shown_by(name: str, **more: str) -> dict[str, str]:
    """Headers of a request of theirs, with JSON in it."""
    return {**bearer(token(name)), "Content-Type": "application/json", **more}


async def post(served: People, path: str, body: object, by: str = "olaf", **more: str) -> Reply:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return await served.port.post(f"/api/v1{path}", raw, shown_by(by, **more))


async def get(served: People, path: str, by: str = "vera") -> Reply:
    return await served.port.get(f"/api/v1{path}", bearer(token(by)))


def detail(reply: Reply) -> str:
    body: Mapping[str, Any] = reply.json()
    return str(body["detail"])
