"""SET of a routine: the value as the server stores it."""

from __future__ import annotations

from schemactl.errors import UnsupportedError
from schemactl_postgres.read.cursor import Cursor
from schemactl_postgres.read.tokens import Sort
from schemactl_postgres.sql import quoted

#: Settings whose value is a list of names: each is quoted when it is stored.
NAME_LISTS = frozenset(
    [
        "local_preload_libraries",
        "search_path",
        "session_preload_libraries",
        "shared_preload_libraries",
        "temp_tablespaces",
        "unix_socket_directories",
    ]
)

Settings = tuple[tuple[str, str], ...]


def parse_setting(cursor: Cursor) -> tuple[str, str | None]:
    """`name TO value, ...`, after the word SET; the value is None for DEFAULT. The name is in lower case."""
    token = cursor.token
    if cursor.take("TIME", "ZONE"):
        return "timezone", _value(cursor, "timezone")
    name = cursor.name("a setting", label=True)
    while cursor.take("."):
        name += "." + cursor.name("a setting", label=True)
    name = name.lower()
    if cursor.at("FROM", "CURRENT"):
        raise cursor.error(
            UnsupportedError, f"SET {name} FROM CURRENT", token, hint="write the value that the setting shall have"
        )
    if not cursor.take("="):
        cursor.expect("TO")
    if cursor.take("DEFAULT"):
        return name, None
    values = [_value(cursor, name)]
    while cursor.take(","):
        values.append(_value(cursor, name))
    return name, ", ".join(values)


def with_setting(settings: Settings, name: str, value: str | None) -> Settings:
    """A setting given again takes the place that it had."""
    found = dict(settings)
    if value is None:
        found.pop(name, None)
    else:
        found[name] = value
    return tuple(found.items())


def _value(cursor: Cursor, name: str) -> str:
    token = cursor.token
    if token.sort is Sort.STRING:
        text = cursor.string()
    elif token.sort in (Sort.WORD, Sort.QUOTED):
        text = cursor.name("a value", label=True)
    else:
        first = cursor.i
        cursor.take_any("-", "+")
        if cursor.token.sort is not Sort.NUMBER:
            raise cursor.unexpected("expected a value")
        cursor.i += 1
        if cursor.at(".") and cursor.ahead().sort is Sort.NUMBER:
            cursor.i += 2
        text = cursor.text(first, cursor.i).removeprefix("+")
    return quoted(text) if name in NAME_LISTS else text
