"""ClusterApi, the verbs that patch a workload: their requests, sent twice and too late, and what
comes of them."""

from __future__ import annotations

from tests.contracts.cases.cluster_intents import fenced, intended, notes, request, sent
from tests.contracts.cases.cluster_looks import (
    deployment_look,
    get,
    introduce,
    name_of,
    pod_look,
    pods,
    replica_set_look,
    replica_sets,
    uid,
)
from tests.contracts.cases.cluster_requests import RESTARTED_AT, restart, rolled_out
from tests.contracts.cases.cluster_waits import deployed, quiet, ready_pods, released, sick_pods
from tests.contracts.observing import Note, until
from tests.contracts.rigs.cluster import SHORT_OF_MEMORY, SICK_RELEASE, ClusterRig
from worker.domain.catalogue import Verb
from worker.domain.document.identity import Subject, SubjectKind
from worker.domain.observed.history import RolloutHistory
from worker.domain.observed.question import ProbeName, Question
from worker.domain.observed.template import template_digest
from worker.engine.perform import Unfit
from worker.engine.ports import Json
from worker.probes.objects import created_at_s
from worker.probes.rollout_history import rollout_history


async def roll_back(rig: ClusterRig, note: Note) -> None:
    """To a revision that was a restart of the first: it returns as it was, under a new number."""
    found = await deployed(rig, "web", 2)
    before = {uid(one) for one in await pods(rig, "web")}
    await restart(rig, found)
    await rolled_out(rig, before, 2)
    await rig.deploy("web", replicas=2, release=2, fault=SICK_RELEASE)
    await sick_pods(rig, "web", 3, 1)
    first, good, _ = await replica_sets(rig, "web")
    digest = template_digest(good["spec"]["template"])
    note("restarted", same_template=digest == template_digest(first["spec"]["template"]))
    found = await get(rig, "Deployment", "web")
    introduce(note, rig, found)
    chosen: dict[str, int | str] = {
        "replica_set": name_of(good), "replica_set_uid": uid(good), "template": digest,
    }  # fmt: skip
    changed = await fenced(rig, note, intended(Verb.ROLL_BACK, found, chosen))
    template = changed["spec"]["template"]["metadata"]
    note(
        "answer",
        notes=notes(changed),
        labels=sorted(set(template["labels"]) - {"lab.fault/crash-loop"}),
        restarted=template["annotations"].get(RESTARTED_AT),
    )
    note("afterwards", **deployment_look(await released(rig, "web", 1, 2)))
    sets = await replica_sets(rig, "web")
    note("replica sets", looks=[replica_set_look(one) for one in sets])
    note("came back", same=uid(sets[-1]) == uid(good), created=_created(sets))
    note("history", **await _history(rig, sets))


def _created(sets: list[Json]) -> list[int]:
    """The order in which they were made."""
    times = sorted(created_at_s(one) for one in sets)
    return [1 + times.index(created_at_s(one)) for one in sets]


async def _history(rig: ClusterRig, sets: list[Json]) -> Json:
    subject = Subject(SubjectKind.SERVICE, rig.namespace, "Deployment/web")
    history = await rollout_history(rig.api, Question(ProbeName.ROLLOUT_HEALTH, subject))
    assert isinstance(history, RolloutHistory), history
    current, *older = history.revisions
    return {
        "numbers": [one.number for one in history.revisions],
        "images": [list(one.images) for one in history.revisions],
        "ready": [one.ready for one in history.revisions],
        "same_template": [one.template == current.template for one in older],
        "since_the_last_was_made": current.current_from_s == max(map(created_at_s, sets)),
    }


async def pause_rollout(rig: ClusterRig, note: Note) -> None:
    """Halfway: what is there stays, and another release changes nothing."""
    await deployed(rig, "web", 2)
    await rig.deploy("web", replicas=2, release=2, fault=SICK_RELEASE)
    await sick_pods(rig, "web", 3, 1)
    found = await get(rig, "Deployment", "web")
    introduce(note, rig, found)
    changed = await fenced(rig, note, intended(Verb.PAUSE_ROLLOUT, found))
    note("answer", notes=notes(changed), paused=changed["spec"].get("paused"))
    again = await request(rig, intended(Verb.PAUSE_ROLLOUT, changed))
    note("paused already", why=again.why if isinstance(again, Unfit) else "sent")
    note("halfway", **deployment_look(await quiet(rig, "Deployment", "web")))
    await rig.deploy("web", replicas=2, release=3)
    note("another release", **deployment_look(await quiet(rig, "Deployment", "web")))
    images = sorted(one["spec"]["containers"][0]["image"] for one in await pods(rig, "web"))
    note("pods", images=images, sets=len(await replica_sets(rig, "web")))


