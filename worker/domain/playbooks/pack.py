"""All playbooks of one version, and which of them an incident gets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from worker.domain.document.identity import Subject
from worker.domain.document.incident import Incident
from worker.domain.observed.evidence import Unknown
from worker.domain.playbooks.playbook import Playbook

Answers = Mapping[str, bool | Unknown]
"""The answer to each condition that was evaluated, by its id."""


@dataclass(frozen=True, slots=True)
class Pack:
    """Swapped whole or not at all; a higher version is newer. Their order is the policy."""

    version: int
    playbooks: tuple[Playbook, ...]
    _by_key: dict[str, tuple[int, ...]] = field(init=False, repr=False, compare=False)
    _by_name: dict[str, Playbook] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """An index by alert and by cause: a large pack costs an incident no more than a small one.

        A playbook with both is found by its alerts; one with neither is found by everybody.
        """
        index: dict[str, list[int]] = {}
        for number, playbook in enumerate(self.playbooks):
            for key in _keys(playbook):
                index.setdefault(key, []).append(number)
        frozen = {key: tuple(numbers) for key, numbers in index.items()}
        object.__setattr__(self, "_by_key", frozen)
        named = {one.name: one for one in reversed(self.playbooks)}  # of two the first one counts
        object.__setattr__(self, "_by_name", named)

    def preselected(self, subject: Subject, incident: Incident) -> Iterator[Playbook]:
        """Those that match as far as names and labels go, in the pack's order."""
        keys = {f"cause:{incident.cause}", "", *(f"alert:{one.name}" for one in incident.alerts)}
        numbers = {number for key in keys for number in self._by_key.get(key, ())}
        for number in sorted(numbers):
            playbook = self.playbooks[number]
            if playbook.match.preselects(subject, incident):
                yield playbook

    def select(
        self, subject: Subject, incident: Incident, answers: Answers
    ) -> Playbook | Unknown | None:
        """The first that matches; Unknown when the first that could is not known to."""
        for playbook in self.preselected(subject, incident):
            when = playbook.match.when
            if when is None:
                return playbook
            answer = answers.get(when.id, Unknown("not evaluated"))
            if isinstance(answer, Unknown):
                return Unknown(f"whether playbook {playbook.name} matches: {answer.why}")
            if answer is True:
                return playbook
        return None

    def named(self, name: str) -> Playbook | None:
        return self._by_name.get(name)


def _keys(playbook: Playbook) -> list[str]:
    match = playbook.match
    if match.alerts:
        return [f"alert:{name}" for name in match.alerts]
    return [f"cause:{name}" for name in match.causes] or [""]
