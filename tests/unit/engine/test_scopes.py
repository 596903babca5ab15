"""Room to disrupt is claimed by compare-and-swap: one lease is held once, whoever wants it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from tests.unit.engine.rig import SHOP, Rig
from tests.unit.engine.stage import NAMESPACE, acts, leases, scope, service
from worker.domain.document.identity import Subject, Target
from worker.domain.document.outbox import HeldLease, Intent, ScopeNote
from worker.domain.scopes.scope import CLUSTER, Scope
from worker.domain.story.reason import Reason
from worker.engine.ports import PermanentError, Save, TransientError
from worker.engine.scopes import Refused, Scopes

API = service("api")
FAR = service("far", "elsewhere")


def intent(name: str = "inc-1-s1-a1") -> Intent:
    pod = Target("Pod", "shop", "web-1", "uid-1")
    return Intent(name, "inc-1", "evict_pod", pod, "7", 0, 0.0, 0.0)


def scopes(rig: Rig) -> Scopes:
    """Of a process of its own."""
    return Scopes(rig.store, rig.settings.policy)


async def claim(
    of: Scopes, subject: Subject = SHOP, name: str = "inc-1-s1-a1", now_s: float = 100.0
) -> Refused | None:
    return await of.claim(subject, intent(name), disrupts=True, now_s=now_s)


async def test_it_is_claimed_in_every_scope_the_narrowest_first(rig: Rig) -> None:
    assert await claim(scopes(rig)) is None
    saved = [keys for kind, keys in rig.store.log if kind == "save"]
    assert saved == [(NAMESPACE.key,), (CLUSTER.key,)]
    for where in (NAMESPACE, CLUSTER):
        (lease,) = (await scope(rig, where)).leases
        assert (lease.intent, lease.subject) == ("inc-1-s1-a1", SHOP.text)
        assert (lease.since_s, lease.until_s) == (100.0, 100.0 + rig.settings.policy.lease_s)
        assert await acts(rig, where) == ["inc-1-s1-a1"]


async def test_claimed_twice_is_claimed_once(rig: Rig) -> None:
    for now_s in (100.0, 200.0):
        assert await claim(scopes(rig), now_s=now_s) is None
    assert await leases(rig, CLUSTER) == await acts(rig, CLUSTER) == ["inc-1-s1-a1"]


async def test_without_room_in_the_last_scope_nothing_is_kept_in_the_first(rig: Rig) -> None:
    """Neither the lease nor the act: what was not done must keep nobody waiting."""
    assert await claim(scopes(rig), FAR, "inc-2-s1-a1") is None
    refused = await claim(scopes(rig))
    assert refused == Refused(Reason.NO_LEASE, CLUSTER)
    assert await leases(rig, NAMESPACE) == await acts(rig, NAMESPACE) == []
    assert await leases(rig, CLUSTER) == ["inc-2-s1-a1"]


async def test_what_disrupts_nothing_needs_no_lease_and_is_counted(rig: Rig) -> None:
    assert await claim(scopes(rig), FAR, "inc-2-s1-a1") is None
    answer = await scopes(rig).claim(SHOP, intent(), disrupts=False, now_s=100.0)
    assert answer is None
    assert await leases(rig, CLUSTER) == ["inc-2-s1-a1"]
    assert await acts(rig, CLUSTER) == ["inc-2-s1-a1", "inc-1-s1-a1"]


async def test_in_one_process_one_of_many_gets_the_lease(rig: Rig) -> None:
    one_process = scopes(rig)
    wanted = [service(f"s-{number}") for number in range(10)]
    answers = await asyncio.gather(
        *(claim(one_process, one, f"inc-{n}-s1-a1") for n, one in enumerate(wanted))
    )
    assert answers.count(None) == 1
    assert {one.reason for one in answers if one is not None} == {Reason.NO_LEASE}
    assert len(await leases(rig, CLUSTER)) == len(await leases(rig, NAMESPACE)) == 1


@pytest.mark.parametrize("contested", [NAMESPACE, CLUSTER], ids=str)
async def test_whoever_loses_the_save_reads_again_and_finds_no_room(
    rig: Rig, contested: Scope
) -> None:
    """Another replica is faster between our load and our save."""
    faster: list[Refused | None] = []

    async def meanwhile(saves: Sequence[Save]) -> None:
        if any(one.key == contested.key for one in saves):
            rig.store.before_save = None
            other = API if contested == NAMESPACE else FAR
            faster.append(await claim(scopes(rig), other, "inc-2-s1-a1"))

    rig.store.before_save = meanwhile
    assert await claim(scopes(rig)) == Refused(Reason.NO_LEASE, contested)
    assert faster == [None]
    assert await leases(rig, CLUSTER) == ["inc-2-s1-a1"]
    assert "inc-1-s1-a1" not in await leases(rig, NAMESPACE)


@pytest.mark.parametrize("trouble", ["lost", "unanswered"])
async def test_saves_of_which_nobody_knows_claim_once(rig: Rig, trouble: str) -> None:
    getattr(rig.store, trouble).extend([NAMESPACE.key, CLUSTER.key, CLUSTER.key])
    assert await claim(scopes(rig)) is None
    for where in (NAMESPACE, CLUSTER):
        assert await leases(rig, where) == await acts(rig, where) == ["inc-1-s1-a1"]


async def test_what_never_gets_saved_is_an_error_in_bounded_time(rig: Rig) -> None:
    rig.store.unsavable = CLUSTER.key
    with pytest.raises(TransientError, match="cluster: lost 12 saves"):
        await claim(scopes(rig))
    assert await leases(rig, CLUSTER) == []


@pytest.mark.parametrize(
    "value",
    [
        {"kind": "cluster", "schema": 2},
        {"kind": "cluster", "schema": "1"},
        {"kind": "cluster"},
        {},
        {"kind": "cluster", "schema": 1, "leases": [{"intent": 7}]},
        {"kind": "galaxy", "schema": 1},
    ],
    ids=["newer", "no number", "no schema", "empty", "a lease that is none", "another kind"],
)
async def test_what_cannot_be_read_is_neither_claimed_nor_changed(
    rig: Rig, value: dict[str, Any]
) -> None:
    await rig.store.put(CLUSTER.key, value)
    for asked in (
        claim(scopes(rig)),
        scopes(rig).seen(SHOP, 3),
        scopes(rig).read([CLUSTER]),
        scopes(rig).change(CLUSTER, lambda document: document),
        scopes(rig).report(SHOP, None, {}, 3, 100.0),
        scopes(rig).give_back(SHOP, [HeldLease("inc-1-s1-a1", 0.0, 1.0, ended=True)]),
    ):
        with pytest.raises(PermanentError, match=r"^cluster: "):
            await asked
    assert (await rig.store.load([CLUSTER.key]))[CLUSTER.key].value == value


async def test_what_is_not_there_yet_is_empty(rig: Rig) -> None:
    seen = await scopes(rig).seen(SHOP, 3)
    assert [one.scope for one in seen.documents] == [NAMESPACE, CLUSTER]
    assert all(not one.leases and not one.sick for one in seen.documents)
    assert rig.store.saved("scope-") == 0


async def test_given_back_is_what_has_ended_and_nothing_of_others(rig: Rig) -> None:
    rig.restart(leases_max=9, leases_namespace_max=9)
    for name in ("sent", "refused", "running"):
        assert await claim(scopes(rig), SHOP, name) is None
    assert await claim(scopes(rig), API, "other") is None
    held = (
        HeldLease("sent", 0.0, 1.0, ended=True),
        HeldLease("refused", 0.0, 1.0, ended=True, sent=False),
        HeldLease("running", 0.0, 1.0),
    )
    for _ in range(2):
        await scopes(rig).give_back(SHOP, held)
        for where in (NAMESPACE, CLUSTER):
            assert await leases(rig, where) == ["running", "other"]
            assert await acts(rig, where) == ["sent", "running", "other"], "a deed is a deed"


async def test_a_note_that_is_told_twice_is_applied_once(rig: Rig) -> None:
    detail = {"playbook": "crash-loop", "intent": "inc-1-s1-a1", "subject": SHOP.key}
    note = ScopeNote("inc-1-repair", "repair", "namespace", "shop", {**detail, "reason": "worse"})
    rig.store.unanswered = [NAMESPACE.key]
    for _ in range(3):
        await scopes(rig).note([note], 100.0)
    (record,) = (await scope(rig, NAMESPACE)).records
    assert (record.harmed, len(record.demotions)) == (1, 1)


async def test_a_kind_of_note_that_this_version_does_not_know_changes_nothing(rig: Rig) -> None:
    await scopes(rig).note([ScopeNote("n-1", "blessing", "namespace", "shop", {"x": 1})], 100.0)
    assert rig.store.saved("scope-") == 0