async def resume_rollout(rig: ClusterRig, note: Note) -> None:
    """What was released in the meantime is rolled out now; somebody else's pause is left alone."""
    found = await deployed(rig, "web", 1)
    await sent(rig, intended(Verb.PAUSE_ROLLOUT, found, named="i-0"))
    await rig.deploy("web", release=2)
    found = await quiet(rig, "Deployment", "web")
    introduce(note, rig, found)
    note("paused", notes=notes(found), **deployment_look(found))
    changed = await fenced(rig, note, intended(Verb.RESUME_ROLLOUT, found))
    note("answer", notes=notes(changed), paused=changed["spec"].get("paused"))
    note("afterwards", **deployment_look(found := await released(rig, "web", 2, 1)))
    not_ours = await request(rig, intended(Verb.RESUME_ROLLOUT, found))
    note("not ours", why=not_ours.why if isinstance(not_ours, Unfit) else "sent")


async def paused_is_still_kept(rig: ClusterRig, note: Note) -> None:
    """A pause holds the template only: a pod that goes is made anew, and replicas are added."""
    found = await deployed(rig, "web", 2)
    paused = await sent(rig, intended(Verb.PAUSE_ROLLOUT, found))
    pod, *_ = await pods(rig, "web")
    await rig.remove("Pod", name_of(pod))

    async def replaced() -> bool:
        return uid(pod) not in {uid(one) for one in await ready_pods(rig, "web", 2)}

    note("a pod was deleted", replaced=await until(rig.clock, "another pod", replaced))
    introduce(note, rig, paused)
    await sent(rig, intended(Verb.SCALE, paused, {"from": 2, "replicas": 3}))
    await ready_pods(rig, "web", 3)
    note("scaled", **deployment_look(await quiet(rig, "Deployment", "web")))


async def scale(rig: ClusterRig, note: Note) -> None:
    """Up, and down again as its undo."""
    found = await deployed(rig, "web", 2)
    introduce(note, rig, found)
    changed = await fenced(rig, note, intended(Verb.SCALE, found, {"from": 2, "replicas": 3}))
    note("answer", notes=notes(changed), wanted=changed["spec"]["replicas"])
    await ready_pods(rig, "web", 3)
    note("up", **deployment_look(found := await quiet(rig, "Deployment", "web")))
    undo: dict[str, int | str] = {"from": 3, "replicas": 2}
    changed = await sent(rig, intended(Verb.SCALE, found, undo, named="i-2"))
    note("undone", notes=notes(changed), wanted=changed["spec"]["replicas"])
    await ready_pods(rig, "web", 2)
    note("down", **deployment_look(await quiet(rig, "Deployment", "web")))
    note("replica sets", looks=[replica_set_look(one) for one in await replica_sets(rig, "web")])


async def raise_memory_limit(rig: ClusterRig, note: Note) -> None:
    """Killed for memory until the limit is enough, and again once it is lowered."""
    await rig.deploy("web", fault=SHORT_OF_MEMORY, memory_limit="512Mi")
    (pod,) = await sick_pods(rig, "web", 1, 1)
    note("killed", **pod_look(pod))
    found = await quiet(rig, "Deployment", "web")
    introduce(note, rig, found)
    up: dict[str, int | str] = {"container": "web", "from": "512Mi", "limit": "768Mi"}
    changed = await fenced(rig, note, intended(Verb.RAISE_MEMORY_LIMIT, found, up))
    note("answer", notes=notes(changed), resources=_resources(changed))
    await released(rig, "web", 1, 1)
    found = await quiet(rig, "Deployment", "web")
    note("afterwards", **deployment_look(found))
    # The same amount in other words, as a person may have written it.
    down: dict[str, int | str] = {"container": "web", "from": "0.75Gi", "limit": "512Mi"}
    changed = await sent(rig, intended(Verb.RAISE_MEMORY_LIMIT, found, down, named="i-2"))
    note("undone", notes=notes(changed), resources=_resources(changed))
    sick, _ = await sick_pods(rig, "web", 2, 1)
    note("killed again", **pod_look(sick))
    note("replica sets", looks=[replica_set_look(one) for one in await replica_sets(rig, "web")])


async def canonical_quantity(rig: ClusterRig, note: Note) -> None:
    """Whatever is written, one text is shown."""
    await rig.deploy("web", memory_limit="512Mi")
    await ready_pods(rig, "web")
    found = await quiet(rig, "Deployment", "web")
    introduce(note, rig, found)
    up: dict[str, int | str] = {"container": "web", "from": "512Mi", "limit": "1024Mi"}
    changed = await sent(rig, intended(Verb.RAISE_MEMORY_LIMIT, found, up))
    note("answer", resources=_resources(changed))


def _resources(deployment: Json) -> Json:
    resources: Json = deployment["spec"]["template"]["spec"]["containers"][0]["resources"]
    return resources


CASES = (
    roll_back, pause_rollout, resume_rollout, paused_is_still_kept, scale, raise_memory_limit,
    canonical_quantity,
)  # fmt: skip
