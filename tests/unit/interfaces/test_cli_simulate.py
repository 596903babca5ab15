"""`aiopsctl simulate`: what it prints, and its exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from tests.unit.backtest.recordings import POD
from tests.unit.interfaces.simulate_call import data, observing, simulate, week, written
from worker.interfaces.cli import simulate_show

__all__ = ["observing", "week"]  # fixtures


def test_people_see_sums_bars_and_what_is_assumed(week: str) -> None:
    done = simulate(week)
    assert (done.exit_code, done.stderr) == (0, "")
    assert "2 alerts, 0 ops-events; 2026-01-31T12:00:00Z to 2026-01-31T13:00:00Z" in done.stdout
    assert "█" in done.stdout
    assert "decided     evict_pod" in done.stdout
    assert "Assumed, since no recording holds it:" in done.stdout
    assert "those that the recording names" in done.stdout


@pytest.mark.parametrize("output", ["json", "yaml"])
def test_programs_get_all_of_it(week: str, output: str) -> None:
    done = simulate(week, "-o", output)
    told = json.loads(done.stdout) if output == "json" else yaml.safe_load(done.stdout)
    assert list(told) == ["recording", "mode", "services", "assumptions", "playbooks", "decisions",
                          "totals", "hours", "incidents", "incidents_only_counted"]  # fmt: skip
    assert (told["mode"], told["services"]) == ("auto", 1)
    assert told["playbooks"]["folder"] == "shipped"
    assert told["incidents"][0]["decided"][0]["action"] == "evict_pod"


def test_the_story_of_one_incident(week: str) -> None:
    (one,) = data(simulate(week, "-o", "json"))["incidents"]
    done = simulate(week, "--incident", one["id"])
    assert done.exit_code == 0
    assert f"12:01:00  Decided to evict pod shop/Pod/{POD}" in done.stdout
    assert "story" in data(simulate(week, "--incident", one["id"], "-o", "json"))
    missing = simulate(week, "--incident", "inc-nothing")
    assert (missing.exit_code, missing.stdout) == (3, "")
    assert "leave out --incident to list them" in missing.stderr


def test_a_lower_mode_and_the_number_of_services(week: str) -> None:
    told = data(simulate(week, "--mode", "observe", "--services", "40", "-o", "json"))
    assert (told["mode"], told["services"]) == ("observe", 40)
    assert told["totals"]["decided"] == {}
    assert "observe_mode" in told["totals"]["refused"]
    assert told["assumptions"][0] == "the cluster has 40 services, as --services says"


def test_the_workers_settings_count(week: str) -> None:
    told = data(simulate(week, "-o", "json", AIOPS_PROTECTED_NAMESPACES="shop"))
    assert told["totals"]["escalated"] == {"protected": 1}
    done = simulate(week, AIOPS_HOLD_S="-1")
    assert done.exit_code == 2
    assert "AIOPS_HOLD_S" in done.stderr


def test_diff_is_0_for_the_same_and_1_for_others(week: str, observing: str) -> None:
    shipped = str(Path(simulate_show.__file__).parents[2] / "playbooks")
    same = simulate(week, "--diff", shipped)
    assert (same.exit_code, same.stderr) == (0, "No incident differs.\n")
    done = simulate(week, "--diff", observing)
    assert done.exit_code == 1
    assert "decided" in done.stdout
    assert "held: observe_mode" in done.stdout
    told = json.loads(simulate(week, "--diff", observing, "-o", "json").stdout)
    assert told["differences"][0]["how"][0] == "decided"
    assert told["other"]["playbooks"] == {"folder": observing, "version": 1}
    assert told["mine"]["totals"]["decided"]


def test_in_a_diff_trouble_is_more_than_1(week: str, tmp_path: Path, observing: str) -> None:
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "pack.yaml").write_text("version: x\n")
    empty = written(tmp_path / "empty.jsonl")
    for words in ((week, "--diff", str(broken)), (empty, "--diff", observing)):
        done = simulate(*words)
        assert done.exit_code == 2, words
        assert "Traceback" not in done.output
    assert simulate(empty).exit_code == 1
