"""How a new partition, or child of INHERITS, is written: what it states, and what its parents give it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from schemactl.model import Check, Column, Kind, ObjectKey, Table
from schemactl_postgres.ddl import foreign, not_nulls
from schemactl_postgres.ddl.context import Context, column_key
from schemactl_postgres.inheritance import follow, parents_of, stands_for
from schemactl_postgres.options import TableOptions
from schemactl_postgres.partitioning import bound_sql, key_sql
from schemactl_postgres.sql import qualified, quoted


def options_of(table: Table) -> TableOptions:
    return table.options if isinstance(table.options, TableOptions) else TableOptions()


def bound_clause(it: Table) -> str:
    """` PARTITION OF parent`, to stand before a table's own parts."""
    partition = options_of(it).partition_of
    return f"PARTITION OF {qualified(partition.parent)}" if partition else ""


def clauses(it: Table) -> str:
    """What stands behind a new table's parts: bound, parents, key, server."""
    options = options_of(it)
    words = ""
    if options.partition_of:
        words += f" {bound_sql(options.partition_of.bound)}"
    if options.inherits:
        words += f" INHERITS ({', '.join(map(qualified, options.inherits))})"
    if options.partition_by:
        words += f" PARTITION BY {key_sql(options.partition_by)}"
    if options.foreign:
        words += f" SERVER {quoted(options.foreign.server)}{foreign.options(options.foreign.settings)}"
    return words


def given_columns(context: Context, it: Table) -> dict[str, Column]:
    """The columns that a new table gets from its parents."""
    columns: dict[str, Column] = {}
    for key in parents_of(it):
        if parent := context.tables.get(key):
            columns = follow(columns, {}, {c.name: _with_name(parent, c) for c in parent.columns})
    return columns


def _with_name(parent: Table, column: Column) -> Column:
    """A column under the name of its NOT NULL, which goes down to the children."""
    named = None if column.nullable else not_nulls.said(parent.child(Kind.COLUMN, column.name), column)
    return replace(column, not_null=named)


def own_not_nulls(context: Context, it: Table) -> list[Column]:
    """Columns that a new table does not write, for its parents give them, whose NOT NULL it must state all the same."""
    given, stated = given_columns(context, it), {c.name for c in written(context, it)}
    return [
        c
        for c in it.columns
        if c.name in given and c.name not in stated and not c.nullable and _is_own(it, c, given[c.name])
    ]


def _is_own(it: Table, column: Column, given: Column) -> bool:
    found = column.not_null
    if found is None or not found.validated:
        return False
    handed = given.not_null
    if given.nullable or handed is None:
        return True
    if options_of(it).inherits and found.local:
        return True
    return found.comment is not None or (not found.generated_name and found.name != handed.name)


def states_not_null(context: Context, it: Table, column: Column) -> bool:
    """Whether the NOT NULL of a new table's column is not its parents' alone."""
    given = given_columns(context, it).get(column.name)
    return given is None or given.nullable or column.not_null is None or column.not_null.comment is not None


def written(context: Context, it: Table) -> list[Column]:
    """The columns that a new table must state: all that no parent gives, and those that it has by itself as well."""
    given = given_columns(context, it)
    own = options_of(it).own_columns if options_of(it).inherits else ()
    return [c for c in it.columns if c.name not in given or c.name in own]


def differing(context: Context, it: Table) -> Iterator[tuple[Column, Column]]:
    """Columns of a new table that are otherwise than the parents give them, with what they give."""
    given, stated = given_columns(context, it), {c.name for c in written(context, it)}
    for column in it.columns:
        if column.name in given and column.name not in stated:
            before = replace(given[column.name], comment=column.comment)
            if not before.nullable or column in own_not_nulls(context, it):
                before = replace(before, nullable=column.nullable, not_null=column.not_null)
            if before != column:
                yield before, column


def parents_columns(it: Table) -> frozenset[ObjectKey]:
    """The keys of the parents' columns that a child's are from."""
    return frozenset(column_key(parent, c.name) for parent in parents_of(it) for c in it.columns)


def comes_by_itself(context: Context, it: Table) -> bool:
    """Whether a new partition is made by itself, and then attached.

    A key or index of it may be one that an index of its parent asks for: made as a partition, it would get one more of
    the same. A column may be computed in its own way: to set that in a partition has the server forget its parent's checks
    of the column (measured on 17 and 18).
    """
    partition = options_of(it).partition_of
    computed = partition is not None and any(c.generated is not None for c in it.columns)
    if computed and any(before.generated != own.generated for before, own in differing(context, it)):
        return True
    live = context.live.get(partition.parent) if partition else None
    if live is None or partition is None or partition.parent not in context.tables:
        return False
    return any(
        stands_for(own, index)
        for own in (*it.constraints, *it.indexes, *options_of(it).given_indexes)
        for index in live.indexes
    )


def alone(context: Context, it: Table) -> Table:
    """A new partition as a table that can be attached: with the checks of those above it."""
    checks = {
        c.name: replace(c, comment=None)
        for above in _above(context, it)
        for c in above.constraints
        if isinstance(c, Check) and not c.no_inherit
    }
    own = {c.name: c for c in it.constraints}
    constraints = tuple(sorted({**checks, **own}.values(), key=lambda c: c.name))
    indexes = (*it.indexes, *options_of(it).given_indexes)
    options = replace(options_of(it), partition_of=None, given_indexes=())
    return replace(it, constraints=constraints, indexes=indexes, options=options)


def _above(context: Context, it: Table) -> Iterator[Table]:
    for key in parents_of(it):
        if parent := context.tables.get(key):
            yield parent
            yield from _above(context, parent)
