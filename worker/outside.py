"""The adapters that both runtimes share: cluster, monitor, sinks, playbooks, and what they need."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from worker.adapters.alertmanager import Alertmanager
from worker.adapters.expressions.evaluator import CelExpressions
from worker.adapters.kubernetes_api import KubernetesApi
from worker.adapters.kubernetes_inventory import KubernetesInventory
from worker.adapters.kubernetes_kill_switch import KubernetesKillSwitch
from worker.adapters.pagerduty_sink import PagerDutySink
from worker.adapters.playbook_files import SHIPPED
from worker.adapters.playbook_reload import ReloadingPack
from worker.adapters.prometheus_rules import PrometheusRules
from worker.adapters.system_clock import SystemClock
from worker.adapters.telemetry import OtelTelemetry
from worker.adapters.webhook_sink import WebhookSink
from worker.adapters.window_files import load_windows
from worker.domain.calendar.window import Window
from worker.domain.incoming.json_text import decode
from worker.engine.delivery import Decode
from worker.engine.ports import Rules, Sink
from worker.packs import read_pack
from worker.settings import Settings

if TYPE_CHECKING:
    from aiohttp import ClientSession


RULES_KEPT_S = 60.0  # rules change with a release, not with an alert


@dataclass(frozen=True, slots=True)
class Outside:
    """The world around the worker, but for the store and the bus that a runtime chooses."""

    api: KubernetesApi
    inventory: KubernetesInventory
    kill_switch: KubernetesKillSwitch
    monitor: Alertmanager | None
    sinks: Sequence[Sink]
    clock: SystemClock
    telemetry: OtelTelemetry
    decode: Decode
    packs: ReloadingPack
    expressions: CelExpressions
    rules: Rules | None
    windows: tuple[Window, ...]
    session: ClientSession

    async def close(self) -> None:
        await self.api.close()
        await self.session.close()
        await asyncio.to_thread(self.telemetry.close)


def outside(settings: Settings) -> Outside:
    """Connects to nothing yet. Raises PlaybookError for a pack that cannot be read."""
    import aiohttp

    clock = SystemClock()
    telemetry = OtelTelemetry(
        otlp_endpoint=settings.otlp_endpoint, instance=os.environ.get("HOSTNAME", "")
    )
    session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=settings.send_timeout_s))
    api = KubernetesApi(settings.kubeconfig, settings.kube_context)
    url = settings.alertmanager_url
    return Outside(
        api=api,
        inventory=KubernetesInventory(api, clock, telemetry),
        kill_switch=KubernetesKillSwitch(
            api, settings.own_namespace or "default", settings.kill_switch_name
        ),
        monitor=Alertmanager(session, url) if url else None,
        sinks=_sinks(settings, session),
        clock=clock,
        telemetry=telemetry,
        decode=lambda body: decode(
            body, depth_max=settings.depth_max, body_max_bytes=settings.body_max_bytes
        ),
        packs=ReloadingPack(
            settings.playbooks or SHIPPED, lambda: read_pack(settings.playbooks), clock, telemetry
        ),
        expressions=CelExpressions(),
        rules=_rules(settings, session, clock),
        windows=load_windows(settings.windows) if settings.windows else (),
        session=session,
    )


def _rules(settings: Settings, session: ClientSession, clock: SystemClock) -> Rules | None:
    if not settings.prometheus_url:
        return None
    return PrometheusRules(session, settings.prometheus_url, clock=clock, keep_s=RULES_KEPT_S)


def _sinks(settings: Settings, session: ClientSession) -> list[Sink]:
    sinks: list[Sink] = []
    if settings.pagerduty_url:
        key = settings.pagerduty_routing_key.get_secret_value()
        sinks.append(PagerDutySink(session, settings.pagerduty_url, key))
    if settings.webhook_sink_url:
        sinks.append(WebhookSink(session, settings.webhook_sink_url))
    return sinks
