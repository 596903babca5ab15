"""`aiopsctl hold SUBJECT|--namespace NS|--cluster`, and `--list`"""

from __future__ import annotations

from typing import Any

import click

from worker.interfaces.cli.output import age, left, output_option, plain, print_data, print_table
from worker.interfaces.cli.place import place_options, scope_of
from worker.interfaces.cli.server import Server, server_options

COLUMNS = {
    "WHERE": "where",
    "WHAT": "what",
    "BY": "by",
    "SINCE": "since",
    "ENDS IN": "ends_in",
    "WORDS": "words",
}


@click.command()
@place_options
@click.option(
    "--for", "for_", default="1h", show_default=True, help="Such as 30m or 4h; 24h at most."
)
@click.option("--reason", default="", help="Why, for whoever reads the story.")
@click.option("--list", "listing", is_flag=True, help="List what is on hold instead.")
@output_option
@server_options
def command(
    subject: str, namespace: str, cluster: bool, for_: str, reason: str, listing: bool,
    output: str, server: str, token: str,
) -> None:  # fmt: skip
    """Keep the worker's hands off SUBJECT, a namespace, or everything, for a while.

    Incidents are opened, watched and told as ever; nothing new is done about them. What is being
    sent right now is not called back: `aiopsctl kill-switch on` stops writes at once. Takes the
    role approver.
    """
    if listing:
        _list(Server(server, token), output)
        return
    body = {"scope": scope_of(subject, namespace, cluster), "for": for_, "words": reason}
    held = Server(server, token).post("/api/v1/holds", body)
    if output != "table":
        print_data(held, output)
        return
    ends = left(held["until_s"])
    click.echo(f"{plain(held['where'])} is on hold by {plain(held['by'])}, for {ends}")


def _list(server: Server, output: str) -> None:
    listed = server.list("/api/v1/holds")
    if output != "table":
        print_data(listed, output)
        return
    print_table([_row(one) for one in listed], COLUMNS, "Nothing is on hold.")


def _row(one: dict[str, Any]) -> dict[str, Any]:
    if "unreadable" in one:
        empty = dict.fromkeys(COLUMNS.values(), "")
        return {**empty, "where": one["where"], "words": f"unreadable: {one['unreadable']}"}
    return {**one, "since": f"{age(one['since_s'])} ago", "ends_in": left(one["until_s"])}
