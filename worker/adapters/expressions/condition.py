"""One condition: compiled once with every name and type checked, then evaluated, never raising.

Rules of this file: a yes is the library's boolean `True` and nothing else. The library returns an
error as a value, and the error's text counts as true in Python; so the kind of a value is asked
first. Errors, other kinds and what it raises are all Unknown.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from worker.adapters.expressions.language import Source, read
from worker.adapters.expressions.names import FORMS, Form
from worker.adapters.expressions.tokens import ConditionError
from worker.adapters.expressions.values import bind
from worker.domain.observed.evidence import Unknown

if TYPE_CHECKING:
    from cel_expr_python import cel

PATTERN_LENGTH_MAX = 128  # characters
REPETITIONS_MAX = 100  # the sum of all counted ones, as {5}; a pattern's size is their product
WHY_LENGTH_MAX = 200  # characters of a reason that comes from the library

RAISED = (RuntimeError, TypeError, ValueError, ArithmeticError, LookupError, MemoryError)
"""What the library's C++ exceptions become in Python. RuntimeError is the budget of rounds."""


class Condition:
    """Made by `compile_condition`. It holds no state, and may be evaluated any number of times."""

    __slots__ = ("_expression", "_source", "_yes_or_no")

    def __init__(self, expression: cel.Expression, source: Source, yes_or_no: cel.Type) -> None:
        self._expression = expression
        self._source = source
        self._yes_or_no = yes_or_no

    @property
    def text(self) -> str:
        return self._source.text

    @property
    def names(self) -> frozenset[str]:
        """The variables it reads, as `alert.labels` or `facts.pods.ready`."""
        return self._source.names

    def evaluate(self, variables: Mapping[str, Any]) -> bool | Unknown:
        """`variables` are nested by name: `{"alert": {"name": …}, "facts": {…}, "now": …}`."""
        bound, missing = bind(self._source, variables)
        try:
            value = self._expression.eval(data=bound)
            kind = value.type()
            answer = value.value()
        except RAISED as error:
            return Unknown(_reason(str(error) or type(error).__name__, missing))
        if kind == self._yes_or_no and isinstance(answer, bool):
            return answer
        if kind.name() == "ERROR":
            return Unknown(_reason(str(answer), missing))
        return Unknown(f"gives {kind.name()}, neither yes nor no")


def compile_condition(text: str) -> Condition:
    """Raises ConditionError. What can be known without values is found here: unknown names,
    wrong types, bad patterns. What facts hold is only known at evaluation."""
    from cel_expr_python import cel

    source = read(text)
    types = {
        Form.TEXT: cel.Type.STRING,
        Form.TEXTS: cel.Type.Map(cel.Type.STRING, cel.Type.STRING),
        Form.WHOLE: cel.Type.INT,
        Form.NUMBER: cel.Type.DOUBLE,
    }
    facts = dict.fromkeys(source.names - FORMS.keys(), cel.Type.DYN)
    environment = cel.NewEnv(variables={**facts, **{name: types[FORMS[name]] for name in FORMS}})
    for pattern in source.patterns:
        _check_pattern(environment, pattern)
    expression = _compile(environment, text)
    given = expression.return_type()
    if given not in (cel.Type.BOOL, cel.Type.DYN):
        raise ConditionError(f"gives {given.name()}, neither yes nor no; write a comparison")
    return Condition(expression, source, cel.Type.BOOL)


def _compile(environment: cel.Env, text: str) -> cel.Expression:
    try:
        return environment.compile(text)
    except RAISED as error:
        raise ConditionError(_explained(str(error))) from None


def _check_pattern(environment: cel.Env, quoted: str) -> None:
    """RE2 bounds time by the text's length times the pattern's size: so its size is bounded."""
    pattern = str(_compile(environment, quoted).eval().value())
    if len(pattern) > PATTERN_LENGTH_MAX:
        raise ConditionError(
            f"pattern {quoted}: {len(pattern)} characters; at most {PATTERN_LENGTH_MAX}"
        )
    counts = [int(one) for one in re.findall(r"[0-9]+", "".join(re.findall(r"{[^}]*}", pattern)))]
    if sum(counts) > REPETITIONS_MAX or re.search(r"[)}]{", pattern):
        raise ConditionError(
            f"pattern {quoted}: repetitions may follow a character or a class, not a group,"
            f" and together may be at most {REPETITIONS_MAX}"
        )
    if re.search(r"\\[pP]", pattern):
        raise ConditionError(f"pattern {quoted}: classes of Unicode are too large; write [a-z]")
    tried = _compile(environment, f'"".matches({quoted})').eval()
    if tried.type().name() == "ERROR":
        raise ConditionError(f"pattern {quoted}: {_tidy(str(tried.value()))}; write it for RE2")


def _explained(message: str) -> str:
    """The first of the library's complaints, with a remedy."""
    found = re.search(r"ERROR: <input>:(-?[0-9]+):(-?[0-9]+): (.*)", message)
    line, column, what = found.groups() if found else ("0", "0", message)
    where = f"line {line}, column {column}: " if line not in ("0", "-1") else ""
    if "recursion" in what:
        remedy = "split it into several conditions"
    elif "(double, int)" in what or "(int, double)" in what:
        remedy = "write the number with a point, as 600.0, or without one"
    elif "overload" in what:
        remedy = "both sides must be of one kind"
    elif "undeclared" in what:
        remedy = f"known are facts and {', '.join(FORMS)}"
    else:
        remedy = 'write one CEL expression, as alert.severity == "critical"'
    return f"{where}{_tidy(what)}; {remedy}"


def _reason(message: str, missing: Mapping[str, str]) -> str:
    for name, why in missing.items():
        if f'"{name}"' in message:
            return _tidy(f"{name}: {why}")
    return _tidy(message)


def _tidy(message: str) -> str:
    """On one line, short and without the library's codes. An error may quote what a label says."""
    shown = "".join(letter if letter.isprintable() else " " for letter in message)
    bare = re.sub(r"^[A-Z_]+: |\(in container ''\)| \[[A-Z_]+\]$", "", shown)
    return " ".join(bare.split())[:WHY_LENGTH_MAX]
