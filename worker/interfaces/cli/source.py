"""Where the reading commands read: a running worker's REST, or an embedded worker's database."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Callable
from http.client import HTTPException
from pathlib import Path
from typing import Any, NoReturn, Protocol, TypeVar
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

import click

DEFAULT_SERVER = "http://127.0.0.1:8080"
OTHER_SERVER = "name another with --server or AIOPS_SERVER"
ANSWER_WITHIN_S = 15.0
NOT_FOUND = 3

F = TypeVar("F", bound=Callable[..., Any])


class Source(Protocol):
    def incidents(self, *, closed_too: bool) -> list[dict[str, Any]]: ...

    def incident(self, incident_id: str) -> dict[str, Any] | None: ...

    def dead_letters(self) -> list[dict[str, Any]]: ...

    def dead_letter(self, letter_id: str) -> dict[str, Any] | None: ...


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


def not_found(what: str, remedy: str) -> NoReturn:
    click.echo(f"{what} is not there; {remedy}", err=True)
    raise SystemExit(NOT_FOUND)


class ServerSource:
    def __init__(self, server: str, token: str) -> None:
        if not server.startswith(("http://", "https://")):
            raise click.UsageError(f"--server {server!r}: write a URL such as {DEFAULT_SERVER}")
        self._server = server.rstrip("/")
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}

    def incidents(self, *, closed_too: bool) -> list[dict[str, Any]]:
        return self._list(f"/api/v1/incidents?closed={str(closed_too).lower()}")

    def incident(self, incident_id: str) -> dict[str, Any] | None:
        found: dict[str, Any] | None = self._get(f"/api/v1/incidents/{_segment(incident_id)}")
        return found

    def dead_letters(self) -> list[dict[str, Any]]:
        return self._list("/api/v1/deadletters")

    def dead_letter(self, letter_id: str) -> dict[str, Any] | None:
        found: dict[str, Any] | None = self._get(f"/api/v1/deadletters/{_segment(letter_id)}")
        return found

    def _list(self, path: str) -> list[dict[str, Any]]:
        listed = self._get(path)
        if not isinstance(listed, list):
            raise click.ClickException(f"{self._server} is no worker; {OTHER_SERVER}")
        return listed

    def _get(self, path: str) -> Any:
        """The answer's JSON, None for 404."""
        try:
            request = Request(f"{self._server}{path}", headers=self._headers)  # noqa: S310
            with urlopen(request, timeout=ANSWER_WITHIN_S) as answer:  # noqa: S310
                return json.load(answer)
        except HTTPError as error:
            if error.code == 404:
                return None
            remedy = {401: "set AIOPS_API_TOKEN or --token", 503: "its store is away, try again"}
            raise click.ClickException(
                f"{self._server} answered {error.code}; {remedy.get(error.code, 'see its log')}"
            ) from error
        except (URLError, OSError) as error:
            raise click.ClickException(
                f"no worker answers at {self._server} ({getattr(error, 'reason', error)}); start "
                f"one with `aiopsctl run`, or {OTHER_SERVER}"
            ) from error
        except (ValueError, HTTPException) as error:
            raise click.ClickException(
                f"{self._server} is no worker ({type(error).__name__}); {OTHER_SERVER}"
            ) from error


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


def _segment(text: str) -> str:
    from urllib.parse import quote

    return quote(text, safe="")
