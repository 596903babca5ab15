"""YAML files as nodes that know where they stand: `file:line:column: what, and the remedy`.

Shared by the readers of configuration files. A file is composed, never constructed: every value is
the text that was written, and what it means is said by the reader.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn, TypeVar

import yaml

DURATION = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,3})?)(ms|s|m|h)")
WHOLE_NUMBER = re.compile(r"[0-9]{1,9}")
UNIT_S = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
FILE_MAX_BYTES = 256 * 1024  # some thousand lines; what is larger was not written by hand

T = TypeVar("T")


TAG = "tag:yaml.org,2002:"  # of what YAML itself knows: str, int, map, seq …


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """What is wrong in a file, where (lines and columns from 1 on), and the remedy."""

    path: Path
    line: int
    column: int
    words: str

    @property
    def text(self) -> str:
        return f"{self.path}:{self.line}:{self.column}: {self.words}"


class YamlFileError(ValueError):
    """`file:line:column: what is wrong, and the remedy`."""

    def __init__(self, text: str, problem: Problem | None = None) -> None:
        super().__init__(text)
        self.problem = problem

    @classmethod
    def at(cls, path: Path, line: int, column: int, words: str) -> YamlFileError:
        problem = Problem(path, line, column, words)
        return cls(problem.text, problem)


class _ReferenceError(yaml.MarkedYAMLError):
    """An anchor or an alias: what a reader sees in one place would be written in another."""


class _Loader(yaml.SafeLoader):
    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        event: yaml.Event = self.peek_event()  # type: ignore[no-untyped-call]
        if getattr(event, "anchor", None) is not None:  # an alias event carries one too
            words = "anchors and aliases are not read; write the value itself where it belongs"
            mark = event.start_mark
            raise _ReferenceError(problem=words, problem_mark=mark)  # type: ignore[arg-type]
        return super().compose_node(parent, index)


class Node:
    """One YAML node that knows where it stands."""

    def __init__(self, path: Path, node: yaml.Node) -> None:
        self._path = path
        self._node = node

    @property
    def path(self) -> Path:
        return self._path

    @classmethod
    def of(cls, path: Path, holds: str = "what belongs there") -> Node:
        """The one document of a file; `holds` completes "write ...". Raises YamlFileError."""
        try:
            with path.open("rb") as file:
                raw = file.read(FILE_MAX_BYTES + 1)
        except OSError as error:
            why = error.strerror or type(error).__name__
            words = f"{why}; write a file that can be read"
            raise YamlFileError.at(path, 1, 1, words) from error
        if len(raw) > FILE_MAX_BYTES:
            raise YamlFileError.at(path, 1, 1, f"too large; write at most {FILE_MAX_BYTES} bytes")
        try:
            node = yaml.compose(raw, Loader=_Loader)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark
            line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
            words = str(error.problem)
            words = words if isinstance(error, _ReferenceError) else f"no YAML, {words}"
            raise YamlFileError.at(path, line, column, words) from error
        except RecursionError:
            raise YamlFileError.at(path, 1, 1, f"nested far too deep; write {holds}") from None
        except yaml.YAMLError as error:
            why = " ".join(str(error).split())
            raise YamlFileError.at(path, 1, 1, f"no YAML, {why}") from error
        if node is None:
            raise YamlFileError.at(path, 1, 1, f"empty; write {holds} or remove the file")
        return cls(path, node)

    def problem(self, what: str) -> Problem:
        """What is wrong here, on one line."""
        mark = self._node.start_mark
        return Problem(self._path, mark.line + 1, mark.column + 1, " ".join(what.split()))

    def fail(self, what: str) -> NoReturn:
        problem = self.problem(what)
        raise YamlFileError(problem.text, problem)

    def scalar(self) -> tuple[str, str] | None:
        """The kind that YAML sees in it (`str`, `int`, `bool` …), and what was written."""
        if not isinstance(self._node, yaml.ScalarNode):
            return None
        return self._node.tag.removeprefix(TAG), self._node.value

    def entries(self) -> list[tuple[Node, Node]] | None:
        """Keys and values of an object, as often as they are written; None when it is none."""
        if not isinstance(self._node, yaml.MappingNode) or self._node.tag != f"{TAG}map":
            return None
        return [(Node(self._path, k), Node(self._path, v)) for k, v in self._node.value]

    def elements(self) -> list[Node] | None:
        """What a list holds; None when it is none."""
        if not isinstance(self._node, yaml.SequenceNode) or self._node.tag != f"{TAG}seq":
            return None
        return [Node(self._path, one) for one in self._node.value]

    def fields(self, *required: str, optional: tuple[str, ...] = ()) -> dict[str, Node]:
        """The entries of an object: none twice, none unknown, none missing."""
        entries = self.entries()
        if entries is None:
            self.fail(f"write an object with {', '.join((*required, *optional))}")
        found: dict[str, Node] = {}
        for key, value in entries:
            name = key.text()
            if name in found:
                key.fail(f"{name} is written twice; keep one")
            if name not in (*required, *optional):
                known = ", ".join((*required, *optional))
                key.fail(f"{name} is unknown; known here: {known}")
            found[name] = value
        for name in required:
            if name not in found:
                self.fail(f"{name} is missing; add it")
        return found

    def items(self) -> list[Node]:
        elements = self.elements()
        if elements is None:
            self.fail("write a list")
        return elements

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
