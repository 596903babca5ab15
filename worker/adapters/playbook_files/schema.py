"""The format as JSON Schema, for editors and pipelines: made from the tables that the reader uses.

What it can't say is left to `aiopsctl playbook lint`: where `next` leads, whether a condition
compiles, sizes of durations and quantities, names across files.
"""

from __future__ import annotations

from typing import Any

from worker.adapters.playbook_files.format import PLAYBOOK
from worker.adapters.playbook_files.forms import (
    DURATION,
    QUANTITY,
    ByAction,
    Duration,
    Expression,
    Field,
    Form,
    Listed,
    Object,
    OneOf,
    Pairs,
    Plain,
    Quantity,
    Text,
    Truth,
    Whole,
)
from worker.adapters.playbook_files.step_format import ACTIONS, STEP, parameters_of
from worker.domain.catalogue import Verb

Schema = dict[str, Any]

DRAFT = "https://json-schema.org/draft/2020-12/schema"


def playbook_schema() -> Schema:
    """The schema of one playbook file."""
    schema = _schema(PLAYBOOK)
    spec = schema["properties"]["spec"]
    spec["if"] = {"properties": {"steps": {"maxItems": 0}}, "required": ["steps"]}
    spec["then"] = {"required": ["escalation"]}
    return {
        "$schema": DRAFT,
        "$id": "urn:aiops-operator:playbook:v1",
        "title": "Playbook (aiops/v1)",
        "description": "Which incidents a playbook is for, and what to try, in order.",
        **schema,
    }


def _schema(form: Form) -> Schema:
    match form:
        case Object():
            return _object(form)
        case Listed():
            unique = {} if isinstance(form.item, Object) else {"uniqueItems": True}
            bounds = {"minItems": form.minimum, "maxItems": form.maximum}
            return {"type": "array", "items": _schema(form.item), **bounds, **unique}
        case Pairs():
            return {
                "type": "object",
                "propertyNames": _schema(form.name),
                "additionalProperties": _schema(form.value),
                "minProperties": 1,
                "maxProperties": form.maximum,
            }
        case ByAction():
            return {"type": "object"}
        case Whole():
            return {"type": "integer", "minimum": form.minimum, "maximum": form.maximum}
        case Truth():
            return {"type": "boolean"}
        case Plain():
            return {"type": ["string", "integer"], "minLength": 1, "maxLength": form.length_max}
        case OneOf():
            return {"type": "string", "enum": list(form.choices)}
        case Duration():
            return {"type": "string", "pattern": f"^{DURATION}$", "examples": ["30s", "10m", "1h"]}
        case Quantity():
            return {"type": "string", "pattern": f"^{QUANTITY}$", "examples": ["512Mi", "2Gi"]}
        case Text() | Expression():
            text: Schema = {"type": "string", "minLength": 1, "maxLength": form.length_max}
            if isinstance(form, Text) and form.pattern:
                text["pattern"] = f"^{form.pattern}$"
            return text


def _object(form: Object) -> Schema:
    schema: Schema = {
        "type": "object",
        "properties": {name: _field(field) for name, field in form.fields.items()},
        "additionalProperties": False,
    }
    required = [name for name, field in form.fields.items() if field.required]
    if required:
        schema["required"] = required
    if form.any_of:
        schema["anyOf"] = [{"required": [name]} for name in form.any_of]
    if form is STEP:
        schema["allOf"] = [_parameters(Verb(action)) for action in ACTIONS.choices]
    return schema


def _field(field: Field) -> Schema:
    words = field.meaning[0].upper() + field.meaning[1:] + "."
    if isinstance(field.form, OneOf):
        words += "".join(f"\n{word}: {means}" for word, means in field.form.choices.items())
    if field.default:
        words += f"\nDefault: {field.default}"
    return {"description": words, **_schema(field.form)}


def _parameters(verb: Verb) -> Schema:
    """What `parameters` holds, when the action is this one."""
    form = parameters_of(verb)
    then: Schema = {"properties": {"parameters": _object(form)}}
    if any(field.required for field in form.fields.values()):
        then["required"] = ["parameters"]
    return {"if": {"properties": {"action": {"const": str(verb)}}, "required": ["action"]},
            "then": then}  # fmt: skip
