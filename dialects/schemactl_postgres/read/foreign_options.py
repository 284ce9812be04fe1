"""OPTIONS (...) of wrappers, servers, foreign tables and their columns. Values that may be secret are never shown."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from schemactl.errors import SourceError, SqlSyntaxError, UnsupportedError
from schemactl.model import ForeignOptions
from schemactl_postgres.credentials import HINT, may_be_secret
from schemactl_postgres.read.cursor import Cursor


@contextmanager
def withheld() -> Iterator[None]:
    """Errors within show no source line: it may hold a secret."""
    try:
        yield
    except SourceError as error:
        if error.place is not None:
            error.place = replace(error.place, excerpt="")
        raise


def parse_options(cursor: Cursor) -> ForeignOptions:
    """`(name 'value', ...)`, sorted by name."""
    found: dict[str, str] = {}

    def one() -> None:
        name = _name(cursor)
        if name in found:
            raise cursor.error(SqlSyntaxError, f"the option {name} is given twice")
        found[name] = _value(cursor, name)

    _listed(cursor, one)
    return tuple(sorted(found.items()))


def parse_changes(cursor: Cursor, old: ForeignOptions) -> ForeignOptions:
    """`(ADD name 'value', SET name 'value', DROP name)`: the options after it. ADD need not be said."""
    found = dict(old)

    def one() -> None:
        # ADD, SET and DROP are words of the language, and may all be names of options.
        word = cursor.word if cursor.word in ("ADD", "SET", "DROP") and not _is_value(cursor) else ""
        cursor.i += bool(word)
        name = _name(cursor)
        if word in ("SET", "DROP") and name not in found:
            raise cursor.error(SqlSyntaxError, f"there is no option {name} to {word.lower()}")
        if word in ("ADD", "") and name in found:
            raise cursor.error(SqlSyntaxError, f"the option {name} is there already", hint="say SET")
        if word == "DROP":
            del found[name]
        else:
            found[name] = _value(cursor, name)

    _listed(cursor, one)
    return tuple(sorted(found.items()))


def _is_value(cursor: Cursor) -> bool:
    return not cursor.ahead().word


def _listed(cursor: Cursor, one: Callable[[], None]) -> None:
    with withheld():
        cursor.listed(one)


def _name(cursor: Cursor) -> str:
    try:
        name = cursor.name("an option", label=True)
    except SqlSyntaxError:
        raise _malformed(cursor) from None
    _refuse(cursor, name, "")
    return name


def _value(cursor: Cursor, name: str) -> str:
    try:
        value = cursor.string()
    except SqlSyntaxError:
        raise _malformed(cursor) from None
    if not (cursor.at(",") or cursor.at(")")):
        raise _malformed(cursor)
    _refuse(cursor, name, value)
    return value


def _malformed(cursor: Cursor) -> SourceError:
    """What stands there instead is not shown: it may be a secret."""
    return cursor.error(SqlSyntaxError, "OPTIONS are written: name 'value', with commas between them")


def _refuse(cursor: Cursor, name: str, value: str) -> None:
    if may_be_secret(name, value):
        raise cursor.error(UnsupportedError, f"the option {name}, which may hold a secret", subject=name, hint=HINT)
