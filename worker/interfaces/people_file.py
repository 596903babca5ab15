"""The file of people (`AIOPS_PEOPLE`): who they are, what they may, and their tokens or the digests
of these. YAML, and so JSON; read whole or not at all, errors with line and remedy.

Rules of this file: a token that stands in it is a secret, so the file must then be closed to
others; a digest of a long random token gives nothing away. Nobody else may ever write it.
"""

from __future__ import annotations

import hashlib
import re
import stat
from pathlib import Path

from worker.adapters.yaml_nodes import Node, YamlFileError
from worker.interfaces.identities import API_TOKEN, SOMEBODY, Person, Role

PEOPLE_MAX = 256  # each costs every request one comparison; more are no team but a directory
NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9 ._@+-]{0,62}[A-Za-z0-9])?")  # told in every story
TOKEN = re.compile(r"[\x21-\x7e]{24,256}")  # what fits into a header; shorter ones can be guessed
SHA256 = re.compile(r"[0-9a-f]{64}")
BOOLEANS = {"true": True, "false": False}


def read_people(path: Path) -> tuple[Person, ...]:
    """The people of a file, in their order. Raises YamlFileError."""
    top = Node.of(path, "people").fields("apiVersion", "kind", "people")
    top["apiVersion"].one_of({"aiops/v1": None})
    top["kind"].one_of({"People": None})
    nodes = top["people"].items()
    if len(nodes) > PEOPLE_MAX:
        top["people"].fail(f"{len(nodes)} people; write at most {PEOPLE_MAX}")
    people: list[Person] = []
    secret = False
    for node in nodes:
        given = node.fields("name", "role", optional=("token", "sha256", "bot"))
        people.append(_person(node, given, people))
        secret = secret or "token" in given
    _closed(path, secret=secret)
    return tuple(people)


def _person(node: Node, given: dict[str, Node], others: list[Person]) -> Person:
    name = given["name"].text()
    if not NAME.fullmatch(name):
        given["name"].fail(
            f"{name[:80]!r} is no name; write 1 to 64 letters, digits, spaces and . _ @ + -"
        )
    if name in (API_TOKEN, SOMEBODY):
        given["name"].fail(f"{name!r} is who shows no token of their own; write another name")
    if any(name == one.name for one in others):
        given["name"].fail(f"{name!r} is taken; give each person one entry")
    if len(given.keys() & {"token", "sha256"}) != 1:
        node.fail(f"{name}: write either token or sha256; `sha256` is what `sha256sum` makes of it")
    digest = _digest(given)
    for one in others:
        if one.sha256 == digest:
            node.fail(f"{name} and {one.name} have the same token; give each their own")
    role = given["role"].one_of({str(role): role for role in Role})
    bot = given["bot"].one_of(BOOLEANS) if "bot" in given else False
    return Person(name, role, digest, bot)


def _digest(given: dict[str, Node]) -> bytes:
    """Never repeats what it was given: an error is read by more people than the file is."""
    if "sha256" in given:
        text = given["sha256"].text()
        if not SHA256.fullmatch(text):
            given["sha256"].fail("that is no SHA-256; write its 64 digits 0-9 a-f")
        return bytes.fromhex(text)
    token = given["token"].text()
    if not TOKEN.fullmatch(token):
        given["token"].fail(
            "that is no token; write 24 to 256 printable ASCII characters without spaces, such as "
            "`openssl rand -hex 32` prints"
        )
    return hashlib.sha256(token.encode()).digest()


def _closed(path: Path, *, secret: bool) -> None:
    try:
        mode = path.stat().st_mode
    except OSError as error:
        raise YamlFileError.at(path, 1, 1, f"{error.strerror}; write a file that stays") from error
    if mode & stat.S_IWOTH:
        words = f"mode {stat.S_IMODE(mode):04o}: everybody may write it; chmod o-rwx it"
        raise YamlFileError.at(path, 1, 1, words)
    if secret and mode & stat.S_IROTH:
        words = (
            f"mode {stat.S_IMODE(mode):04o}: everybody may read the tokens in it; chmod o-rwx it "
            "(a Secret's defaultMode: 0440), or write sha256 instead of token"
        )
        raise YamlFileError.at(path, 1, 1, words)
