"""The file of calendar windows: read whole, or refused with file, line, column and the remedy."""

from __future__ import annotations

import re
import subprocess
import sys
from datetime import date, time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from worker.adapters.window_files import NAME_LENGTH_MAX, WINDOWS_MAX, load_windows
from worker.adapters.yaml_nodes import FILE_MAX_BYTES, YamlFileError
from worker.domain.calendar.recurrence import Absolute, Weekday, Weekly
from worker.domain.calendar.window import Window, WindowKind, WindowScope

ROOT = Path(__file__).parents[3]
GOOD = """\
apiVersion: aiops/v1
kind: Windows
windows:
  - name: sale
    kind: freeze
    from: 2026-11-27T00:00+01:00
    until: 2026-11-28T00:00+01:00
  - name: nights
    kind: act_only
    weekly: {days: [mon], start: 22:00, end: 06:00, zone: UTC}
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "windows.yaml"
    path.write_text(text)
    return path


def changed(old: str, new: str) -> str:
    assert GOOD.count(old) == 1
    return GOOD.replace(old, new)


def test_what_is_left_out_has_its_default(tmp_path: Path) -> None:
    assert load_windows(written(tmp_path, GOOD)) == (
        Window("sale", WindowKind.FREEZE, WindowScope(), Absolute(1795734000.0, 1795820400.0)),
        Window(
            "nights", WindowKind.ACT_ONLY, WindowScope(),
            Weekly(frozenset({Weekday.MONDAY}), time(22), time(6), ZoneInfo("UTC")),
        ),
    )  # fmt: skip


def test_everything_that_can_be_written_is_read(tmp_path: Path) -> None:
    text = """\
