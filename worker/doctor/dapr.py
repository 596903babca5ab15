"""The sidecar with its components, and the topics behind it."""

from __future__ import annotations

from worker.adapters.dapr.sidecar import Sidecar
from worker.doctor.finding import Finding
from worker.settings import Settings


async def sidecar_answers(sidecar: Sidecar) -> Finding:
    answer = await sidecar.call("GET", "/v1.0/healthz/outbound")
    if not answer.ok:
        return Finding("sidecar", "failed", f"health answers {answer.status}", "see its log")
    return Finding("sidecar", "ok", "its components are ready")


async def components(sidecar: Sidecar, settings: Settings) -> Finding:
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


async def topics(settings: Settings) -> Finding:
    if not settings.kafka_brokers:
        return Finding("topics", "unknown", "not asked", "set AIOPS_KAFKA_BROKERS")
    from aiokafka.admin import AIOKafkaAdminClient
    from aiokafka.errors import KafkaError

    admin = AIOKafkaAdminClient(bootstrap_servers=settings.kafka_brokers)
    try:
        await admin.start()
        present = set(await admin.listtopics())
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
