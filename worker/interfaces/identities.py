"""Who calls and what they may: bearer tokens become people with a role.

Rules of this file: every token is compared with every entry, in constant time, so that the time
of an answer says nothing about who there is. `AIOPS_API_TOKEN` is "api-token" and may only read:
one secret that many hold tells nobody who said yes, and it was given to dashboards long before
there was anything to steer. Nobody who steers is without a name.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from fastapi import HTTPException, Request

API_TOKEN = "api-token"  # noqa: S105 the name of whoever shows it
SOMEBODY = "somebody on this machine"


class Role(StrEnum):
    """What somebody may, in this order each more: read; answer what is asked, and put on hold;
    let go on what was held or demoted."""

    VIEWER = "viewer"
    APPROVER = "approver"
    OPERATOR = "operator"

    def may(self, needed: Role) -> bool:
        roles = tuple(Role)
        return roles.index(self) >= roles.index(needed)


@dataclass(frozen=True, slots=True)
class Person:
    """`sha256` of their token; a machine is a `bot`, whose yes counts for nothing."""

    name: str
    role: Role
    sha256: bytes
    bot: bool = False


class Directory(Protocol):
    """Where the people are listed."""

    async def people(self) -> Sequence[Person]: ...


class Nobody:
    """Without a file there are none."""

    async def people(self) -> Sequence[Person]:
        return ()


class Identities:
    """`open_to_read`: whoever comes without a token may read, as long as there is none to show."""

    def __init__(self, directory: Directory, api_token: str, *, open_to_read: bool) -> None:
        self._directory = directory
        self._shared = (
            (Person(API_TOKEN, Role.VIEWER, hashlib.sha256(api_token.encode()).digest()),)
            if api_token
            else ()
        )
        self._open_to_read = open_to_read and not api_token and isinstance(directory, Nobody)

    async def of(self, authorization: str) -> Person | None:
        """Who shows this header; None for nobody that is known."""
        scheme, _, given = authorization.partition(" ")
        everybody = (*self._shared, *await self._directory.people())
        digest = hashlib.sha256(given.encode(errors="surrogateescape")).digest()
        found: Person | None = None
        for one in everybody:  # all of them, whoever it is
            if hmac.compare_digest(digest, one.sha256):
                found = one
        if found is None and not authorization and self._open_to_read:
            return Person(SOMEBODY, Role.VIEWER, b"")
        return found if scheme.lower() == "bearer" else None

    def needs(self, role: Role) -> Needs:
        return Needs(self, role)


class Needs:
    """A dependency of a route: 401 for nobody that is known, 403 for a role that is too small."""

    def __init__(self, identities: Identities, role: Role) -> None:
        self._identities = identities
        self.role = role

    async def __call__(self, request: Request) -> None:
        person = await self._identities.of(request.headers.get("authorization", ""))
        if person is None:
            raise HTTPException(401, "a bearer token is needed", {"WWW-Authenticate": "Bearer"})
        if not person.role.may(self.role):
            raise HTTPException(403, _too_small(person, self.role))
        request.state.person = person


def person_of(request: Request) -> Person:
    """Who was let in by the route's `Needs`."""
    person = request.state.person
    assert isinstance(person, Person)
    return person


def _too_small(person: Person, needed: Role) -> str:
    if person.name in (API_TOKEN, SOMEBODY):
        return (
            f"{person.name} may only read, and this takes the role {needed}; name people with "
            "their roles in the file of AIOPS_PEOPLE, and show a token of theirs"
        )
    return (
        f"{person.name} has the role {person.role}, and this takes the role {needed}; whoever "
        "keeps the file of AIOPS_PEOPLE can change that"
    )
