"""Recordings for the tests of back-testing, and a replay of them that is told in full."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from tests.unit.domain.builders import NOW_S, PACK, POLICY
from worker.backtest.moments import time_of
from worker.backtest.recorded import Recorded
from worker.backtest.recording import Read, Unread, read_file
from worker.backtest.replay import Replay
from worker.backtest.report import Report
from worker.domain.deciding.policy import Policy
from worker.domain.playbooks.pack import Pack
from worker.domain.story.journal import Entry, EntryKind

Json = dict[str, Any]
SERVICES = 100  # so that one sick service is no storm
MINUTE_S, HOUR_S, DAY_S = 60.0, 3600.0, 86400.0
POD = "web-7d9f8c6b5-x2k4q"  # as a Deployment's ReplicaSet would name it


def alert(
    name: str = "KubePodCrashLooping",
    *,
    from_s: float = 0.0,
    until_s: float | None = None,
    service: str = "web",
    namespace: str = "shop",
    **labels: str,
) -> Json:
    """As Alertmanager's webhook tells it; moments are seconds after NOW_S. With an end it is
    resolved."""
    named = {"alertname": name, "namespace": namespace, "severity": "warning"}
    if service:
        named["deployment"] = service
    return {
        "status": "firing" if until_s is None else "resolved",
        "labels": {**named, **labels},
        "annotations": {"description": f"{name} of {service}"},
        "startsAt": time_of(NOW_S + from_s),
        "endsAt": "0001-01-01T00:00:00Z" if until_s is None else time_of(NOW_S + until_s),
    }


def webhook(*alerts: Json) -> Json:
    return {"version": "4", "receiver": "aiops", "status": alerts[0]["status"], "alerts": alerts}


def deploy(at_s: float, *, kind: str = "deploy_finished", service: str = "web") -> Json:
    labels = {"namespace": "shop", "deployment": service}
    return {"id": f"{kind}-{at_s}", "kind": kind, "at": time_of(NOW_S + at_s), "actor": "ci",
            "labels": labels}  # fmt: skip


def at(at_s: float, value: object) -> Json:
    return {"at": time_of(NOW_S + at_s), "topic": "alerts", "value": value}


def file_of(*values: object) -> io.BytesIO:
    """JSON lines."""
    return io.BytesIO("".join(json.dumps(one) + "\n" for one in values).encode())


def read(*values: object) -> list[Read]:
    return list(read_file(file_of(*values)))


def recorded(*values: object) -> list[Recorded]:
    """In order of time; all of it can be read."""
    found = read(*values)
    assert not [one for one in found if isinstance(one, Unread)]
    return sorted((one for one in found if isinstance(one, Recorded)), key=lambda one: one.order)


@dataclass
class Told:
    """What came of a replay."""

    replay: Replay
    report: Report
    entries: list[tuple[str, Entry]]

    @property
    def kinds(self) -> list[str]:
        return [f"{entry.kind} {entry.reason}" for _, entry in self.entries]


def replayed(
    records: Iterable[Recorded],
    *,
    pack: Pack = PACK,
    policy: Policy = POLICY,
    services: int = SERVICES,
    kind: type[Replay] = Replay,
    **changes: Any,
) -> Told:
    """Without conditions: the tests' own playbooks have none."""
    entries: list[tuple[str, Entry]] = []
    report = Report()

    def told(subject: str, entry: Entry) -> None:
        entries.append((subject, entry))
        report.take(subject, entry)

    replay = kind(
        pack, replace(policy, **changes), services, lambda _document, _facts, _now_s: {}, told
    )
    assert list(replay.run(records)) is not None
    report.finish(replay.ends_s)
    return Told(replay, report, entries)


def decided(told: Told) -> list[str]:
    return [one.action for each in told.report.in_order() for one in each.decided]


def seconds(told: Told, kind: EntryKind) -> list[float]:
    """When entries of this kind were made, after NOW_S."""
    return [e.at_ms / 1000 - NOW_S for _, e in told.entries if e.kind is kind]
