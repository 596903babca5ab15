"""A condition's text cut into words and signs.

Only what the library surely cuts alike is taken: no comments, bytes, triple quotes or braces.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NoReturn

TEXT_LENGTH_MAX = 1024  # characters; a longer one is no condition that somebody reads
TOKENS_MAX = 256  # bounds what one round of a macro can cost

SHAPE = re.compile(
    r"""(?P<space>[ \t\r\n]+)
    |(?P<text>[rR](?:"[^"\n]*"|'[^'\n]*')|"(?:[^"\\\n]|\\[^\n])*"|'(?:[^'\\\n]|\\[^\n])*')
    |(?P<number>0[xX][0-9a-fA-F]+|[0-9]*\.[0-9]+(?:[eE][+-]?[0-9]+)?|[0-9]+(?:[eE][+-]?[0-9]+)?)
    |(?P<name>[A-Za-z_][A-Za-z0-9_]*)
    |(?P<sign>&&|\|\||[<>=!]=|[()\[\].,?:!<>+\-*/%])""",
    re.VERBOSE,
)


class ConditionError(ValueError):
    """A condition that can't be used: what is wrong, and the remedy."""


@dataclass(frozen=True, slots=True)
class Token:
    """`kind` is a group of SHAPE; `column` counts characters from 1."""

    kind: str
    text: str
    column: int

    def fail(self, what: str) -> NoReturn:
        raise ConditionError(f"column {self.column}: {what}")


BESIDE = Token("", "", 0)
"""What stands before the first and after the last one."""


def tokens_of(text: str) -> list[Token]:
    """Raises ConditionError for what is empty, too long or not part of a condition."""
    if len(text) > TEXT_LENGTH_MAX:
        raise ConditionError(
            f"{len(text)} characters; at most {TEXT_LENGTH_MAX}, split it into several conditions"
        )
    tokens: list[Token] = []
    at = 0
    while at < len(text):
        match = SHAPE.match(text, at)
        if match is None:
            Token("", text[at], at + 1).fail(f"{text[at]!r} is not part of a condition; remove it")
        token = Token(str(match.lastgroup), match.group(), at + 1)
        at = match.end()
        if token.kind in ("name", "text", "number") and text[at : at + 1] in ("'", '"'):
            token.fail('write a text in one pair of quotes, as "a" or r"a"')
        if token.kind == "text" and not token.text.isprintable():
            token.fail("a text with a character that can't be seen; write it as an escape")
        if token.kind != "space":
            tokens.append(token)
    if not tokens:
        raise ConditionError('empty; write a condition, as alert.severity == "critical"')
    if len(tokens) > TOKENS_MAX:
        raise ConditionError(
            f"{len(tokens)} words and signs; at most {TOKENS_MAX}, split it into several conditions"
        )
    return tokens
