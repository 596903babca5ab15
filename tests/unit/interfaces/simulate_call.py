"""`aiopsctl simulate` called in this process, and what it is called on."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from tests.unit.backtest.recordings import HOUR_S, POD, alert
from worker.interfaces.cli.main import main

CLEAN: dict[str, str | None] = {name: None for name in os.environ if name.startswith("AIOPS_")}
SICK = (alert(pod=POD), alert(pod=POD, until_s=HOUR_S))


def simulate(*words: str, stdin: bytes | None = None, **environment: str) -> Result:
    runner = CliRunner(env={**CLEAN, **environment})
    return runner.invoke(main, ["simulate", *words], input=stdin)


def written(path: Path, *values: object) -> str:
    path.write_text("".join(json.dumps(one) + "\n" for one in values))
    return str(path)


@pytest.fixture
def week(tmp_path: Path) -> str:
    return written(tmp_path / "week.jsonl", *SICK)


@pytest.fixture
def observing(tmp_path: Path) -> str:
    folder = tmp_path / "observing"
    folder.mkdir()
    (folder / "pack.yaml").write_text("version: 1\n")
    (folder / "crash-loop.yaml").write_text(
        """
        apiVersion: aiops/v1
        kind: Playbook
        metadata: {name: crash-loop}
        spec:
          summary: Only look.
          mode: observe
          match: {causes: [crash_loop]}
          steps: [{action: evict_pod, coolDown: 10m}]
        """
    )
    return str(folder)


def data(done: Result) -> Any:
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)
