"""The file of people: read whole or not at all; errors name line and remedy and no secret."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import pytest

from worker.adapters.yaml_nodes import YamlFileError
from worker.interfaces.identities import Role
from worker.interfaces.people_file import PEOPLE_MAX, read_people

TOKEN = "correct-horse-battery-staple"
DIGEST = hashlib.sha256(TOKEN.encode()).hexdigest()
HEAD = "apiVersion: aiops/v1\nkind: People\npeople:\n"
ALICE = f"  - name: alice\n    role: approver\n    sha256: {DIGEST}\n"


def written(folder: Path, text: str, mode: int = 0o600) -> Path:
    path = folder / "people.yaml"
    path.write_text(text)
    path.chmod(mode)
    return path


def error(folder: Path, text: str, mode: int = 0o600) -> str:
    with pytest.raises(YamlFileError) as caught:
        read_people(written(folder, text, mode))
    assert TOKEN not in str(caught.value)
    return str(caught.value).removeprefix(str(folder))


def test_tokens_and_digests_are_the_same(tmp_path: Path) -> None:
    other = "another-long-enough-token"
    path = written(
        tmp_path,
        HEAD + ALICE + f"  - {{name: deploy bot, role: operator, token: {other}, bot: true}}\n",
    )
    alice, bot = read_people(path)
    assert (alice.name, alice.role, alice.bot) == ("alice", Role.APPROVER, False)
    assert alice.sha256 == hashlib.sha256(TOKEN.encode()).digest()
    assert (bot.name, bot.role, bot.bot) == ("deploy bot", Role.OPERATOR, True)
    assert bot.sha256 == hashlib.sha256(other.encode()).digest()


def test_json_is_yaml(tmp_path: Path) -> None:
    person = {"name": "alice@example.org", "role": "viewer", "token": TOKEN, "bot": False}
    text = json.dumps({"apiVersion": "aiops/v1", "kind": "People", "people": [person]}, indent=2)
    (alice,) = read_people(written(tmp_path, text))
    assert (alice.name, alice.role) == ("alice@example.org", Role.VIEWER)


def test_the_documented_example_is_one(tmp_path: Path) -> None:
    page = (Path(__file__).parents[3] / "docs/how-to/approve-and-hold.md").read_text()
    (text,) = re.findall(r"```yaml\n# people\.yaml\n(.*?)```", page, re.S)
    people = read_people(written(tmp_path, text))
    assert {one.role for one in people} == {Role.OPERATOR, Role.APPROVER}
    assert [one.bot for one in people] == [False, False, True]


def test_nobody_at_all_is_a_file_too(tmp_path: Path) -> None:
    assert read_people(written(tmp_path, HEAD.rstrip() + " []\n")) == ()


@pytest.mark.parametrize(
    ("people", "line", "words"),
    [
        ("  - name: alice\n    role: approver\n", 4, "write either token or sha256"),
        (ALICE + f"    token: {TOKEN}\n", 4, "write either token or sha256"),
        (ALICE.replace("approver", "admin"), 5, "'admin' is unknown; write viewer or approver or"),
        (ALICE.replace("approver", "Operator"), 5, "'Operator' is unknown"),
        (ALICE.replace(DIGEST, DIGEST.upper()), 6, "that is no SHA-256; write its 64 digits"),
        (ALICE.replace(DIGEST, TOKEN), 6, "that is no SHA-256"),
        (ALICE.replace(f"sha256: {DIGEST}", "token: short"), 6, "that is no token; write 24"),
        (ALICE.replace(f"sha256: {DIGEST}", f'token: "{TOKEN} "'), 6, "that is no token"),
        (ALICE.replace(f"sha256: {DIGEST}", "token: ünï-correct-horse-battery"), 6, "no token"),
        (ALICE.replace("alice", '"a\\nb"'), 4, "is no name; write 1 to 64 letters"),
        (ALICE.replace("alice", '" alice"'), 4, "is no name"),
        (ALICE.replace("alice", "a" * 65), 4, "is no name"),
        (ALICE.replace("alice", "api-token"), 4, "is who shows no token of their own"),
        (ALICE.replace("alice", "somebody on this machine"), 4, "write another name"),
        (ALICE + ALICE, 7, "'alice' is taken; give each person one entry"),
        (ALICE + ALICE.replace("alice", "bob"), 7, "bob and alice have the same token"),
        (ALICE + "    roles: [operator]\n", 7, "roles is unknown; known here: name, role, token"),
        (ALICE + "    bot: yes\n", 7, "'yes' is unknown; write true or false"),
        (ALICE + "    role: operator\n", 7, "role is written twice"),
        ("  - alice\n", 4, "write an object with name, role"),
        ("  alice: operator\n", 4, "write a list"),
    ],
)
def test_what_is_wrong_is_named_with_its_line_and_remedy(
    tmp_path: Path, people: str, line: int, words: str
) -> None:
    told = error(tmp_path, HEAD + people)
    assert told.startswith(f"/people.yaml:{line}:")
    assert words in told


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "empty"),
        ("{", "no YAML"),
        ("people: []\n", "apiVersion is missing"),
        ("apiVersion: aiops/v1\nkind: Peple\npeople: []\n", "'Peple' is unknown; write People"),
        ("apiVersion: aiops/v2\nkind: People\npeople: []\n", "'aiops/v2' is unknown"),
        (HEAD + "  - &a {name: a}\n  - *a\n", "anchors and aliases are not read"),
        ("# " + "x" * 300_000, "too large"),
    ],
)
def test_what_is_no_such_file(tmp_path: Path, text: str, words: str) -> None:
    assert words in error(tmp_path, text)


def test_no_more_than_a_team(tmp_path: Path) -> None:
    many = "".join(
        f"  - {{name: p{n}, role: viewer, sha256: {n:064x}}}\n" for n in range(PEOPLE_MAX + 1)
    )
    assert f"write at most {PEOPLE_MAX}" in error(tmp_path, HEAD + many)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(YamlFileError, match=r"people\.yaml:1:1: No such file"):
        read_people(tmp_path / "people.yaml")


@pytest.mark.parametrize("mode", [0o602, 0o646, 0o666, 0o777])
def test_what_everybody_may_write_is_refused(tmp_path: Path, mode: int) -> None:
    told = error(tmp_path, HEAD + ALICE, mode)
    assert f"mode {mode:04o}: everybody may write it; chmod o-rwx it" in told


@pytest.mark.parametrize("mode", [0o604, 0o644])
def test_tokens_that_everybody_may_read_are_refused(tmp_path: Path, mode: int) -> None:
    text = HEAD + ALICE.replace(f"sha256: {DIGEST}", f"token: {TOKEN}")
    assert "everybody may read the tokens in it" in error(tmp_path, text, mode)


@pytest.mark.parametrize("mode", [0o400, 0o440, 0o640, 0o644])
def test_digests_may_be_read_by_everybody(tmp_path: Path, mode: int) -> None:
    """As a Secret is mounted unless told otherwise."""
    assert len(read_people(written(tmp_path, HEAD + ALICE, mode))) == 1
