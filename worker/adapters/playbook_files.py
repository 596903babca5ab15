"""Playbook packs from YAML files: read whole or not at all, errors with file, line and remedy."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import NoReturn, TypeVar

import yaml

from worker.domain.identity import SubjectKind
from worker.domain.playbook import Matcher, Mode, Pack, Playbook, Step, Verb, Watch

SHIPPED = Path(__file__).parents[1] / "playbooks"
PACK_FILE = "pack.yaml"
DURATION = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,3})?)(ms|s|m|h)")
WHOLE_NUMBER = re.compile(r"[0-9]{1,9}")
UNIT_S = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
STEPS_MAX = 8  # rungs of one ladder
FILE_MAX_BYTES = 256 * 1024

SOAK_S = 60.0  # a blip shorter than this is nobody's incident

T = TypeVar("T")


class PlaybookError(ValueError):
    """`file:line:column: what is wrong, and the remedy`."""


def load_pack(folder: Path | None = None) -> Pack:
    """All playbooks of a folder (the shipped ones by default), in the order of their file names."""
    folder = folder or SHIPPED
    head = folder / PACK_FILE
    if not head.is_file():
        raise PlaybookError(f"{head}:1:1: missing; create it with the line `version: 1`")
    version = _Node.of(head).fields("version")["version"].whole_number(minimum=1)
    files = sorted(path for path in folder.glob("*.yaml") if path.name != PACK_FILE)
    playbooks = tuple(_playbook(_Node.of(path)) for path in files)
    names = [playbook.name for playbook in playbooks]
    for path, name in zip(files, names, strict=True):
        if names.count(name) > 1:
            raise PlaybookError(f"{path}:1:1: name {name!r} is taken; give each playbook its own")
    return Pack(version, playbooks)


def _playbook(node: _Node) -> Playbook:
    top = node.fields("apiVersion", "kind", "metadata", "spec")
    top["apiVersion"].one_of({"aiops/v1": None})
    top["kind"].one_of({"Playbook": None})
    metadata = top["metadata"].fields("name")
    spec = top["spec"].fields("match", "steps", optional=("mode", "soak", "summary"))
    steps = spec["steps"].items()
    if not 1 <= len(steps) <= STEPS_MAX:
        spec["steps"].fail(f"{len(steps)} steps; write 1 to {STEPS_MAX}")
    return Playbook(
        name=metadata["name"].text(),
        match=_matcher(spec["match"]),
        steps=tuple(_step(one) for one in steps),
        mode=spec["mode"].one_of({str(m): m for m in Mode}) if "mode" in spec else None,
        soak_s=spec["soak"].duration_s() if "soak" in spec else SOAK_S,
        summary=spec["summary"].text() if "summary" in spec else "",
    )


def _matcher(node: _Node) -> Matcher:
    given = node.fields(optional=("alerts", "causes", "subjects"))
    if not given.keys() & {"alerts", "causes"}:
        node.fail("matches everything; name alerts or causes")
    kinds = {str(kind): kind for kind in SubjectKind}
    subjects = given["subjects"].items() if "subjects" in given else []
    return Matcher(
        alerts=frozenset(one.text() for one in given["alerts"].items())
        if "alerts" in given
        else frozenset(),
        causes=frozenset(one.text() for one in given["causes"].items())
        if "causes" in given
        else frozenset(),
        subjects=frozenset(one.one_of(kinds) for one in subjects)
        or frozenset({SubjectKind.SERVICE}),
    )


def _step(node: _Node) -> Step:
    given = node.fields("action", optional=("attempts", "coolDown", "verify"))
    default = Step(Verb.EVICT_POD)
    return Step(
        verb=given["action"].one_of({str(verb): verb for verb in Verb}),
        attempts_max=given["attempts"].whole_number(minimum=1)
        if "attempts" in given
        else default.attempts_max,
        cool_down_s=given["coolDown"].duration_s() if "coolDown" in given else default.cool_down_s,
        watch=_watch(given["verify"]) if "verify" in given else default.watch,
    )


def _watch(node: _Node) -> Watch:
    given = node.fields("settle", "window", "deadline")
    watch = Watch(*(given[name].duration_s() for name in ("settle", "window", "deadline")))
    if watch.deadline_s < watch.window_s:
        given["deadline"].fail("shorter than the window; nothing could ever be verified")
    return watch


class _Node:
    """One YAML node that knows where it stands."""

    def __init__(self, path: Path, node: yaml.Node) -> None:
        self._path = path
        self._node = node

    @classmethod
    def of(cls, path: Path) -> _Node:
        raw = path.read_bytes()
        if len(raw) > FILE_MAX_BYTES:
            raise PlaybookError(f"{path}:1:1: {len(raw)} bytes; at most {FILE_MAX_BYTES}")
        try:
            node = yaml.compose(raw, Loader=yaml.SafeLoader)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark
            line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
            raise PlaybookError(f"{path}:{line}:{column}: no YAML, {error.problem}") from error
        except RecursionError:
            raise PlaybookError(f"{path}:1:1: nested far too deep; write a playbook") from None
        except yaml.YAMLError as error:
            raise PlaybookError(f"{path}:1:1: no YAML, {error}") from error
        if node is None:
            raise PlaybookError(f"{path}:1:1: empty; write a playbook or remove the file")
        return cls(path, node)

    def fail(self, what: str) -> NoReturn:
        mark = self._node.start_mark
        on_one_line = " ".join(what.split())
        raise PlaybookError(f"{self._path}:{mark.line + 1}:{mark.column + 1}: {on_one_line}")

    def fields(self, *required: str, optional: tuple[str, ...] = ()) -> dict[str, _Node]:
        """The entries of an object: none twice, none unknown, none missing."""
        if not isinstance(self._node, yaml.MappingNode):
            self.fail(f"write an object with {', '.join((*required, *optional))}")
        found: dict[str, _Node] = {}
        for key, value in self._node.value:
            name = _Node(self._path, key).text()
            if name in found:
                _Node(self._path, key).fail(f"{name} is written twice; keep one")
            if name not in (*required, *optional):
                known = ", ".join((*required, *optional))
                _Node(self._path, key).fail(f"{name} is unknown; known here: {known}")
            found[name] = _Node(self._path, value)
        for name in required:
            if name not in found:
                self.fail(f"{name} is missing; add it")
        return found

    def items(self) -> list[_Node]:
        if not isinstance(self._node, yaml.SequenceNode):
            self.fail("write a list")
        return [_Node(self._path, one) for one in self._node.value]

    def text(self) -> str:
        if not isinstance(self._node, yaml.ScalarNode) or not self._node.value:
            self.fail("write a text")
        value: str = self._node.value
        return value

    def one_of(self, choices: Mapping[str, T]) -> T:
        text = self.text()
        if text not in choices:
            self.fail(f"{text!r} is unknown; write {' or '.join(choices)}")
        return choices[text]

    def whole_number(self, *, minimum: int) -> int:
        text = self.text()
        if not WHOLE_NUMBER.fullmatch(text) or int(text) < minimum:
            self.fail(f"{text!r}: write a whole number from {minimum} on")
        return int(text)

    def duration_s(self) -> float:
        text = self.text()
        match = DURATION.fullmatch(text)
        if match is None:
            self.fail(f"{text!r} is no duration; write one such as 30s, 10m or 1h")
        return float(match.group(1)) * UNIT_S[match.group(2)]
