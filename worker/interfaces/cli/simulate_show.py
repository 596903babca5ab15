"""How `aiopsctl simulate` shows what it found: bars and tables for people, data for programs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from worker.backtest.compare import differences as compared
from worker.backtest.moments import time_of
from worker.interfaces.cli.output import lines, plain, print_data, print_table

if TYPE_CHECKING:
    from worker.backtest.survey import Survey
    from worker.interfaces.cli.simulate_run import About, Replayed

DAYS_SHOWN = 31  # rows of bars; the data has all hours
INCIDENTS_SHOWN = 50
UNREAD_SHOWN = 10
SUMS = ("decided", "asked", "refused", "held", "escalated", "ended")
DAY_COLUMNS = {
    "DAY (UTC)": "day", "ALERTS BY HOUR": "alerts", "DECIDED": "decided", "TO A HUMAN": "escalated",
}  # fmt: skip
SUM_COLUMNS = {"WHAT": "what", "WHICH": "which", "COUNT": "count"}
BUSY_COLUMNS = {"BUSIEST": "subject", "INCIDENTS": "incidents", "ALERTS": "alerts"}
INCIDENT_COLUMNS = {
    "ID": "id", "OPENED": "opened_at", "SUBJECT": "subject", "CAUSE": "cause", "WHAT": "outcome",
}  # fmt: skip
DIFFERENCE_COLUMNS = {
    "ID": "id", "SUBJECT": "subject", "CAUSE": "cause", "DIFFERS": "how", "MINE": "mine",
    "OTHER": "other",
}  # fmt: skip


def unread(survey: Survey) -> None:
    """On standard error, what could not be read."""
    count = survey.unread.total()
    for one in survey.listed[:UNREAD_SHOWN]:
        click.secho(
            f"{plain(one.place)}: {plain(one.detail)} ({one.reason})", fg="yellow", err=True
        )
    if count > UNREAD_SHOWN:
        words = f"and {count - UNREAD_SHOWN} more that could not be read; -o json lists them"
        click.secho(words, fg="yellow", err=True)


def report(about: About, run: Replayed, output: str) -> None:
    """All of it."""
    if output != "table":
        told = {**about.as_json(), "playbooks": _playbooks(run), "decisions": run.decisions}
        print_data({**told, **run.report.as_json()}, output)
        return
    totals = run.report.totals()
    click.echo(_head(about, run, totals))
    _days(run)
    click.echo()
    print_table(list(_sums(totals)), SUM_COLUMNS, "Nothing was decided.")
    click.echo()
    print_table(totals["busiest"], BUSY_COLUMNS, "No incidents.")
    _incidents(run)
    click.echo("\nAssumed, since no recording holds it:")
    for one in about.assumptions:
        click.echo(f"  {one}")


def incident(run: Replayed, incident_id: str, output: str) -> bool:
    """One incident with its story; False when it isn't there."""
    found = run.report.incidents.get(incident_id)
    if found is None:
        return False
    if output != "table":
        print_data({**found.as_json(), "story": run.report.story}, output)
        return True
    told = {"incident": found.id, "subject": found.subject, "cause": found.cause,
            "opened": time_of(found.opened_s), "in short": found.outcome}  # fmt: skip
    for name, value in told.items():
        click.echo(f"{name:10}{plain(value)}")
    click.echo()
    click.echo(lines(run.report.story))
    return True


def differences(about: About, mine: Replayed, other: Replayed, output: str) -> bool:
    """Whether any incident ends up otherwise with the other playbooks."""
    found = list(compared(mine.report, other.report))
    if output != "table":
        sides = {
            name: {"playbooks": _playbooks(run), "totals": run.report.totals()}
            for name, run in (("mine", mine), ("other", other))
        }
        told = [one.as_json() for one in found]
        print_data({**about.as_json(), **sides, "differences": told}, output)
        return bool(found)
    for name, run in (("mine", mine), ("other", other)):
        click.echo(f"{name:10}{_pack_words(run)}; incidents {_in_short(run.report.totals())}")
    click.echo()
    rows = [{**one.as_json(), "how": ", ".join(one.how)} for one in found]
    print_table(rows, DIFFERENCE_COLUMNS, "No incident differs.")
    return bool(found)


def _head(about: About, run: Replayed, totals: Mapping[str, Any]) -> str:
    told = about.as_json()["recording"]
    unread_count = told["unread"]["count"]
    rows = {
        "recording": f"{_many(told['alerts'], 'alert')}, {_many(told['ops_events'], 'ops-event')}"
        + (f", {unread_count} not read" if unread_count else "")
        + f"; {told['first_at']} to {told['last_at']}",
        "cluster": f"{_many(about.services, 'service')}; {_many(told['subjects'], 'subject')} "
        "in the recording",
        "playbooks": f"{_pack_words(run)}; mode {about.mode}",
        "incidents": _in_short(totals),
    }
    longest = totals["longest_hold"]
    if longest is not None:
        rows["longest"] = (
            f"{longest['incident']} ({longest['subject']}) was held for "
            f"{longest['longest_s'] / 60:.0f} min: {longest['reason']}"
        )
    return "\n".join(f"{name:11}{plain(value)}" for name, value in rows.items())


def _in_short(totals: Mapping[str, Any]) -> str:
    counts = {name: sum(totals[name].values()) for name in SUMS}
    return (
        f"{totals['incidents']}: {_many(counts['decided'], 'act')} decided, "
        f"{counts['asked']} asked about, {counts['escalated']} to a human, "
        f"{_many(totals['storms'], 'storm')}, {totals['open_at_the_end']} still open"
    )


def _many(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def _days(run: Replayed) -> None:
    rows = list(run.report.hours.days())
    if rows:
        click.echo()
        print_table(rows[:DAYS_SHOWN], DAY_COLUMNS, "")
    if len(rows) > DAYS_SHOWN:
        click.echo(f"and {len(rows) - DAYS_SHOWN} more days; -o json has every hour")


def _sums(totals: Mapping[str, Any]) -> Any:
    for what in SUMS:
        for which, count in totals[what].items():
            yield {"what": what, "which": which, "count": count}


def _incidents(run: Replayed) -> None:
    found = list(run.report.in_order())
    rows = [
        {"id": one.id, "opened_at": time_of(one.opened_s), "subject": one.subject,
         "cause": one.cause, "outcome": one.outcome}
        for one in found[:INCIDENTS_SHOWN]
    ]  # fmt: skip
    click.echo()
    print_table(rows, INCIDENT_COLUMNS, "No incidents.")
    more = len(found) + run.report.untold - len(rows)
    if more:
        click.echo(f"and {more} more; -o json lists them, --incident ID tells one's story")


def _playbooks(run: Replayed) -> dict[str, Any]:
    folder = "" if run.folder is None else str(run.folder)
    return {"folder": folder or "shipped", "version": run.pack.version}


def _pack_words(run: Replayed) -> str:
    told = _playbooks(run)
    return f"{told['folder']}, version {told['version']}"
