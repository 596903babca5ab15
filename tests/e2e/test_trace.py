"""One trace, from the record's own traceparent through worker, sidecar, action and journal."""

from __future__ import annotations

from tests.e2e.conftest import StartWorker
from tests.e2e.receivers import Collector, SeenSpan
from tests.e2e.records import Record, body, produce
from tests.e2e.shop import Shop
from tests.e2e.test_first_alert import crash_alert, ended, sick_on_one_node
from tests.e2e.waiting import wait_for
from tests.lab import Lab

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = "00f067aa0ba902b7"


def test_one_trace_from_record_to_journal(
    lab: Lab, shop: Shop, start_worker: StartWorker, now: str
) -> None:
    with Collector() as collector:
        pod = sick_on_one_node(shop)
        worker = start_worker(AIOPS_OTLP_ENDPOINT=collector.url)
        header = ("traceparent", f"00-{TRACE}-{PARENT}-01".encode())
        alert = body(crash_alert(shop, pod, now))
        produce(lab.kafka.bootstrap, "alerts", [Record(alert, headers=(header,))])
        ended(worker, shop.namespace, "resolved")

        wanted = {
            "accept": lambda name: name == "aiops-operator: accept",
            "turn": lambda name: name == "aiops-operator: turn",
            "probe": lambda name: name == "aiops-operator: probe pod_health",
            "action": lambda name: name == "aiops-operator: action evict_pod",
            "actor call": lambda name: "actor" in name.lower() and "work" in name.lower(),
            "journal publish": lambda name: "publish" in name.lower(),
        }

        def missing() -> dict[str, list[str]]:
            names = sorted(mine(collector))
            return {what: names for what, is_it in wanted.items() if not any(map(is_it, names))}

        wait_for("all of " + ", ".join(wanted), lambda: not missing(), last=missing)
        spans = mine(collector)
        by_id = {one.span_id: one for one in collector.spans() if one.trace_id == TRACE}
        accept = spans["aiops-operator: accept"]
        action = spans["aiops-operator: action evict_pod"]
        assert _ancestors(accept, by_id)[-1] == PARENT
        assert accept.span_id in _ancestors(action, by_id)


def mine(collector: Collector) -> dict[str, SeenSpan]:
    """The trace's spans by service and name."""
    spans = [one for one in collector.spans() if one.trace_id == TRACE]
    return {f"{one.service}: {one.name}": one for one in spans}


def _ancestors(span: SeenSpan, by_id: dict[str, SeenSpan]) -> list[str]:
    """Parent ids up to the first that nobody exported."""
    found: list[str] = []
    here: SeenSpan | None = span
    while here is not None and here.parent_id and len(found) < 50:
        found.append(here.parent_id)
        here = by_id.get(here.parent_id)
    return found
