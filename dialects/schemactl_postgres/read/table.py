"""CREATE TABLE."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from schemactl.errors import DuplicateObjectError, SqlSyntaxError, UnsupportedError
from schemactl.model import Generated, Kind
from schemactl_postgres.options import Foreign, Partition, TableOptions
from schemactl_postgres.read.column import ColumnSpec, build_column, generated_of, parse_column, parse_override
from schemactl_postgres.read.constraint import OPENING, Spec, parse_table_constraint
from schemactl_postgres.read.constraint_add import add_specs
from schemactl_postgres.read.cursor import Cursor
from schemactl_postgres.read.foreign_options import parse_options
from schemactl_postgres.read.inherit import give_checks, give_parts, inherit_columns, own_column
from schemactl_postgres.read.like import Like, copy_columns, copy_parts, parse_like
from schemactl_postgres.read.parameters import parse_parameters
from schemactl_postgres.read.partition import (
    parent_of,
    parse_bound,
    parse_partition_key,
    refuse_bound,
    skip_partition_key,
)
from schemactl_postgres.read.state import State, TableDraft
from schemactl_postgres.read.tokens import Sort, Token
from schemactl_postgres.read.typed import take_type

#: Clauses of CREATE TABLE that the model cannot hold, by the words that open them.
_REFUSED = (
    ("ON", "COMMIT"),
    ("AS",),
)


@dataclass(slots=True)
class _Elements:
    """What stands within the parentheses. A table's constraints are read when all columns are known."""

    columns: list[ColumnSpec] = field(default_factory=list)
    #: Columns, and the token numbers where constraints begin, as they were written.
    order: list[ColumnSpec | Like | int] = field(default_factory=list)
    parents: list[tuple[TableDraft, Token]] = field(default_factory=list)
    likes: list[Like] = field(default_factory=list)
    #: The token number where the key of PARTITION BY begins.
    partition_key: int | None = None


def create_table(cursor: Cursor, state: State, *, unlogged: bool, foreign: bool = False) -> None:
    """After the words CREATE [UNLOGGED | FOREIGN] TABLE."""
    lenient = cursor.take("IF", "NOT", "EXISTS")
    name = cursor.qualified("a table")
    table = TableDraft(schema=state.home(name, cursor), name=name.name)
    # Which server it is at is told in the end, and its columns may have options.
    table.options = TableOptions(
        unlogged=unlogged,
        access_method=None if foreign else state.access_method,
        foreign=Foreign(server="") if foreign else None,
    )
    parent, column = None, parse_column
    if cursor.take("PARTITION", "OF"):
        parent, column = _partition_of(cursor, state, table), parse_override
    elif cursor.take("OF"):
        take_type(cursor, state, table)
        column = parse_override
    _refuse_clauses(cursor, table)
    taken = state.relations.get((table.schema, table.name))
    if taken is not None and not lenient:
        raise state.duplicate(cursor, table.key, name.token, taken)
    elements = _Elements()
    if (parent is None and table.options.of_type is None) or cursor.at("("):
        elements = _parse_elements(cursor, state, table, column)
    if parent is not None:
        _bound(cursor, table, parent)
    if foreign:
        _parse_server(cursor, state, table, elements)
    end = _parse_options(cursor, state, table, elements)
    if elements.partition_key is not None and table.options.access_method == state.access_method:
        table.options = replace(table.options, access_method=None)  # a partitioned table takes no default
    if taken is not None:
        return
    _build(cursor, state, table, elements, name.token)
    cursor.i = end


def _partition_of(cursor: Cursor, state: State, table: TableDraft) -> TableDraft:
    token = cursor.token
    parent = state.table(cursor.qualified("a table"), cursor)
    inherit_columns(cursor, table, parent, token)
    if table.options.foreign is None:
        method = parent.options.access_method or state.access_method
        table.options = replace(table.options, access_method=method)
    return parent


def _bound(cursor: Cursor, table: TableDraft, parent: TableDraft) -> None:
    token = cursor.token
    bound = parse_bound(cursor)
    refuse_bound(cursor, parent, bound, token)
    table.options = replace(table.options, partition_of=Partition(parent=parent.key, bound=bound))


def _parse_elements(
    cursor: Cursor, state: State, table: TableDraft, column: Callable[[Cursor, State, TableDraft], ColumnSpec]
) -> _Elements:
    elements = _Elements()
    opening = cursor.token
    cursor.expect("(")
    if cursor.take(")"):
        return elements
    seen: set[str] = set()
    while True:
        if _is_constraint(cursor):
            elements.order.append(cursor.i)
            _skip_element(cursor, opening)
        elif cursor.take("LIKE"):
            elements.likes.append(parse_like(cursor, state))
            elements.order.append(elements.likes[-1])
        else:
            spec = column(cursor, state, table)
            if spec.name in seen:
                raise cursor.error(
                    DuplicateObjectError, f"the column {spec.name} is there twice", spec.token, subject=table.key.path
                )
            seen.add(spec.name)
            elements.columns.append(spec)
            elements.order.append(spec)
        if not cursor.take(","):
            break
    if not cursor.take(")"):
        raise cursor.unexpected("expected a comma or )")
    return elements


