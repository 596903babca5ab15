"""What the worker needs and whether it is there: each finding with its evidence and its remedy."""

from __future__ import annotations

import asyncio

from worker.adapters.dapr.sidecar import Sidecar
from worker.adapters.playbook_files import PlaybookError
from worker.doctor import cluster, dapr
from worker.doctor.finding import Check, Finding
from worker.domain.playbooks.playbook import Mode
from worker.engine.ports import PermanentError, TransientError
from worker.outside import Outside, outside
from worker.packs import read_pack
from worker.settings import Settings

CHECK_TIMEOUT_S = 10.0  # of each check; they run one after the other


async def examine(settings: Settings, *, with_dapr: bool) -> list[Finding]:
    """Every check, in the order in which one depends on the other."""
    pack = _pack(settings)
    if pack.state == "failed":
        return [pack]
    world = outside(settings)
    sidecar = Sidecar(
        http_port=settings.dapr_http_port, api_token=settings.dapr_api_token.get_secret_value()
    )
    checks: list[tuple[str, Check]] = [
        ("API server", lambda: cluster.api_server(world)),
        ("clock", lambda: cluster.clock(world, settings)),
        ("right to look", lambda: cluster.rights(world, cluster.READ_RIGHTS, "right to look")),
        ("kill switch", lambda: cluster.kill_switch(world)),
        ("monitor", lambda: _monitor(world)),
    ]
    if {settings.mode, *settings.namespace_modes.values()} & {Mode.APPROVE, Mode.AUTO}:
        checks.insert(
            3, ("right to act", lambda: cluster.rights(world, cluster.ACT_RIGHTS, "right to act"))
        )
    if with_dapr:
        checks += [
            ("sidecar", lambda: dapr.sidecar_answers(sidecar)),
            ("components", lambda: dapr.components(sidecar, settings)),
            ("topics", lambda: dapr.topics(settings)),
        ]
    try:
        found = [pack, *[await _bounded(what, check) for what, check in checks]]
        return [*found, _sinks(world)]
    finally:
        await sidecar.close()
        await world.close()


async def _bounded(what: str, check: Check) -> Finding:
    try:
        async with asyncio.timeout(CHECK_TIMEOUT_S):
            return await check()
    except TimeoutError:
        return Finding(what, "failed", f"no answer within {CHECK_TIMEOUT_S:.0f} s")
    except (TransientError, PermanentError) as error:
        return Finding(what, "failed", str(error), REMEDIES.get(what, ""))


REMEDIES = {
    "API server": "set AIOPS_KUBECONFIG, or run inside the cluster",
    "kill switch": "see docs/how-to/stop-everything.md",
    "monitor": "check AIOPS_ALERTMANAGER_URL",
    "sidecar": "start it: dapr run -f dapr.yaml, or set DAPR_HTTP_PORT",
}


def _pack(settings: Settings) -> Finding:
    try:
        pack = read_pack(settings.playbooks)
    except PlaybookError as error:
        first, *others = error.problems
        words = first.text + (f" and {len(others) + error.more} more" if others else "")
        remedy = "repair that line; `aiopsctl playbook lint` shows everything"
        return Finding("playbooks", "failed", words, remedy)
    words = f"version {pack.version}, {len(pack.playbooks)} playbooks, mode {settings.mode}"
    return Finding("playbooks", "ok", words)


async def _monitor(world: Outside) -> Finding:
    if world.monitor is None:
        return Finding(
            "monitor", "unknown", "no Alertmanager is configured", "set AIOPS_ALERTMANAGER_URL"
        )
    await world.monitor.states(())
    return Finding("monitor", "ok", "Alertmanager answers")


def _sinks(world: Outside) -> Finding:
    if not world.sinks:
        remedy = "set AIOPS_WEBHOOK_SINK_URL, or AIOPS_PAGERDUTY_URL and its routing key"
        return Finding("sink", "failed", "nobody would be told of an escalation", remedy)
    return Finding("sink", "ok", ", ".join(sink.name for sink in world.sinks))
