"""The server's own text of partition keys and bounds, taken apart."""

from __future__ import annotations

import re

from schemactl.model import Expression
from schemactl_postgres.options import Bound

_RANGE = re.compile(r"FOR VALUES FROM (\(.*)", re.S)
_LIST = re.compile(r"FOR VALUES IN \((.*)\)", re.S)
_HASH = re.compile(r"FOR VALUES WITH \(modulus (\d+), remainder (\d+)\)")


def bound_of(text: str) -> Bound:
    """What pg_get_expr prints of a relpartbound. Raises ValueError for what it never prints."""
    if text == "DEFAULT":
        return Bound(form="DEFAULT")
    if found := _HASH.fullmatch(text):
        return Bound(form="WITH", values=_expressions(list(found.groups())))
    if found := _LIST.fullmatch(text):
        return Bound(form="IN", values=_expressions(split(found[1])))
    if found := _RANGE.fullmatch(text):
        end = closing(found[1])
        lower, upper = found[1][:end], found[1][end:].removeprefix(" TO ")
        return Bound(form="FROM", values=_expressions(split(lower[1:-1])), upper=_expressions(split(upper[1:-1])))
    raise ValueError(f"not a partition bound: {text}")


def _expressions(texts: list[str]) -> tuple[Expression, ...]:
    return tuple(Expression(text=text, canonical=text) for text in texts)


def split(text: str) -> list[str]:
    """The items of a list: at each comma outside of quotes and parentheses."""
    items, depth, quote, start = [], 0, "", 0
    for at, character in enumerate(text):
        if quote:
            quote = "" if character == quote else quote
        elif character in "'\"":
            quote = character
        elif character in "([":
            depth += 1
        elif character in ")]":
            depth -= 1
        elif character == "," and not depth:
            items.append(text[start:at].strip())
            start = at + 1
    return [*items, text[start:].strip()]


def closing(text: str) -> int:
    """One past the parenthesis that closes the first."""
    depth, quote = 0, ""
    for at, character in enumerate(text):
        if quote:
            quote = "" if character == quote else quote
        elif character in "'\"":
            quote = character
        elif character in "()":
            depth += 1 if character == "(" else -1
            if not depth:
                return at + 1
    raise ValueError(f"a parenthesis is never closed: {text}")
