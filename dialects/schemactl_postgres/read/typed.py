"""Typed tables: CREATE TABLE ... OF, ALTER TABLE ... OF and NOT OF."""

from __future__ import annotations

from dataclasses import replace

from schemactl.errors import SqlSyntaxError, UnsupportedError
from schemactl.model import Column, Composite, ObjectKey
from schemactl_postgres.read.cursor import Cursor
from schemactl_postgres.read.state import State, TableDraft
from schemactl_postgres.read.tokens import Token


def take_type(cursor: Cursor, state: State, table: TableDraft) -> None:
    """After OF in CREATE TABLE: the attributes of the type are the columns."""
    found = _composite(cursor, state)
    for attribute in found.attributes:
        table.columns[attribute.name] = Column(name=attribute.name, type=attribute.type, collation=attribute.collation)
    table.options = replace(table.options, of_type=found.key)


def be_of(cursor: Cursor, state: State, table: TableDraft) -> None:
    """After ALTER TABLE name OF: its columns must be the attributes of the type, in their order."""
    token = cursor.token
    found = _composite(cursor, state)
    mine = [(c.name, c.type, c.collation) for c in table.columns.values()]
    if mine != [(a.name, a.type, a.collation) for a in found.attributes] or table.options.parents:
        raise cursor.error(SqlSyntaxError, f"the columns of {table.key.path} are not those of {found.key.path}", token)
    table.options = replace(table.options, of_type=found.key)


def be_of_none(cursor: Cursor, state: State, table: TableDraft) -> None:
    """After ALTER TABLE name NOT OF."""
    if table.options.of_type is None:
        raise cursor.error(SqlSyntaxError, f"{table.key.path} is no typed table", cursor.tokens[cursor.i - 1])
    table.options = replace(table.options, of_type=None)


def _composite(cursor: Cursor, state: State) -> Composite:
    name = cursor.qualified("a type")
    found = state.find_type(name)
    if found is None:
        raise state.missing(cursor, "type", name)
    if not isinstance(found, Composite):
        raise cursor.error(SqlSyntaxError, f"{found.key.path} is no composite type", name.token)
    return found


def refuse_typed(cursor: Cursor, state: State, key: ObjectKey, token: Token) -> None:
    """Raise UnsupportedError where tables are of a type whose attributes are to be altered."""
    for table in state.drafts():
        if table.options.of_type == key:
            raise cursor.error(
                UnsupportedError,
                f"altering the attributes of {key.path}, which {table.key.path} is of",
                token,
                subject=key.path,
                hint="create the type as it shall be in the end",
            )


def move_of_type(state: State, old: ObjectKey, new: ObjectKey) -> None:
    """Tables of a type follow when it is renamed or moved."""
    for table in state.drafts():
        if table.options.of_type == old:
            table.options = replace(table.options, of_type=new)
