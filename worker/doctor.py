"""What the worker needs and whether it is there: each finding with its evidence and its remedy."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass

from worker.adapters.dapr.sidecar import Sidecar
from worker.adapters.playbook_files import PlaybookError, load_pack
from worker.domain.playbook import Mode
from worker.engine.ports import Json, PermanentError, TransientError
from worker.outside import Outside, outside
from worker.settings import Settings

CHECK_TIMEOUT_S = 10.0  # of each check; they run one after the other

READ_RIGHTS = (
    ("", "pods", "", "list"),
    ("", "pods", "", "watch"),
    ("apps", "deployments", "", "list"),
    ("apps", "replicasets", "", "list"),
    ("policy", "poddisruptionbudgets", "", "list"),
)
ACT_RIGHTS = (
    ("", "pods", "eviction", "create"),
    ("apps", "deployments", "", "patch"),
    ("apps", "statefulsets", "", "patch"),
    ("apps", "daemonsets", "", "patch"),
)


@dataclass(frozen=True, slots=True)
class Finding:
    """`state` is ok, failed, or unknown (not configured, or it couldn't be asked)."""

    what: str
    state: str
    evidence: str
    remedy: str = ""

    def as_json(self) -> Json:
        return asdict(self)


Check = Callable[[], Awaitable[Finding]]


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
        ("API server", lambda: _api_server(world)),
        ("clock", lambda: _clock(world, settings)),
        ("right to look", lambda: _rights(world, READ_RIGHTS, "right to look")),
        ("kill switch", lambda: _kill_switch(world)),
        ("monitor", lambda: _monitor(world)),
    ]
    if settings.mode is Mode.AUTO:
        checks.insert(3, ("right to act", lambda: _rights(world, ACT_RIGHTS, "right to act")))
    if with_dapr:
        checks += [
            ("sidecar", lambda: _sidecar(sidecar)),
            ("components", lambda: _components(sidecar, settings)),
            ("topics", lambda: _topics(settings)),
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
    "kill switch": "kubectl create configmap aiops-kill-switch --from-literal=stop=false",
    "monitor": "check AIOPS_ALERTMANAGER_URL",
    "sidecar": "start it: dapr run -f dapr.yaml, or set DAPR_HTTP_PORT",
}


def _pack(settings: Settings) -> Finding:
    try:
        pack = load_pack(settings.playbooks)
    except PlaybookError as error:
        return Finding("playbooks", "failed", str(error), "repair that line")
    words = f"version {pack.version}, {len(pack.playbooks)} playbooks, mode {settings.mode}"
    return Finding("playbooks", "ok", words)


async def _api_server(world: Outside) -> Finding:
    version = await world.api.get_version()
    return Finding("API server", "ok", str(version.get("gitVersion", "answers")))


async def _clock(world: Outside, settings: Settings) -> Finding:
    skew_s = world.clock.now_s() - await world.api.server_time_s()
    if abs(skew_s) > settings.policy.clock_skew_max_s:
        return Finding("clock", "failed", f"{skew_s:+.1f} s to the API server", "run an NTP client")
    return Finding("clock", "ok", f"{skew_s:+.1f} s to the API server")


async def _rights(
    world: Outside, rights: tuple[tuple[str, str, str, str], ...], what: str
) -> Finding:
    missing = [
        f"{verb} {resource}{'/' + subresource if subresource else ''}"
        for group, resource, subresource, verb in rights
        if not await world.api.may(group, resource, subresource, verb)
    ]
    if missing:
        remedy = "apply k8s/base; for auto mode k8s/overlays/auto"
        return Finding(what, "failed", "missing: " + ", ".join(missing), remedy)
    return Finding(what, "ok", f"{len(rights)} rights checked")


async def _kill_switch(world: Outside) -> Finding:
    stopped = await world.kill_switch.is_set()
    if stopped:
        return Finding("kill switch", "unknown", "set: nothing will be written", "see the how-to")
    return Finding("kill switch", "ok", "readable, not set")


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


async def _sidecar(sidecar: Sidecar) -> Finding:
    answer = await sidecar.call("GET", "/v1.0/healthz/outbound")
    if not answer.ok:
        return Finding("sidecar", "failed", f"health answers {answer.status}", "see its log")
    return Finding("sidecar", "ok", "its components are ready")


async def _components(sidecar: Sidecar, settings: Settings) -> Finding:
    metadata = (await sidecar.call("GET", "/v1.0/metadata")).json() or {}
    loaded = {one["name"] for one in metadata.get("components", [])}
    wanted = {
        settings.state_store,
        settings.alerts_pubsub,
        settings.ops_events_pubsub,
        settings.journal_pubsub,
    }
    if missing := sorted(wanted - loaded):
        remedy = "see components/ and docs/how-to/run-with-dapr.md"
        return Finding("components", "failed", "missing: " + ", ".join(missing), remedy)
    return Finding("components", "ok", ", ".join(sorted(wanted)))


async def _topics(settings: Settings) -> Finding:
    if not settings.kafka_brokers:
        return Finding("topics", "unknown", "not asked", "set AIOPS_KAFKA_BROKERS")
    from aiokafka.admin import AIOKafkaAdminClient
    from aiokafka.errors import KafkaError

    admin = AIOKafkaAdminClient(bootstrap_servers=settings.kafka_brokers)
    try:
        await admin.start()
        present = set(await admin.list_topics())
    except KafkaError as error:
        return Finding("topics", "failed", str(error), "check AIOPS_KAFKA_BROKERS")
    finally:
        await admin.close()
    wanted = {
        settings.alerts_topic,
        settings.ops_events_topic,
        settings.journal_topic,
        settings.dead_letter_topic,
    }
    if missing := sorted(wanted - present):
        return Finding("topics", "failed", "missing: " + ", ".join(missing), "create them")
    return Finding("topics", "ok", f"{len(wanted)} topics are there")