apiVersion: aiops/v1
kind: Windows
windows:
  - name: release evening
    kind: maintenance
    namespaces: [shop, bank]
    subjects: [service/web/Deployment/edge, node//node-a, unresolved/web]
    weekly:
      days: [mon, tue, wed, thu, fri, sat, sun]
      start: "18:30"
      end: "24:00"
      zone: Australia/Lord_Howe
      exceptDates: [2026-12-24, 2026-12-31]
  - {name: z, kind: freeze, from: "2026-01-01 00:00:30Z", until: 2026-01-01T02:00:31+02:00}
"""
    evening, seconds = load_windows(written(tmp_path, text))
    assert (evening.name, evening.kind) == ("release evening", WindowKind.MAINTENANCE)
    assert evening.scope == WindowScope(
        frozenset({"shop", "bank"}),
        frozenset({"service/web/Deployment/edge", "node//node-a", "unresolved/web"}),
    )
    assert evening.recurrence == Weekly(
        frozenset(Weekday), time(18, 30), time(0), ZoneInfo("Australia/Lord_Howe"),
        frozenset({date(2026, 12, 24), date(2026, 12, 31)}),
    )  # fmt: skip
    assert seconds.recurrence == Absolute(1767225630.0, 1767225631.0)


def test_the_example_for_people_can_be_read(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "how-to" / "set-windows.md").read_text()
    (example,) = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    kinds = [one.kind for one in load_windows(written(tmp_path, example))]
    assert kinds == list(WindowKind)
    none = example[: example.index("  - ")].replace("windows:", "windows: []")
    assert load_windows(written(tmp_path, none)) == ()


WEEKLY = "    weekly: {days: [mon], start: 22:00, end: 06:00, zone: UTC}\n"
FROM, UNTIL = "    from: 2026-11-27T00:00+01:00\n", "    until: 2026-11-28T00:00+01:00\n"
SCOPED = "    kind: freeze\n"
ERRORS = [
    ("empty", "# nothing\n", (1, 1), "write windows or remove the file"),
    ("a list", "- a\n", (1, 1), "write an object with apiVersion, kind, windows"),
    ("version", changed("aiops/v1", "aiops/v9"), (1, 13), "write aiops/v1"),
    ("kind", changed("kind: Windows", "kind: Playbook"), (2, 7), "write Windows"),
    ("unknown", changed(SCOPED, "    kind: freeze\n    scope: []\n"), (6, 5), "scope is unknown"),
    ("no name", changed("sale", "''"), (4, 11), "write a text"),
    ("long name", changed("sale", "x" * 64), (4, 11), f"at most {NAME_LENGTH_MAX}"),
    ("hidden name", changed("sale", '"a\\u200bb"'), (4, 11), "printable"),
    ("same name", changed("nights", "sale"), (8, 11), "'sale' is taken; give each window its own"),
    ("what", changed("kind: act_only", "kind: stop"), (9, 11), "freeze or maintenance or act_only"),
    ("never", changed(FROM + UNTIL, ""), (4, 5), "sale: write either from and until, or weekly"),
    ("both", changed(UNTIL, UNTIL + WEEKLY), (4, 5), "write either from and"),
    ("no offset", changed("27T00:00+01:00", "27T00:00"), (6, 11), "write one with its offset"),
    ("month 13", changed("11-27T", "13-27T"), (6, 11), "month must be in 1..12"),
    ("offset 99", changed("27T00:00+01:00", "27T00:00+99:00"), (6, 11), "is no moment"),
    ("backwards", changed("11-28T", "11-26T"), (7, 12), "is not after 2026-11-27T00:00+01:00"),
    ("day", changed("[mon]", "[monday]"), (10, 21), "'monday' is unknown; write mon or tue"),
    ("no day", changed("[mon]", "[]"), (10, 20), "an empty list"),
    ("day twice", changed("[mon]", "[mon, mon]"), (10, 26), "mon is written twice"),
    ("short time", changed("06:00", "6:00"), (10, 46), "'6:00' is no time of day"),
    ("starts at 24", changed("22:00", "24:00"), (10, 34), "'24:00' is no time of day"),
    ("zone", changed("UTC", "Europe/Berlinn"), (10, 59), "'Europe/Berlinn' is no known time zone"),
    ("folder", changed("UTC", "Europe"), (10, 59), "is no known time zone"),
    ("path", changed("UTC", "../etc/passwd"), (10, 59), "is no known time zone"),
    ("not a zone", changed("UTC", "zone.tab"), (10, 59), "is no known time zone"),
    ("this machine's", changed("UTC", "localtime"), (10, 59), "is no known time zone"),
    ("leap seconds", changed("UTC", "right/UTC"), (10, 59), "is no known time zone"),
    ("no zone", changed(", zone: UTC", ""), (10, 13), "zone is missing; add it"),
    ("date", changed("UTC", "UTC, exceptDates: [24.12.2026]"), (10, 78), "is no date"),
    ("no date", changed("UTC", "UTC, exceptDates: [2026-02-30]"), (10, 78), "day is out of range"),
    ("namespace", changed(SCOPED, SCOPED + "    namespaces: [Shop]\n"), (6, 18), "is no name of a"),
    ("pattern", changed(SCOPED, SCOPED + "    namespaces: ['shop-*']\n"), (6, 18), "patterns are"),
    ("nowhere", changed(SCOPED, SCOPED + "    namespaces: []\n"), (6, 17), "leave the whole field"),
    ("subject", changed(SCOPED, SCOPED + "    subjects: [shop/web]\n"), (6, 16), "is no subject"),
    ("no workload", changed(SCOPED, SCOPED + "    subjects: [service/shop]\n"), (6, 16), "is no"),
    ("half of one", changed(SCOPED, SCOPED + "    subjects: [service/shop/Deployment/]\n"),
     (6, 16), "write one such as service/shop/Deployment/backend"),
    ("kind of one", changed(SCOPED, SCOPED + "    subjects: [service/shop/deployment/web]\n"),
     (6, 16), "is no subject"),
    ("no node", changed(SCOPED, SCOPED + "    subjects: [node/]\n"), (6, 16), "is no subject"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "position", "words"), [row[1:] for row in ERRORS], ids=[row[0] for row in ERRORS]
)
def test_an_error_says_where_and_what_to_do(
    tmp_path: Path, text: str, position: tuple[int, int], words: str
) -> None:
    path = written(tmp_path, text)
    with pytest.raises(YamlFileError) as refused:
        load_windows(path)
    message = str(refused.value)
    assert message.startswith(f"{path}:{position[0]}:{position[1]}: ")
    assert words in message
    assert "\n" not in message


def test_windows_have_a_largest_number(tmp_path: Path) -> None:
    one = "  - {name: w%d, kind: freeze, from: 2026-01-01T00:00Z, until: 2026-01-02T00:00Z}\n"
    head = "apiVersion: aiops/v1\nkind: Windows\nwindows:\n"
    many = head + "".join(one % number for number in range(WINDOWS_MAX))
    assert len(load_windows(written(tmp_path, many))) == WINDOWS_MAX
    with pytest.raises(YamlFileError, match=rf"windows\.yaml:4:3: 65 windows; .* {WINDOWS_MAX}"):
        load_windows(written(tmp_path, many + one % WINDOWS_MAX))


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(YamlFileError, match=r"none\.yaml:1:1: No such file .*; write a file"):
        load_windows(tmp_path / "none.yaml")
    with pytest.raises(YamlFileError, match=r":1:1: Is a directory; write a file"):
        load_windows(tmp_path)


def test_hostile_bytes(tmp_path: Path) -> None:
    path = tmp_path / "windows.yaml"
    for raw, words in (
        (b"\xff\xfe\xff", "no YAML"),
        (b"\x00", "no YAML"),
        (b"[" * 100_000, "nested far too deep; write windows"),
        (b"#" * (FILE_MAX_BYTES + 1), f"write at most {FILE_MAX_BYTES} bytes"),
        (b"&a [*a]", "anchors and aliases are not read"),
        (b"!!python/object/apply:os.system [true]", "write an object"),
    ):
        path.write_bytes(raw)
        with pytest.raises(YamlFileError, match=r"windows\.yaml:\d+:\d+: ") as refused:
            load_windows(path)
        assert words in str(refused.value)
        assert "\n" not in str(refused.value)


def test_a_machine_without_time_zones_is_told_so(tmp_path: Path) -> None:
    """In a process of its own: what this one has loaded it keeps. No package has them either."""
    script = "import sys, pathlib\nsys.modules['tzdata'] = None\n"
    script += "from worker.adapters.window_files import load_windows\n"
    script += "load_windows(pathlib.Path(sys.argv[1]))"
    done = subprocess.run(
        [sys.executable, "-c", script, str(written(tmp_path, GOOD))],
        cwd=ROOT, env={"PYTHONTZPATH": ""}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.stderr.endswith("has no time zones; install the package tzdata\n")
