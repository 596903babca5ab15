"""How far back an expression of PromQL looks: which series it reads, and how old at most.

Ranges add up along nesting (a range in a subquery, an offset on both), and the longest path counts.

* An instant selector looks back no further than "now". Prometheus would take a sample up to five
  minutes old (its lookback delta), but only of a series that ended without a marker of its end,
  which is one that isn't scraped. Such a sample lets an alert fire for longer. It is no reason to
  believe in health sooner, and would cost every other rule five minutes of watching.
* A negative offset looks ahead, where there is nothing; it shortens nothing.
* `@ start()` and `@ end()` are the moment of evaluation. `@` with a fixed moment reads what never
  changes, a constant: waiting makes no difference, so it has no part in it.

The parser is bounded from outside. It crashes the process on what is nested some ten thousand deep,
and its time grows with the square of the depth (512 signs: 15 ms). It also compiles every label's
regular expression, up to 80 ms each; they say nothing about ranges and are taken out first.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import timedelta

import promql_parser as promql

LENGTH_MAX = 16_384  # characters; the longest of kubernetes-mixin has two thousand
SIGNS_MAX = 512  # operators and brackets; so deep an expression can be at most
ANY_NAME = ""  # what a selector reads that names no series

_TEXT = r'"(?:[^"\\]|\\.)*"' + r"|'(?:[^'\\]|\\.)*'" + r"|`[^`]*`"
TEXT = re.compile(_TEXT, re.DOTALL)
ASIDE = re.compile(rf"#[^\n]*|(?P<sign>[=!]~)\s*(?:{_TEXT})|{_TEXT}", re.DOTALL)
SIGN = re.compile(r"[(\[{+\-*/%^<>]|[=!]=|\b(?:and|or|unless|atan2)\b", re.IGNORECASE)


class UnreadableError(ValueError):
    """No window can be told from an expression, and why."""


def reads(expression: str) -> Mapping[str, float]:
    """By the name of a series, its greatest age in seconds. Raises UnreadableError."""
    bare = bounded(expression, _plain)
    try:
        with NoPanic():
            return _walk(promql.parse(bare))
    except (ValueError, OverflowError) as error:
        raise UnreadableError(str(error)) from None


class NoPanic:
    """What the parser's Rust panics about (`offset NaN`) comes as a BaseException, past everybody
    who would catch an error, and of a class that can't be imported."""

    def __enter__(self) -> None:
        return

    def __exit__(self, kind: type[BaseException] | None, error: object, _: object) -> None:
        if kind is not None and kind.__name__ == "PanicException":
            raise UnreadableError(f"the parser gave up: {error}")


def _walk(expression: promql.Expr) -> Mapping[str, float]:
    found: dict[str, float] = {}
    left = [(expression, 0.0)]
    while left:
        node, age_s = left.pop()
        match node:
            case promql.VectorSelector() | promql.MatrixSelector():
                for name, own_s in _selected(node):
                    found[name] = max(found.get(name, 0.0), age_s + own_s)
            case promql.SubqueryExpr():
                if not _fixed(node):
                    left.append((node.expr, age_s + _seconds(node.range) + _offset_s(node)))
            case _:
                left.extend((inner, age_s) for inner in _inner(node))
    return found


def _inner(node: promql.Expr) -> list[promql.Expr]:
    match node:
        case promql.ParenExpr() | promql.UnaryExpr():
            return [node.expr]
        case promql.BinaryExpr():
            return [node.lhs, node.rhs]
        case promql.Call():
            return list(node.args)
        case promql.AggregateExpr():
            return [node.expr] if node.param is None else [node.expr, node.param]
        case promql.NumberLiteral() | promql.StringLiteral():
            return []
    raise UnreadableError(f"{type(node).__name__} is not known here")


def _selected(node: promql.VectorSelector | promql.MatrixSelector) -> list[tuple[str, float]]:
    """What a selector reads, if it moves with time: the name and the age."""
    if isinstance(node, promql.MatrixSelector):
        selector, range_s = node.vector_selector, _seconds(node.range)
    else:
        selector, range_s = node, 0.0
    if _fixed(selector):
        return []
    names = [selector.name] if selector.name else []
    names += [
        matcher.value
        for matcher in selector.matchers.matchers
        if matcher.name == "__name__" and matcher.op == promql.MatchOp.Equal
    ]
    return [(name, range_s + _offset_s(selector)) for name in names or [ANY_NAME]]


def _fixed(node: promql.VectorSelector | promql.SubqueryExpr) -> bool:
    return node.at is not None and node.at.type == promql.AtModifierType.At


def _offset_s(node: promql.VectorSelector | promql.SubqueryExpr) -> float:
    return max(0.0, _seconds(node.offset))


def _seconds(duration: object) -> float:
    """A timedelta or None, as the parser has it."""
    return duration.total_seconds() if isinstance(duration, timedelta) else 0.0


def bounded(expression: str, plain: Callable[[re.Match[str]], str]) -> str:
    """The expression as the parser may see it, each comment and text through `plain`. Raises
    UnreadableError for one that the parser can't bear."""
    if len(expression) > LENGTH_MAX:
        raise UnreadableError(f"{len(expression)} characters; at most {LENGTH_MAX} are read")
    bare = ASIDE.sub(plain, expression)
    signs = len(SIGN.findall(TEXT.sub("", bare)))
    if signs > SIGNS_MAX:
        raise UnreadableError(f"{signs} operators and brackets; at most {SIGNS_MAX} are read")
    return bare


def _plain(match: re.Match[str]) -> str:
    text = match.group()
    if match["sign"]:
        return f'{match["sign"]}"."'
    if text.startswith("`"):  # the parser takes a backslash in it for an escape
        return json.dumps(text[1:-1], ensure_ascii=False)
    return "" if text.startswith("#") else text
