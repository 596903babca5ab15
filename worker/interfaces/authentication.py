"""Who may call: bearer tokens compared in constant time; reading without one on loopback only."""

from __future__ import annotations

import hmac
import ipaddress
from collections.abc import Awaitable, Callable

from fastapi import HTTPException, Request

Check = Callable[[Request], Awaitable[None]]


def bearer(token: str, *, open_without_token: bool) -> Check:
    """A dependency that lets a request pass, or answers 401."""

    async def check(request: Request) -> None:
        if not token and open_without_token:
            return
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        right = hmac.compare_digest(given.encode(), token.encode())
        if not token or scheme.lower() != "bearer" or not right:
            raise HTTPException(401, "a bearer token is needed", {"WWW-Authenticate": "Bearer"})

    return check


def is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
