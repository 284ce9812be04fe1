"""Functions with a syntax of their own: EXTRACT(year FROM d), TRIM(BOTH FROM t) and their kin, as plain calls."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from schemactl_postgres.canonical.tokens import Unreadable
from schemactl_postgres.canonical.tree import Call, Cast, Node, Number, Row, Text
from schemactl_postgres.canonical.typenames import parse_type

if TYPE_CHECKING:
    from schemactl_postgres.canonical.syntax import Parser


def _cast(p: Parser) -> Node:
    operand = p.expression()
    p.expect("name", "as")
    node = Cast(operand, parse_type(p))
    p.expect("punct", ")")
    return node


def _extract(p: Parser) -> Node:
    token = p.next()
    if token.kind not in ("name", "quoted", "string"):
        raise Unreadable("EXTRACT")
    if not p.take("name", "from"):
        p.expect("punct", ",")
    return Call(("extract",), (Text(token.text), *p.items(")")))


def _position(p: Parser) -> Node:
    needle = p.operand()
    p.expect("name", "in")
    haystack = p.operand()
    p.expect("punct", ")")
    return Call(("position",), (haystack, needle))


def _substring(p: Parser) -> Node:
    """SUBSTRING(t FROM 1 FOR 3) and substring(t, 1, 3) are one function."""
    arguments = [p.operand()]
    if p.take("name", "from"):
        arguments.append(p.expression())
        if p.take("name", "for"):
            arguments.append(p.expression())
    elif p.take("name", "for"):
        arguments += [Number("1"), p.expression()]
    elif p.take("punct", ","):
        return Call(("substring",), (*arguments, *p.items(")")))
    p.expect("punct", ")")
    return Call(("substring",), tuple(arguments))


def _overlay(p: Parser) -> Node:
    arguments = [p.expression()]
    arguments += [p.expression() for word in ("placing", "from", "for") if p.take("name", word)]
    if p.take("punct", ","):
        return Call(("overlay",), (*arguments, *p.items(")")))
    p.expect("punct", ")")
    return Call(("overlay",), tuple(arguments))


def _trim(p: Parser) -> Node:
    name = "btrim"
    for word, function in (("both", "btrim"), ("leading", "ltrim"), ("trailing", "rtrim")):
        if p.take("name", word):
            name = function
    if p.take("name", "from"):
        return Call((name,), p.items(")"))
    first = p.expression()
    if p.take("name", "from"):
        return Call((name,), (*p.items(")"), first))
    if p.take("punct", ","):
        return Call((name,), (first, *p.items(")")))
    p.expect("punct", ")")
    return Call((name,), (first,))


#: By the word before the parenthesis.
SPECIAL: dict[str, Callable[[Parser], Node]] = {
    "cast": _cast,
    "extract": _extract,
    "position": _position,
    "substring": _substring,
    "overlay": _overlay,
    "trim": _trim,
    "row": lambda p: Row(p.items(")")),
}
