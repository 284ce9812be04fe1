"""CREATE TYPE ... AS ENUM and what ALTER TYPE does to one."""

from __future__ import annotations

from dataclasses import replace

from schemactl.errors import DuplicateObjectError, MissingObjectError, SqlSyntaxError, UnsupportedError
from schemactl.model import DataType, Enum, Kind, ObjectKey
from schemactl_postgres.read.cursor import Cursor
from schemactl_postgres.read.state import State
from schemactl_postgres.read.tokens import Token
from schemactl_postgres.sql import qualified


def create_type(cursor: Cursor, state: State) -> None:
    """After the words CREATE TYPE. Raises UnsupportedError for composites, ranges and base types."""
    name = cursor.qualified("a type")
    key = ObjectKey(kind=Kind.TYPE, schema=state.home(name, cursor), name=name.name)
    if not cursor.take("AS", "ENUM"):
        what = "a base type"
        if cursor.at("AS"):
            what = "a range type" if cursor.at("AS", "RANGE") else "a composite type"
        elif not cursor.at("(") and not cursor.done:
            raise cursor.unexpected("expected AS ENUM")
        raise cursor.error(
            UnsupportedError,
            f"{what}: {key.path}",
            name.token,
            subject=key.path,
            hint="leave it out of the desired schema, and exclude it from the live one",
        )
    values: list[str] = []

    def one() -> None:
        token = cursor.token
        value = _label(cursor)
        if value in values:
            raise cursor.error(DuplicateObjectError, f"the value '{value}' is there twice", token, subject=key.path)
        values.append(value)

    if cursor.at("(") and cursor.ahead().word == ")":
        cursor.expect("(", ")")
    else:
        cursor.listed(one)
    cursor.end()
    if key in state.enums:
        raise state.duplicate(cursor, key, name.token)
    taken = state.relations.get((key.schema, key.name))
    if taken is not None and taken.kind is Kind.TABLE:
        raise state.duplicate(cursor, key, name.token, taken)
    state.enums[key] = Enum(schema=key.schema, name=key.name, values=tuple(values))
    state.places[key] = cursor.place(name.token)


def _label(cursor: Cursor) -> str:
    token = cursor.token
    value = cursor.string("a value")
    if len(value.encode()) > 63:
        raise cursor.error(SqlSyntaxError, "a value of an enum has at most 63 bytes", token)
    return value


def alter_type(cursor: Cursor, state: State) -> None:
    """After the words ALTER TYPE."""
    name = cursor.qualified("a type")
    enum = state.find_enum(name)
    if enum is None:
        raise state.missing(cursor, "type", name)
    if cursor.take("OWNER", "TO"):
        cursor.name("a role", label=True)
    elif cursor.take("ADD", "VALUE"):
        _add_value(cursor, state, enum)
    elif cursor.take("RENAME", "VALUE"):
        _rename_value(cursor, state, enum)
    elif cursor.take("RENAME", "TO"):
        token = cursor.token
        move_enum(cursor, state, enum, enum.schema, cursor.name("a type"), token)
    elif cursor.take("SET", "SCHEMA"):
        token = cursor.token
        move_enum(cursor, state, enum, cursor.name("a schema"), enum.name, token)
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


def move_enum(cursor: Cursor, state: State, enum: Enum, schema: str, name: str, token: Token) -> None:
    """Rename an enum or move it: the columns of it follow. Expressions that cast to it are not rewritten."""
    old, new = enum.key, ObjectKey(kind=Kind.TYPE, schema=schema, name=name)
    if new in state.enums:
        raise state.duplicate(cursor, new, token)
    for table in state.drafts():
        expressions = [c.default for c in table.columns.values()]
        expressions += [getattr(c, "expression", None) for c in table.constraints.values()]
        expressions += [i.predicate for i in table.indexes.values()]
        if any(e is not None and old in e.uses for e in expressions):
            raise cursor.error(
                UnsupportedError,
                f"renaming {old}, which an expression of {table.key} casts to",
                token,
                subject=old.path,
                hint="create the type under its last name",
            )
        for column in table.columns.values():
            if column.type.uses == old:
                suffix = "[]" if column.type.text.endswith("[]") else ""
                data = DataType(text=qualified(new) + suffix, uses=new)
                table.columns[column.name] = replace(column, type=data)
    del state.enums[old]
    state.move_privileges(old, new)
    state.enums[new] = replace(enum, schema=schema, name=name)
    state.places.pop(old, None)
    state.places[new] = cursor.place(token)
