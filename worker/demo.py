"""The demo: the real worker in embedded mode against a simulated cluster, told as it happens.

Only the cluster is simulated and only the waiting times are shortened: webhook, store, decision,
guards, fence and verification are what runs in production.
"""

from __future__ import annotations

import asyncio
import json
import socket
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.request import Request, urlopen

import click
import structlog

from worker.adapters.expressions.evaluator import CelExpressions
from worker.adapters.simulated import SimulatedCluster
from worker.adapters.system_clock import SystemClock
from worker.adapters.telemetry import OtelTelemetry
from worker.domain.incoming.json_text import decode
from worker.domain.playbooks.pack import Pack
from worker.domain.playbooks.playbook import Mode, Watch
from worker.domain.story.journal import Entry, EntryKind, clock, sentence
from worker.engine.ports import Json
from worker.engine.reading import Found
from worker.interfaces.serving import Listener, all_open, drain
from worker.packs import read_pack
from worker.runtime_embedded import Embedded, Surroundings, embed, listen
from worker.settings import Settings
from worker.supervisor import Supervisor

ENDS_WITHIN_S = 45.0  # what it shows takes about 12 s
NAMESPACE, SERVICE, BROKEN_NODE = "todo-app", "checkout", "worker-3"
QUICK = Watch(settle_s=2.0, window_s=4.0, deadline_s=20.0)
SOAK_S = 1.0
STYLE = {
    EntryKind.ALERT: "yellow", EntryKind.DECIDED: "cyan", EntryKind.OUTCOME: "cyan",
    EntryKind.VERDICT: "green", EntryKind.CLOSED: "green", EntryKind.ESCALATED: "red",
}  # fmt: skip


class Narrator(OtelTelemetry):
    """Tells each journal entry on the screen once it is durable."""

    def entries(self, subject: str, entries: Sequence[Entry]) -> None:
        for entry in entries:
            colour = STYLE.get(entry.kind)
            name = click.style(f"{entry.kind:9}", fg=colour, bold=True)
            click.echo(f"  {clock(entry.at_ms)}  {name} {sentence(entry)}")


async def run_demo() -> bool:
    """True only when the incident was really resolved by a repair."""
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    folder = Path(tempfile.mkdtemp(prefix="aiops-demo-"))
    settings = Settings(
        mode=Mode.AUTO, database=folder / "demo.db", people_port=_free_port(),
        hold_s=1.0, verify_every_s=1.0, sweep_every_s=5.0, decide_within_s=60.0,
    )  # fmt: skip
    cluster = SimulatedCluster(SystemClock())
    embedded, listener = _start(settings, cluster)
    _introduce(settings)
    supervisor = Supervisor()
    serving = supervisor.start("people's port", listener.serve())
    supervisor.start("turns", embedded.waker.run(embedded.work))
    supervisor.start("sweep", embedded.engine.sweep.forever())
    try:
        await all_open([listener], [serving])
        pod = await _bad_deploy(cluster)
        await asyncio.to_thread(_send, f"http://127.0.0.1:{settings.people_port}", pod)
        found = await _ended(embedded)
    finally:
        await drain([listener], [serving], settings.drain_s)
        await supervisor.end()
        await embedded.close()
    return await _conclude(found, cluster, settings.database)


def _start(settings: Settings, cluster: SimulatedCluster) -> tuple[Embedded, Listener]:
    telemetry, pack = Narrator(), _quick(read_pack())
    around = Surroundings(
        cluster=cluster, inventory=cluster, kill_switch=cluster, monitor=None, sinks=[],
        clock=SystemClock(), telemetry=telemetry, pack=lambda: pack, expressions=CelExpressions(),
        decode=lambda body: decode(
            body, depth_max=settings.depth_max, body_max_bytes=settings.body_max_bytes
        ),
    )  # fmt: skip
    embedded = embed(settings, around)
    return embedded, listen(settings, embedded, telemetry, lambda: True)


