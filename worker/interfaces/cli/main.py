"""`aiopsctl`: what people type. Each command is a module that is loaded when it is called."""

from __future__ import annotations

from importlib import import_module

import click

COMMANDS = {
    "run": "Run the worker in one process, with SQLite and no broker.",
    "demo": "Watch one alert's whole life in a simulated cluster; needs nothing.",
    "incidents": "List incidents.",
    "show": "Show one incident with its story.",
    "why": "Say what the worker sees of an incident now, and what each guard says.",
    "approvals": "See what the worker asks, and say yes or no.",
    "hold": "Keep its hands off a subject, a namespace, or everything, for a while.",
    "resume": "Let go of what was put on hold.",
    "demotions": "See which playbooks lost their mode, and give it back.",
    "kill-switch": "Stop all writes to the cluster, or let them through again.",
    "journal": "Verify that a journal is whole: nothing edited, cut or reordered.",
    "deadletter": "Look at input that nobody could read.",
    "playbook": "Check, try and read playbooks before they are in force.",
    "simulate": "Replay recorded alerts: what would have been done, and why.",
    "doctor": "Check what the worker can reach, and say what is missing.",
}


class LazyGroup(click.Group):
    """Knows its commands by name and help; their modules wait until one is run."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = cmd_name.replace("-", "_")
        command = import_module(f"worker.interfaces.cli.{module}").command
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


def _version(ctx: click.Context, _parameter: click.Parameter, asked: bool) -> None:
    if asked:
        from worker import __version__

        click.echo(f"aiopsctl {__version__}")
        ctx.exit()


@click.command(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit codes: 0 done, 1 failed, 2 wrong usage, 3 not found, 4 broken.",
)
@click.option(
    "--version", is_flag=True, expose_value=False, is_eager=True, callback=_version,
    help="Print the version.",
)  # fmt: skip
def main() -> None:
    """Auto-remediation for Kubernetes: decides, acts, verifies or hands over, and says why."""


if __name__ == "__main__":
    main()
