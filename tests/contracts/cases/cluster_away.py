"""ClusterApi, when nobody answers: reads are in transient trouble, writes say if they were sent."""

from __future__ import annotations

from tests.contracts.observing import Note
from tests.contracts.rigs.cluster import ClusterRig
from worker.engine.ports import ObjectRef, TransientError, WriteRequest


async def reads(rig: ClusterRig, note: Note) -> None:
    for what, call in (
        ("get", rig.api.get(ObjectRef("Pod", rig.namespace, "web"))),
        ("list", rig.api.list(ObjectRef("Pod", rig.namespace))),
        ("server time", rig.api.server_time_s()),
    ):
        try:
            await call
        except TransientError as error:
            note(what, error="TransientError", retry_after_s=error.retry_after_s)


async def write(rig: ClusterRig, note: Note) -> None:
    ref = ObjectRef("Deployment", rig.namespace, "web")
    answer = await rig.api.write(WriteRequest("patch", ref, "", {"metadata": {}}, "intent-1"))
    note("write", status=answer.status, sent=answer.sent)


CASES = (reads, write)
