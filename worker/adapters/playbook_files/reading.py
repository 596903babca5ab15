"""Reading a node by its form: the value, or what is wrong with it and what to write instead.

Rules of this file: reading goes on after an error, so that one run shows everything.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from worker.adapters.playbook_files.forms import ByAction, Form, Listed, Object, Pairs
from worker.adapters.playbook_files.problems import Problems
from worker.adapters.playbook_files.scalars import read_scalar, shown
from worker.adapters.yaml_nodes import Node


@dataclass(frozen=True, slots=True)
class Found:
    """A value and the node it stands in. Of an object: its fields; of a list: its items."""

    node: Node
    value: Any

    @property
    def fields(self) -> Mapping[str, Found]:
        found: Mapping[str, Found] = self.value
        return found

    @property
    def items(self) -> tuple[Found, ...]:
        items: tuple[Found, ...] = self.value
        return items


def read(node: Node, form: Form, problems: Problems) -> Found | None:
    """What stands there; None when it is wrong as a whole. Fields that are wrong are left out."""
    match form:
        case Object():
            return _object(node, form, problems)
        case Listed():
            return _listed(node, form, problems)
        case Pairs():
            return _pairs(node, form, problems)
        case ByAction():
            return Found(node, None)
        case _:
            value = read_scalar(node, form, problems)
            return None if value is None else Found(node, value)


def _object(node: Node, form: Object, problems: Problems) -> Found | None:
    known = ", ".join(form.fields) or "nothing"
    entries = node.entries()
    if entries is None:
        problems.add(node, f"write an object with {known}")
        return None
    found: dict[str, Found] = {}
    written: set[str] = set()
    for key, value in entries:
        kind, name = key.scalar() or ("", "")
        field = form.fields.get(name) if kind == "str" else None
        if field is None:
            problems.add(key, f"{shown(name)} is unknown; known here: {known}")
        elif name in written:
            problems.add(key, f"{name} is written twice; keep one")
        elif (one := read(value, field.form, problems)) is not None:
            found[name] = one
        written.add(name)
    for name, field in form.fields.items():
        if field.required and name not in written:
            problems.add(node, f"{name} is missing; add it: {field.meaning}")
    if form.any_of and not written & set(form.any_of):
        problems.add(node, form.any_of_remedy)
    return Found(node, found)


def _listed(node: Node, form: Listed, problems: Problems) -> Found | None:
    elements = node.elements()
    if elements is None:
        problems.add(node, "write a list")
        return None
    if not form.minimum <= len(elements) <= form.maximum:
        count = f"{len(elements)} item{'s' * (len(elements) != 1)}"
        problems.add(node, f"{count}; write {form.minimum} to {form.maximum}")
        return None
    items = [read(one, form.item, problems) for one in elements]
    if not isinstance(form.item, Object):
        _none_twice([one for one in items if one is not None], problems)
    return Found(node, tuple(one for one in items if one is not None))


def _none_twice(items: list[Found], problems: Problems) -> None:
    seen: set[Any] = set()
    for one in items:
        if one.value in seen:
            problems.add(one.node, f"{shown(str(one.value))} is written twice; keep one")
        seen.add(one.value)


def _pairs(node: Node, form: Pairs, problems: Problems) -> Found | None:
    entries = node.entries()
    if entries is None:
        problems.add(node, "write an object of texts")
        return None
    if not 1 <= len(entries) <= form.maximum:
        problems.add(node, f"{len(entries)} entries; write 1 to {form.maximum}")
        return None
    found: dict[str, Found] = {}
    for key, value in entries:
        name = read(key, form.name, problems)
        text = read(value, form.value, problems)
        if name is None or text is None:
            continue
        if name.value in found:
            problems.add(key, f"{name.value} is written twice; keep one")
        found[name.value] = text
    return Found(node, found)
