"""A folder of playbooks as one pack: read whole, or refused with all that is wrong with it."""

from __future__ import annotations

from pathlib import Path

from worker.adapters.playbook_files.building import playbook_of
from worker.adapters.playbook_files.checks import CheckCondition, check
from worker.adapters.playbook_files.format import PACK, PLAYBOOK
from worker.adapters.playbook_files.forms import Object
from worker.adapters.playbook_files.problems import PlaybookError, Problems
from worker.adapters.playbook_files.reading import Found, read
from worker.adapters.yaml_nodes import Node, YamlFileError
from worker.domain.playbooks.pack import Pack

SHIPPED = Path(__file__).parents[2] / "playbooks"
PACK_FILE = "pack.yaml"
PLAYBOOKS_MAX = 500  # of one pack; more were made by a program, and nobody has read them


def load_pack(folder: Path | None = None, *, check_condition: CheckCondition) -> Pack:
    """All playbooks of a folder (the shipped ones by default), in the order of their file names.

    Raises PlaybookError. Files that end in `.yaml` count, unless their names begin with a dot;
    folders in it are not looked into.
    """
    problems = Problems()
    folder = folder or SHIPPED
    version = _version(folder / PACK_FILE, problems)
    playbooks = [
        found
        for path in _files(folder, problems)
        if (found := _file(path, "a playbook", PLAYBOOK, problems)) is not None
    ]
    for playbook in playbooks:
        check(playbook, check_condition, problems)
    _names(playbooks, problems)
    if problems.found:
        raise PlaybookError(problems.found)
    return Pack(version, tuple(playbook_of(one) for one in playbooks))


def _version(path: Path, problems: Problems) -> int:
    if not path.is_file():
        words = "missing; create it with the line `version: 1`"
        problems.take(YamlFileError.at(path, 1, 1, words))
        return 0
    found = _file(path, "the line `version: 1`", PACK, problems)
    return int(found.fields["version"].value) if found and "version" in found.fields else 0


def _files(folder: Path, problems: Problems) -> list[Path]:
    try:
        there = sorted(path for path in folder.glob("*") if not path.name.startswith("."))
    except OSError as error:
        words = f"{error.strerror}; name a folder that can be read"
        problems.take(YamlFileError.at(folder, 1, 1, words))
        return []
    for path in there:
        if path.suffix == ".yml":
            words = "would not be read; let its name end in .yaml"
            problems.take(YamlFileError.at(path, 1, 1, words))
    files = [path for path in there if path.suffix == ".yaml" and path.name != PACK_FILE]
    if len(files) > PLAYBOOKS_MAX:
        words = f"{len(files)} playbooks; a pack holds at most {PLAYBOOKS_MAX}"
        problems.take(YamlFileError.at(files[PLAYBOOKS_MAX], 1, 1, words))
    return files[:PLAYBOOKS_MAX]


def _file(path: Path, holds: str, form: Object, problems: Problems) -> Found | None:
    try:
        return read(Node.of(path, holds), form, problems)
    except YamlFileError as error:
        problems.take(error)
        return None


def _names(playbooks: list[Found], problems: Problems) -> None:
    taken: dict[str, str] = {}
    for playbook in playbooks:
        metadata = playbook.fields.get("metadata")
        name = metadata.fields.get("name") if metadata is not None else None
        if name is None:
            continue
        other = taken.setdefault(name.value, name.node.path.name)
        if other != name.node.path.name:
            words = f"name {name.value!r} is taken by {other}; give each playbook its own"
            problems.add(name.node, words)
