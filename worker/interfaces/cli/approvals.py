"""`aiopsctl approvals list|show|approve|reject`: what the worker asks people, and their answer."""

from __future__ import annotations

from typing import Any

import click

from worker.interfaces.cli.output import (
    age,
    left,
    output_option,
    plain,
    print_data,
    print_fields,
    print_table,
)
from worker.interfaces.cli.server import Server, not_found, segment, server_options

COLUMNS = {
    "ID": "id",
    "SUBJECT": "subject",
    "ACTION": "action",
    "TARGET": "target",
    "STATE": "state",
    "ENDS IN": "ends_in",
}
PATH = "/api/v1/approvals"


@click.group()
def command() -> None:
    """See what the worker asks, and say yes or no. Answering takes the role approver."""


@command.command("list")
@output_option
@server_options
def list_approvals(output: str, server: str, token: str) -> None:
    """List open questions; the one that ends first at the top."""
    listed = Server(server, token).list(PATH)
    if output != "table":
        print_data(listed, output)
        return
    rows = [{**one, "ends_in": left(one["expires_at_s"])} for one in listed]
    print_table(rows, COLUMNS, "Nothing is asked.")


@command.command("show")
@click.argument("request_id", metavar="ID")
@output_option
@server_options
def show_approval(request_id: str, output: str, server: str, token: str) -> None:
    """Show exactly what would be done."""
    found = _find(Server(server, token), request_id)
    if output != "table":
        print_data(found, output)
        return
    _print(found)


def _answering(function: Any) -> Any:
    for option in (
        output_option,
        server_options,
        click.option("--yes", is_flag=True, help="Don't ask whether you are sure."),
        click.option("--words", default="", help="What you want to say about it."),
        click.argument("request_id", metavar="ID"),
    ):
        function = option(function)
    return function


@command.command("approve")
@_answering
def approve(request_id: str, words: str, yes: bool, output: str, server: str, token: str) -> None:
    """Say yes: it is planned again from what is true then, and done if it is the same plan."""
    found = _find(Server(server, token), request_id)
    if not yes:
        _print(found, aside=True)
        click.confirm("\nShall this be done?", abort=True, err=True)
    _answer(Server(server, token), found, "approve", words, output)


@command.command("reject")
@_answering
def reject(request_id: str, words: str, yes: bool, output: str, server: str, token: str) -> None:
    """Say no: it isn't done, and the incident is a human's."""
    found = _find(Server(server, token), request_id)
    if not yes:
        _print(found, aside=True)
        click.confirm(
            "\nShall this not be done, and a human get the incident?", abort=True, err=True
        )
    _answer(Server(server, token), found, "reject", words, output)


def _find(server: Server, request_id: str) -> dict[str, Any]:
    found = server.get(f"{PATH}/{segment(request_id)}")
    if found is None:
        not_found(
            f"open question {request_id}",
            "it was answered, replaced or has expired; list them with `aiopsctl approvals list`",
        )
    if not isinstance(found, dict) or not {"digest", "nonce"} <= found.keys():
        raise click.ClickException(f"{server.url} is no worker of this version")
    return found


def _answer(server: Server, found: dict[str, Any], verb: str, words: str, output: str) -> None:
    """Bound to what was looked at: another plan has another digest."""
    body = {"digest": found["digest"], "nonce": found["nonce"], "words": words}
    said = server.post(f"{PATH}/{segment(found['id'])}/{verb}", body)
    if output != "table":
        print_data(said, output)
        return
    click.echo(f"{plain(said['words'])}; see `aiopsctl show {plain(found['incident'])}`")


def _print(found: dict[str, Any], *, aside: bool = False) -> None:
    parameters = ", ".join(f"{name} {value}" for name, value in found["parameters"].items())
    answered = f", answered by {found['approved_by']}" if found["approved_by"] else ""
    print_fields(
        {
            "question": f"{found['id']} ({found['state']}{answered})",
            "incident": f"{found['incident']}, {found['cause']} on {found['subject']}",
            "playbook": found["playbook"],
            "action": found["action"],
            "target": f"{found['target']} (uid {found['target_uid']})",
            "parameters": parameters,
            "effect": found["effect"],
            "asked": f"{age(found['asked_at_s'])} ago",
            "ends in": left(found["expires_at_s"]),
        },
        aside=aside,
    )
