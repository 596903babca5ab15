"""What is wrong with a pack: everything that was found, not only the first."""

from __future__ import annotations

from collections.abc import Sequence

from worker.adapters.yaml_nodes import Node, Problem, YamlFileError

PROBLEMS_MAX = 50  # that are shown; whoever has more repairs these first


class PlaybookError(YamlFileError):
    """A pack that cannot be read: the first problems in the order of files and lines."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        ordered = sorted(problems)
        self.problems = tuple(ordered[:PROBLEMS_MAX])
        self.more = len(ordered) - len(self.problems)
        lines = [one.text for one in self.problems]
        if self.more:
            lines.append(f"and {self.more} more")
        super().__init__("\n".join(lines), ordered[0])


class Problems:
    """Collects while reading goes on."""

    def __init__(self) -> None:
        self.found: list[Problem] = []

    def add(self, node: Node, words: str) -> None:
        self.found.append(node.problem(words))

    def take(self, error: YamlFileError) -> None:
        assert error.problem is not None, "every error of a node knows its place"
        self.found.append(error.problem)
