"""Single values by their form: what was written, or why it can't be that and what to write.

Rules of this file: YAML's own kinds count. A text that looks like a number or like yes and no has
to be quoted, a number must not be; JSON Schema sees it the same way.
"""

from __future__ import annotations

import re

from worker.adapters.playbook_files.forms import (
    DURATION,
    QUANTITY,
    Duration,
    Expression,
    OneOf,
    Plain,
    Quantity,
    Scalar,
    Text,
    Truth,
    Whole,
)
from worker.adapters.playbook_files.problems import Problems
from worker.adapters.yaml_nodes import UNIT_S, Node
from worker.domain.observed.quantity import bytes_of, text_of

SHOWN_LENGTH = 60  # characters of a wrong value that its error repeats
WHOLE = re.compile(r"0|[1-9][0-9]{0,17}")


def read_scalar(node: Node, form: Scalar, problems: Problems) -> str | int | float | None:
    """The value; None when it is wrong."""
    match form:
        case Whole():
            return _whole(node, form, problems)
        case Duration():
            return _duration(node, form, problems)
        case Quantity():
            return _quantity(node, form, problems)
        case Truth():
            return _truth(node, problems)
        case Plain():
            return _plain(node, form, problems)
        case OneOf():
            either = " or ".join(form.choices)
            text = _text(node, f"write {either}", problems)
            if text is None or text in form.choices:
                return text
            problems.add(node, f"{shown(text)} is unknown; write {either}")
            return None
        case Text() | Expression():
            return _free(node, form, problems)


def shown(text: str) -> str:
    """A value from a file, cut and quoted, to be repeated in an error."""
    return repr(text if len(text) <= SHOWN_LENGTH else text[:SHOWN_LENGTH] + "…")


def _whole(node: Node, form: Whole, problems: Problems) -> int | None:
    kind, text = node.scalar() or ("", "")
    if kind == "int" and WHOLE.fullmatch(text) and form.minimum <= int(text) <= form.maximum:
        return int(text)
    between = f"from {form.minimum} to {form.maximum}"
    problems.add(node, f"{shown(text)}: write a whole number {between}, without quotes")
    return None


def _truth(node: Node, problems: Problems) -> bool | None:
    if node.scalar() in (("bool", "true"), ("bool", "false")):
        return node.scalar() == ("bool", "true")
    problems.add(node, "write true or false")
    return None


def _plain(node: Node, form: Plain, problems: Problems) -> str | None:
    kind, text = node.scalar() or ("", "")
    if kind in ("str", "int") and 0 < len(text) <= form.length_max:
        return text
    problems.add(node, f"write a text or a whole number of at most {form.length_max} characters")
    return None


def _duration(node: Node, form: Duration, problems: Problems) -> float | None:
    kind, text = node.scalar() or ("", "")
    fits = re.fullmatch(DURATION, text) if kind == "str" else None
    if fits is None:
        problems.add(node, f"{shown(text)} is no duration; write one such as 30s, 10m or 1h")
        return None
    unit = fits[2]
    seconds = float(text.removesuffix(unit)) * UNIT_S[unit]
    if form.minimum_s <= seconds <= form.maximum_s:
        return seconds
    between = f"{form.minimum_s:g}s to {form.maximum_s:g}s"
    problems.add(node, f"{shown(text)} is out of bounds; write {between}")
    return None


def _quantity(node: Node, form: Quantity, problems: Problems) -> str | None:
    """The text, whose bytes are within the bounds."""
    kind, text = node.scalar() or ("", "")
    amount = bytes_of(text) if kind == "str" and re.fullmatch(QUANTITY, text) else None
    if amount is None:
        problems.add(node, f"{shown(text)} is no quantity; write one such as 512Mi or 2Gi")
        return None
    if form.minimum_bytes <= amount <= form.maximum_bytes:
        return text
    between = f"{text_of(form.minimum_bytes)} to {text_of(form.maximum_bytes)}"
    problems.add(node, f"{shown(text)} is out of bounds; write {between}")
    return None


def _free(node: Node, form: Text | Expression, problems: Problems) -> str | None:
    like = form.like if isinstance(form, Text) else "a condition"
    text = _text(node, f"write {like}", problems)
    if text is None:
        return None
    if len(text) > form.length_max:
        problems.add(node, f"{len(text)} characters; write at most {form.length_max}")
        return None
    if isinstance(form, Text) and form.pattern and not re.fullmatch(form.pattern, text):
        problems.add(node, f"{shown(text)}: write {form.like}")
        return None
    return text


def _text(node: Node, remedy: str, problems: Problems) -> str | None:
    scalar = node.scalar()
    if scalar is None or not scalar[1]:
        problems.add(node, remedy)
        return None
    kind, text = scalar
    if kind != "str":
        problems.add(node, f"{shown(text)} is read as {kind}; {remedy}, in quotes if it is meant")
        return None
    return text
