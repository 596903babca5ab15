"""Back-testing on one core: a week of alerts replayed, against only reading its JSON.

The peer parses every line with the standard library and does nothing else, which is the least that
anything could do with a recording. A replay costs many times that: behind an alert stand tens of
decisions, over hours. `allowed` says how many times, and 1.00 holds it. It is measured over three
stretches of one run, so that the spread also shows whether it gets slower as it goes on.
"""

from __future__ import annotations

import io
import json
import time
from itertools import pairwise

from benchmarks.recorded_week import week
from benchmarks.result import Result, compare
from worker.adapters.expressions.evaluator import CelExpressions
from worker.backtest.recording import read_file
from worker.backtest.replay import Replay
from worker.backtest.report import Report
from worker.backtest.survey import Recording
from worker.domain.deciding.policy import Policy
from worker.domain.playbooks.playbook import Mode
from worker.engine.conditions import answers
from worker.packs import read_pack

ALERTS, SERVICES = 100_000, 300
STRETCHES = 3
ALLOWED = 400.0  # times the cost of parsing


def simulate() -> list[Result]:
    """One week, three stretches."""
    lines = week(ALERTS, SERVICES)
    parsed_s = [_parsed_s(lines) for _ in range(STRETCHES)]
    started_s = time.process_time()
    recording = Recording([lambda: read_file(io.BytesIO(b"".join(lines)))])
    read_s = time.process_time() - started_s
    pack, policy, expressions = read_pack(), Policy(mode=Mode.AUTO), CelExpressions()
    report = Report()
    replay = Replay(
        pack, policy, SERVICES,
        lambda document, facts, now_s: answers(document, facts, pack, policy, now_s, expressions),
        report.take,
    )  # fmt: skip
    stretch = ALERTS // STRETCHES
    marks = [time.process_time()]
    for count in replay.run(recording.records()):
        if count % stretch == 0 and len(marks) < STRETCHES:
            marks.append(time.process_time())
    marks.append(time.process_time())
    report.finish(replay.ends_s)
    took_s = marks[-1] - marks[0] + read_s
    totals = report.totals()
    print(
        f"{ALERTS / took_s:,.0f} alerts/s of one core: {ALERTS:,} alerts in {took_s:.0f} s, "
        f"{totals['incidents']:,} incidents, {replay.decisions:,} decisions; "
        f"{took_s / min(parsed_s):.0f} times the cost of parsing, {ALLOWED:.0f} allowed",
        flush=True,
    )
    times = [
        (until_s - from_s + read_s / STRETCHES) / (one_s / STRETCHES)
        for (from_s, until_s), one_s in zip(pairwise(marks), parsed_s, strict=True)
    ]
    return [compare("simulate a week, against parsing it", [ALLOWED] * STRETCHES, times, 1.0)]


def _parsed_s(lines: list[bytes]) -> float:
    """Seconds in which the standard library parses all lines."""
    started_s = time.process_time()
    for line in lines:
        json.loads(line)
    return time.process_time() - started_s
