"""One HTTPS call with a bearer token, for what kubectl hides: headers, codes, subresources."""

from __future__ import annotations

import json
import ssl
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ANSWER_WITHIN_S = 30.0


def request(
    method: str,
    url: str,
    ca_file: Path,
    token: str,
    body: Mapping[str, Any] | None,
    headers: Mapping[str, str],
) -> tuple[int, dict[str, Any]]:
    """The code, also a refusing one, and the answered object."""
    everything = {
        "Authorization": f"Bearer {token}",
        "Content-Type": "application/json",
        "Accept": "application/json",
        **headers,
    }
    data = json.dumps(body).encode() if body is not None else None
    call = urllib.request.Request(url, data=data, headers=everything, method=method)
    context = ssl.create_default_context(cafile=str(ca_file))
    try:
        with urllib.request.urlopen(call, timeout=ANSWER_WITHIN_S, context=context) as answer:
            return answer.status, parsed(answer.read())
    except urllib.error.HTTPError as error:
        return error.code, parsed(error.read())


def parsed(text: bytes) -> dict[str, Any]:
    """{} for an answer that is not an object, such as the text of a health check."""
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
