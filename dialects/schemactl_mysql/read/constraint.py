"""Constraints: primary and foreign keys, checks."""

from __future__ import annotations

from dataclasses import replace

from schemactl.errors import DuplicateObjectError, SqlSyntaxError, UnsupportedError
from schemactl.model import Check, Expression, ForeignKey, Kind, ObjectKey, PrimaryKey
from schemactl.reading import Token
from schemactl_mysql.options import UNCHECKED, IndexOptions
from schemactl_mysql.read.cursor import Cursor
from schemactl_mysql.read.expressions import in_parentheses
from schemactl_mysql.read.index import Body, index_body, index_name
from schemactl_mysql.read.state import State, TableDraft

_ACTIONS = (("CASCADE",), ("RESTRICT",), ("NO", "ACTION"), ("SET", "NULL"), ("SET", "DEFAULT"))


def add_primary_key(cursor: Cursor, state: State, table: TableDraft, body: Body, token: Token) -> None:
    """Every column of a primary key is NOT NULL."""
    if table.primary_key is not None:
        raise cursor.error(DuplicateObjectError, f"{table.key} has two primary keys", token)
    parts, options, comment = body
    if any(p.column is None for p in parts):
        raise cursor.error(SqlSyntaxError, "a primary key cannot be on an expression", token)
    if any(p.options or p.descending for p in parts):
        options = replace(options, parts=parts)
    table.primary_key = PrimaryKey(
        name="PRIMARY",
        columns=tuple(p.column for p in parts if p.column is not None),
        comment=comment,
        options=options if options != IndexOptions() else None,
        generated_name=True,
    )
    state.places[table.child(Kind.CONSTRAINT, "PRIMARY")] = cursor.place(token)


def table_primary_key(cursor: Cursor, state: State, table: TableDraft) -> None:
    """`PRIMARY KEY [name] [USING method] (part, ...)`: a name is read and means nothing."""
    token = cursor.token
    cursor.expect("PRIMARY", "KEY")
    index_name(cursor)
    add_primary_key(cursor, state, table, index_body(cursor), token)


def table_foreign_key(cursor: Cursor, state: State, table: TableDraft, symbol: str | None, token: Token) -> None:
    """`FOREIGN KEY [index] (columns) REFERENCES ...`. MariaDB calls a key without a symbol as its index."""
    cursor.expect("FOREIGN", "KEY")
    wanted, _ = index_name(cursor)
    if cursor.lexical.flavour.mariadb:
        symbol = symbol or wanted
    add_foreign_key(cursor, state, table, cursor.names(), symbol=symbol, index=wanted, token=token)


def add_foreign_key(
    cursor: Cursor,
    state: State,
    table: TableDraft,
    columns: tuple[str, ...],
    *,
    symbol: str | None,
    index: str | None,
    token: Token,
) -> None:
    """Read REFERENCES and put the key into the table. The index that it rests on is seen to when all is read.

    On MariaDB a name for the index is the key's as well.
    """
    symbol = symbol or (index if cursor.lexical.flavour.mariadb else None)
    cursor.expect("REFERENCES")
    target = cursor.qualified("a table")
    referenced = cursor.names() if cursor.at("(") else ()
    actions = dict.fromkeys(("DELETE", "UPDATE"), cursor.lexical.flavour.action)
    while True:
        if cursor.take("MATCH"):
            if not cursor.take_any("SIMPLE", "FULL", "PARTIAL"):
                raise cursor.unexpected("expected SIMPLE, FULL or PARTIAL")
            # No engine looks at it, and no server keeps it.
        elif cursor.at("ON") and cursor.ahead().word in actions:
            cursor.i += 1
            event = cursor.next().word
            actions[event] = _action(cursor)
        else:
            break
    name = symbol or table.numbered("ibfk", table.foreign_keys)
    if name.lower() in table.foreign_keys:
        raise state.duplicate(cursor, table.child(Kind.CONSTRAINT, name), token)
    key = table.child(Kind.CONSTRAINT, name)
    table.foreign_keys[name.lower()] = ForeignKey(
        name=name,
        columns=columns,
        references=ObjectKey(
            kind=Kind.TABLE,
            schema=state.spelled(target.schema) if target.schema else table.schema,
            name=state.spelled(target.name),
        ),
        referenced_columns=referenced,
        on_update=actions["UPDATE"],
        on_delete=actions["DELETE"],
        generated_name=symbol is None,
        validated=not name.endswith(UNCHECKED),
    )
    table.index_names[name.lower()] = symbol or index or "" if symbol else index or ""
    state.places[key] = cursor.place(token)
    state.targets[key] = cursor.place(target.token)


def _action(cursor: Cursor) -> str:
    for words in _ACTIONS:
        if cursor.take(*words):
            return " ".join(words)
    raise cursor.unexpected("expected an action: CASCADE, RESTRICT, NO ACTION or SET NULL")


def add_check(
    cursor: Cursor, state: State, table: TableDraft, *, symbol: str | None, token: Token, inline: bool = False
) -> Expression | None:
    """`CHECK (expression) [[NOT] ENFORCED]`. MariaDB keeps a column's own check with the column: it is returned."""
    cursor.expect("CHECK")
    expression = in_parentheses(cursor)
    enforced = True
    if cursor.take("NOT", "ENFORCED"):
        enforced = False
    else:
        cursor.take("ENFORCED")
    mariadb = cursor.lexical.flavour.mariadb
    if mariadb and not enforced:
        raise cursor.error(UnsupportedError, "NOT ENFORCED, which MariaDB does not have", token)
    if mariadb and inline:
        return expression
    name = symbol or (_constraint_number(table) if mariadb else table.numbered("chk", table.checks))
    if name.lower() in table.checks:
        raise state.duplicate(cursor, table.child(Kind.CONSTRAINT, name), token)
    table.checks[name.lower()] = Check(
        name=name, expression=expression, enforced=enforced, generated_name=symbol is None
    )
    state.places[table.child(Kind.CONSTRAINT, name)] = cursor.place(token)
    return None


def _constraint_number(table: TableDraft) -> str:
    """CONSTRAINT_1: MariaDB's name for a check without one."""
    number = 1
    while f"constraint_{number}" in table.checks:
        number += 1
    return f"CONSTRAINT_{number}"
