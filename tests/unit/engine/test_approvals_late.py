"""An answer that does nothing is told at once, with what is known, and is not kept."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.unit.engine.asking import answer, asking, question
from tests.unit.engine.rig import Rig
from worker.domain.story.reason import Reason


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    made = await asking(tmp_path)
    yield made
    await made.close()


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"digest": "e" * 64}, Reason.OTHER_QUESTION),
        ({"nonce": "0" * 16}, Reason.OTHER_QUESTION),
        ({"bot": True}, Reason.APPROVED_BY_MACHINE),
    ],
    ids=["digest", "nonce", "a machine"],
)
async def test_what_would_do_nothing_is_told_at_once(
    rig: Rig, changes: dict[str, Any], why: Reason
) -> None:
    before = rig.on_disk()
    taken = await answer(rig, await question(rig), **changes)
    assert taken.why is why
    assert taken.words
    assert rig.on_disk() == before


async def test_a_repeated_click_is_told_who_was_first(rig: Rig) -> None:
    asked = await question(rig)
    await answer(rig, asked, by="alice")
    rig.clock.pass_s(0.5)
    again = await answer(rig, asked, by="alice")
    assert again.why is Reason.ANSWERED_BEFORE
    assert "alice answered" in again.words
    await rig.turn()
    later = await answer(rig, asked, by="bob")
    assert later.why is Reason.NOTHING_ASKED
    assert later.known
    assert "approved by alice" in later.words


async def test_too_late_is_told(rig: Rig) -> None:
    asked = await question(rig)
    rig.clock.pass_s(rig.settings.approval_s)
    assert (await question(rig))["state"] == "expired"
    assert (await answer(rig, asked)).why is Reason.APPROVAL_EXPIRED
    await rig.turn()
    assert (await answer(rig, asked)).why is Reason.NOTHING_ASKED
    assert await rig.engine.steering.approvals.all() == []
    assert "write" not in rig.cluster.order


@pytest.mark.parametrize("request_id", ["inc-000000000000-r1", "nothing", "", "inc-x-r99999999999"])
async def test_what_was_never_asked_is_not_known(rig: Rig, request_id: str) -> None:
    taken = await answer(rig, {**await question(rig), "id": request_id})
    assert (taken.why, taken.known) == (Reason.NOTHING_ASKED, False)


async def test_a_number_that_was_not_reached_was_never_asked(rig: Rig) -> None:
    asked = await question(rig)
    for number in ("2", "0", "01", "-1"):
        other = {**asked, "id": f"{asked['incident']}-r{number}"}
        assert not (await answer(rig, other)).known, number
