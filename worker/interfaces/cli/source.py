"""Where the reading commands read: a running worker's REST, or an embedded worker's database."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol, TypeVar

import click

from worker.interfaces.cli.server import DEFAULT_SERVER, Server, segment
from worker.interfaces.cli.server import NOT_FOUND as NOT_FOUND
from worker.interfaces.cli.server import not_found as not_found

BROKEN = 4  # a journal that isn't what was written

F = TypeVar("F", bound=Callable[..., Any])


class Source(Protocol):
    def incidents(self, *, closed_too: bool) -> list[dict[str, Any]]: ...

    def incident(self, incident_id: str) -> dict[str, Any] | None: ...

    def dead_letters(self) -> list[dict[str, Any]]: ...

    def dead_letter(self, letter_id: str) -> dict[str, Any] | None: ...

    def journals(self) -> list[dict[str, Any]]: ...

    def journal(self, key: str, before_seq: int | None) -> dict[str, Any] | None: ...


def source_options(command: F) -> F:
    """`--server`, `--token` and `--database`, the same for every reading command."""
    for option in (
        click.option(
            "--database",
            type=click.Path(exists=True, dir_okay=False, path_type=Path),
            help="Read an embedded worker's SQLite file instead.",
        ),
        click.option("--token", envvar="AIOPS_API_TOKEN", default="", help="Bearer token."),
        click.option(
            "--server", envvar="AIOPS_SERVER", default=DEFAULT_SERVER, show_default=True,
            help="A running worker.",
        ),
    ):  # fmt: skip
        command = option(command)
    return command


def open_source(server: str, token: str, database: Path | None) -> Source:
    return DatabaseSource(database) if database is not None else ServerSource(server, token)


class ServerSource:
    def __init__(self, server: str, token: str) -> None:
        self._server = Server(server, token)

    def incidents(self, *, closed_too: bool) -> list[dict[str, Any]]:
        return self._list(f"/api/v1/incidents?closed={str(closed_too).lower()}")

    def incident(self, incident_id: str) -> dict[str, Any] | None:
        return self._one(f"/api/v1/incidents/{segment(incident_id)}")

    def dead_letters(self) -> list[dict[str, Any]]:
        return self._list("/api/v1/deadletters")

    def dead_letter(self, letter_id: str) -> dict[str, Any] | None:
        return self._one(f"/api/v1/deadletters/{segment(letter_id)}")

    def journals(self) -> list[dict[str, Any]]:
        return self._list("/api/v1/journals")

    def journal(self, key: str, before_seq: int | None) -> dict[str, Any] | None:
        before = "" if before_seq is None else f"?before={before_seq}"
        return self._one(f"/api/v1/journals/{segment(key)}{before}")

    def _list(self, path: str) -> list[dict[str, Any]]:
        listed: list[dict[str, Any]] = self._server.list(path)
        return listed

    def _one(self, path: str) -> dict[str, Any] | None:
        found: dict[str, Any] | None = self._server.get(path)
        return found


class DatabaseSource:
    """Opened read-only: a worker may be writing to it at the same time."""

    def __init__(self, database: Path) -> None:
        self._database = database

    def incidents(self, *, closed_too: bool) -> list[dict[str, Any]]:
        found = self._run(lambda reading, _: reading.incidents(closed_too=closed_too))
        return [one.summary() for one in found]

    def incident(self, incident_id: str) -> dict[str, Any] | None:
        found = self._run(lambda reading, _: reading.incident(incident_id))
        whole: dict[str, Any] | None = found.whole() if found else None
        return whole

    def dead_letters(self) -> list[dict[str, Any]]:
        listed: list[dict[str, Any]] = self._run(lambda _, letters: letters.list())
        return listed

    def dead_letter(self, letter_id: str) -> dict[str, Any] | None:
        found: dict[str, Any] | None = self._run(lambda _, letters: letters.show(letter_id))
        return found

    def journals(self) -> list[dict[str, Any]]:
        listed: list[dict[str, Any]] = self._run(lambda reading, _: reading.journals())
        return listed

    def journal(self, key: str, before_seq: int | None) -> dict[str, Any] | None:
        found: dict[str, Any] | None = self._run(
            lambda reading, _: reading.journal(key, before_seq=before_seq)
        )
        return found

    def _run(self, ask: Callable[[Any, Any], Any]) -> Any:
        from worker.adapters.sqlite.store import SqliteStore
        from worker.adapters.sqlite.topics import SilentDeadLetterTopic
        from worker.adapters.system_clock import SystemClock
        from worker.engine.dead_letters import DeadLetters
        from worker.engine.ports import TransientError
        from worker.engine.reading import Reading

        async def run() -> Any:
            store = SqliteStore(self._database, read_only=True)
            try:
                letters = DeadLetters(store, SilentDeadLetterTopic(), SystemClock())
                return await ask(Reading(store), letters)
            finally:
                await store.close()

        try:
            return asyncio.run(run())
        except TransientError as error:
            raise click.ClickException(f"{os.fspath(self._database)}: {error}") from error