def _is_constraint(cursor: Cursor) -> bool:
    if cursor.word not in OPENING:
        return cursor.at("NOT", "NULL")
    # EXCLUDE is no reserved word: a column may be called so.
    return cursor.word != "EXCLUDE" or cursor.ahead().word in ("USING", "(")


def _skip_element(cursor: Cursor, opening: Token) -> None:
    while cursor.word not in (",", ")"):
        if cursor.token.sort is Sort.END:
            raise cursor.error(SqlSyntaxError, "a parenthesis is never closed", opening)
        if cursor.word == "(":
            cursor.parenthesised()
        else:
            cursor.i += 1


def _refuse_clauses(cursor: Cursor, table: TableDraft) -> None:
    for words in _REFUSED:
        if cursor.at(*words):
            clause = " ".join(words)
            raise cursor.error(
                UnsupportedError,
                f"the clause {clause} of the table {table.key.path}",
                subject=table.key.path,
                hint="leave this table out of the desired schema, and exclude it from the live one",
            )


def _parse_server(cursor: Cursor, state: State, table: TableDraft, elements: _Elements) -> None:
    """`[INHERITS (...)] SERVER name [OPTIONS (...)]`, and nothing behind it."""
    if cursor.take("INHERITS"):
        elements.parents = cursor.listed(lambda: (parent_of(cursor, state), cursor.tokens[cursor.i - 1]))
    cursor.expect("SERVER")
    server = cursor.name("a server")
    settings = parse_options(cursor) if cursor.take("OPTIONS") else ()
    table.options = replace(table.options, foreign=Foreign(server=server, settings=settings))
    cursor.end()


def _parse_options(cursor: Cursor, state: State, table: TableDraft, elements: _Elements) -> int:
    stated = False
    while not cursor.done:
        _refuse_clauses(cursor, table)
        token = cursor.token
        if cursor.take("WITH"):
            table.options = replace(table.options, storage=parse_parameters(cursor, without_oids=True))
        elif cursor.take("INHERITS"):
            elements.parents = cursor.listed(lambda: (parent_of(cursor, state), cursor.tokens[cursor.i - 1]))
        elif cursor.take("PARTITION", "BY"):
            elements.partition_key = skip_partition_key(cursor)
        elif cursor.take("WITHOUT", "OIDS"):
            pass
        elif cursor.take("USING"):
            stated, method = True, cursor.name("an access method")
            table.options = replace(table.options, access_method=None if method == "heap" else method)
        elif cursor.take("TABLESPACE"):
            raise cursor.error(
                UnsupportedError,
                "the clause TABLESPACE",
                token,
                subject=table.key.path,
                hint="where data is stored is not managed: remove the clause",
            )
        else:
            raise cursor.unexpected()
    if elements.partition_key is not None and not stated and table.options.partition_of is None:
        # It has no rows: the default is for its partitions.
        table.options = replace(table.options, access_method=None)
    return cursor.i


def _build(cursor: Cursor, state: State, table: TableDraft, elements: _Elements, token: Token) -> None:
    _build_columns(cursor, state, table, elements)
    specs = _specs(cursor, state, table, elements)
    state.claim(table.schema, table.name, table.key, cursor, token)
    state.tables[table.key] = table
    state.places[table.key] = cursor.place(token)
    if elements.partition_key is not None:
        cursor.i = elements.partition_key
        table.options = replace(table.options, partition_by=parse_partition_key(cursor, state, table))
    # The server gives a partition its keys and indexes before it looks at those that are stated.
    for key in table.options.parents:
        give_parts(cursor, state, state.tables[key], table, token)
    add_specs(cursor, state, table, specs, new=True)
    for like in elements.likes:
        copy_parts(cursor, state, table, like)
    for key in table.options.parents:
        give_checks(cursor, state, state.tables[key], table, token)


def _build_columns(cursor: Cursor, state: State, table: TableDraft, elements: _Elements) -> None:
    for parent, at in elements.parents:
        inherit_columns(cursor, table, parent, at)
    if elements.parents:
        copied = {name for like in elements.likes for name in like.source.columns}
        table.own = copied | {column.name for column in elements.columns}
        table.options = replace(table.options, inherits=tuple(parent.key for parent, _ in elements.parents))
    for column in elements.order:
        if isinstance(column, Like):
            copy_columns(cursor, state, table, column)
        if not isinstance(column, ColumnSpec):
            continue
        inherited = table.columns.get(column.name)
        built = build_column(cursor, state, table, column)
        table.columns[column.name] = own_column(cursor, table, inherited, built, column.token) if inherited else built
        state.places[table.child(Kind.COLUMN, column.name)] = cursor.place(column.token)
    for column in elements.columns:
        generated: Generated | None = generated_of(cursor, state, table, column)
        if generated is not None:
            table.columns[column.name] = replace(table.columns[column.name], generated=generated)


def _specs(cursor: Cursor, state: State, table: TableDraft, elements: _Elements) -> list[Spec]:
    """The constraints of columns and table, in the order that they were written."""
    specs: list[Spec] = []
    for element in elements.order:
        if isinstance(element, ColumnSpec):
            specs.extend(element.constraints)
        elif not isinstance(element, Like):
            cursor.i = element
            spec = parse_table_constraint(cursor, state, table, new=True)
            if cursor.word not in (",", ")"):
                raise cursor.unexpected()
            if spec is not None:
                specs.append(spec)
    return specs
