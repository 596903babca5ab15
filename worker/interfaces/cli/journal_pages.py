"""One journal from a worker or its database, page by page from the newest to the oldest."""

from __future__ import annotations

from typing import Any

import click

from worker.domain.document.codec import UndecodableError
from worker.domain.document.identity import Subject
from worker.domain.story.chain import Head, entry_of
from worker.domain.story.journal import Entry
from worker.interfaces.cli.source import Source, not_found

PAGES_MAX = 10_000  # 512 entries each: more than one subject has, and an end to a server without


def read_journal(source: Source, subject: str) -> tuple[list[Entry], Head]:
    """All that is kept, oldest first, and the head. Raises UndecodableError when it isn't to be
    read; ends the command when there is no such subject."""
    try:
        key = Subject.of_text(subject).key
    except ValueError as error:
        raise click.UsageError(
            f"SUBJECT {subject!r}: write it as in `aiopsctl incidents`, such as "
            "service/shop/Deployment/web"
        ) from error
    pages: list[list[Entry]] = []
    head: Head | None = None
    before: int | None = None
    while len(pages) < PAGES_MAX:
        page = source.journal(key, before)
        if page is None:
            not_found(f"the journal of {subject}", "list subjects with `aiopsctl incidents --all`")
        entries, earlier = _entries(page)
        pages.append(entries)
        head = head or Head(_field(page, "head", str), _field(page, "seq", int))
        if earlier is None:
            return [entry for one in reversed(pages) for entry in one], head
        before = earlier
    raise UndecodableError(f"more than {PAGES_MAX} pages")


def _entries(page: dict[str, Any]) -> tuple[list[Entry], int | None]:
    """The entries of a page, and before which number to go on."""
    if "unreadable" in page:
        raise UndecodableError(_field(page, "unreadable", str))
    entries = [entry_of(one) for one in _field(page, "entries", list)]
    return entries, None if page.get("earlier") is None else _field(page, "earlier", int)


def _field(page: dict[str, Any], name: str, kind: type) -> Any:
    if not isinstance(page, dict) or not isinstance(page.get(name), kind):
        raise UndecodableError(f"the answer has no {name}; is it a worker of this version?")
    return page[name]
