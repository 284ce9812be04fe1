"""Typed tables. What changes their columns or their type first takes the tables off the type, and puts them back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from schemactl.changes import Alter, Change, Create, Drop
from schemactl.errors import ImpossibleError
from schemactl.model import Column, Composite, Kind, ObjectKey, Table
from schemactl.steps import Step
from schemactl_postgres.ddl import rank
from schemactl_postgres.ddl.context import Context, column_key
from schemactl_postgres.inheritance import is_retyped
from schemactl_postgres.options import TableOptions
from schemactl_postgres.sql import qualified


def type_of(table: Table | None) -> ObjectKey | None:
    """The composite type that a table is of."""
    return table.options.of_type if table is not None and isinstance(table.options, TableOptions) else None


def typed(context: Context, changes: Sequence[Change]) -> Iterator[Step]:
    """NOT OF and OF for all tables that are of a type, before or after."""
    made = {c.key for c in changes if isinstance(c, Create)}
    for key in sorted({*context.live, *context.tables}):
        was, it = context.live.get(key), context.tables.get(key)
        old, new = type_of(was), type_of(it)
        stays = was is not None and it is not None and key not in made
        moves = old is not None and _moves(context, key, old, changes)
        if was is not None and old is not None and (moves or (stays and old != new)):
            yield _not_of(context, was, old)
        if it is not None and new is not None and (moves or not stays or old != new):
            yield _of(context, it, new)


def _moves(context: Context, table: ObjectKey, type_: ObjectKey, changes: Sequence[Change]) -> bool:
    """Whether the server would refuse a change while the table is of the type."""
    if type_ in context.replaced or any(c.key == type_ and _is_other(c) for c in changes):
        return True
    mine = (c for c in changes if c.key.kind is Kind.COLUMN and c.key.parent == table)
    return any(isinstance(c, Create | Drop) or _is_other(c) for c in mine)


def _is_other(change: Change) -> bool:
    match change:
        case Alter(before=Composite() as was, after=Composite() as it):
            return [(a.name, a.type, a.collation) for a in was.attributes] != [
                (a.name, a.type, a.collation) for a in it.attributes
            ]
        case Alter(before=Column() as was_column, after=Column() as column):
            return is_retyped(was_column, column)
        case Alter():
            return False
        case _:
            return True


def _not_of(context: Context, was: Table, type_: ObjectKey) -> Step:
    return context.step(
        f"ALTER TABLE {qualified(was.key)} NOT OF",
        was.key,
        "alter",
        f"is not to be of {type_.path}, or not while that changes",
        cost="instant",
        table=was.key,
        frees={was.key, type_, *(column_key(was.key, c.name) for c in was.columns)},
        rank=rank.NOT_OF,
    )


def _of(context: Context, it: Table, type_: ObjectKey) -> Step:
    columns = {column_key(it.key, c.name) for c in it.columns}
    found = context.after.get(type_)
    attributes: set[ObjectKey] = set()
    if isinstance(found, Composite):
        attributes = {found.child(a.name) for a in found.attributes}
        if [a.name for a in found.attributes] != [c.name for c in it.columns]:
            raise ImpossibleError(
                f"{it.key} cannot be of {type_.path}, whose attributes stand in another order than its columns",
                subject=str(it.key),
                hint="put new attributes at the end of the type, or leave OF out",
            )
    return context.step(
        f"ALTER TABLE {qualified(it.key)} OF {qualified(type_)}",
        it.key,
        "alter",
        f"is to be of {type_.path}",
        cost="instant",
        table=it.key,
        needs={it.key, type_, *columns, *attributes},
        rank=rank.TABLE_OPTION,
    )
