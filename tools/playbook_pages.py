"""The reference pages about playbooks: the format, the shipped ones, and what can be done."""

from __future__ import annotations

import json
from collections.abc import Iterator
from textwrap import wrap

from worker.adapters.playbook_files import playbook_schema
from worker.adapters.playbook_files.format import PLAYBOOK
from worker.adapters.playbook_files.forms import (
    ByAction,
    Duration,
    Expression,
    Form,
    Listed,
    Object,
    OneOf,
    Pairs,
    Quantity,
    Text,
    Whole,
)
from worker.domain.catalogue import CATALOGUE, Descriptor
from worker.domain.catalogue.descriptor import Parameter, ParameterKind
from worker.domain.observed.quantity import text_of
from worker.domain.planners import PLANNED
from worker.interfaces.playbook_prose import duration, prose
from worker.packs import read_pack

MADE = "<!-- Made by `python -m tools.reference`; edit the code instead. -->"

PLAYBOOKS_HEAD = f"""# Playbooks

{MADE}

The shipped pack, as `aiopsctl playbook explain` tells it; how to write your own is in
[write a playbook](../how-to/write-a-playbook.md), and what each action does in
[actions](actions.md). The format itself comes first; editors read it from
[playbook.schema.json](playbook.schema.json).

## The format

| field | written as | meaning | default |
|---|---|---|---|"""

ACTIONS_HEAD = f"""# Actions

{MADE}

Everything that can be done to a cluster: a closed set. Each is one write of absolute values, fenced
by what was seen. A playbook narrows what an action may do with `parameters`; it can widen nothing.

*Low*: reversible, one object, no capacity lost. *Medium*: restarts, or changes capacity. *High*:
data may be lost, or many are touched; it is asked for first unless a step says otherwise."""


def schema_page() -> str:
    """The JSON Schema as it is published."""
    return json.dumps(playbook_schema(), indent=2) + "\n"


def playbooks_page() -> str:
    """The fields of the format, and each shipped playbook in prose."""
    pack = read_pack()
    rows = list(_rows(PLAYBOOK, ""))
    lines = [PLAYBOOKS_HEAD, *rows, "", f"## The shipped ones, version {pack.version}", ""]
    for playbook in pack.playbooks:
        lines += [f"### {playbook.name}", "", _wrapped(prose(playbook)), ""]
    return "\n".join(lines).rstrip() + "\n"


def _rows(form: Object, above: str) -> Iterator[str]:
    for name, field in form.fields.items():
        path = f"{above}{name}"
        needed = " (needed)" if field.required else ""
        default = field.default or ("" if field.required else "none")
        yield f"| `{path}` | {_written(field.form)}{needed} | {field.meaning} | {default} |"
        match field.form:
            case Object() as inner:
                yield from _rows(inner, f"{path}.")
            case Listed(item=Object() as inner):
                yield from _rows(inner, f"{path}[].")
            case _:
                pass


def _written(form: Form) -> str:
    match form:
        case Object():
            return "an object"
        case Listed():
            return f"a list of {form.minimum} to {form.maximum}"
        case Pairs():
            return f"up to {form.maximum} names with values"
        case ByAction():
            return "an object"
        case OneOf():
            return " or ".join(f"`{word}`" for word in form.choices)
        case Whole():
            return f"{form.minimum} to {form.maximum}"
        case Duration():
            return f"{duration(form.minimum_s)} to {duration(form.maximum_s)}"
        case Quantity():
            return f"{text_of(form.minimum_bytes)} to {text_of(form.maximum_bytes)}"
        case Text() | Expression():
            return f"a text of up to {form.length_max} characters"
        case _:
            raise AssertionError(f"a playbook has no {type(form).__name__}")


def actions_page() -> str:
    """The catalogue: every verb with its class, target, parameters, undo, checks and rights."""
    lines = [ACTIONS_HEAD]
    for action in CATALOGUE:
        lines += ["", f"## `{action.verb}`", "", action.words, ""]
        lines += ["| | |", "|---|---|", *(f"| {name} | {text} |" for name, text in _told(action))]
        if action.parameters:
            lines += ["", "| parameter | written as | default | meaning |", "|---|---|---|---|"]
            lines += [_parameter(name, one) for name, one in action.parameters.items()]
    return "\n".join(lines) + "\n"


def _told(action: Descriptor) -> Iterator[tuple[str, str]]:
    yield "class", str(action.action_class)
    yield "for a", f"{action.subject}: {', '.join(sorted(action.target_kinds))}"
    yield "in a playbook", "yes" if action.verb in PLANNED else "no: only as the undo of another"
    if action.undo is not None:
        yield "undo", f"`{action.undo}`"
    elif action.irreversible:
        yield "undo", f"none: {action.irreversible}"
    else:
        yield "undo", "none is needed"
    yield "before", "; ".join(action.before)
    yield "verified by", action.verified_by
    effects = [
        words
        for given, words in (
            (action.disrupts, "takes capacity for a while, so it needs a lease"),
            (action.changes_template, "starts a rollout"),
        )
        if given
    ]
    yield "effect", "; ".join(effects) or "takes no capacity"
    yield (
        "right",
        ", ".join(
            f"`{one.verb} {f'{one.group}/' if one.group else ''}{one.resource}`"
            for one in action.rights
        ),
    )


def _parameter(name: str, one: Parameter) -> str:
    default = "needed" if one.default is None else f"`{one.default}`"
    low, high = str(one.minimum), str(one.maximum)
    if one.kind is ParameterKind.BYTES:
        low, high = text_of(one.minimum), text_of(one.maximum)
    return f"| `{name}` | {one.kind}, {low} to {high} | {default} | {one.meaning} |"


def _wrapped(text: str) -> str:
    """Lines that can be read."""
    lines = []
    for line in text.split("\n"):
        indent = "  " if line.startswith("- ") else ""
        lines += wrap(line, 110, subsequent_indent=indent, break_long_words=False,
                      break_on_hyphens=False) or [""]  # fmt: skip
    return "\n".join(lines)
