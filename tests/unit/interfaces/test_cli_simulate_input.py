"""`aiopsctl simulate`: what it takes, and what it says of the rest."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from tests.unit.backtest.recordings import Json, alert, deploy
from tests.unit.interfaces.cli_stage import UNSAFE
from tests.unit.interfaces.http_call import free_port
from tests.unit.interfaces.simulate_call import SICK, data, simulate, week, written
from worker.interfaces.cli import simulate_show, simulate_source

__all__ = ["week"]  # fixtures


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


@pytest.mark.parametrize("port", ["0", "free", "99999"])
def test_no_broker_is_one_clear_line(port: str) -> None:
    where = f"127.0.0.1:{free_port() if port == 'free' else port}"
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
