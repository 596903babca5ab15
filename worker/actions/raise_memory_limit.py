"""Set the memory limit of one container of a workload's template, up, or down again as its undo.

Fence: uid and generation; the container's name at its place in the list, and the limit that was
found. A quantity is compared as text, so the test names the text that was read, as long as it is
the amount that was decided upon. A request that equals the limit moves along: else the pod would
fall into another class of service, and couldn't be lowered again. Sidecars among the init
containers are found too.
Undo: the same, back to what was found. Right: patch on the workload's kind.
"""

from __future__ import annotations

from collections.abc import Iterator

from worker.actions.json_patch import by_generation, noted, patch, pointer, replace, test
from worker.domain.catalogue.marks import INTENT_ID
from worker.domain.document.outbox import Intent
from worker.domain.observed.quantity import bytes_of
from worker.engine.perform import Unfit
from worker.engine.ports import Json, WriteRequest


def form(intent: Intent, annotation_prefix: str, material: Json) -> WriteRequest | Unfit:
    name = str(intent.parameters["container"])
    place = _place(material, name)
    if place is None:
        return Unfit(f"{intent.target.text} has no container {name} now")
    container, path = place
    resources = container.get("resources") or {}
    found = (resources.get("limits") or {}).get("memory")
    if not found:
        return Unfit(f"container {name} of {intent.target.text} has no memory limit now")
    return patch(
        intent,
        *by_generation(intent),
        test(pointer(*path, "name"), name),
        *_moved(resources, path, str(intent.parameters["from"]), str(intent.parameters["limit"])),
        *noted(material, {f"{annotation_prefix}/{INTENT_ID}": intent.id}),
    )


def _place(material: Json, name: str) -> tuple[Json, tuple[str | int, ...]] | None:
    """The container of this name, and where it stands."""
    spec = material["spec"]["template"]["spec"]
    for field in ("containers", "initContainers"):
        for index, one in enumerate(spec.get(field) or []):
            if one["name"] == name:
                return one, ("spec", "template", "spec", field, index)
    return None


def _moved(resources: Json, path: tuple[str | int, ...], old: str, new: str) -> Iterator[Json]:
    """The limit, and the request if it is the same amount."""
    limit = str(resources["limits"]["memory"])
    request = str((resources.get("requests") or {}).get("memory", ""))
    fields = {"limits": limit if _same(limit, old) else old}
    if _same(request, limit):
        fields["requests"] = request
    for field, text in fields.items():
        where = pointer(*path, "resources", field, "memory")
        yield test(where, text)
        yield replace(where, new)


def _same(one: str, other: str) -> bool:
    amount = bytes_of(one)
    return amount is not None and amount == bytes_of(other)
