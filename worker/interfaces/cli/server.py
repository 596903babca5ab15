"""A running worker's REST, for commands: what it answers, or a sentence that says what to do."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from http.client import HTTPException
from pathlib import Path
from typing import Any, NoReturn, TypeVar
from urllib.error import HTTPError, URLError
from urllib.parse import quote
from urllib.request import Request, urlopen

import click

DEFAULT_SERVER = "http://127.0.0.1:8080"
OTHER_SERVER = "name another with --server or AIOPS_SERVER"
ANSWER_WITHIN_S = 15.0
ERROR_MAX_BYTES = 4096  # of an error's body that is looked at
NOT_FOUND = 3

F = TypeVar("F", bound=Callable[..., Any])
Options = Mapping[str, Any]

REMEDIES = {
    401: "set AIOPS_API_TOKEN or --token",
    503: "its store is away, try again",
}


def server_options(command: F) -> F:
    """`--server` and `--token` for a command that needs a running worker."""
    for option in (
        click.option(
            "--database", type=click.Path(path_type=Path), hidden=True, expose_value=False,
            is_eager=True, callback=_no_database,
        ),
        click.option("--token", envvar="AIOPS_API_TOKEN", default="", help="Your bearer token."),
        click.option(
            "--server", envvar="AIOPS_SERVER", default=DEFAULT_SERVER, show_default=True,
            help="A running worker.",
        ),
    ):  # fmt: skip
        command = option(command)
    return command


def _no_database(context: click.Context, _: click.Parameter, given: Path | None) -> None:
    if given is not None:
        raise click.UsageError(
            "this needs a running worker, which alone may write to its database; name it with "
            "--server or AIOPS_SERVER",
            context,
        )


def not_found(what: str, remedy: str) -> NoReturn:
    click.echo(f"{what} is not there; {remedy}", err=True)
    raise SystemExit(NOT_FOUND)


class RefusedError(click.ClickException):
    """The worker said no, and why."""


class NotThereError(RefusedError):
    exit_code = NOT_FOUND


class Server:
    def __init__(self, url: str, token: str) -> None:
        if not url.startswith(("http://", "https://")):
            raise click.UsageError(f"--server {url!r}: write a URL such as {DEFAULT_SERVER}")
        self.url = url.rstrip("/")
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}

    def get(self, path: str) -> Any:
        """The answer's JSON, None for 404. Raises ClickException."""
        try:
            return self._call("GET", path, None)
        except HTTPError as error:
            if error.code == 404:
                return None
            raise click.ClickException(self._failed(error)) from error

    def list(self, path: str) -> Any:
        listed = self.get(path)
        if not isinstance(listed, list):
            raise click.ClickException(f"{self.url} is no worker; {OTHER_SERVER}")
        return listed

    def post(self, path: str, body: Mapping[str, Any]) -> Any:
        """The answer's JSON. Raises RefusedError with the worker's own words."""
        try:
            return self._call("POST", path, json.dumps(body).encode())
        except HTTPError as error:
            refused = NotThereError if error.code == 404 else RefusedError
            raise refused(self._failed(error)) from error

    def _call(self, method: str, path: str, body: bytes | None) -> Any:
        headers = dict(self._headers)
        if body is not None:
            headers["Content-Type"] = "application/json"
        try:
            request = Request(f"{self.url}{path}", body, headers, method=method)  # noqa: S310
            with urlopen(request, timeout=ANSWER_WITHIN_S) as answer:  # noqa: S310
                return json.load(answer)
        except HTTPError:
            raise
        except (URLError, OSError) as error:
            raise click.ClickException(
                f"no worker answers at {self.url} ({getattr(error, 'reason', error)}); start "
                f"one with `aiopsctl run`, or {OTHER_SERVER}"
            ) from error
        except (ValueError, HTTPException) as error:
            raise click.ClickException(
                f"{self.url} is no worker ({type(error).__name__}); {OTHER_SERVER}"
            ) from error

    def _failed(self, error: HTTPError) -> str:
        """The worker's words where it has any, and what to do where that is known."""
        said = _detail(error)
        if error.code in REMEDIES or not said:
            remedy = REMEDIES.get(error.code, "see its log")
            return f"{self.url} answered {error.code}; {remedy}" + (f" ({said})" if said else "")
        return said


def _detail(error: HTTPError) -> str:
    """On one line, without anything that moves the cursor."""
    try:
        body = json.loads(error.read(ERROR_MAX_BYTES))
    except (ValueError, OSError, HTTPException):
        return ""
    detail = body.get("detail") if isinstance(body, dict) else None
    if not isinstance(detail, str):
        return ""
    return "".join(c if c.isprintable() else "�" for c in detail)


def segment(text: str) -> str:
    return quote(text, safe="")