def _quick(pack: Pack) -> Pack:
    """The shipped playbooks with shorter waits."""
    return replace(
        pack,
        playbooks=tuple(
            replace(
                one, soak_s=SOAK_S, steps=tuple(replace(step, watch=QUICK) for step in one.steps)
            )
            for one in pack.playbooks
        ),
    )


def _introduce(settings: Settings) -> None:
    click.secho("aiops-operator demo: one alert, from firing to resolved", bold=True)
    click.echo(
        f"  simulated cluster · embedded worker · mode {settings.mode} · shipped playbooks\n"
        f"  shortened times: soak {SOAK_S:.0f} s (60 s), settle {QUICK.settle_s:.0f} s (30 s), "
        f"healthy for {QUICK.window_s:.0f} s (20 min) before anything gets credit\n"
    )


async def _bad_deploy(cluster: SimulatedCluster) -> str:
    """A release of checkout puts one replica on a node whose disk cache is broken."""
    world = cluster.world
    for node in ("worker-1", "worker-2", BROKEN_NODE):
        world.nodes[node] = True
    world.sick_nodes.add(BROKEN_NODE)
    world.deploy(NAMESPACE, SERVICE, replicas=3, image="checkout:2.0")
    click.echo(f"  checkout 2.0 is deployed; {BROKEN_NODE}'s disk cache is broken, unknown to all")
    async with asyncio.timeout(ENDS_WITHIN_S):
        while True:
            world.advance()
            for pod in world.of("Pod"):
                statuses = pod["status"].get("containerStatuses", [])
                if any(one["restartCount"] for one in statuses):
                    return str(pod["metadata"]["name"])
            await asyncio.sleep(0.2)


def _send(url: str, pod: str) -> None:
    """What Alertmanager posts, to the real webhook."""
    alert: Json = {
        "status": "firing",
        "labels": {
            "alertname": "KubePodCrashLooping", "severity": "warning", "namespace": NAMESPACE,
            "pod": pod, "container": SERVICE,
        },
        "annotations": {"description": f"{pod} is crash looping"},
        "startsAt": datetime.now(UTC).isoformat(),
        "endsAt": "0001-01-01T00:00:00Z",
    }  # fmt: skip
    body = {"version": "4", "status": "firing", "receiver": "aiops", "alerts": [alert]}
    request = Request(f"{url}/api/v1/webhooks/alertmanager", json.dumps(body).encode())  # noqa: S310
    with urlopen(request, timeout=10) as answer:  # noqa: S310
        assert answer.status == 200


async def _ended(embedded: Embedded) -> Found | None:
    try:
        async with asyncio.timeout(ENDS_WITHIN_S):
            while True:
                for found in await embedded.engine.reading.incidents(closed_too=True):
                    if not found.incident.open or found.document.notices:
                        return found
                await asyncio.sleep(0.2)
    except TimeoutError:
        return None


async def _conclude(found: Found | None, cluster: SimulatedCluster, database: Path) -> bool:
    click.secho("\nWrites to the cluster", bold=True)
    for one in cluster.writes:
        click.echo(
            f"  {one.verb} {one.kind}/{one.name}/{one.subresource} → {one.code}, {one.intent_id}"
        )
    if found is None:
        click.secho("\nnot resolved: the incident did not end in time", fg="red")
        return False
    click.secho("\nThe story", bold=True)
    click.echo("  " + found.whole()["story"].replace("\n", "\n  "))
    click.secho("\nWhere to look next", bold=True)
    click.echo(f"  aiopsctl show {found.incident.id} --database {database}")
    click.echo("  docs/tutorial/first-repair.md, docs/how-to/run-with-dapr.md\n")
    cluster.world.advance()
    pods = cluster.world.of("Pod")
    healthy = len(pods) == 3 and all(
        one["ready"] for pod in pods for one in pod["status"]["containerStatuses"]
    )
    repaired = found.incident.resolution == "repaired"
    evictions = [one for one in cluster.writes if one.code == 201]
    if repaired and healthy and len(evictions) == 1:
        click.secho("resolved", fg="green", bold=True)
        return True
    click.secho(f"not resolved: {found.incident.phase}", fg="red")
    return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
