"""REST and metrics: what is listed, shown, missing, and not to be had while the store is away."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from tests.unit.engine.rig import NOBODY, SHOP, alert, body
from tests.unit.interfaces.people_port import WEBHOOK, People, people
from worker.adapters.telemetry import COUNTERS
from worker.domain.document.identity import INGEST

LISTED = ("/api/v1/incidents", "/api/v1/deadletters")


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[People]:
    async with people(tmp_path) as opened:
        yield opened


async def repairing(served: People) -> str:
    """A crash loop whose pod was evicted: the incident's id."""
    rig = served.rig
    pod = await rig.deploy_sick()
    await rig.deliver(body(alert(namespace="shop", pod=pod, at_s=rig.clock.now_s())))
    await rig.turn(SHOP)
    rig.clock.pass_s(61.0)
    await rig.turn(SHOP)
    return (await rig.document(SHOP)).incidents[0].id


async def test_incidents_are_listed_newest_first(served: People) -> None:
    first = await repairing(served)
    served.rig.clock.pass_s(5.0)
    await served.rig.deliver(body(alert("Odd", namespace="nowhere")))
    await served.rig.turn(NOBODY)
    newest, oldest = (await served.port.get("/api/v1/incidents")).json()
    assert (newest["subject"], newest["phase"]) == ("unresolved/nowhere", "escalated")
    assert newest["escalated_for"] == "owner_unknown"
    assert (oldest["id"], oldest["phase"]) == (first, "verifying")
    assert oldest["action"].startswith("evict_pod web-")
    assert (oldest["cause"], oldest["severity"]) == ("crash_loop", "warning")


async def test_closed_ones_are_listed_on_request(served: People) -> None:
    await served.rig.deliver(body(alert("Odd", namespace="nowhere", at_s=1.0)))
    await served.rig.turn(NOBODY)
    over = {**alert("Odd", namespace="nowhere", at_s=1.0), "status": "resolved"}
    await served.rig.deliver(body(over))
    await served.rig.turn(NOBODY)
    assert (await served.port.get("/api/v1/incidents")).json() == []
    (closed,) = (await served.port.get("/api/v1/incidents?closed=true")).json()
    assert (closed["phase"], closed["resolution"]) == ("resolved", "resolved_by_others")
    whole = await served.port.get(f"/api/v1/incidents/{closed['id']}")
    assert "Handed over to a human: owner unknown." in whole.json()["story"]


async def test_an_incident_is_shown_whole_with_its_story(served: People) -> None:
    identity = await repairing(served)
    whole = (await served.port.get(f"/api/v1/incidents/{identity}")).json()
    assert (whole["id"], whole["subject"]) == (identity, SHOP.text)
    assert [one["outcome"] for one in whole["attempts"]] == ["accepted"]
    assert [one["seq"] for one in whole["journal"]] == list(range(1, len(whole["journal"]) + 1))
    lines = whole["story"].splitlines()
    assert len(lines) == len(whole["journal"])
    assert "Decided to evict pod shop/Pod/web-" in whole["story"]


async def test_what_is_not_there_is_404_with_a_remedy(served: People) -> None:
    for path in (
        "/api/v1/incidents/inc-none",
        "/api/v1/incidents/%2e%2e",
        "/api/v1/deadletters/0123456789abcdef",
        "/api/v1/deadletters/none",
        "/api/v1/deadletters/ABCDEF0123456789",
    ):
        reply = await served.port.get(path)
        assert reply.status == 404, path
        assert "list them at" in reply.json()["detail"], path
    long = await served.port.get(f"/api/v1/incidents/{'x' * 5000}")
    assert len(long.body) < 300, "what was asked is not repeated without bound"


async def test_dead_letters_are_listed_and_shown(served: People) -> None:
    await served.port.post(WEBHOOK, b"{nope")
    (letter,) = (await served.port.get("/api/v1/deadletters")).json()
    assert (letter["reason"], letter["source"], letter["published"]) == (
        "not_json",
        "webhook",
        False,
    )
    whole = (await served.port.get(f"/api/v1/deadletters/{letter['id']}")).json()
    assert (whole["body"], whole["size_bytes"]) == ("{nope", 5)
    assert whole["detail"].endswith("send JSON")


async def test_a_letter_goes_to_a_human_as_an_incident(served: People) -> None:
    await served.port.post(WEBHOOK, b"{nope")
    await served.rig.turn(INGEST)
    (incident,) = (await served.port.get("/api/v1/incidents")).json()
    assert (incident["subject"], incident["escalated_for"]) == (
        "cluster//ingest",
        "malformed_input",
    )


async def test_while_the_store_is_away_reading_asks_to_come_again(served: People) -> None:
    identity = await repairing(served)
    served.rig.store.loads_fail = True
    for path in (*LISTED, f"/api/v1/incidents/{identity}", "/api/v1/deadletters/" + "0" * 16):
        reply = await served.port.get(path)
        assert reply.status == 503, path
        assert int(reply.headers["retry-after"]) > 0, path
    served.rig.store.loads_fail = False
    assert (await served.port.get(LISTED[0])).status == 200


async def test_one_document_that_cannot_be_read_hides_no_other(served: People) -> None:
    identity = await repairing(served)
    await served.rig.deliver(body(alert("Odd", namespace="nowhere")))
    await served.rig.store.put(f"subject-{NOBODY.key}", {"schema": 99})
    (listed,) = (await served.port.get("/api/v1/incidents")).json()
    assert listed["id"] == identity


async def test_reading_changes_nothing(served: People) -> None:
    identity = await repairing(served)
    await served.port.post(WEBHOOK, b"{nope")
    before = served.rig.store.saved("")
    for path in (*LISTED, f"/api/v1/incidents/{identity}", "/metrics", "/readyz"):
        assert (await served.port.get(path)).status == 200
    assert served.rig.store.saved("") == before


async def test_metrics_pass_as_openmetrics_and_show_every_counter(served: People) -> None:
    served.telemetry.count("deliveries_accepted", 3)
    served.telemetry.count("dead_letters", reason="not_json")
    reply = await served.port.get("/metrics")
    assert reply.status == 200
    assert reply.headers["content-type"].startswith("application/openmetrics-text")
    assert reply.body.endswith(b"# EOF\n")
    parsed = text_string_to_metric_families(reply.body.decode())  # type: ignore[no-untyped-call]
    families = {one.name: one for one in parsed}
    assert {f"aiops_{name}" for name in COUNTERS} <= set(families)
    for name, (text, _) in COUNTERS.items():
        assert families[f"aiops_{name}"].type == "counter"
        assert families[f"aiops_{name}"].documentation == text
    samples = {
        (sample.name, tuple(sample.labels.items())): sample.value
        for one in families.values()
        for sample in one.samples
    }
    assert samples[("aiops_deliveries_accepted_total", ())] == 3.0
    assert samples[("aiops_dead_letters_total", (("reason", "not_json"),))] == 1.0


async def test_why_is_for_whoever_may_read(served: People) -> None:
    identity = await repairing(served)
    found = (await served.port.get(f"/api/v1/incidents/{identity}/why")).json()
    assert (found["incident"], found["phase"]) == (identity, "verifying")
    assert (await served.port.get("/api/v1/incidents/inc-000000000000/why")).status == 404
