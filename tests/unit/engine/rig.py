"""A whole engine around a real SQLite file and the simulated cluster; nothing in it is a mock."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from tests.unit.engine.faulty_store import FaultyStore
from tests.unit.engine.logged_cluster import LoggedCluster
from tests.unit.engine.parts import KeptTopic, Recorder, SetClock, Wakes
from worker.adapters.expressions.evaluator import CelExpressions
from worker.adapters.sqlite.store import SqliteStore
from worker.adapters.sqlite.topics import SqliteJournal
from worker.app import Adapters, Engine, build_engine
from worker.domain.calendar.window import Window
from worker.domain.document.identity import Subject, SubjectKind
from worker.domain.document.subject import SubjectDocument
from worker.domain.incoming.alert import Alert
from worker.domain.incoming.json_text import decode
from worker.domain.playbooks.pack import Pack
from worker.domain.playbooks.playbook import Mode
from worker.domain.story.journal import Entry
from worker.engine.delivery import Delivery, Source
from worker.engine.documents import Documents
from worker.engine.ports import Json, Monitor, Sink, TransientError
from worker.packs import read_pack
from worker.settings import Settings

SHOP = Subject(SubjectKind.SERVICE, "shop", "Deployment/web")
NOBODY = Subject(SubjectKind.UNRESOLVED, "nowhere", "")
shipped = cache(read_pack)
"""The shipped pack, read once for all tests."""


class Journal(SqliteJournal):
    """The archive's table; away while `away`."""

    def __init__(self, store: SqliteStore) -> None:
        super().__init__(store)
        self.published: list[int] = []
        self.away = False

    async def publish(self, subject: str, entries: Sequence[Entry]) -> None:
        if self.away:
            raise TransientError("journal: away")
        await super().publish(subject, entries)
        self.published += [entry.seq for entry in entries]


class Rig:
    """Time passes by `clock.pass_s` and a turn runs by `turn`; nothing happens by itself."""

    def __init__(self, folder: Path, *, sinks: Sequence[Sink] = (), **settings: Any) -> None:
        self.database = folder / "aiops.db"
        self._given = {"mode": Mode.AUTO, "database": self.database, **settings}
        self.settings = Settings(**self._given)
        self.clock = SetClock()
        self.store = FaultyStore(self.database)
        self.cluster = LoggedCluster(self.clock)
        self.telemetry = Recorder()
        self.wakes = Wakes()
        self.topic = KeptTopic()
        self.journal = Journal(self.store.real)
        self.documents = Documents(self.store)
        self.sinks = list(sinks)
        self.monitor: Monitor | None = None
        self.windows: tuple[Window, ...] = ()
        self.pack: Callable[[], Pack] = shipped
        self.engine = self.another_engine()

    def restart(self, **settings: Any) -> None:
        """A new process on the same store and cluster, with these settings changed."""
        self.settings = Settings(**{**self._given, **settings})
        self.engine = self.another_engine()

    def another_engine(self) -> Engine:
        """One more on the same store and cluster, as in a second replica."""
        return build_engine(
            Adapters(
                store=self.store, cluster=self.cluster, inventory=self.cluster,
                kill_switch=self.cluster, journal=self.journal,
                dead_letter_topic=self.topic, sinks=self.sinks, monitor=self.monitor,
                waker=self.wakes, clock=self.clock, telemetry=self.telemetry, pack=self.pack,
                expressions=CelExpressions(), windows=self.windows,
                decode=lambda body: decode(
                    body, depth_max=self.settings.depth_max,
                    body_max_bytes=self.settings.body_max_bytes,
                ),
            ),
            self.settings,
        )  # fmt: skip

    async def deploy_sick(self) -> str:
        """Three replicas of shop/web, one of them crash looping: that pod's name."""
        world = self.cluster.world
        for node in ("node-1", "node-2", "node-3"):
            world.nodes[node] = True
        world.sick_nodes.add("node-3")
        world.deploy("shop", "web", replicas=3, image="web:1")
        for _ in range(4):
            world.advance()
            self.clock.pass_s(10.0)
        world.advance()
        return next(
            str(pod["metadata"]["name"])
            for pod in world.of("Pod")
            if pod["status"]["containerStatuses"][0]["restartCount"]
        )

    async def deliver(self, *bodies: bytes, source: Source = Source.ALERTS) -> list[bool]:
        return await self.engine.accept.accept(
            [Delivery(one, source, f"alerts/0/{i}") for i, one in enumerate(bodies)]
        )

    async def deliver_traced(self, raw: bytes, traceparent: str) -> None:
        """One delivery that carries a trace of its own; it must be acknowledged."""
        delivery = Delivery(raw, Source.ALERTS, "", traceparent)
        assert await self.engine.accept.accept([delivery]) == [True]

    async def turn(self, subject: Subject = SHOP) -> bool:
        return await self.engine.shell.work(subject.key)

    async def document(self, subject: Subject = SHOP) -> SubjectDocument:
        loaded = await self.documents.load(subject.key)
        assert loaded is not None, f"no document of {subject.text}"
        return loaded.document

    async def change(self, subject: Subject = SHOP, **changes: Any) -> None:
        """Put this into its document, whatever the engine thinks of it."""
        await self.documents.change(subject.key, lambda one: replace(one, **changes))

    def on_disk(self, subject: Subject = SHOP) -> Json:
        """The document as another process reads it from the file, now."""
        return on_disk(self.database, f"subject-{subject.key}")

    async def inbox(self, subject: Subject = SHOP) -> tuple[Alert, ...]:
        return (await self.document(subject)).inbox

    async def close(self) -> None:
        await self.store.close()


def alert(name: str = "KubePodCrashLooping", *, at_s: float | None = None, **labels: str) -> Json:
    """One alert as Alertmanager posts it."""
    made: Json = {
        "status": "firing",
        "labels": {"alertname": name, "severity": "warning", **labels},
        "annotations": {"summary": "seen by a test"},
    }
    if at_s is not None:
        made["startsAt"] = datetime.fromtimestamp(at_s, UTC).isoformat()
    return made


def body(*alerts: Json) -> bytes:
    return json.dumps({"version": "4", "status": "firing", "alerts": list(alerts)}).encode()


def on_disk(database: Path, key: str) -> Json:
    """A document read by a connection of its own; {} when there is none."""
    connection = sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True)
    try:
        query = "SELECT value FROM documents WHERE key = ?"
        found = connection.execute(query, (key,)).fetchone()
    finally:
        connection.close()
    value: Json = json.loads(found[0]) if found else {}
    return value
