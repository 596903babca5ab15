"""The report of a small recording, kept as a file: every form of record, and every kind of end."""

from __future__ import annotations

import json

import pytest

from tests.unit.backtest.golden import DATA, REPORTS, golden, simulated


@pytest.mark.parametrize("name", REPORTS)
def test_the_report_is_the_golden_one(name: str) -> None:
    assert golden(name) == (DATA / name).read_text(), "python -m tests.unit.backtest.golden"


def test_every_line_is_accounted_for() -> None:
    told = json.loads(golden("week.report.json"))["recording"]
    lines = (DATA / "week.jsonl").read_text().splitlines()
    unread = told["unread"]
    histories = sum('"endsAt"' in one and '"status"' not in one for one in lines)
    assert told["alerts"] + told["ops_events"] + unread["count"] == len(lines) + histories
    assert sum(unread["by_reason"].values()) == unread["count"] == len(unread["listed"])


def test_every_incident_of_it_has_a_story() -> None:
    told = json.loads(golden("week.report.json"))
    for one in told["incidents"][:3]:
        done = simulated("--incident", one["id"])
        assert done.exit_code == 0
        assert one["subject"] in done.stdout
    storm = next(one for one in told["incidents"] if one["cause"] == "storm")
    assert "Handed over to a human: storm" in simulated("--incident", storm["id"]).stdout
