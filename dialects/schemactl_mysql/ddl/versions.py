"""Tables that keep the history of their rows, or periods: what a temporary table cannot have of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from schemactl.changes import Alter, Change, Create, Drop
from schemactl.errors import ImpossibleError
from schemactl.model import Column, Constraint, DataType, Index, ObjectKey, PrimaryKey, Table
from schemactl_mysql.options import ColumnOptions, IndexOptions, TableOptions


def is_versioned(table: Table) -> bool:
    """Whether the history of its rows is kept."""
    return isinstance(table.options, TableOptions) and table.options.system_versioned


def keeping_history(was: Table) -> str:
    """What must stand before an ALTER of a table with a history: the server asks whether to alter that along."""
    return "SET STATEMENT system_versioning_alter_history=KEEP FOR " if is_versioned(was) else ""


def left_out_later(was: Table, table: Table, changes: Iterable[Change]) -> tuple[list[Change], list[Column]]:
    """The changes of a table whose history begins, and the columns that are left out of it.

    Those can be only once it has begun: the server takes no WITHOUT SYSTEM VERSIONING beside ADD SYSTEM VERSIONING.
    """
    if is_versioned(was) or not is_versioned(table):
        return list(changes), []
    first: list[Change] = []
    later = []
    for change in changes:
        it = None if isinstance(change, Drop) else change.after
        if not isinstance(change, Create | Alter) or not isinstance(it, Column) or not _is_left_out(it):
            first.append(change)
            continue
        later.append(it)
        begun = replace(change, after=_in_history(it))
        if not isinstance(begun, Alter) or begun.before != begun.after or begun.place is not None:
            first.append(begun)
    return first, later


def _is_left_out(it: Column) -> bool:
    return isinstance(it.options, ColumnOptions) and it.options.versioned is False


def _in_history(it: Column) -> Column:
    assert isinstance(it.options, ColumnOptions)
    options = replace(it.options, versioned=None)
    return replace(it, options=None if options == ColumnOptions() else options)


def without_versions(table: Table) -> Table:
    """The table as a temporary one can be: its columns are the same but for those that the server fills in."""
    options = table.options
    if not isinstance(options, TableOptions) or not (options.system_versioned or options.periods):
        return table
    constraints = tuple(_constraint(c) for c in table.constraints)
    return replace(
        table,
        columns=tuple(_column(c) for c in table.columns),
        constraints=tuple(c for c in constraints if not isinstance(c, PrimaryKey) or c.columns),
        indexes=tuple(i for i in (_index(i) for i in table.indexes) if i.parts),
        options=replace(options, system_versioned=False, periods=()),
    )


def refuse_row_column(key: ObjectKey, old: Column, it: Column) -> None:
    """Raises ImpossibleError where a column of ROW START or ROW END differs: MariaDB alters none."""
    for column in (old, it):
        if isinstance(column.options, ColumnOptions) and column.options.row is not None:
            raise ImpossibleError(
                f"{key} is one of ROW {column.options.row}, which no server alters",
                subject=str(key),
                hint="leave it as it is; else drop the versioning of the table, apply that, and begin its history anew",
            )


def with_versions(found: Column, stated: Column) -> Column:
    """What the server made of a column of such a temporary table, with what it could not have."""
    options = stated.options
    if not isinstance(options, ColumnOptions) or (options.row is None and options.versioned is None):
        return found
    if options.row is not None:
        return stated
    was = found.options if isinstance(found.options, ColumnOptions) else ColumnOptions()
    return replace(found, options=replace(was, versioned=options.versioned))


def has_overlaps(it: Constraint) -> bool:
    """Whether it is a primary key WITHOUT OVERLAPS."""
    return isinstance(it, PrimaryKey) and isinstance(it.options, IndexOptions) and bool(it.options.without_overlaps)


def _column(it: Column) -> Column:
    options = it.options
    if not isinstance(options, ColumnOptions):
        return it
    if options.row is not None:
        kind = DataType(text="datetime(6)") if it.type.text.startswith("timestamp") else it.type
        return replace(it, type=kind, nullable=False, options=None)
    return replace(it, options=replace(options, versioned=None))


def _constraint(it: Constraint) -> Constraint:
    if isinstance(it, PrimaryKey) and isinstance(it.options, IndexOptions):
        return replace(it, options=replace(it.options, without_overlaps=None))
    return it


def _index(it: Index) -> Index:
    return (
        replace(it, options=replace(it.options, without_overlaps=None)) if isinstance(it.options, IndexOptions) else it
    )
