"""Rules: how long they wait, and whether they have data to judge by."""

from __future__ import annotations

from typing import Protocol

from tests.contracts.observing import Note
from worker.domain.document.identity import Subject, SubjectKind
from worker.domain.document.incident import AlertRecord
from worker.engine.ports import Rules, TransientError

WEB = Subject(SubjectKind.SERVICE, "shop", "Deployment/web")
LAG, FADING = "Lag", "Fading"  # the alerts whose rules there are; each has a metric of its own
FOR_S, LOOKBACK_S = 60.0, 120.0  # of both


class RulesRig(Protocol):
    @property
    def rules(self) -> Rules: ...

    def alert(self, name: str) -> AlertRecord:
        """One of this name, as it fired for WEB."""

    async def measure(self, name: str) -> None:
        """The metric of this alert is there, and far below its threshold."""

    async def lose(self, name: str) -> None:
        """It isn't there any more."""

    async def cut_off(self) -> None:
        """Nobody can be asked any more."""


async def windows(rig: RulesRig, note: Note) -> None:
    found = await rig.rules.windows()
    note("windows", windows={name: [found[name].for_s, found[name].lookback_s] for name in (
        LAG, FADING)})  # fmt: skip


async def has_data(rig: RulesRig, note: Note) -> None:
    """That an alert doesn't fire is no sign that nothing is measured."""
    await rig.measure(LAG)
    one = rig.alert(LAG)
    found = await rig.rules.data(WEB, [one])
    assert found == {one.fingerprint: True}
    note("data", has=list(found.values()))


async def metric_vanished(rig: RulesRig, note: Note) -> None:
    """A rule looks back some minutes, so that it still has a value; its series is gone."""
    await rig.measure(LAG)
    await rig.measure(FADING)
    await rig.lose(FADING)
    found = await rig.rules.data(WEB, [rig.alert(LAG), rig.alert(FADING)])
    assert found[rig.alert(FADING).fingerprint] is False
    note("data", has=list(found.values()))


async def never_heard_of(rig: RulesRig, note: Note) -> None:
    """No rule of this name is evaluated here."""
    found = await rig.rules.data(WEB, [rig.alert("Unheard")])
    assert list(found.values()) == [False]
    note("data", has=list(found.values()))


async def nothing_asked(rig: RulesRig, note: Note) -> None:
    note("data", has=list((await rig.rules.data(WEB, [])).values()))


async def away(rig: RulesRig, note: Note) -> None:
    await rig.cut_off()
    for name, asked in (("windows", rig.rules.windows()), ("data", rig.rules.data(WEB, []))):
        try:
            await asked
        except TransientError as error:
            note(name, error="TransientError", retry_after_s=error.retry_after_s)


CASES = (windows, has_data, metric_vanished, never_heard_of, nothing_asked, away)
