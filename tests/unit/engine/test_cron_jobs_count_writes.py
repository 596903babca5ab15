"""Suspending a CronJob, seen from the cluster: once where it is right, undone by us only."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from tests.unit.engine.rig import Rig
from tests.unit.engine.stage import incident_of, pass_time
from tests.unit.engine.unwell import NIGHTLY, failing, for_minutes, written
from worker.domain.document.incident import Phase
from worker.domain.story.entry_kind import EntryKind
from worker.domain.story.reason import Reason
from worker.engine.ports import Json

PATCHED = ("CronJob", "nightly", 200)
MARK = "aiops-operator.io/suspended-by"
Change = Callable[[Rig], Awaitable[None]]


def cron_job(rig: Rig) -> Json:
    return rig.cluster.world.objects["CronJob", "shop", "nightly"]


async def suspended_by_a_person(rig: Rig) -> None:
    cron_job(rig)["spec"]["suspend"] = True
    rig.cluster.world.put("CronJob", cron_job(rig))


async def made_by_flux(rig: Rig) -> None:
    key = "kustomize.toolkit.fluxcd.io/name"
    cron_job(rig)["metadata"]["labels"] = {key: "shop"}
    rig.cluster.world.put("CronJob", cron_job(rig))


async def opted_out(rig: Rig) -> None:
    rig.cluster.world.annotate("CronJob", "shop", "nightly", "aiops-operator.io/enabled", "false")


async def one_succeeded(rig: Rig) -> None:
    rig.cluster.world.job("shop", "nightly", "nightly-good", fails=False)


async def jobs_unread(rig: Rig) -> None:
    rig.cluster.unlisted = {"Job"}


OBSTACLES: tuple[tuple[Change, Reason], ...] = (
    (suspended_by_a_person, Reason.CONTAINED),
    (made_by_flux, Reason.OWNED_BY_OTHERS),
    (opted_out, Reason.OPTED_OUT),
    (one_succeeded, Reason.FAILED_TOO_SELDOM),
    (jobs_unread, Reason.EVIDENCE_UNKNOWN),
)


async def told(rig: Rig) -> Reason | None:
    incident = await incident_of(rig, NIGHTLY)
    if incident.phase is Phase.OPEN:
        return incident.hold.reason if incident.hold else None
    if incident.escalated_for not in (None, Reason.LADDER_EXHAUSTED):
        return incident.escalated_for
    journal = (await rig.document(NIGHTLY)).journal
    return [one.reason for one in journal if one.kind is EntryKind.REFUSED][-1]


async def test_what_fails_again_and_again_is_suspended_once(rig: Rig) -> None:
    await failing(rig)
    await for_minutes(rig, NIGHTLY, 30)
    assert written(rig) == [PATCHED]
    assert cron_job(rig)["spec"]["suspend"] is True
    incident = await incident_of(rig, NIGHTLY)
    assert incident.escalated_for is Reason.LADDER_EXHAUSTED
    assert cron_job(rig)["metadata"]["annotations"][MARK] == incident.attempts[0].intent_id


async def test_two_failures_are_a_humans(rig: Rig) -> None:
    await failing(rig, failures=2)
    await for_minutes(rig, NIGHTLY, 10)
    assert written(rig) == []
    assert await told(rig) is Reason.FAILED_TOO_SELDOM


@pytest.mark.parametrize(
    ("place", "reason"), OBSTACLES, ids=[place.__name__ for place, _ in OBSTACLES]
)
async def test_while_something_is_in_its_way_no_write_arrives(
    rig: Rig, place: Change, reason: Reason
) -> None:
    await failing(rig)
    await place(rig)
    await for_minutes(rig, NIGHTLY, 6)
    assert written(rig) == []
    assert await told(rig) is reason


async def test_a_job_that_succeeds_by_hand_lets_it_go_on(rig: Rig) -> None:
    await failing(rig)
    await for_minutes(rig, NIGHTLY, 30)
    rig.cluster.world.job("shop", "nightly", "try-1", fails=False)
    await for_minutes(rig, NIGHTLY, 40)
    assert written(rig) == [PATCHED, PATCHED]
    assert cron_job(rig)["spec"]["suspend"] is False
    assert MARK not in cron_job(rig)["metadata"]["annotations"]
    assert (await incident_of(rig, NIGHTLY)).resolution is Reason.RESOLVED_BY_OTHERS


async def test_what_a_person_suspends_after_us_stays_suspended(rig: Rig) -> None:
    """Taking our mark away is taking it over."""
    await failing(rig)
    await for_minutes(rig, NIGHTLY, 30)
    del cron_job(rig)["metadata"]["annotations"][MARK]
    rig.cluster.world.put("CronJob", cron_job(rig))
    rig.cluster.world.job("shop", "nightly", "try-1", fails=False)
    await for_minutes(rig, NIGHTLY, 40)
    assert written(rig) == [PATCHED]
    assert cron_job(rig)["spec"]["suspend"] is True


async def test_a_success_alone_ends_it_though_the_alert_still_fires(rig: Rig) -> None:
    """The failed job is kept, and its alert with it."""
    await failing(rig, failures=2)
    await for_minutes(rig, NIGHTLY, 4)
    assert (await incident_of(rig, NIGHTLY)).phase is Phase.ESCALATED
    await one_succeeded(rig)
    pass_time(rig, 20.0)
    await for_minutes(rig, NIGHTLY, 12)
    assert (await incident_of(rig, NIGHTLY)).resolution is Reason.RESOLVED_BY_OTHERS
    assert written(rig) == []
