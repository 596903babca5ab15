"""Calendar windows from one YAML file: read whole or not at all, errors with line and remedy."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time, tzinfo
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo, available_timezones

from worker.adapters.yaml_nodes import Node
from worker.domain.calendar.recurrence import Absolute, Weekday, Weekly
from worker.domain.calendar.window import Window, WindowKind, WindowScope
from worker.domain.document.identity import Subject, SubjectKind

WINDOWS_MAX = 64  # each costs every decision some microseconds; more were made by a program
NAME_LENGTH_MAX = 63  # characters; a window's name stands in reasons and notices
LABEL = r"[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?"
NAMESPACE = re.compile(LABEL)  # RFC 1123
SERVICE = re.compile(rf"service/{LABEL}/[A-Z][A-Za-z0-9]{{0,62}}/[a-z0-9][-.a-z0-9]{{0,252}}")
MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2})?(?:Z|[+-][0-9]{2}:[0-9]{2})"
)
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
NOT_THE_SAME_EVERYWHERE = ("localtime", "posix", "right/")
"""What lies beside the time zones: the machine's own one, and some that count leap seconds."""
CLOCK = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]")
MIDNIGHT = "24:00"  # as an end it is the next day's 00:00

T = TypeVar("T")


def load_windows(path: Path) -> tuple[Window, ...]:
    """The windows of a file, in their order. Raises YamlFileError."""
    top = Node.of(path, "windows").fields("apiVersion", "kind", "windows")
    top["apiVersion"].one_of({"aiops/v1": None})
    top["kind"].one_of({"Windows": None})
    nodes = top["windows"].items()
    if len(nodes) > WINDOWS_MAX:
        top["windows"].fail(f"{len(nodes)} windows; write at most {WINDOWS_MAX}")
    windows: list[Window] = []
    for node in nodes:
        windows.append(_window(node, [one.name for one in windows]))
    return tuple(windows)


def _window(node: Node, taken: Sequence[str]) -> Window:
    given = node.fields(
        "name", "kind", optional=("namespaces", "subjects", "from", "until", "weekly")
    )
    name = given["name"].text()
    if len(name) > NAME_LENGTH_MAX or not name.isprintable():
        given["name"].fail(f"write a name of at most {NAME_LENGTH_MAX} printable characters")
    if name in taken:
        given["name"].fail(f"{name!r} is taken; give each window its own")
    kind = given["kind"].one_of({str(kind): kind for kind in WindowKind})
    scope = WindowScope(
        _each(given.get("namespaces"), _namespace), _each(given.get("subjects"), _subject)
    )
    when = given.keys() & {"from", "until", "weekly"}
    if when not in ({"from", "until"}, {"weekly"}):
        node.fail(f"{name}: write either from and until, or weekly")
    recurrence = _weekly(given["weekly"]) if "weekly" in given else _absolute(given)
    return Window(name, kind, scope, recurrence)


def _absolute(given: Mapping[str, Node]) -> Absolute:
    begins, ends = given["from"], given["until"]
    absolute = Absolute(_moment_s(begins), _moment_s(ends))
    if not absolute.from_s < absolute.until_s:
        ends.fail(f"{ends.text()} is not after {begins.text()}; no moment is between them")
    return absolute


def _weekly(node: Node) -> Weekly:
    given = node.fields("days", "start", "end", "zone", optional=("exceptDates",))
    days = {str(day): day for day in Weekday}
    return Weekly(
        days=_each(given["days"], lambda one: one.one_of(days)),
        start=_clock(given["start"]),
        end=time() if given["end"].text() == MIDNIGHT else _clock(given["end"]),
        zone=_zone(given["zone"]),
        except_dates=_each(given.get("exceptDates"), _date),
    )


def _each(node: Node | None, read: Callable[[Node], T]) -> frozenset[T]:
    """What a list holds, none twice. An empty list would be read as everything or as nothing."""
    if node is None:
        return frozenset()
    found: set[T] = set()
    for one in node.items():
        value = read(one)
        if value in found:
            one.fail(f"{one.text()} is written twice; keep one")
        found.add(value)
    if not found:
        node.fail("an empty list; write what belongs in it or leave the whole field out")
    return frozenset(found)


def _namespace(node: Node) -> str:
    text = node.text()
    if not NAMESPACE.fullmatch(text):
        node.fail(f"{text!r} is no name of a namespace; patterns are not known here")
    return text


def _subject(node: Node) -> str:
    """A text that no subject has would be a freeze that never holds."""
    text = node.text()
    kind, _, rest = text.partition("/")
    if kind == SubjectKind.SERVICE:
        good = SERVICE.fullmatch(text) is not None
    else:
        named = kind in tuple(SubjectKind) and rest.strip("/")
        good = bool(named) and Subject.of_text(text).text == text
    if not good:
        node.fail(f"{text!r} is no subject; write one such as service/shop/Deployment/backend")
    return text


def _moment_s(node: Node) -> float:
    words = "is no moment; write one with its offset, such as 2026-11-27T00:00+01:00"
    return _read(node, MOMENT, datetime.fromisoformat, words).timestamp()


def _date(node: Node) -> date:
    return _read(node, DAY, date.fromisoformat, "is no date; write one such as 2026-12-24")


def _clock(node: Node) -> time:
    words = "is no time of day; write one from 00:00 to 23:59"
    return _read(node, CLOCK, time.fromisoformat, words)


def _read(node: Node, form: re.Pattern[str], read: Callable[[str], T], words: str) -> T:
    """The form keeps out the many other ways to write it that the library knows."""
    text = node.text()
    if not form.fullmatch(text):
        node.fail(f"{text!r} {words}")
    try:
        return read(text)
    except ValueError as error:
        node.fail(f"{text!r} {words} ({error})")


def _zone(node: Node) -> tzinfo:
    """By its name in the time zone database of this machine."""
    text = node.text()
    try:
        zone = None if text.startswith(NOT_THE_SAME_EVERYWHERE) else ZoneInfo(text)
    except (KeyError, ValueError, OSError):
        zone = None
    if zone is None and not available_timezones():
        node.fail("this machine has no time zones; install the package tzdata")
    return zone or node.fail(f"{text!r} is no known time zone; write one such as Europe/Berlin")
