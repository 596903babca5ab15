"""Who is who: each token is compared with everybody's in constant time; roles grow in order."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence

import pytest

from worker.interfaces import identities
from worker.interfaces.identities import API_TOKEN, SOMEBODY, Identities, Nobody, Person, Role


def person(name: str, role: Role = Role.VIEWER, *, bot: bool = False) -> Person:
    return Person(name, role, hashlib.sha256(f"token-of-{name}".encode()).digest(), bot)


class Listed:
    def __init__(self, *people: Person) -> None:
        self._people = people

    async def people(self) -> Sequence[Person]:
        return self._people


TEAM = (person("vera"), person("ann", Role.APPROVER), person("olaf", Role.OPERATOR, bot=True))


async def name_of(team: Identities, authorization: str) -> str | None:
    found = await team.of(authorization)
    return found.name if found else None


async def test_each_is_known_by_their_own_token() -> None:
    team = Identities(Listed(*TEAM), "shared", open_to_read=True)
    for one in TEAM:
        assert await team.of(f"Bearer token-of-{one.name}") == one
    assert await name_of(team, "bearer token-of-ann") == "ann"
    assert await name_of(team, "Bearer shared") == API_TOKEN


@pytest.mark.parametrize(
    "authorization",
    [
        "", "Bearer", "Bearer ", "Bearer token-of-", "Bearer token-of-ann ", "Bearer  token-of-ann",
        "token-of-ann", "Basic token-of-ann", "Bearer TOKEN-OF-ANN", "Bearer \xfc", "Bearer \udcff",
    ],
)  # fmt: skip
async def test_nothing_else_is_known(authorization: str) -> None:
    team = Identities(Listed(*TEAM), "", open_to_read=True)
    assert await team.of(authorization) is None


async def test_the_digest_itself_is_no_token() -> None:
    team = Identities(Listed(*TEAM), "", open_to_read=False)
    assert await team.of(f"Bearer {TEAM[1].sha256.hex()}") is None


@pytest.mark.parametrize("given", ["token-of-vera", "token-of-olaf", "shared", "nobody's"])
async def test_every_entry_is_compared_whoever_it_is(
    monkeypatch: pytest.MonkeyPatch, given: str
) -> None:
    """No early end: the time of an answer doesn't say where in the list somebody stands."""
    compared: list[int] = []

    def compare(one: bytes, other: bytes) -> bool:
        compared.append(len(one) + len(other))
        return hmac.compare_digest(one, other)

    class Counting:
        compare_digest = staticmethod(compare)

    monkeypatch.setattr(identities, "hmac", Counting)
    team = Identities(Listed(*TEAM), "shared", open_to_read=False)
    await team.of(f"Bearer {given}")
    assert compared == [64] * (len(TEAM) + 1), "digests of one length, all of them"


async def test_the_shared_token_may_only_read() -> None:
    found = await Identities(Nobody(), "shared", open_to_read=True).of("Bearer shared")
    assert found is not None
    assert found.role is Role.VIEWER


async def test_without_any_token_reading_is_open_where_it_may_be() -> None:
    found = await Identities(Nobody(), "", open_to_read=True).of("")
    assert found is not None
    assert (found.name, found.role) == (SOMEBODY, Role.VIEWER)
    assert await Identities(Nobody(), "", open_to_read=False).of("") is None
    assert await Identities(Nobody(), "shared", open_to_read=True).of("") is None
    assert await Identities(Listed(), "", open_to_read=True).of("") is None, "a file, if empty"


def test_roles_grow_in_order() -> None:
    assert [[role.may(needed) for needed in Role] for role in Role] == [
        [True, False, False],
        [True, True, False],
        [True, True, True],
    ]
