"""ALTER TABLE ... ALTER COLUMN."""

from __future__ import annotations

from dataclasses import replace

from schemactl.errors import SqlSyntaxError
from schemactl.model import Column, Identity
from schemactl_postgres.options import ColumnOptions
from schemactl_postgres.read.collation import parse_collation
from schemactl_postgres.read.column import make_identity, parse_compression, parse_storage
from schemactl_postgres.read.cursor import Cursor
from schemactl_postgres.read.expressions import default_expression, expression, is_dropped_null, is_null, whole_span
from schemactl_postgres.read.foreign_options import parse_changes
from schemactl_postgres.read.not_null import own_in_child
from schemactl_postgres.read.parameters import merged, parse_column_parameters, parse_parameter_names, without
from schemactl_postgres.read.sequence import Given, altered, parse_options
from schemactl_postgres.read.state import State, TableDraft
from schemactl_postgres.read.tokens import Token
from schemactl_postgres.read.type_name import parse_type
from schemactl_postgres.types import default_storage


def alter_column(cursor: Cursor, state: State, table: TableDraft, name: str, token: Token) -> None:
    """After the column's name."""
    column = table.columns[name]
    if cursor.take("TYPE") or cursor.take("SET", "DATA", "TYPE"):
        column = _set_type(cursor, state, table, column)
    elif cursor.take("SET", "DEFAULT"):
        column = _set_default(cursor, state, column, token)
    elif cursor.take("DROP", "DEFAULT"):
        column = replace(column, default=None)
    elif cursor.take("SET", "NOT", "NULL"):
        column = _set_not_null(table, column)
    elif cursor.take("DROP", "NOT", "NULL"):
        drop_not_null(cursor, table, column, token)
        return
    elif cursor.take("SET", "STATISTICS"):
        column = _with_options(column, statistics=_statistics(cursor))
    elif cursor.take("SET", "STORAGE"):
        column = _with_options(column, storage=parse_storage(cursor, column.type))
    elif cursor.take("SET", "COMPRESSION"):
        column = _with_options(column, compression=parse_compression(cursor))
    elif cursor.at("SET", "(") or cursor.at("RESET", "("):
        column = _set_settings(cursor, column)
    elif cursor.take("DROP", "EXPRESSION"):
        lenient = cursor.take("IF", "EXISTS")
        if column.generated is None and not lenient:
            raise cursor.error(SqlSyntaxError, f"the column {name} is not generated", token)
        column = replace(column, generated=None)
    elif table.options.foreign is not None and cursor.take("OPTIONS"):
        old = column.options.foreign if isinstance(column.options, ColumnOptions) else ()
        column = _with_options(column, foreign=parse_changes(cursor, old))
    else:
        column = _identity_action(cursor, state, table, column, token)
    table.columns[name] = column


def _set_type(cursor: Cursor, state: State, table: TableDraft, column: Column) -> Column:
    token = cursor.token
    read = parse_type(cursor, state)
    if read.serial:
        raise cursor.error(SqlSyntaxError, "a column's type cannot be altered to serial", token)
    collation = parse_collation(cursor, state) if cursor.take("COLLATE") else None
    if cursor.take("USING"):
        whole_span(cursor)  # how to convert what is there: says nothing about the schema
    options = column.options
    if isinstance(options, ColumnOptions) and options.storage == default_storage(read.type.text):
        options = _options(options, storage=None)
    identity = column.identity
    if identity is not None:
        numbers = altered(cursor, token, Given(), identity.options, column.type.text, read.type.text)
        identity = replace(identity, options=numbers)
    return replace(column, type=read.type, collation=collation, options=options, identity=identity)


def _set_settings(cursor: Cursor, column: Column) -> Column:
    """SET (n_distinct = ...), RESET (...)."""
    old = column.options.settings if isinstance(column.options, ColumnOptions) else ()
    if cursor.take("SET"):
        return _with_options(column, settings=merged(old, parse_column_parameters(cursor)))
    cursor.expect("RESET")
    return _with_options(column, settings=without(old, parse_parameter_names(cursor)))


