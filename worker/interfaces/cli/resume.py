"""`aiopsctl resume SUBJECT|--namespace NS|--cluster`"""

from __future__ import annotations

import click

from worker.interfaces.cli.output import left, output_option, plain, print_data
from worker.interfaces.cli.place import place_options, scope_of
from worker.interfaces.cli.server import Server, server_options


@click.command()
@place_options
@click.option("--reason", default="", help="Why, for whoever reads the story.")
@output_option
@server_options
def command(
    subject: str, namespace: str, cluster: bool, reason: str, output: str, server: str, token: str
) -> None:
    """Let go of what `aiopsctl hold` put on hold, whoever did.

    What was held is looked at again within a minute. Takes the role operator.
    """
    body = {"scope": scope_of(subject, namespace, cluster), "words": reason}
    done = Server(server, token).post("/api/v1/holds/resume", body)
    if output != "table":
        print_data(done, output)
        return
    for one in done["lifted"]:
        click.echo(f"{plain(one['where'])}: the hold by {plain(one['by'])} is lifted")
    for one in done["still"]:
        what = plain(str(one["what"]).replace("_", " "))
        click.echo(
            f"{plain(one['where'])}: still {what} by {plain(one['by'])}, for "
            f"{left(one['until_s'])}",
            err=True,
        )
