"""`aiopsctl simulate`: what it reads, what it prints, and its exit codes."""

from __future__ import annotations

import json
import os
import threading
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result

from tests.unit.backtest.recordings import HOUR_S, POD, Json, alert, deploy
from tests.unit.interfaces.cli_stage import UNSAFE
from tests.unit.interfaces.http_call import free_port
from worker.interfaces.cli import simulate_show, simulate_source
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


def test_standard_input_and_pipes_are_read_too(week: str, tmp_path: Path) -> None:
    told = data(simulate(week, "-o", "json"))
    piped = data(simulate("-", "-o", "json", stdin=Path(week).read_bytes()))
    assert piped["incidents"] == told["incidents"]
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    writer = threading.Thread(target=lambda: fifo.write_bytes(Path(week).read_bytes()))
    writer.start()
    assert data(simulate(str(fifo), "-o", "json"))["incidents"] == told["incidents"]
    writer.join()


def test_several_files_are_one_recording(week: str, tmp_path: Path) -> None:
    deploys = written(tmp_path / "deploys.json", deploy(-60.0), 7)
    done = simulate(deploys, week, "-o", "json")
    assert data(done)["recording"]["ops_events"] == 1
    assert f"{deploys}:2: body: int '7'; send a JSON object (wrong_type)" in done.stderr


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


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((), "name a FILE (- is standard input), or a --topic; not both"),
        (("-", "--topic", "alerts"), "not both"),
        (("-", "-"), "can be read once"),
        (("--topic", "alerts"), "--topic needs --brokers HOST:PORT"),
        (("--topic", "alerts", "--brokers", "kafka"), "--brokers HOST:PORT"),
        (("--topic", "a", "--brokers", "k:1", "--since", "soon"), "write how long ago"),
        (("-", "--incident", "x", "--diff", "."), "leave out --diff"),
        (("-", "--services", "0"), "--services"),
        (("-", "--mode", "yolo"), "--mode"),
        (("/nowhere/week.jsonl",), "/nowhere/week.jsonl"),
    ],
    ids=" ".join,
)
def test_wrong_usage(words: tuple[str, ...], told: str) -> None:
    done = simulate(*words, stdin=b"")
    assert (done.exit_code, done.stdout) == (2, "")
    assert told in done.stderr


def test_no_broker_is_one_clear_line() -> None:
    where = f"127.0.0.1:{free_port()}"
    done = simulate("--topic", "alerts", "--brokers", where)
    assert done.exit_code == 1
    assert where in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.output


def test_what_cant_be_read_is_told_and_never_in_the_way(tmp_path: Path) -> None:
    path = written(tmp_path / "odd.jsonl", *([{"labels": {}}] * 15), *SICK)
    done = simulate(path)
    assert done.exit_code == 0
    assert "15 not read" in done.stdout
    lines = done.stderr.splitlines()
    assert len(lines) == simulate_show.UNREAD_SHOWN + 1
    assert lines[0].startswith("1: alert.labels.alertname is missing")
    assert lines[-1] == "and 5 more that could not be read; -o json lists them"


def test_a_directory_or_a_broken_clock_is_one_clear_line(tmp_path: Path) -> None:
    done = simulate(str(tmp_path))
    assert done.exit_code == 1
    assert "Is a directory" in done.stderr
    ages = written(
        tmp_path / "ages.jsonl", alert(), {**alert(), "startsAt": "2021-01-01T00:00:00Z"}
    )
    done = simulate(ages)
    assert done.exit_code == 1
    assert "more than 400 days" in done.stderr


def test_nothing_in_a_recording_moves_the_cursor(tmp_path: Path) -> None:
    evil = "web\x1b[2J\x07\r\n\u202e"
    values: list[Json] = [alert(evil, service=evil, pod=evil), {**alert(), "labels": {evil: 1}}]
    path = written(tmp_path / "evil.jsonl", *values)
    for output in ("table", "json", "yaml"):
        done = simulate(path, "-o", output)
        assert done.exit_code == 0
        assert not UNSAFE.search(done.stdout)
        assert not UNSAFE.search(done.stderr)
    (one,) = data(simulate(path, "-o", "json"))["incidents"]
    assert not UNSAFE.search(simulate(path, "--incident", one["id"]).stdout)


def test_times_that_since_takes() -> None:
    assert simulate_source.since_s("") is None
    assert simulate_source.since_s("2026-01-31T12:00:00Z") == 1_769_860_800.0
    assert simulate_source.since_s("2026-01-31T12:00:00") == 1_769_860_800.0
    day, hour = simulate_source.since_s("1d"), simulate_source.since_s("24h")
    assert day is not None
    assert hour is not None
    assert abs(day - hour) < 60.0
