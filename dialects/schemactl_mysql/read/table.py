"""CREATE TABLE."""

from __future__ import annotations

from dataclasses import replace

from schemactl.errors import NotDdlError, SqlSyntaxError, UnsupportedError
from schemactl.model import Kind
from schemactl.reading import Token
from schemactl_mysql.options import Period
from schemactl_mysql.read.column import column
from schemactl_mysql.read.constraint import add_check, table_foreign_key, table_primary_key
from schemactl_mysql.read.cursor import Cursor
from schemactl_mysql.read.index import add_index, index_body, index_name
from schemactl_mysql.read.state import State, TableDraft
from schemactl_mysql.read.table_options import table_options

_PARTS = frozenset(
    {"PRIMARY", "KEY", "INDEX", "UNIQUE", "FULLTEXT", "SPATIAL", "VECTOR", "CONSTRAINT", "FOREIGN", "CHECK"}
)


def create_table(cursor: Cursor, state: State, *, replaces: bool = False) -> None:
    """What stands behind CREATE TABLE. Raises SourceError."""
    there = cursor.take("IF", "NOT", "EXISTS")
    name = cursor.qualified("a table")
    key = state.key(Kind.TABLE, name)
    view = state.key(Kind.VIEW, name)
    if (key in state.tables and not replaces) or view in state.objects:
        if there and key in state.tables:
            return
        raise state.duplicate(cursor, key, name.token)
    table = TableDraft(key.schema, key.name)
    if cursor.take("LIKE"):
        _like(cursor, state, table)
    elif cursor.at("(") and cursor.ahead().word == "LIKE":
        cursor.i += 2
        _like(cursor, state, table)
        cursor.expect(")")
    else:
        _refuse_select(cursor)
        cursor.listed(lambda: element(cursor, state, table))
        table_options(cursor, table)
        _refuse_select(cursor)
    cursor.end()
    state.tables[key] = table
    state.places[key] = cursor.place(name.token)


def element(cursor: Cursor, state: State, table: TableDraft) -> None:
    """A column, a key or a constraint."""
    token = cursor.token
    if cursor.word not in _PARTS or (cursor.at("VECTOR") and cursor.ahead().word not in ("KEY", "INDEX")):
        if cursor.at("PERIOD", "FOR"):
            period(cursor, table)
        else:
            column(cursor, state, table)
        return
    symbol: str | None = None
    if cursor.take("CONSTRAINT") and cursor.word not in _PARTS:
        symbol = cursor.name("the name of the constraint")
    constraint_or_key(cursor, state, table, symbol, token)


def constraint_or_key(cursor: Cursor, state: State, table: TableDraft, symbol: str | None, token: Token) -> None:
    """What stands behind CONSTRAINT [symbol], or an index."""
    if cursor.at("PRIMARY"):
        table_primary_key(cursor, state, table)
    elif cursor.at("FOREIGN"):
        table_foreign_key(cursor, state, table, symbol, token)
    elif cursor.at("CHECK"):
        add_check(cursor, state, table, symbol=symbol, token=token)
    elif word := cursor.take_any("UNIQUE", "FULLTEXT", "SPATIAL", "VECTOR", "KEY", "INDEX"):
        if word not in ("KEY", "INDEX"):
            cursor.take_any("KEY", "INDEX")
        if symbol is not None and word != "UNIQUE":
            raise cursor.unexpected("expected a constraint")
        name, at = index_name(cursor)
        method = word.lower() if word in ("FULLTEXT", "SPATIAL", "VECTOR") else "btree"
        body = index_body(cursor)
        index = add_index(
            cursor, table, name or symbol, at if name else token, body, method=method, unique=word == "UNIQUE"
        )
        state.places[table.child(Kind.INDEX, index.name)] = cursor.place(token)
    else:
        raise cursor.unexpected("expected a key or a constraint")


def period(cursor: Cursor, table: TableDraft) -> None:
    """`PERIOD FOR name (begin, end)`."""
    cursor.expect("PERIOD", "FOR")
    name = cursor.name("the name of the period")
    columns = cursor.names()
    if len(columns) != 2:
        raise cursor.error(SqlSyntaxError, "a period has two columns")
    name = "SYSTEM_TIME" if name.upper() == "SYSTEM_TIME" else name
    made = Period(name=name, begin=columns[0], end=columns[1])
    table.options = replace(table.options, periods=(*table.options.periods, made))


def _like(cursor: Cursor, state: State, table: TableDraft) -> None:
    """All of another table but its foreign keys and where it lies."""
    other = state.table(cursor, cursor.qualified("a table"))
    table.columns = dict(other.columns)
    table.primary_key = other.primary_key
    table.indexes = dict(other.indexes)
    middle = f"{other.name}_chk_"
    for check in other.checks.values():
        # MySQL makes names for the checks of the copy, whether they had one or not.
        name = check.name if cursor.lexical.flavour.mariadb else table.numbered("chk", table.checks)
        table.checks[name.lower()] = replace(
            check, name=name, generated_name=middle in check.name or check.generated_name
        )
    table.comment = other.comment
    table.options = replace(other.options, auto_increment=None)


def _refuse_select(cursor: Cursor) -> None:
    if cursor.at("AS") or cursor.at("SELECT") or cursor.at("IGNORE") or cursor.at("REPLACE") or cursor.at("WITH"):
        raise cursor.error(
            NotDdlError, "CREATE TABLE ... SELECT copies data", cursor.token, hint="write the columns of the table"
        )


def refuse_temporary(cursor: Cursor, token: Token) -> None:
    if cursor.take("TEMPORARY"):
        raise cursor.error(UnsupportedError, "a temporary table", token, hint="remove it: it ends with its session")
