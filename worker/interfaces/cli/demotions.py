"""`aiopsctl demotions list|lift`: playbooks that lost their mode, and giving it back."""

from __future__ import annotations

from typing import Any

import click

from worker.interfaces.cli.output import age, left, output_option, plain, print_data, print_table
from worker.interfaces.cli.server import Server, server_options

COLUMNS = {
    "PLAYBOOK": "playbook",
    "NAMESPACE": "namespace",
    "SUBJECT": "subject",
    "MODE": "mode",
    "BECAUSE": "because",
    "SINCE": "since",
    "ENDS IN": "ends_in",
}


@click.group()
def command() -> None:
    """See which playbooks lost their mode where, and give it back."""


@command.command("list")
@output_option
@server_options
def list_demotions(output: str, server: str, token: str) -> None:
    """List demotions in force. Without a subject the whole namespace is meant."""
    listed = Server(server, token).list("/api/v1/demotions")
    if output != "table":
        print_data(listed, output)
        return
    print_table([_row(one) for one in listed], COLUMNS, "No playbook lost its mode.")


@command.command("lift")
@click.argument("playbook")
@click.option("--namespace", required=True, help="Where it was lowered.")
@click.option("--subject", default="", help="For this one only; else for all of the namespace.")
@click.option("--reason", default="", help="Why, for whoever reads the story.")
@output_option
@server_options
def lift(
    playbook: str, namespace: str, subject: str, reason: str, output: str, server: str, token: str
) -> None:
    """Give PLAYBOOK its mode back. Takes the role operator."""
    body = {"playbook": playbook, "namespace": namespace, "words": reason}
    if subject:
        body["subject"] = subject
    lifted = Server(server, token).post("/api/v1/demotions/lift", body)
    if output != "table":
        print_data(lifted, output)
        return
    for one in lifted:
        where = one["subject"] or f"namespace {one['namespace']}"
        click.echo(f"{plain(one['playbook'])} has its mode back for {plain(where)}")


def _row(one: dict[str, Any]) -> dict[str, Any]:
    if "unreadable" in one:
        empty = dict.fromkeys(COLUMNS.values(), "")
        return {**empty, "namespace": one["namespace"], "because": one["unreadable"]}
    ends = "when lifted" if one["until_s"] is None else left(one["until_s"])
    because = f"{one['what']} ended as {one['reason']}"
    return {**one, "because": because, "since": f"{age(one['since_s'])} ago", "ends_in": ends}
