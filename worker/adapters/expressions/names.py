"""The variables of a condition. `facts` holds what was observed, under names of the caller's:

* a part that is not known is absent from it: whoever touches it gets Unknown;
* a part that is known to be nothing is None, `null` in CEL;
* what stands in a list is whole: a list that can't be told whole is absent;
* a group of values is no value: a condition names one of them, or reads entries by key.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

FACTS = "facts"
ROOTS = ("alert", "subject", "incident", FACTS)


class Form(StrEnum):
    """What a variable holds."""

    TEXT = "text"
    TEXTS = "texts by name"
    WHOLE = "whole number"
    NUMBER = "number"


FORMS: Mapping[str, Form] = {
    "alert.name": Form.TEXT,
    "alert.severity": Form.TEXT,
    "alert.labels": Form.TEXTS,
    "alert.annotations": Form.TEXTS,
    "alert.starts_at_s": Form.NUMBER,
    "subject.kind": Form.TEXT,
    "subject.namespace": Form.TEXT,
    "subject.name": Form.TEXT,
    "subject.workload_kind": Form.TEXT,
    "incident.cause": Form.TEXT,
    "incident.severity": Form.TEXT,
    "incident.opened_at_s": Form.NUMBER,
    "incident.attempts": Form.WHOLE,
    "now": Form.NUMBER,
}
"""Moments are seconds since the epoch. `facts` comes on top, with any values."""
