"""What `aiopsctl simulate` replays: files, standard input, or what Kafka topics hold."""

from __future__ import annotations

import asyncio
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, aclosing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from worker.backtest.recording import Read
    from worker.backtest.survey import Reader

F = TypeVar("F", bound=Callable[..., Any])
LIMIT = 100_000  # records of topics that are read into memory
STDIN = "-"
BROKERS = re.compile(r"[A-Za-z0-9_.-]+:[0-9]{1,5}(?:,[A-Za-z0-9_.-]+:[0-9]{1,5})*")
AGO = re.compile(r"([0-9]{1,5})([mhd])")
UNIT_S = {"m": 60.0, "h": 3600.0, "d": 86400.0}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was asked for on the command line."""

    files: tuple[str, ...]
    topics: tuple[str, ...]
    brokers: str
    since: str
    limit: int

    @property
    def names(self) -> list[str]:
        return [*self.files, *self.topics]


def recording_options(command: F) -> F:
    """FILE…, or `--topic`, `--brokers`, `--since` and `--limit`."""
    for option in (
        click.option(
            "--limit", type=click.IntRange(1, 1_000_000), default=LIMIT, show_default=True,
            help="More records of topics than these are refused.",
        ),
        click.option(
            "--since", default="", metavar="TIME",
            help="Of topics, nothing older: 7d, 12h, 30m, or RFC 3339.",
        ),
        click.option("--brokers", default="", metavar="HOST:PORT", help="Kafka's addresses."),
        click.option(
            "--topic", "topics", multiple=True, metavar="NAME",
            help="Read this Kafka topic from its start to its end of now; may be repeated.",
        ),
        click.argument(
            "files", nargs=-1, metavar="[FILE]...", type=click.Path(exists=True, allow_dash=True)
        ),
    ):  # fmt: skip
        command = option(command)
    return command


def readers(wanted: Wanted, open_files: ExitStack) -> Sequence[Reader]:
    """One for each file, or one for all topics. Raises click's errors for what can't be read."""
    if bool(wanted.files) == bool(wanted.topics):
        raise click.UsageError("name a FILE (- is standard input), or a --topic; not both")
    if wanted.topics:
        records = _of_topics(wanted)
        return [lambda: iter(records)]
    if wanted.files.count(STDIN) > 1:
        raise click.UsageError("- (standard input) can be read once")
    named = len(wanted.files) > 1
    return [_of_file(one, one if named else "", open_files) for one in wanted.files]


def _of_file(path: str, name: str, open_files: ExitStack) -> Reader:
    from worker.backtest.recording import read_file

    try:
        file = open_files.enter_context(_opened(path))
    except OSError as error:
        words = f"{path}: {error.strerror or error}; give a file that can be read"
        raise click.ClickException(words) from error

    def read() -> Iterator[Read]:
        file.seek(0)
        return read_file(file, name)

    return read


@contextmanager
def _opened(path: str) -> Iterator[IO[bytes]]:
    """What can't be read twice, such as a pipe, is copied to a file without a name."""
    with ExitStack() as closing:
        file: IO[bytes] = sys.stdin.buffer
        if path != STDIN:
            file = closing.enter_context(Path(path).open("rb"))
        if path == STDIN or not file.seekable():
            copy = closing.enter_context(tempfile.TemporaryFile())
            shutil.copyfileobj(file, copy)
            file = copy
        yield file


def _of_topics(wanted: Wanted) -> list[Read]:
    from worker.adapters.recorded_topic import TopicsWanted, read_topics
    from worker.backtest.recording import read_body
    from worker.engine.ports import PermanentError, TransientError

    if not BROKERS.fullmatch(wanted.brokers):
        raise click.UsageError("--topic needs --brokers HOST:PORT, several with commas")
    topics = TopicsWanted(
        wanted.brokers, tuple(dict.fromkeys(wanted.topics)), since_s(wanted.since), wanted.limit
    )

    async def read() -> list[Read]:
        async with aclosing(read_topics(topics)) as records:
            return [
                read async for one in records for read in read_body(one.value, one.place, one.at_s)
            ]

    try:
        found = asyncio.run(read())
    except (TransientError, PermanentError) as error:
        raise click.ClickException(f"{wanted.brokers}: {error}") from error
    found.sort(key=lambda one: getattr(one, "at_s", 0.0))  # partitions were read side by side
    return found


def since_s(text: str) -> float | None:
    """A moment such as 2026-01-31T00:00:00Z, or how long ago; None for nothing."""
    if not text:
        return None
    ago = AGO.fullmatch(text)
    if ago is not None:
        return time.time() - float(ago[1]) * UNIT_S[ago[2]]
    try:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError) as error:
        raise click.UsageError(
            f"--since {text!r}: write how long ago, as 7d, 12h or 30m, or a time such as "
            "2026-01-31T12:00:00Z"
        ) from error
