"""JSON lines with journal entries, as people take them from a topic, and `verify` on them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from click.testing import Result

from tests.unit.engine.journals import run_of
from tests.unit.interfaces.cli_stage import aiopsctl
from worker.adapters.dapr.publish import DaprJournalTopic
from worker.domain.document.codec import encode
from worker.domain.story.journal import Entry

Json = dict[str, Any]
RUN = run_of(12)
WEB, API = "service/shop/Deployment/web", "service/shop/Deployment/api"
OTHER = run_of(7, "another")


class Sent:
    """Stands where the topic's transport does, and keeps what is published, as JSON lines."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    async def send(self, event: Json, key: str) -> None:
        plain = {**event, "data": encode(event["data"])}
        added = {"topic": "remediation-journal", "traceid": "00-0", "pubsubname": "kafka-journal"}
        self.lines.append(json.dumps({**plain, **added}))
        assert key == event["subject"]


async def published(entries: list[Entry], subject: str = WEB) -> list[str]:
    """As the worker publishes them, with what the sidecar adds."""
    sent = Sent()
    await DaprJournalTopic(sent).publish(subject, entries)  # type: ignore[arg-type]
    return sent.lines


def plain(entries: list[Entry]) -> list[str]:
    return [json.dumps(encode(one)) for one in entries]


async def verify(tmp_path: Path, lines: list[str], *words: str) -> Result:
    path = tmp_path / "journal.jsonl"
    path.write_text("".join(f"{line}\n" for line in lines))
    return await aiopsctl("journal", "verify", "--file", str(path), *words)


async def rows(tmp_path: Path, lines: list[str], *words: str, code: int = 0) -> list[Json]:
    done = await verify(tmp_path, lines, *words, "-o", "json")
    assert done.exit_code == code, done.stderr
    listed: list[Json] = json.loads(done.stdout)
    return listed