def _set_default(cursor: Cursor, state: State, column: Column, token: Token) -> Column:
    if column.identity is not None or column.generated is not None:
        raise cursor.error(SqlSyntaxError, f"the column {column.name} is generated and takes no default", token)
    span = whole_span(cursor)
    none = is_null(cursor, span) and is_dropped_null(column.type)
    return replace(column, default=None if none else default_expression(cursor, span, state))


def drop_not_null(cursor: Cursor, table: TableDraft, column: Column, token: Token) -> None:
    """DROP NOT NULL, or DROP CONSTRAINT of the one that it is."""
    primary = table.primary_key
    if column.identity is not None or (primary is not None and column.name in primary.columns):
        raise cursor.error(SqlSyntaxError, f"the column {column.name} of a key or identity is NOT NULL", token)
    table.columns[column.name] = replace(column, nullable=True, not_null=None)


def _set_not_null(table: TableDraft, column: Column) -> Column:
    """One that is NOT VALID is validated by it."""
    if column.nullable:
        return replace(column, nullable=False, not_null=own_in_child(table, column.name, None))
    return replace(column, not_null=replace(column.not_null, validated=True)) if column.not_null else column


def _statistics(cursor: Cursor) -> int | None:
    if cursor.take("DEFAULT"):
        return None
    value = cursor.integer()
    return None if value < 0 else min(value, 10_000)


def _options(options: ColumnOptions, **changes: object) -> ColumnOptions | None:
    new = replace(options, **changes)  # type: ignore[arg-type]
    return None if new == ColumnOptions() else new


def _with_options(column: Column, **changes: object) -> Column:
    options = column.options if isinstance(column.options, ColumnOptions) else ColumnOptions()
    return replace(column, options=_options(options, **changes))


def _identity_action(cursor: Cursor, state: State, table: TableDraft, column: Column, token: Token) -> Column:
    if cursor.take("ADD", "GENERATED"):
        always = cursor.take("ALWAYS")
        if not always:
            cursor.expect("BY", "DEFAULT")
        cursor.expect("AS", "IDENTITY")
        return _add_identity(cursor, state, table, column, always, token)
    if cursor.take("DROP", "IDENTITY"):
        lenient = cursor.take("IF", "EXISTS")
        if column.identity is None and not lenient:
            raise cursor.error(SqlSyntaxError, f"the column {column.name} is no identity", token)
        state.drop_identity(table, column.name)
        return replace(column, identity=None)
    if cursor.at("SET", "EXPRESSION"):
        cursor.expect("SET", "EXPRESSION", "AS")
        if column.generated is None:
            raise cursor.error(SqlSyntaxError, f"the column {column.name} is not generated", token)
        text = expression(cursor, cursor.parenthesised(), state, table)
        return replace(column, generated=replace(column.generated, expression=text))
    return _set_identity(cursor, column, token)


def _add_identity(
    cursor: Cursor, state: State, table: TableDraft, column: Column, always: bool, token: Token
) -> Column:
    given = Given()
    if cursor.take("("):
        given = parse_options(cursor)
        cursor.expect(")")
    if column.identity is not None or column.default is not None or column.generated is not None:
        raise cursor.error(SqlSyntaxError, f"the column {column.name} has a source of its value already", token)
    if column.nullable:
        raise cursor.error(SqlSyntaxError, f"the column {column.name} must be NOT NULL to be an identity", token)
    identity = make_identity(cursor, state, table, column.name, column.type, always, given, token)
    return replace(column, identity=identity)


def _set_identity(cursor: Cursor, column: Column, token: Token) -> Column:
    """SET GENERATED ..., SET <sequence option>: any number of them in a row."""
    if not cursor.at("SET"):
        raise cursor.unexpected()
    identity: Identity | None = column.identity
    if identity is None:
        raise cursor.error(SqlSyntaxError, f"the column {column.name} is no identity", token)
    while cursor.take("SET"):
        if cursor.take("GENERATED", "ALWAYS"):
            identity = replace(identity, always=True)
        elif cursor.take("GENERATED", "BY", "DEFAULT"):
            identity = replace(identity, always=False)
        else:
            before = cursor.i
            given = parse_options(cursor)
            if cursor.i == before or given.type or given.owner is not None or given.name:
                raise cursor.unexpected()
            text = column.type.text
            identity = replace(identity, options=altered(cursor, token, given, identity.options, text, text))
    return replace(column, identity=identity)
