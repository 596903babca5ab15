"""`aiopsctl why INCIDENT`: what the worker sees now, what each guard says, and what comes next."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import click

from worker.interfaces.cli.output import left, output_option, plain, print_data, print_fields
from worker.interfaces.cli.server import Server, not_found, segment, server_options

MARKS = {True: ("✓", "green"), False: ("✗", "red")}


@click.command()
@click.argument("incident_id", metavar="INCIDENT")
@output_option
@server_options
def command(incident_id: str, output: str, server: str, token: str) -> None:
    """Say why an incident is where it is: the worker looks at everything again, and does nothing.

    Asks the cluster and the monitor as a turn does; each guard is asked, even after one said no.
    """
    found = Server(server, token).get(f"/api/v1/incidents/{segment(incident_id)}/why")
    if found is None:
        not_found(f"incident {incident_id}", "list them with `aiopsctl incidents --all`")
    if output != "table":
        print_data(found, output)
        return
    print_fields(dict(_head(found)))
    for title, lines in _parts(found):
        click.echo(f"\n{title}")
        for line in lines:
            click.echo(f"  {line}")
    when = f", in {left(found['next_at_s'])} at the latest" if found["next_at_s"] else ""
    click.echo(f"\nnext      {plain(found['next'])}{when}")


def _head(found: dict[str, Any]) -> Iterator[tuple[str, str]]:
    hold, mode = found["hold"], found["mode"]
    held = f", held: {hold['reason']} since {_clock(hold['since_s'])}" if hold else ""
    yield "incident", f"{found['incident']}, {found['cause']} on {found['subject']}"
    yield "phase", f"{found['phase']}{held}"
    yield "playbook", _playbook(found["playbook"])
    lowered = mode["lowered_by"]
    words = ""
    if lowered:
        until = f" until {_clock(lowered['until_s'])}" if lowered["until_s"] else " until lifted"
        words = f", lowered by {lowered['what']}, which ended as {lowered['reason']}{until}"
    where = f", namespace {mode['namespace']}" if mode["namespace"] else ""
    yield "mode", f"{mode['in_force']} (installation {mode['installation']}{where}){words}"
    if found["decide_by_s"]:
        yield "decided by", _clock(found["decide_by_s"])


def _playbook(playbook: dict[str, Any] | None) -> str:
    if playbook is None:
        return "none matches"
    match = playbook["matches"]
    rules = [f"{name} {', '.join(match[name])}" for name in ("alerts", "causes") if match[name]]
    rules += [f"label {name}={value}" for name, value in match["labels"].items()]
    rules += [f"when {match['when']}"] if match["when"] else []
    return f"{playbook['name']} (matches {'; '.join(rules) or 'everything'})"


def _parts(found: dict[str, Any]) -> Iterator[tuple[str, list[str]]]:
    yield "seen", [f"{name:16}{plain(words)}" for name, words in found["evidence"].items()]
    if found["conditions"]:
        yield (
            "conditions",
            [f"{plain(c['text'])} ({c['of']}): {plain(c['answer'])}" for c in found["conditions"]],
        )
    yield "room", [_room(one) for one in found["leases"]]
    if found["before"]:
        yield "no step is looked at", [plain(found["before"]["words"])]
    for step in found["steps"]:
        yield f"step {step['number']}: {plain(step['action'])}", list(_step(step))


def _room(one: dict[str, Any]) -> str:
    if "unreadable" in one:
        return f"{plain(one['scope'])}: unreadable, {plain(one['unreadable'])}"
    holders = f", held by {', '.join(one['held_by'])}" if one["held_by"] else ""
    return plain(
        f"{one['scope']}: {one['leases_left']} of {one['leases_max']} leases left{holders}; "
        f"{one['acts_left']} of {one['acts_max']} acts left in {one['window_s']:.0f} s"
    )


def _step(step: dict[str, Any]) -> Iterator[str]:
    if step["no_plan"]:
        yield f"{_mark(False)} no plan: {plain(step['no_plan']['words'])}"
        return
    plan = step["plan"]
    parameters = "".join(f", {name} {value}" for name, value in plan["parameters"].items())
    yield plain(f"would act on {plan['target']}{parameters}: {plan['effect']}")
    for one in step["guards"]:
        words = "" if one["passes"] else f"  {plain(one['words'])}{_until(one)}"
        yield f"{_mark(one['passes'])} {plain(one['guard']).replace('_', ' ')}{words}"


def _until(refusal: dict[str, Any]) -> str:
    return f" (until {_clock(refusal['until_s'])})" if refusal["until_s"] else ""


def _mark(passes: bool) -> str:
    mark, colour = MARKS[passes]
    return click.style(mark, fg=colour)


def _clock(at_s: float) -> str:
    return datetime.fromtimestamp(at_s, UTC).strftime("%H:%M:%S UTC")
