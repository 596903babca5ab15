"""The selectors of an expression: what each reads now, thresholds, functions and ranges left aside.

* A range doesn't count: a rate still has a value when its series ended minutes ago, and sinks below
  any threshold meanwhile.
* What makes a rule quiet by being there (`unless`, `absent`) is not needed. Twice turned round it
  is: `unless absent(x)` is quiet when x is gone.
* Labels that an aggregation drops on the way to the alert say nothing about a series.
* Matchers on what changes with health itself (`code=~"5.."`, `condition="false"`) are left out:
  that there are no errors any more is what we hope for; other codes show that somebody counts.
* A selector at a fixed moment (`@ 1609746000`) reads what never changes, and needs nobody.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta

import promql_parser as promql

from worker.adapters.prometheus_rules.need import NO_LABELS, Labels, Need, Place
from worker.adapters.prometheus_rules.ranges import NoPanic, UnreadableError, bounded

OF_HEALTH = frozenset(
    {
        "code", "condition", "error", "exception", "grpc_code", "grpc_status", "http_status",
        "outcome", "phase", "reason", "response_code", "result", "state", "status", "status_code",
    }
)  # fmt: skip
"""Labels whose values come and go with health itself."""
SELECTING = frozenset({"topk", "bottomk", "limitk", "limit_ratio"})
"""They take whole series, whatever they group them by."""
OPERATORS: Mapping[str, str] = {
    "MatchOp.Equal": "=", "MatchOp.NotEqual": "!=", "MatchOp.Re": "=~", "MatchOp.NotRe": "!~",
}  # fmt: skip


class Expression:
    """One expression; its texts are kept as they were written and never go through the parser,
    which would compile each regular expression, and print some texts other than they were."""

    def __init__(self, text: str) -> None:
        self._texts: list[str] = []
        bare = bounded(text, self._numbered)
        try:
            with NoPanic():
                self._root = promql.parse(bare)
        except (ValueError, OverflowError) as error:
            raise UnreadableError(str(error)) from None

    def walk(self, start: Place) -> Iterator[tuple[Place, Need]]:
        """Each selector that moves with time, and where it stands."""
        left: list[tuple[promql.Expr, Place]] = [(self._root, start)]
        while left:
            node, place = left.pop()
            match node:
                case promql.VectorSelector():
                    yield from self._selected(node, place)
                case promql.MatrixSelector():
                    yield from self._selected(node.vector_selector, place)
                case promql.SubqueryExpr():
                    if not _fixed(node):
                        left.append((node.expr, _older(place, node)))
                case promql.ParenExpr() | promql.UnaryExpr():
                    left.append((node.expr, place))
                case promql.BinaryExpr():
                    left += _sides(node, place)
                case promql.Call():
                    left += self._arguments(node, place)
                case promql.AggregateExpr():
                    left += self._aggregated(node, place)
                case promql.NumberLiteral() | promql.StringLiteral():
                    continue
                case _:
                    raise UnreadableError(f"{type(node).__name__} is not known here")

    def _selected(self, node: promql.VectorSelector, place: Place) -> Iterator[tuple[Place, Need]]:
        if _fixed(node):
            return
        if node.matchers.or_matchers:
            raise UnreadableError("`or` between matchers is not known here")
        place, name = _older(place, node), node.name or ""
        matchers = [f'__name__="{name}"'] if name else []
        for one in node.matchers.matchers:
            text = self._texts[int(one.value)]
            if one.name == "__name__" and str(one.op) == "MatchOp.Equal" and not name:
                name = _bare(text)
            if one.name not in OF_HEALTH:
                matchers.append(f"{one.name}{OPERATORS[str(one.op)]}{text}")
        if not matchers:
            raise UnreadableError("a selector that names nothing")
        age = f" offset {place.age_s * 1000:.0f}ms" if place.age_s else ""
        yield place, Need(name, tuple(matchers), age, place.labels)

    def _arguments(self, node: promql.Call, place: Place) -> list[tuple[promql.Expr, Place]]:
        match node.func.name:
            case "absent" | "absent_over_time":
                place = replace(place.nowhere(), wanted=not place.wanted)
            case "label_replace" | "label_join":
                made = self._text(node.args[1])
                place = replace(place, labels=place.labels.drop([made]))
            case "histogram_quantile":
                place = replace(place, labels=place.labels.drop(["le"]))
            case "scalar" | "vector":
                place = place.nowhere()
        return [(one, place) for one in node.args]

    def _aggregated(
        self, node: promql.AggregateExpr, place: Place
    ) -> list[tuple[promql.Expr, Place]]:
        labels = place.labels
        if str(node.op) == "count_values":
            labels = labels.drop([self._text(node.param)])
        if str(node.op) not in SELECTING:
            labels = _grouped(labels, node.modifier)
        inner = [(node.expr, replace(place, labels=labels))]
        return inner if node.param is None else [*inner, (node.param, place.nowhere())]

    def _numbered(self, match: re.Match[str]) -> str:
        """A text's number, for the parser; comments are left out."""
        if match.group().startswith("#"):
            return ""
        sign = match["sign"] or ""
        self._texts.append(match.group().removeprefix(sign).strip())
        return f'{sign}"{len(self._texts) - 1}"'

    def _text(self, node: object) -> str:
        if not isinstance(node, promql.StringLiteral):
            raise UnreadableError(f"{node} is no plain text")
        return _bare(self._texts[int(node.val)])


def _grouped(labels: Labels, by: promql.AggModifier | None) -> Labels:
    if by is not None and by.type == promql.AggModifierType.Without:
        return labels.drop(by.labels)
    return labels.keep(NO_LABELS if by is None else by.labels)


def _sides(node: promql.BinaryExpr, place: Place) -> list[tuple[promql.Expr, Place]]:
    how, labels = node.modifier, place.labels
    matching = how.matching if how is not None else None
    extra = frozenset((how.group_labels if how is not None else None) or ())
    included = matching is not None and matching.type == promql.LabelModifierType.Include
    names = frozenset(matching.labels) if matching is not None else NO_LABELS
    one = labels.keep(names | extra) if included else labels.drop(names - extra)
    many = labels.drop(extra)
    operator = str(node.op)
    left, right = one, one
    if operator in ("and", "unless", "or"):
        left, right = labels, labels if operator == "or" else one
    elif how is not None and how.card == promql.VectorMatchCardinality.ManyToOne:
        left = many
    elif how is not None and how.card == promql.VectorMatchCardinality.OneToMany:
        right = many
    wanted = place.wanted != (operator == "unless")
    return [
        (node.lhs, replace(place, labels=left)),
        (node.rhs, replace(place, labels=right, wanted=wanted)),
    ]


def _fixed(node: promql.VectorSelector | promql.SubqueryExpr) -> bool:
    return node.at is not None and node.at.type == promql.AtModifierType.At


def _older(place: Place, node: promql.VectorSelector | promql.SubqueryExpr) -> Place:
    offset_s = node.offset.total_seconds() if isinstance(node.offset, timedelta) else 0.0
    return replace(place, age_s=place.age_s + max(0.0, offset_s))


def _bare(text: str) -> str:
    """A text without its quotes. Raises UnreadableError for one that isn't plain."""
    if "\\" in text:
        raise UnreadableError(f"{text} is not plain")
    return text[1:-1]
