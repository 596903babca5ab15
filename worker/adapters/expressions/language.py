"""Which part of CEL a condition may use, decided on its text before the library sees it.

The library can't be interrupted and holds the interpreter while it evaluates, so what could take
long, or make much out of little, is not part of the language. Measured with cel-expr-python 0.1.3:

* It stops by itself after 10,000 rounds of all macros together, and refuses what is nested deeper
  than 32. But 10,000 rounds over large values are two seconds: no macro within a macro.
* Thirteen `map` after each other made 800 MB out of four letters in 0.5 s, and a `filter` of some
  lists that `+` had joined as much in 4 s: no `map`, and no `+` in a condition with a macro.
* `matches` is RE2: no text makes it run away. But a pattern is compiled anew at each evaluation,
  so patterns are few, short, written out and not within a macro.

What it says about facts keeps an unknown from counting as a no: has() and `in` can't tell a part
that is not known from a part that is known to be missing.
"""

from __future__ import annotations

from dataclasses import dataclass

from worker.adapters.expressions.names import FACTS, FORMS, ROOTS
from worker.adapters.expressions.tokens import BESIDE, Token, tokens_of

PATTERNS_MAX = 4  # the slowest that were found take 50 ms each

FUNCTIONS = frozenset(
    {"contains", "double", "endsWith", "has", "int", "matches", "size", "startsWith", "string"}
)
MACROS = frozenset({"all", "exists", "exists_one", "filter"})
KNOWN = ", ".join(sorted(FUNCTIONS | MACROS))
FREE_KEYS = ("labels", "annotations")  # of an alert: a key that is not there is known to be missing


@dataclass(frozen=True, slots=True)
class Source:
    """What a condition's text uses: names such as `alert.name` and `facts.pods.ready`; those of
    them of which only single entries are read (`facts.labels["tier"]`); those that are read in
    each round of a macro; and its patterns."""

    text: str
    names: frozenset[str]
    indexed: frozenset[str]
    repeated: frozenset[str]
    patterns: tuple[str, ...]


def read(text: str) -> Source:
    """Raises ConditionError for everything that isn't part of the language."""
    return _Reader(text).read()


class _Reader:
    """Goes through the tokens once."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = tokens_of(text)
        self._at = 0
        self._open: list[str] = []  # what stands before each open bracket, as a macro's name
        self._names: dict[str, bool] = {}  # whether only entries of it are read
        self._repeated: set[str] = set()
        self._patterns: list[str] = []
        self._has_macro = any(token.text in MACROS for token in self._tokens)

    def read(self) -> Source:
        for at, token in enumerate(self._tokens):
            self._at = at
            if token.kind == "name":
                self._name(token)
            elif token.text == "(":
                self._open.append(self._peek(-1).text)
            elif token.text == ")" and self._open:
                self._open.pop()
            elif token.text == "+" and self._has_macro:
                token.fail("`+` in a condition with a macro; compare without adding")
            elif token.text == "/":
                token.fail("a division by 0.0 would be no error; multiply the other side instead")
        return Source(
            text=self._text,
            names=frozenset(self._names),
            indexed=frozenset(name for name, only in self._names.items() if only),
            repeated=frozenset(self._repeated),
            patterns=tuple(self._patterns),
        )

    def _peek(self, steps: int) -> Token:
        at = self._at + steps
        return self._tokens[at] if 0 <= at < len(self._tokens) else BESIDE

    def _in_macro(self) -> bool:
        return any(opened in MACROS for opened in self._open)

    def _name(self, token: Token) -> None:
        if token.text == "in":
            if self._peek(1).text not in ("[", *ROOTS):
                token.fail('after `in` comes a list or a variable, as in x in ["a", "b"]')
        elif self._peek(1).text == "(":
            self._call(token)
        elif self._peek(-1).text != ".":
            if token.text in ROOTS:
                self._path(token)
            elif token.text in FORMS:
                self._names[token.text] = False

    def _path(self, root: Token) -> None:
        """`alert.labels`, `facts.pods.ready`: the names after a root, without a method's."""
        parts = [root.text]
        ahead = 1
        while self._peek(ahead).text == "." and self._peek(ahead + 1).kind == "name":
            is_method = self._peek(ahead + 2).text == "("
            if is_method or (root.text != FACTS and len(parts) == 2):
                break
            parts.append(self._peek(ahead + 1).text)
            ahead += 2
        name = ".".join(parts)
        if root.text == FACTS and len(parts) < 2:
            root.fail("facts is no value; name one of them, as facts.pods.ready")
        if root.text != FACTS and name not in FORMS:
            known = ", ".join(one for one in FORMS if one.startswith(f"{root.text}."))
            root.fail(f"{name} is unknown; known are {known}")
        only_entries = self._peek(ahead).text == "["
        self._names[name] = self._names.get(name, True) and only_entries
        if self._in_macro():
            self._repeated.add(name)

    def _call(self, token: Token) -> None:
        if token.text not in FUNCTIONS | MACROS:
            token.fail(f"{token.text}() is not for conditions; known are {KNOWN}")
        if token.text == "has":
            self._has(token)
        elif token.text == "matches":
            self._matches(token)
        elif token.text in MACROS and self._in_macro():
            token.fail("a macro within a macro; ask two questions, or one about a flat list")

    def _has(self, token: Token) -> None:
        inside = [self._peek(step) for step in range(1, 8)]
        words = [one.text for one in inside]
        free = words[:3] == ["(", "alert", "."] and words[3] in FREE_KEYS and words[4] == "."
        if not free or inside[5].kind != "name" or words[6] != ")":
            token.fail(
                "has() is for alert.labels and alert.annotations; use any other value itself:"
                " while it is not known, the answer isn't either"
            )

    def _matches(self, token: Token) -> None:
        pattern = self._peek(2)
        if self._peek(-1).text != "." or pattern.kind != "text" or self._peek(3).text != ")":
            token.fail('a pattern is written out, as in alert.name.matches("^Kube")')
        if self._in_macro():
            token.fail("matches within a macro; use startsWith, endsWith or contains")
        self._patterns.append(pattern.text)
        if len(self._patterns) > PATTERNS_MAX:
            token.fail(f"more than {PATTERNS_MAX} patterns; split it into several conditions")
