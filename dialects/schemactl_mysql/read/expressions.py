"""Expressions as slices of the source: never judged here, only cut out."""

from __future__ import annotations

from schemactl.model import Expression
from schemactl.reading import Sort
from schemactl_mysql.read.cursor import Cursor
from schemactl_mysql.sql import quoted

#: Functions without parentheses that may stand as a default.
_BARE = frozenset({"CURRENT_TIMESTAMP", "LOCALTIME", "LOCALTIMESTAMP", "CURRENT_DATE", "CURRENT_TIME", "CURRENT_USER"})
#: Functions whose first argument is a sequence.
_OF_SEQUENCES = frozenset({"LASTVAL", "NEXTVAL", "SETVAL"})


def expression(text: str) -> Expression:
    return Expression(text=text, canonical=text)


def in_parentheses(cursor: Cursor) -> Expression:
    """`( expression )`, without the parentheses."""
    first, last = cursor.parenthesised()
    return expression(cursor.text(first, last))


def default_value(cursor: Cursor, database: str = "") -> Expression:
    """What stands behind DEFAULT or ON UPDATE: a literal, a call, or an expression in parentheses, which it keeps.

    A sequence that names no database is one of `database`.
    """
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
    mariadb = cursor.lexical.flavour.mariadb
    return expression(_with_sequences(cursor, first, database) if mariadb else cursor.text(first, cursor.i))


def _with_sequences(cursor: Cursor, first: int, database: str) -> str:
    """The text up to the head, each sequence in it as MariaDB prints it, whatever was written: nextval(`d`.`s`)."""
    last, cursor.i = cursor.i, first
    pieces: list[str] = []
    while cursor.i < last:
        start = cursor.i
        standard = cursor.take("NEXT", "VALUE", "FOR")
        if standard or (cursor.word in _OF_SEQUENCES and cursor.ahead().word == "("):
            word = "nextval" if standard else cursor.next().word.lower()
            cursor.i += 0 if standard else 1
            name = cursor.qualified("a sequence")
            pieces.append(cursor.text(first, start))
            pieces.append(f"{word}({quoted(name.schema or database)}.{quoted(name.name)}{')' if standard else ''}")
            first = cursor.i
        else:
            cursor.i += 1
    return "".join((*pieces, cursor.text(first, last)))


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
