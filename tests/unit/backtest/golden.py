"""The golden report of a small recording: `python -m tests.unit.backtest.golden` writes it anew.

Read what differs before it is kept: it is what somebody would have been told.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from click.testing import CliRunner, Result

from worker.interfaces.cli.main import main

DATA = Path(__file__).parent / "data"
REPORTS = {
    "week.report.json": ("-o", "json"),
    "week.report.txt": (),
    "week.diff.txt": ("--diff", str(DATA / "cautious")),
}


def simulated(*words: str) -> Result:
    """The recording through the golden playbooks, with no variable of the caller's shell."""
    named = ("simulate", str(DATA / "week.jsonl"), "--playbooks", str(DATA / "playbooks"))
    clean: dict[str, str | None] = {one: None for one in os.environ if one.startswith("AIOPS_")}
    return CliRunner(env=clean).invoke(main, [*named, *words])


def golden(name: str) -> str:
    """What the report is now, without the folder it was made in."""
    text = simulated(*REPORTS[name]).stdout
    return text.replace(json.dumps(str(DATA))[1:-1], ".")


if __name__ == "__main__":
    for file in REPORTS:
        (DATA / file).write_text(golden(file))
