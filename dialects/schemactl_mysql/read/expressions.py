"""Expressions as slices of the source: never judged here, only cut out."""

from __future__ import annotations

from schemactl.model import Expression
from schemactl.reading import Sort
from schemactl_mysql.read.cursor import Cursor

#: Functions without parentheses that may stand as a default.
_BARE = frozenset({"CURRENT_TIMESTAMP", "LOCALTIME", "LOCALTIMESTAMP", "CURRENT_DATE", "CURRENT_TIME", "CURRENT_USER"})


def expression(text: str) -> Expression:
    return Expression(text=text, canonical=text)


def in_parentheses(cursor: Cursor) -> Expression:
    """`( expression )`, without the parentheses."""
    first, last = cursor.parenthesised()
    return expression(cursor.text(first, last))


def default_value(cursor: Cursor) -> Expression:
    """What stands behind DEFAULT or ON UPDATE: a literal, a call, or an expression in parentheses, which it keeps."""
    first = cursor.i
    if cursor.at("("):
        cursor.parenthesised()
    elif cursor.take("NEXT", "VALUE", "FOR"):
        cursor.qualified("a sequence")
    elif cursor.word in ("+", "-"):
        cursor.i += 1
        if cursor.next().sort is not Sort.NUMBER:
            cursor.i -= 1
            raise cursor.unexpected("expected a number")
    elif cursor.token.sort in (Sort.NUMBER, Sort.STRING):
        cursor.i += 1
        while cursor.token.sort is Sort.STRING:
            cursor.i += 1
    else:
        _word(cursor)
    return expression(cursor.text(first, cursor.i))


def _word(cursor: Cursor) -> None:
    """NULL, TRUE, a function, or `_utf8mb4'text'`."""
    token = cursor.token
    cursor.name("a default value")
    if (token.word.startswith("_") and cursor.token.sort is Sort.STRING) or (
        token.word in ("DATE", "TIME", "TIMESTAMP") and cursor.token.sort is Sort.STRING
    ):
        cursor.i += 1
    elif cursor.take("."):
        cursor.name("a function")
        cursor.parenthesised()
    elif cursor.at("("):
        if cursor.ahead().word == ")":
            cursor.i += 2
        else:
            cursor.parenthesised()
    elif token.word not in {"NULL", "TRUE", "FALSE", *_BARE}:
        cursor.i -= 1
        raise cursor.unexpected("expected a default value", hint="write an expression in parentheses, text in quotes")
