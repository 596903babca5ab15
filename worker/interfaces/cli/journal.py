"""`aiopsctl journal verify`: is what is kept of a journal what was written?"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

import click

from worker.domain.document.codec import UndecodableError
from worker.domain.story.chain import Break, Examined, Head, How, examine
from worker.domain.story.journal import Entry
from worker.interfaces.cli.journal_file import UnreadableError, read_entries
from worker.interfaces.cli.journal_pages import read_journal
from worker.interfaces.cli.output import output_option, plain, print_data, print_table
from worker.interfaces.cli.source import BROKEN, Source, not_found, open_source, source_options

HASH = re.compile(r"[0-9a-f]{64}")
BREAKS_TOLD_MAX = 20  # of one journal, in words; as data all are there

COLUMNS = {
    "SUBJECT": "subject",
    "STATE": "state",
    "ENTRIES": "entries",
    "FIRST": "first_seq",
    "LAST": "last_seq",
    "FROM": "first_at",
    "UNTIL": "last_at",
}
WORDS = {
    How.EDITED: ("was edited, or the one before it was", "were edited"),
    How.FORKED: ("is there with two contents", "are there with two contents"),
    How.DELETED: ("is missing", "are missing"),
    How.REORDERED: ("stands behind a later one", "stand behind later ones"),
    How.TRUNCATED: ("is missing at the end, and perhaps more", "are missing at the end"),
}
Row = dict[str, Any]


@click.group()
def command() -> None:
    """Verify a journal's hash chain."""


@command.command()
@click.argument("subject", required=False, default="")
@click.option("--file", type=click.File("rb"), help="JSON lines from the topic; - is stdin.")
@click.option(
    "--head", "heads", multiple=True, metavar="SUBJECT=HASH",
    help="A hash that the journal must contain, noted down earlier; else a cut end of a file is "
    "not seen. HASH alone when there is one subject.",
)  # fmt: skip
@click.option("--complete", is_flag=True, help="Nothing may be missing at the beginning either.")
@output_option
@source_options
def verify(
    subject: str, file: IO[bytes] | None, heads: tuple[str, ...], complete: bool,
    output: str, server: str, token: str, database: Path | None,
) -> None:  # fmt: skip
    """Verify the journal of SUBJECT, or of all that are known.

    Without --file the worker is asked for what it keeps, and for its heads. SUBJECT is written as
    in `aiopsctl incidents`. Exit code 4 when a journal is broken, 1 when one can't be read.
    """
    known = _heads(heads, subject)
    if file is not None and database is not None:
        raise click.UsageError("--file and --database: verify one after the other")
    if file is not None:
        rows = _of_file(file, subject, known, complete)
    else:
        rows = _of_worker(open_source(server, token, database), subject, known, complete)
    _print(rows, output)
    states = {row["state"] for row in rows}
    if states - {"whole"}:
        raise SystemExit(BROKEN if "broken" in states else 1)


def _heads(given: Iterable[str], subject: str) -> dict[str, list[Head]]:
    """By subject; those that name none belong to `subject`, or stand under ""."""
    heads: dict[str, list[Head]] = {}
    for one in given:
        name, _, text = one.rpartition("=")
        if not HASH.fullmatch(text):
            raise click.UsageError(
                f"--head {one!r}: write SUBJECT=HASH, the hash with its 64 hexadecimal digits"
            )
        if subject and name not in ("", subject):
            raise click.UsageError(f"--head {one!r}: only {subject} is verified")
        heads.setdefault(name or subject, []).append(Head(text))
    return heads


def _of_file(
    file: IO[bytes], subject: str, heads: Mapping[str, list[Head]], complete: bool
) -> list[Row]:
    # Whose end is known must be there, though the file says nothing of it.
    journals: dict[str, list[Entry]] = {name: [] for name in heads if name}
    try:
        for name, entry in read_entries(file):
            if subject in ("", name or subject):
                journals.setdefault(name or subject, []).append(entry)
    except UnreadableError as error:
        raise click.ClickException(f"{file.name}: {error}") from error
    if not journals:
        if subject:
            not_found(f"{subject} in {file.name}", "leave SUBJECT out to verify all that is there")
        raise click.ClickException(f"{file.name} has no entries; give the topic's records")
    return _rows(journals, heads, complete)


def _of_worker(
    source: Source, subject: str, heads: Mapping[str, list[Head]], complete: bool
) -> list[Row]:
    listed = [] if subject else [str(one.get("subject", "")) for one in source.journals()]
    journals: dict[str, list[Entry]] = {}
    ends: dict[str, list[Head]] = {name: list(several) for name, several in heads.items()}
    rows: list[Row] = []
    for name in sorted({*listed, *heads, subject} - {""}):
        try:
            journals[name], head = read_journal(source, name)
        except UndecodableError as error:
            rows.append({**_row(name, examine(())), "state": "unreadable", "reason": str(error)})
        else:
            ends.setdefault(name, []).append(head)
    return [*rows, *_rows(journals, ends, complete)]


def _rows(
    journals: Mapping[str, list[Entry]], heads: Mapping[str, list[Head]], complete: bool
) -> list[Row]:
    unnamed = heads.get("", [])
    if unnamed and len(journals) != 1:
        raise click.UsageError(f"--head: there are {len(journals)} subjects; write SUBJECT=HASH")
    named: Mapping[str, list[Head]] = {**heads, "": []}
    return [
        _row(
            name,
            examine(entries, heads=[*unnamed, *named.get(name, [])], from_first=complete),
        )
        for name, entries in sorted(journals.items())
    ]


def _row(subject: str, found: Examined) -> Row:
    first, last = found.first, found.last
    return {
        "subject": subject,
        "state": "whole" if found.whole else "broken",
        "entries": found.entries,
        "repeats": found.repeats,
        "first_seq": first.seq if first else None,
        "last_seq": last.seq if last else None,
        "first_at": _time(first.at_ms) if first else "",
        "last_at": _time(last.at_ms) if last else "",
        "head": last.hash if last else "",
        "breaks": [{"how": str(b.how), "seq": b.seq, "until": b.until} for b in found.breaks],
        "reason": "; ".join(_words(one) for one in found.breaks[:BREAKS_TOLD_MAX]),
    }


def _words(one: Break) -> str:
    single, several = WORDS[one.how]
    if one.seq == one.until:
        return f"entry {one.seq} {single}"
    return f"entries {one.seq} to {one.until} {several}"


def _time(at_ms: int) -> str:
    """Of an entry that may be forged: any number is there."""
    try:
        return datetime.fromtimestamp(at_ms / 1000, UTC).isoformat(timespec="seconds")
    except (ValueError, OverflowError, OSError):
        return f"{at_ms} ms"


def _print(rows: Sequence[Row], output: str) -> None:
    if output != "table":
        print_data(list(rows), output)
        return
    print_table(rows, COLUMNS, "No journals.")
    for row in rows:
        if row["state"] != "whole":
            words = f"{plain(row['subject'])}: {plain(row['reason'])}."
            click.secho(words, fg="red", err=True)
