"""CREATE TYPE ... AS ENUM and what ALTER TYPE does to one; other types have modules of their own."""

from __future__ import annotations

from dataclasses import replace

from schemactl.errors import DuplicateObjectError, MissingObjectError, SqlSyntaxError, UnsupportedError
from schemactl.model import Composite, Enum, Kind, ObjectKey
from schemactl_postgres.read.composite import alter_composite, create_composite
from schemactl_postgres.read.cursor import Cursor
from schemactl_postgres.read.move_type import move_type
from schemactl_postgres.read.range_type import create_range
from schemactl_postgres.read.state import State
from schemactl_postgres.read.tokens import Token


def create_type(cursor: Cursor, state: State) -> None:
    """After the words CREATE TYPE. Raises UnsupportedError for base types."""
    name = cursor.qualified("a type")
    key = ObjectKey(kind=Kind.TYPE, schema=state.home(name, cursor), name=name.name)
    state.refuse_taken_type(cursor, key, name.token)
    if cursor.take("AS", "RANGE"):
        create_range(cursor, state, key, name.token)
        return
    if cursor.take("AS", "ENUM"):
        _create_enum(cursor, state, key, name.token)
        return
    if cursor.take("AS"):
        create_composite(cursor, state, key, name.token)
        return
    if not cursor.at("(") and not cursor.done:
        raise cursor.unexpected("expected AS ENUM, AS RANGE or AS (")
    raise cursor.error(
        UnsupportedError,
        f"a base type: {key.path}",
        name.token,
        subject=key.path,
        hint="leave it out of the desired schema, and exclude it from the live one",
    )


def _create_enum(cursor: Cursor, state: State, key: ObjectKey, at: Token) -> None:
    values: list[str] = []

    def one() -> None:
        token = cursor.token
        value = _label(cursor)
        if value in values:
            raise cursor.error(DuplicateObjectError, f"the value '{value}' is there twice", token, subject=key.path)
        values.append(value)
        value_key = ObjectKey(kind=Kind.ENUM_VALUE, schema=key.schema, table=key.name, name=value)
        state.places[value_key] = cursor.place(token)

    if cursor.at("(") and cursor.ahead().word == ")":
        cursor.expect("(", ")")
    else:
        cursor.listed(one)
    cursor.end()
    state.enums[key] = Enum(schema=key.schema, name=key.name, values=tuple(values))
    state.places[key] = cursor.place(at)


def _label(cursor: Cursor) -> str:
    token = cursor.token
    value = cursor.string("a value")
    if len(value.encode()) > 63:
        raise cursor.error(SqlSyntaxError, "a value of an enum has at most 63 bytes", token)
    return value


def alter_type(cursor: Cursor, state: State) -> None:
    """After the words ALTER TYPE."""
    name = cursor.qualified("a type")
    found = state.find_type(name)
    if found is None:
        raise state.missing(cursor, "type", name)
    if cursor.take("OWNER", "TO"):
        cursor.name("a role", label=True)
    elif cursor.take("RENAME", "TO"):
        token = cursor.token
        move_type(cursor, state, found, found.schema, cursor.name("a type"), token)
    elif cursor.take("SET", "SCHEMA"):
        token = cursor.token
        move_type(cursor, state, found, cursor.name("a schema"), found.name, token)
    elif isinstance(found, Composite):
        alter_composite(cursor, state, found)
    elif isinstance(found, Enum) and cursor.take("ADD", "VALUE"):
        _add_value(cursor, state, found)
    elif isinstance(found, Enum) and cursor.take("RENAME", "VALUE"):
        _rename_value(cursor, state, found)
    else:
        raise cursor.unexpected()
    cursor.end()


def _add_value(cursor: Cursor, state: State, enum: Enum) -> None:
    lenient = cursor.take("IF", "NOT", "EXISTS")
    token = cursor.token
    value = _label(cursor)
    values = list(enum.values)
    at = len(values)
    side = cursor.take_any("BEFORE", "AFTER")
    if side:
        at = _position(cursor, enum) + (side == "AFTER")
    if value in values:
        if lenient:
            return
        raise cursor.error(DuplicateObjectError, f"the value '{value}' is there already", token, subject=enum.key.path)
    values.insert(at, value)
    state.enums[enum.key] = replace(enum, values=tuple(values))


def _rename_value(cursor: Cursor, state: State, enum: Enum) -> None:
    at = _position(cursor, enum)
    cursor.expect("TO")
    token = cursor.token
    value = _label(cursor)
    if value in enum.values:
        raise cursor.error(DuplicateObjectError, f"the value '{value}' is there already", token, subject=enum.key.path)
    values = list(enum.values)
    values[at] = value
    state.enums[enum.key] = replace(enum, values=tuple(values))


def _position(cursor: Cursor, enum: Enum) -> int:
    token = cursor.token
    value = _label(cursor)
    if value not in enum.values:
        raise cursor.error(
            MissingObjectError, f"the type {enum.key.path} has no value '{value}'", token, subject=enum.key.path
        )
    return enum.values.index(value)
