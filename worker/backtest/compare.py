"""Two reports of one recording side by side: which incidents differ, and how."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from worker.backtest.incident_report import Deed, IncidentReport
from worker.backtest.moments import time_of
from worker.backtest.report import Report

ABSENT = "not opened"
"""An incident's id counts those before it: what closes later with one of the packs may leave the
next alert in the same incident, and no other one is opened."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One incident that ends up otherwise. `how` names what differs."""

    id: str
    subject: str
    cause: str
    opened_s: float
    how: tuple[str, ...]
    mine: str
    other: str

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "subject": self.subject,
            "cause": self.cause,
            "opened_at": time_of(self.opened_s),
            "how": list(self.how),
            "mine": self.mine,
            "other": self.other,
        }


def differences(mine: Report, other: Report) -> Iterator[Difference]:
    """The incidents that differ in what was decided, asked, refused, handed over or how they ended,
    by the time they were opened."""
    ids = [one.id for one in mine.in_order()]
    ids += [one.id for one in other.in_order() if one.id not in mine.incidents]
    found = [(mine.incidents.get(one), other.incidents.get(one)) for one in ids]
    shown = [one for pair in found if (one := _difference(*pair)) is not None]
    yield from sorted(shown, key=lambda one: (one.opened_s, one.id))


def _difference(mine: IncidentReport | None, other: IncidentReport | None) -> Difference | None:
    known = mine or other
    assert known is not None, "an id of neither report"
    how: tuple[str, ...] = ("opened",)
    if mine is not None and other is not None:
        one, two = _aspects(mine), _aspects(other)
        how = tuple(name for name in one if one[name] != two[name])
    if not how:
        return None
    return Difference(
        known.id, known.subject, known.cause, known.opened_s, how,
        mine.outcome if mine else ABSENT, other.outcome if other else ABSENT,
    )  # fmt: skip


def _aspects(one: IncidentReport) -> dict[str, object]:
    """What is compared; not the moments, which a shorter pause shifts."""
    return {
        "decided": [_deed(deed) for deed in one.decided],
        "asked": [_deed(deed) for deed in one.asked],
        "refused": sorted(one.refused),
        "escalated": one.escalated.reason if one.escalated else "",
        "ended": one.ended.reason if one.ended else "",
    }


def _deed(deed: Deed) -> tuple[str, str, bool]:
    return (deed.action, deed.target, bool(deed.undoes))
