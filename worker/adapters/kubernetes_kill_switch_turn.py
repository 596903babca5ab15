"""Turning the kill switch, with the account of whoever turns it: never with the worker's own.

Rules of this file: one write, and a read afterwards that says what is true now. A switch that is
missing is made, so that whoever stops everything needs nobody else first.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import uuid4

from worker.engine.ports import (
    ApiAnswer,
    ClusterApi,
    Json,
    ObjectRef,
    PermanentError,
    TransientError,
    WriteRequest,
)

WORDS = "aiops-operator.io/kill-switch-words"
TURNED_AT = "aiops-operator.io/kill-switch-turned-at"


@dataclass(frozen=True, slots=True)
class SwitchState:
    """`words` and `turned_at`: as whoever turned it last left them."""

    stops: bool
    there: bool
    words: str = ""
    turned_at: str = ""


async def state(cluster: ClusterApi, namespace: str, name: str) -> SwitchState:
    """What stands in it; a missing one counts as set. Raises TransientError, PermanentError."""
    found = await cluster.get(ObjectRef("ConfigMap", namespace, name))
    if found is None:
        return SwitchState(stops=True, there=False)
    annotations = (found.get("metadata") or {}).get("annotations") or {}
    return SwitchState(
        stops=(found.get("data") or {}).get("stop") != "false",
        there=True,
        words=str(annotations.get(WORDS, "")),
        turned_at=str(annotations.get(TURNED_AT, "")),
    )


async def turn(
    cluster: ClusterApi, namespace: str, name: str, *, stop: bool, words: str, now_s: float
) -> SwitchState:
    """Set it or let writes through; its state as it was read afterwards. Raises TransientError
    when nobody knows, PermanentError when it is refused."""
    turned_at = datetime.fromtimestamp(now_s, UTC).isoformat(timespec="seconds")
    change: Json = {
        "metadata": {"annotations": {WORDS: words, TURNED_AT: turned_at}},
        "data": {"stop": "true" if stop else "false"},
    }
    answer = await _patch(cluster, namespace, name, change)
    if answer.status == 404:
        answer = await _create(cluster, namespace, name, change)
    if answer.status >= 400:
        message = str(answer.body.get("message") or f"HTTP {answer.status}")
        raise PermanentError(f"ConfigMap {namespace}/{name}: {message}")
    found = await state(cluster, namespace, name)
    if found.stops is not stop or found.turned_at != turned_at:
        said = answer.body.get("message") or "another value stands in it"
        raise TransientError(f"ConfigMap {namespace}/{name} was not turned: {said}")
    return found


async def _patch(cluster: ClusterApi, namespace: str, name: str, change: Json) -> ApiAnswer:
    ref = ObjectRef("ConfigMap", namespace, name)
    return await cluster.write(WriteRequest("patch", ref, "", change, _audit_id()))


async def _create(cluster: ClusterApi, namespace: str, name: str, change: Json) -> ApiAnswer:
    body: Json = {"apiVersion": "v1", "kind": "ConfigMap", **change}
    body["metadata"] = {**change["metadata"], "name": name, "namespace": namespace}
    ref = ObjectRef("ConfigMap", namespace)
    return await cluster.write(WriteRequest("create", ref, "", body, _audit_id()))


def _audit_id() -> str:
    return f"aiopsctl-kill-switch-{uuid4().hex[:12]}"
