"""REST: which journals there are, and one of them page by page."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.unit.engine.rig import NOBODY, alert, body
from tests.unit.interfaces.people_port import People, bearer, people
from worker.domain.document.subject import TAIL_MAX, SubjectDocument
from worker.domain.story.chain import Head, entry_of, examine
from worker.domain.story.journal import EntryKind
from worker.domain.story.reason import Reason
from worker.engine.ports import Json

LISTED = "/api/v1/journals"
ONE = f"/api/v1/journals/{NOBODY.key}"


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[People]:
    async with people(tmp_path) as opened:
        await opened.rig.deliver(body(alert("Odd", namespace="nowhere")))
        await opened.rig.turn(NOBODY)
        yield opened


async def happen(served: People, count: int) -> None:
    """So many things more, in pieces that a document holds."""

    def noted(document: SubjectDocument) -> SubjectDocument:
        for _ in range(min(count, 100)):
            document = document.note(EntryKind.OPS_EVENT, Reason.OPS_EVENT, 1.0, event="x")
        return document

    for _ in range(0, count, 100):
        await served.rig.documents.change(NOBODY.key, noted)
        served.rig.clock.pass_s(30.0)
        await served.rig.turn(NOBODY)


async def test_each_subject_is_listed_with_its_head(served: People) -> None:
    document = await served.rig.document(NOBODY)
    assert (await served.port.get(LISTED)).json() == [
        {
            "key": NOBODY.key,
            "subject": NOBODY.text,
            "head": document.journal_head,
            "seq": document.journal_seq,
        }
    ]


async def test_a_journal_is_whole_and_reaches_its_head(served: People) -> None:
    await happen(served, 700)
    found: list[Json] = []
    target = ONE
    while True:
        page = (await served.port.get(target)).json()
        assert len(page["entries"]) > TAIL_MAX
        found = [*page["entries"], *found]
        if page["earlier"] is None:
            break
        target = f"{ONE}?before={page['earlier']}"
    document = await served.rig.document(NOBODY)
    entries = [entry_of(one) for one in found]
    assert [one.seq for one in entries] == list(range(1, document.journal_seq + 1))
    head = Head(page["head"], page["seq"])
    assert examine(entries, heads=[head], from_first=True).whole
    assert target != ONE, "more than one page"


async def test_what_is_not_there_is_404_with_a_remedy(served: People) -> None:
    for name in ("0" * 32, "x", NOBODY.key.upper(), f"{NOBODY.key}0", "%2e%2e", "x" * 5000):
        reply = await served.port.get(f"{LISTED}/{name}")
        assert reply.status == 404, name
        assert "list them at /journals" in reply.json()["detail"], name
        assert len(reply.body) < 300


@pytest.mark.parametrize("before", ["0", "-1", "x", "1.5", "1e3", "", "9" * 5000])
async def test_a_number_that_is_none_is_refused(served: People, before: str) -> None:
    assert (await served.port.get(f"{ONE}?before={before}")).status in (404, 422)


async def test_any_number_is_answered(served: People) -> None:
    for before in ("1", "2", "999999999999999999"):
        page = (await served.port.get(f"{ONE}?before={before}")).json()
        assert (page["entries"], page["earlier"]) == ([], None)


async def test_while_the_store_is_away_it_asks_to_come_again(served: People) -> None:
    served.rig.store.loads_fail = True
    for target in (LISTED, ONE):
        reply = await served.port.get(target)
        assert (reply.status, int(reply.headers["retry-after"]) > 0) == (503, True)


async def test_one_that_cannot_be_read_says_why_and_hides_no_other(served: People) -> None:
    await served.rig.deliver(body(alert("Odd", namespace="elsewhere")))
    await served.rig.store.put(f"subject-{NOBODY.key}", {"schema": 99})
    listed = {one["subject"]: one for one in (await served.port.get(LISTED)).json()}
    assert set(listed) == {NOBODY.text, "unresolved/elsewhere"}
    assert "schema 99" in listed[NOBODY.text]["unreadable"]
    assert "schema 99" in (await served.port.get(ONE)).json()["unreadable"]


async def test_reading_changes_nothing(served: People) -> None:
    before = served.rig.store.saved("")
    for target in (LISTED, ONE, f"{ONE}?before=2"):
        assert (await served.port.get(target)).status == 200
    assert served.rig.store.saved("") == before


async def test_only_who_may_read_reads(tmp_path: Path) -> None:
    async with people(tmp_path, api_token="r", webhook_token="w") as served:
        for target in (LISTED, ONE):
            for headers, status in (({}, 401), (bearer("w"), 401), (bearer("r"), {200, 404})):
                reply = await served.port.get(target, headers)
                assert reply.status in ({status} if isinstance(status, int) else status)
