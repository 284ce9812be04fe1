"""CREATE TYPE ... AS (...), and what ALTER TYPE does to the attributes of one."""

from __future__ import annotations

from dataclasses import replace

from schemactl.errors import DuplicateObjectError, SqlSyntaxError
from schemactl.model import Attribute, Composite, Kind, ObjectKey
from schemactl_postgres.read.collation import parse_collation
from schemactl_postgres.read.cursor import Cursor
from schemactl_postgres.read.state import State
from schemactl_postgres.read.tokens import Sort, Token
from schemactl_postgres.read.type_name import parse_type
from schemactl_postgres.read.typed import refuse_typed


def create_composite(cursor: Cursor, state: State, key: ObjectKey, at: Token) -> None:
    """After the words CREATE TYPE name AS."""
    attributes: list[Attribute] = []

    def one() -> None:
        token = cursor.token
        attribute = _attribute(cursor, state)
        _refuse_double(cursor, key, attributes, attribute.name, token)
        attributes.append(attribute)
        column = ObjectKey(kind=Kind.COLUMN, schema=key.schema, table=key.name, name=attribute.name)
        state.places[column] = cursor.place(token)

    if cursor.at("(") and cursor.ahead().word == ")":
        cursor.expect("(", ")")
    else:
        cursor.listed(one)
    cursor.end()
    state.claim(key.schema, key.name, key, cursor, at)
    state.types[key] = Composite(schema=key.schema, name=key.name, attributes=tuple(attributes))
    state.places[key] = cursor.place(at)


def _attribute(cursor: Cursor, state: State) -> Attribute:
    """`name type [COLLATE collation]`."""
    name = cursor.column_name()
    at = cursor.token
    read = parse_type(cursor, state)
    if read.serial:
        raise cursor.error(SqlSyntaxError, "an attribute cannot be of type serial", at)
    collation = parse_collation(cursor, state) if cursor.take("COLLATE") else None
    return Attribute(name=name, type=read.type, collation=collation)


def _refuse_double(
    cursor: Cursor, key: ObjectKey, attributes: list[Attribute] | tuple[Attribute, ...], name: str, token: Token
) -> None:
    if any(a.name == name for a in attributes):
        raise cursor.error(DuplicateObjectError, f"the attribute {name} is there twice", token, subject=key.path)


def alter_composite(cursor: Cursor, state: State, found: Composite) -> None:
    """After ALTER TYPE name: actions on attributes."""
    refuse_typed(cursor, state, found.key, cursor.token)
    while True:
        found = _action(cursor, state, found)
        if not cursor.take(","):
            break
    state.types[found.key] = found


def _action(cursor: Cursor, state: State, found: Composite) -> Composite:
    attributes = found.attributes
    if cursor.take("ADD", "ATTRIBUTE"):
        token = cursor.token
        new = _attribute(cursor, state)
        _refuse_double(cursor, found.key, attributes, new.name, token)
        attributes = (*attributes, new)
    elif cursor.take("DROP", "ATTRIBUTE"):
        lenient = cursor.take("IF", "EXISTS")
        gone = _existing(cursor, state, found, lenient)
        attributes = tuple(a for a in attributes if a is not gone)
    elif cursor.take("ALTER", "ATTRIBUTE"):
        old = _existing(cursor, state, found, False)
        cursor.take("SET", "DATA")
        cursor.expect("TYPE")
        read = parse_type(cursor, state)
        collation = parse_collation(cursor, state) if cursor.take("COLLATE") else None
        attributes = tuple(replace(a, type=read.type, collation=collation) if a is old else a for a in attributes)
    elif cursor.take("RENAME", "ATTRIBUTE"):
        old = _existing(cursor, state, found, False)
        cursor.expect("TO")
        token = cursor.token
        name = cursor.column_name()
        _refuse_double(cursor, found.key, attributes, name, token)
        attributes = tuple(replace(a, name=name) if a is old else a for a in attributes)
    else:
        raise cursor.unexpected()
    cursor.take_any("CASCADE", "RESTRICT")
    return replace(found, attributes=attributes)


def _existing(cursor: Cursor, state: State, found: Composite, lenient: bool) -> Attribute | None:
    token = cursor.token
    if token.sort not in (Sort.WORD, Sort.QUOTED):
        raise cursor.unexpected("expected an attribute")
    name = cursor.column_name()
    attribute = next((a for a in found.attributes if a.name == name), None)
    if attribute is None and not lenient:
        raise state.missing(cursor, "attribute", f"{name} of {found.key.path}", token)
    return attribute


def comment_on_attribute(
    cursor: Cursor, state: State, found: Composite, name: str, token: Token, text: str | None
) -> None:
    """COMMENT ON COLUMN type.name, all of which has been read."""
    if not any(a.name == name for a in found.attributes):
        raise state.missing(cursor, "attribute", f"{name} of {found.key.path}", token)
    attributes = tuple(replace(a, comment=text) if a.name == name else a for a in found.attributes)
    state.types[found.key] = replace(found, attributes=attributes)
