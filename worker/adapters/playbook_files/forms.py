"""What can be written in a playbook, as data: one table is both the reader's rule and the schema.

Rules of this file: a form says what a value looks like and how large it may be, nothing about what
it means. Whatever a form refuses, the schema made of it refuses too, as far as JSON Schema can.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

NAME = r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?"  # an RFC 1123 label: safe as a metric's label too
DURATION = r"[0-9]{1,9}(\.[0-9]{1,3})?(ms|s|m|h)"
QUANTITY = r"[1-9][0-9]{0,8}(k|M|G|T|Ki|Mi|Gi|Ti)"


@dataclass(frozen=True, slots=True)
class Text:
    """`pattern` has to fit as a whole; `like` completes "write ..."."""

    length_max: int
    pattern: str = ""
    like: str = "a text"


@dataclass(frozen=True, slots=True)
class Expression:
    """A condition in CEL; whether it compiles is asked of whoever evaluates it."""

    length_max: int


@dataclass(frozen=True, slots=True)
class OneOf:
    """One of these words, each with what it means."""

    choices: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Plain:
    """A text or a whole number, compared as it is written."""

    length_max: int


@dataclass(frozen=True, slots=True)
class Truth:
    """`true` or `false`."""


@dataclass(frozen=True, slots=True)
class Whole:
    minimum: int
    maximum: int


@dataclass(frozen=True, slots=True)
class Duration:
    """Such as 30s, 10m or 1h; bounds in seconds."""

    minimum_s: float
    maximum_s: float


@dataclass(frozen=True, slots=True)
class Quantity:
    """A Kubernetes quantity such as 512Mi; bounds in bytes."""

    minimum_bytes: int
    maximum_bytes: int


@dataclass(frozen=True, slots=True)
class Listed:
    """Of items of one form, none twice unless they are objects."""

    item: Form
    minimum: int
    maximum: int


@dataclass(frozen=True, slots=True)
class Pairs:
    """Free names, each with a value."""

    name: Text
    value: Text | Plain
    maximum: int


@dataclass(frozen=True, slots=True)
class ByAction:
    """An object whose fields depend on the action beside it."""


@dataclass(frozen=True, slots=True)
class Field:
    """`default`: what counts when it isn't written, in words."""

    form: Form
    meaning: str
    required: bool = False
    default: str = ""


@dataclass(frozen=True, slots=True)
class Object:
    """Named fields, and at least one out of `any_of` when there are some."""

    fields: Mapping[str, Field]
    any_of: tuple[str, ...] = ()
    any_of_remedy: str = ""


Scalar = Text | Expression | OneOf | Plain | Truth | Whole | Duration | Quantity
Form = Scalar | Listed | Pairs | ByAction | Object
