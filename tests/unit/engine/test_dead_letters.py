"""Dead letters: durable, bounded, published in order, and never dropped unpublished."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.unit.engine.faulty_store import FaultyStore
from tests.unit.engine.parts import KeptTopic, SetClock
from tests.unit.engine.rig import Rig, on_disk
from worker.domain.incoming.alert import Alert
from worker.domain.incoming.malformed import Malformed, MalformedReason
from worker.engine import dead_letters
from worker.engine.dead_letters import BODY_KEPT_BYTES, DeadLetters, Unread
from worker.engine.ports import TransientError

BAD = Malformed(MalformedReason.NOT_JSON, "body: no JSON; send JSON")


async def kept(letters: DeadLetters, body: bytes, position: str) -> Alert:
    """One letter, kept; the alert that tells a human of it."""
    (alert,) = await letters.keep([Unread(body, "alerts", position, BAD)])
    return alert


async def test_a_letter_is_whole_and_says_what_to_do(rig: Rig) -> None:
    alert = await kept(rig.engine.dead_letters, b"{nope", "alerts/0/7")
    letter = await rig.engine.dead_letters.show(alert.labels["letter"])
    assert letter is not None
    assert on_disk(rig.database, f"deadletter-{letter['id']}") == letter
    assert (letter["body"], letter["encoding"]) == ("{nope", "utf-8")
    assert (letter["position"], letter["size_bytes"]) == ("alerts/0/7", 5)
    assert (letter["reason"], letter["detail"]) == ("not_json", BAD.detail)
    assert BAD.detail in alert.annotations["summary"]


async def test_bytes_that_are_no_text_are_kept_as_base64(rig: Rig) -> None:
    raw = b"\xff\x00{"
    alert = await kept(rig.engine.dead_letters, raw, "")
    letter = await rig.engine.dead_letters.show(alert.labels["letter"])
    assert letter is not None
    assert letter["encoding"] == "base64"
    assert base64.b64decode(letter["body"]) == raw


async def test_of_a_large_body_the_beginning_is_kept_and_the_size_is_told(rig: Rig) -> None:
    raw = b"x" * (BODY_KEPT_BYTES + 5)
    alert = await kept(rig.engine.dead_letters, raw, "")
    letter = await rig.engine.dead_letters.show(alert.labels["letter"])
    assert letter is not None
    assert len(letter["body"]) == BODY_KEPT_BYTES
    assert letter["size_bytes"] == BODY_KEPT_BYTES + 5


async def test_what_is_not_there_is_none(rig: Rig) -> None:
    assert await rig.engine.dead_letters.show("0" * 16) is None


async def test_published_oldest_first_and_once(rig: Rig) -> None:
    for number in range(3):
        rig.clock.pass_s(1.0)
        await kept(rig.engine.dead_letters, b"{", f"alerts/0/{number}")
    assert await rig.engine.dead_letters.publish_owed(100) == 3
    assert [one["position"][-1] for one in rig.topic.letters] == ["0", "1", "2"]
    assert await rig.engine.dead_letters.publish_owed(100) == 0
    assert len(rig.topic.letters) == 3


async def test_owed_until_the_topic_has_it(rig: Rig) -> None:
    await kept(rig.engine.dead_letters, b"{", "")
    rig.topic.away = True
    with pytest.raises(TransientError):
        await rig.engine.dead_letters.publish_owed(100)
    assert [one["published"] for one in await rig.engine.dead_letters.list()] == [False]
    rig.topic.away = False
    assert await rig.engine.dead_letters.publish_owed(100) == 1
    assert [one["published"] for one in await rig.engine.dead_letters.list()] == [True]


async def test_kept_again_a_published_letter_is_not_published_again(rig: Rig) -> None:
    await kept(rig.engine.dead_letters, b"{", "")
    await rig.engine.dead_letters.publish_owed(100)
    await kept(rig.engine.dead_letters, b"{", "")
    assert await rig.engine.dead_letters.publish_owed(100) == 0


@pytest.fixture
async def small(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[tuple[DeadLetters, SetClock]]:
    """One shard with room for four."""
    monkeypatch.setattr(dead_letters, "SHARDS", 1)
    monkeypatch.setattr(dead_letters, "LETTERS_PER_SHARD_MAX", 4)
    store, clock = FaultyStore(tmp_path / "letters.db"), SetClock()
    yield DeadLetters(store, KeptTopic(), clock), clock
    await store.close()


async def test_the_bound_lets_go_of_the_oldest_published_only(
    small: tuple[DeadLetters, SetClock],
) -> None:
    letters, clock = small
    ids = []
    for number in range(6):
        clock.pass_s(1.0)
        ids.append((await kept(letters, b"{", str(number))).labels["letter"])
        await letters.publish_owed(100 if number in (0, 1) else 0)
    assert [one["id"] for one in await letters.list()] == ids[:1:-1]
    assert [await letters.show(gone) for gone in ids[:2]] == [None, None]
    assert [one["published"] for one in await letters.list()] == [False] * 4


async def test_without_room_nothing_is_acknowledged_and_nothing_is_dropped(
    small: tuple[DeadLetters, SetClock],
) -> None:
    letters, clock = small
    for number in range(4):
        await kept(letters, b"{", str(number))
    before = await letters.list()
    with pytest.raises(TransientError, match="no room"):
        await kept(letters, b"{", "4")
    assert await letters.list() == before
    assert await letters.publish_owed(1) == 1
    clock.pass_s(1.0)
    again = await kept(letters, b"{", "4")
    assert again.labels["letter"] == (await letters.list())[0]["id"]


async def test_many_at_once_are_published_some_at_a_time(rig: Rig) -> None:
    for number in range(5):
        await kept(rig.engine.dead_letters, b"{", str(number))
    assert [await rig.engine.dead_letters.publish_owed(2) for _ in range(4)] == [2, 2, 1, 0]
