"""One run of `aiopsctl simulate`: the playbooks of a folder through a recording."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from worker.backtest.assumed import ASSUMPTIONS
from worker.backtest.moments import time_of

if TYPE_CHECKING:
    from worker.backtest.report import Report
    from worker.backtest.survey import Recording, Survey
    from worker.domain.calendar.window import Window
    from worker.domain.playbooks.pack import Pack
    from worker.settings import Settings


@dataclass(frozen=True, slots=True)
class Replayed:
    """One pack's run through the recording."""

    folder: Path | None
    pack: Pack
    report: Report
    decisions: int


@dataclass(frozen=True, slots=True)
class About:
    """What was replayed, and how. `given`: the number of services was."""

    names: list[str]
    survey: Survey
    mode: str
    services: int
    given: bool

    @property
    def assumptions(self) -> list[str]:
        whence = "as --services says" if self.given else "those that the recording names"
        return [f"the cluster has {self.services} services, {whence}", *ASSUMPTIONS]

    def as_json(self) -> dict[str, Any]:
        survey = self.survey
        assert survey.first is not None, "an empty recording"
        assert survey.last is not None, "an empty recording"
        recording = {
            "names": self.names,
            "alerts": survey.alerts,
            "ops_events": survey.ops_events,
            "subjects": len(survey.subjects),
            "first_at": time_of(survey.first.at_s),
            "last_at": time_of(survey.last.at_s),
            "unread": {
                "count": survey.unread.total(),
                "by_reason": dict(survey.unread.most_common()),
                "listed": [
                    {"place": one.place, "reason": one.reason, "detail": one.detail}
                    for one in survey.listed
                ],
            },
        }
        told = {"recording": recording, "mode": self.mode, "services": self.services}
        return {**told, "assumptions": self.assumptions}


def run(
    folder: Path | None, pack: Pack, settings: Settings, recording: Recording, services: int,
    wanted: str, step: Callable[[], None],
) -> Replayed:  # fmt: skip
    """Go through the recording with this pack; `step` is called at every record."""
    from worker.adapters.expressions.evaluator import CelExpressions
    from worker.backtest.replay import Replay
    from worker.backtest.report import Report
    from worker.engine.conditions import answers

    report, expressions, windows = Report(wanted), CelExpressions(), _windows(settings)
    replay = Replay(
        pack=pack,
        policy=settings.policy,
        services=services,
        conditions=lambda document, facts, now_s: answers(
            document, facts, pack, replay.policy, now_s, expressions
        ),
        told=report.take,
        windows=windows,
    )
    for _ in replay.run(recording.records()):
        step()
    report.finish(replay.ends_s)
    return Replayed(folder, pack, report, replay.decisions)


def settings_of(mode: str) -> Settings:
    """The worker's own settings, in this mode. Raises click.UsageError."""
    from pydantic import ValidationError

    from worker.settings import Settings
    from worker.settings_names import explain

    try:
        return Settings(mode=mode)  # type: ignore[arg-type]
    except ValidationError as error:
        raise click.UsageError(explain(error)) from error


def pack_of(folder: Path | None) -> Pack:
    """The playbooks of a folder. Raises click.ClickException."""
    from worker.adapters.playbook_files import PlaybookError
    from worker.packs import read_pack

    try:
        return read_pack(folder)
    except PlaybookError as error:
        raise click.ClickException(str(error)) from error


def _windows(settings: Settings) -> tuple[Window, ...]:
    from worker.adapters.window_files import load_windows
    from worker.adapters.yaml_nodes import YamlFileError

    try:
        return load_windows(settings.windows) if settings.windows else ()
    except YamlFileError as error:
        raise click.ClickException(str(error)) from error
