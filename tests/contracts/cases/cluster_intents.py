"""The requests of worker/actions, made as worker/engine/perform.py makes them, and sent."""

from __future__ import annotations

from dataclasses import replace

from tests.contracts.cases.cluster_looks import answered, name_of, uid, version
from tests.contracts.observing import Note
from tests.contracts.rigs.cluster import ClusterRig
from worker.actions import ACTIONS
from worker.domain.catalogue import Verb
from worker.domain.document.identity import Target
from worker.domain.document.outbox import Intent
from worker.engine.perform import Unfit
from worker.engine.ports import Json, ObjectRef, WriteRequest

PREFIX = "aiops-operator.io"
OTHER_UID = "00000000-0000-4000-8000-000000000000"


def intended(
    verb: Verb, found: Json, parameters: dict[str, int | str] | None = None, *, named: str = "i-1"
) -> Intent:
    """An intent about this object as it was found."""
    metadata = found["metadata"]
    target = Target(found["kind"], metadata.get("namespace", ""), name_of(found), uid(found))
    return Intent(
        id=named, incident="inc-1", action=verb, target=target, fence=version(found),
        generation=metadata.get("generation", 0), decided_at_s=0.0, sent_at_s=0.0,
        parameters=parameters or {},
    )  # fmt: skip


async def request(rig: ClusterRig, intent: Intent) -> WriteRequest | Unfit:
    action = ACTIONS[Verb(intent.action)]
    material: Json = {}
    if action.reads is not None:
        found = await rig.api.get(action.reads(intent).ref)
        assert found is not None
        material = found
    return action.form(intent, PREFIX, material)


async def made(rig: ClusterRig, intent: Intent) -> WriteRequest:
    answer = await request(rig, intent)
    assert isinstance(answer, WriteRequest), answer
    return answer


async def sent(rig: ClusterRig, intent: Intent) -> Json:
    """The object after an accepted write."""
    answer = await rig.api.write(await made(rig, intent))
    assert answer.status == 200, answer
    return answer.body


async def fenced(rig: ClusterRig, note: Note, intent: Intent) -> Json:
    """Meant for another object, decided on an older state, as decided, and the same bytes again.

    The object after the write that was accepted.
    """
    alien = replace(intent, target=replace(intent.target, uid=OTHER_UID))
    older = replace(intent, generation=intent.generation - 1, fence="1")
    answered(note, "another uid", await rig.api.write(await made(rig, alien)))
    answered(note, "an older state", await rig.api.write(await made(rig, older)))
    once = await made(rig, intent)
    answer = await rig.api.write(once)
    answered(note, "as decided", answer)
    answered(note, "the same again", await rig.api.write(once))
    assert answer.status == 200
    return answer.body


async def node(rig: ClusterRig, name: str) -> Json:
    found = await rig.api.get(ObjectRef("Node", "", name))
    assert found is not None, name
    return found


def notes(found: Json) -> dict[str, str]:
    """The annotations of ours."""
    annotations = found["metadata"].get("annotations") or {}
    return {key: text for key, text in annotations.items() if key.startswith(PREFIX)}
