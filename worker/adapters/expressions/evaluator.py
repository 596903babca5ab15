"""The engine's port: a condition's text and its variables to an answer; compiled once."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

from worker.adapters.expressions.condition import Condition, compile_condition
from worker.adapters.expressions.tokens import ConditionError
from worker.domain.observed.evidence import Unknown

COMPILED_MAX = 4096  # conditions kept; a pack has fewer, and two packs fit while one is swapped


class CelExpressions:
    """Implements the engine's Expressions. A pack's conditions compiled when it was read."""

    def __init__(self) -> None:
        self._compiled: OrderedDict[str, Condition | Unknown] = OrderedDict()

    def evaluate(self, text: str, variables: Mapping[str, Any]) -> bool | Unknown:
        """Never raises: what doesn't compile has no answer."""
        found = self._compiled.get(text)
        if found is None:
            found = _compile(text)
            self._compiled[text] = found
            if len(self._compiled) > COMPILED_MAX:
                self._compiled.popitem(last=False)
        return found if isinstance(found, Unknown) else found.evaluate(variables)


def _compile(text: str) -> Condition | Unknown:
    try:
        return compile_condition(text)
    except ConditionError as error:
        return Unknown(str(error))
