"""What the server calls an expression when it makes up the name of an index on it."""

from __future__ import annotations

from schemactl.errors import SourceError
from schemactl_postgres import types
from schemactl_postgres.read.cursor import Cursor
from schemactl_postgres.read.state import State
from schemactl_postgres.read.tokens import Sort
from schemactl_postgres.read.type_name import parse_type

#: Words of an operator: an expression that has one outside of parentheses has no name.
_OPERATORS = frozenset(
    ["AND", "OR", "NOT", "IS", "IN", "LIKE", "ILIKE", "BETWEEN", "SIMILAR", "ISNULL", "NOTNULL", "OVERLAPS", "OPERATOR"]
)


def expression_label(cursor: Cursor, span: tuple[int, int], state: State) -> str:
    """The name that stands for an expression: its function's, column's or type's, else `expr`."""
    return _label(cursor, span, state) or "expr"


def _label(cursor: Cursor, span: tuple[int, int], state: State) -> str:
    first, last = bare(cursor, span)
    top = _top_level(cursor, first, last)
    words = {cursor.tokens[i].word for i in top}
    tokens = cursor.tokens
    if tokens[first].word == "CASE" and tokens[last - 1].word == "END":
        return _case_label(cursor, first, last, state)
    if words & _OPERATORS or any(_is_operator(cursor, i) for i in top):
        return ""
    if "AT" in words and "ZONE" in words:
        return "timezone"
    collate = next((i for i in reversed(top) if tokens[i].word == "COLLATE"), None)
    if collate is not None:
        return _label(cursor, (first, collate), state)
    cast = next((i for i in reversed(top) if tokens[i].word == "::"), None)
    if cast is not None:
        return _label(cursor, (first, cast), state) or _type_label(cursor, cast + 1, state)
    return _primary_label(cursor, first, last, top, state)


def _primary_label(cursor: Cursor, first: int, last: int, top: list[int], state: State) -> str:
    """A column, a call, a subscript or a field."""
    tokens = cursor.tokens
    if tokens[first].word == "CAST" and tokens[first + 1].word == "(":
        return _cast_label(cursor, first + 2, last - 1, state)
    names = [i for i in top if tokens[i].sort in (Sort.WORD, Sort.QUOTED)]
    if not names:
        return ""
    reader = Cursor(cursor.source, tokens)
    reader.i = names[-1]
    name = reader.name(label=True)
    if name == "trim" and tokens[names[-1] + 1].word == "(":
        return {"LEADING": "ltrim", "TRAILING": "rtrim"}.get(tokens[names[-1] + 2].word, "btrim")
    return name


def _cast_label(cursor: Cursor, first: int, last: int, state: State) -> str:
    kind = next((i for i in reversed(_top_level(cursor, first, last)) if cursor.tokens[i].word == "AS"), None)
    if kind is None:
        return ""
    return _label(cursor, (first, kind), state) or _type_label(cursor, kind + 1, state)


def _case_label(cursor: Cursor, first: int, last: int, state: State) -> str:
    inner = _top_level(cursor, first + 1, last - 1)
    otherwise = next((i for i in reversed(inner) if cursor.tokens[i].word == "ELSE"), None)
    if otherwise is not None:
        span = bare(cursor, (otherwise + 1, last - 1))
        if "::" not in {cursor.tokens[i].word for i in range(*span)} and (found := _label(cursor, span, state)):
            return found
    return "case"


def _type_label(cursor: Cursor, at: int, state: State) -> str:
    reader = Cursor(cursor.source, cursor.tokens)
    reader.i = at
    try:
        data = parse_type(reader, state).type
    except SourceError:
        return ""
    return types.internal(data.text.removesuffix("[]")) or (data.uses.name if data.uses else "")


def bare(cursor: Cursor, span: tuple[int, int]) -> tuple[int, int]:
    """The span without the parentheses around all of it."""
    first, last = span
    while last - first > 2 and cursor.tokens[first].word == "(":
        inner = Cursor(cursor.source, cursor.tokens)
        inner.i = first
        inner.parenthesised()
        if inner.i != last:
            break
        first, last = first + 1, last - 1
    return first, last


def _top_level(cursor: Cursor, first: int, last: int) -> list[int]:
    """The numbers of the tokens outside of all parentheses and brackets."""
    found, depth = [], 0
    for i in range(first, last):
        word = cursor.tokens[i].word
        if word in (")", "]"):
            depth -= 1
        elif word in ("(", "["):
            depth += 1
        elif not depth:
            found.append(i)
    return found


def _is_operator(cursor: Cursor, i: int) -> bool:
    token = cursor.tokens[i]
    return token.sort is Sort.OPERATOR and token.word not in (".", "::", ",")
