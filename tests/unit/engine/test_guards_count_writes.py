"""Every guard, seen from the cluster: while its obstacle is there not one write arrives, for
minutes and whoever asks; once it is away exactly one does.

What our own documents say is never the proof: the requests that reached the API server are.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.unit.engine.obstacles import Obstacle
from tests.unit.engine.obstacles.everything import OBSTACLES
from tests.unit.engine.rig import Rig, alert, body
from tests.unit.engine.stage import EVICT, deploy, done, due, incident_of, pack_of, sick_pod, turns
from worker.domain.deciding import remedy
from worker.domain.document.incident import Phase
from worker.domain.document.subject import UNPUBLISHED_MAX
from worker.domain.guards import GUARDS, Case, answers, first_refusal
from worker.domain.planners.plan import Refusal
from worker.domain.playbooks.pack import Pack
from worker.domain.playbooks.playbook import Matcher, Playbook, Watch
from worker.domain.story.journal import EntryKind
from worker.domain.story.reason import Reason

TURNS = 6  # twenty seconds apart

each = pytest.mark.parametrize("obstacle", OBSTACLES, ids=lambda one: one.id)


async def put_in_the_way(rig: Rig, obstacle: Obstacle) -> None:
    """A repair is due, and this is between it and the cluster."""
    rig.pack = pack_of(*obstacle.steps)
    rig.restart(**obstacle.settings)
    await obstacle.ready(rig)
    assert rig.cluster.writes == []
    await obstacle.place(rig)


async def told(rig: Rig, obstacle: Obstacle) -> Reason:
    """Why nothing is done: the hold, the escalation, or what was refused until none was left."""
    incident = await incident_of(rig, obstacle.subject)
    if incident.phase is Phase.OPEN:
        assert incident.hold is not None
        return incident.hold.reason
    assert incident.phase is Phase.ESCALATED
    assert incident.escalated_for is not None
    if incident.escalated_for is not Reason.LADDER_EXHAUSTED:
        return incident.escalated_for
    entries = (await rig.document(obstacle.subject)).journal
    return [one.reason for one in entries if one.kind is EntryKind.REFUSED][-1]


def test_no_guard_is_without_an_obstacle() -> None:
    assert {one.guard for one in OBSTACLES} == {guard.__name__ for guard in GUARDS}


async def test_without_an_obstacle_exactly_one_write_arrives(rig: Rig) -> None:
    """Else all of the below would be true of a worker that never acts."""
    rig.pack = pack_of(*OBSTACLES[0].steps)
    rig.restart()
    await due(rig)
    await turns(rig, count=2 * TURNS)
    assert [one.code for one in rig.cluster.writes] == [201]


@each
async def test_while_it_is_there_no_write_arrives(rig: Rig, obstacle: Obstacle) -> None:
    await put_in_the_way(rig, obstacle)
    for _ in range(TURNS):
        await turns(rig, obstacle.subject, count=1)
        assert rig.cluster.writes == []
    assert await told(rig, obstacle) is obstacle.reason
    phase = (await incident_of(rig, obstacle.subject)).phase
    assert phase is (Phase.OPEN if obstacle.remove else Phase.ESCALATED)
    if obstacle.remove is not None:
        await obstacle.remove(rig)
    await turns(rig, obstacle.subject, count=TURNS)
    assert len(rig.cluster.writes) == (1 if obstacle.remove else 0)
    assert len(done(rig)) == len(rig.cluster.writes), "what was sent was accepted"


@each
async def test_a_second_replica_minds_it_too(rig: Rig, obstacle: Obstacle) -> None:
    """Nothing of what stops it is known to one process alone."""
    await put_in_the_way(rig, obstacle)
    other = rig.another_engine()
    for _ in range(TURNS):
        await other.shell.work(obstacle.subject.key)
        await turns(rig, obstacle.subject, count=1)
    assert rig.cluster.writes == []
    assert await told(rig, obstacle) is obstacle.reason


@each
async def test_no_other_guard_minds_it(
    rig: Rig, obstacle: Obstacle, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without it the repair is done, or what stands behind the guards is all that stops it."""
    others = tuple(one for one in GUARDS if one.__name__ != obstacle.guard)
    minding: set[str] = set()

    def without_it(case: Case) -> Refusal | None:
        minding.update(name for name, refusal in answers(case) if refusal is not None)
        return first_refusal(case, others)

    await put_in_the_way(rig, obstacle)
    monkeypatch.setattr(remedy, "first_refusal", without_it)
    await turns(rig, obstacle.subject, count=TURNS)
    assert minding == (set() if obstacle.before else {obstacle.guard})
    assert len(done(rig)) == (0 if obstacle.behind or obstacle.before else 1)


async def test_of_two_incidents_of_a_subject_the_second_waits(rig: Rig) -> None:
    """The guard against two disruptions at once, where the first of them is our own."""
    slow = replace(EVICT, watch=Watch(30.0, 600.0, 900.0))
    crash_loop, not_ready = (
        Playbook(cause, Matcher(causes=frozenset({cause})), (slow,))
        for cause in ("crash_loop", "not_ready")
    )
    pack = Pack(1, (crash_loop, not_ready))
    rig.pack = lambda: pack
    rig.restart(newborn_s=1.0)
    deploy(rig, "web")
    rig.cluster.world.unready_apps.add("web")
    names = ("KubePodCrashLooping", "KubePodNotReady")
    alerts = [alert(name, namespace="shop", pod=sick_pod(rig)) for name in names]
    assert await rig.deliver(body(*alerts)) == [True]
    await turns(rig, count=6)
    assert len(rig.cluster.writes) == 1, "the first incident's"
    first, second = (await rig.document()).incidents
    assert first.phase is Phase.VERIFYING
    assert second.hold is not None
    assert second.hold.reason is Reason.BUSY


@pytest.mark.parametrize("reason", [Reason.POLICY_BEHIND, Reason.JOURNAL_STUCK])
async def test_what_stops_everything_stops_it_too(rig: Rig, reason: Reason) -> None:
    """Before any guard is asked: older playbooks than the last used, or nobody takes the story."""
    rig.pack = pack_of(EVICT)
    rig.restart()
    await due(rig)
    rig.journal.away = True
    document = await rig.document()
    if reason is Reason.POLICY_BEHIND:
        await rig.change(pack_version=2)
    else:
        for number in range(UNPUBLISHED_MAX):
            at_s = rig.clock.now_s()
            document = document.note(EntryKind.EVIDENCE, Reason.OBSERVED, at_s, seen=str(number))
        await rig.change(
            journal=document.journal,
            journal_seq=document.journal_seq,
            journal_head=document.journal_head,
        )
    await turns(rig, count=TURNS)
    assert rig.cluster.writes == []
    assert await held_for(rig) is reason
    rig.journal.away = False
    if reason is Reason.POLICY_BEHIND:
        await rig.change(pack_version=1)
    await turns(rig, count=TURNS)
    assert [one.code for one in rig.cluster.writes] == [201]


async def held_for(rig: Rig) -> Reason | None:
    hold = (await incident_of(rig)).hold
    return hold.reason if hold else None
