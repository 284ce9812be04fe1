"""What a statement reaches beyond its own table: partitions and heirs, both sides of foreign keys, owned sequences."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from schemactl.model import ForeignKey, Kind, ObjectKey, Sequence, Table
from schemactl_postgres.inheritance import parents_of
from schemactl_postgres.names import generated_name
from schemactl_postgres.options import TableOptions

if TYPE_CHECKING:
    from schemactl_postgres.ddl.context import Context


def heirs(context: Context, table: ObjectKey) -> list[ObjectKey]:
    """The tables that have columns of this one, now or when the plan is done, and theirs."""
    found = [table]
    for one in found:
        for tables in (context.live, context.tables):
            found += [key for key, it in tables.items() if one in parents_of(it) and key not in found]
    return found[1:]


def partitions(context: Context, table: ObjectKey) -> list[ObjectKey]:
    """The partitions of a table, now or when the plan is done, and theirs."""
    return [key for key in heirs(context, table) if _parent(context, key) is not None]


def with_partitions(context: Context, tables: Iterable[ObjectKey]) -> list[ObjectKey]:
    """The tables, and the partitions of each."""
    return [key for table in tables for key in (table, *partitions(context, table))]


def default_of(context: Context, parent: ObjectKey | None) -> list[ObjectKey]:
    """The live default partition of a table, and its partitions."""
    return with_partitions(
        context,
        (
            key
            for key, table in context.live.items()
            if isinstance(table.options, TableOptions)
            and (it := table.options.partition_of)
            and it.parent == parent
            and it.bound.form == "DEFAULT"
        ),
    )


def referred(
    context: Context, table: ObjectKey, columns: frozenset[str] | None = None, *, own: bool = False
) -> list[ObjectKey]:
    """The tables that live foreign keys of this one refer to: all, or those over some of its columns.

    Where `own`, those that a partition has from its parent do not count.
    """
    return with_partitions(
        context,
        (
            it.references
            for it in _foreign_keys(context.live, table, own=own)
            if columns is None or columns & set(it.columns)
        ),
    )


def referring(context: Context, table: ObjectKey, columns: frozenset[str] | None = None) -> list[ObjectKey]:
    """The tables whose live foreign keys refer to this one or what it is a partition of."""
    targets = {table, *_ancestors(context, table)}
    return with_partitions(
        context,
        (
            key
            for key in context.live
            for it in _foreign_keys(context.live, key)
            if it.references in targets and (columns is None or columns & set(it.referenced_columns))
        ),
    )


def sequences_of(context: Context, table: ObjectKey, column: str | None = None) -> list[ObjectKey]:
    """The live sequences that belong to columns of a table, or to one of them; those of identities too."""
    owned = [
        o.key
        for o in context.actual.objects
        if isinstance(o, Sequence)
        and o.owned_by is not None
        and o.owned_by.parent == table
        and column in (None, o.owned_by.name)
    ]
    live = context.live.get(table)
    for it in live.columns if live is not None else ():
        if it.identity is not None and column in (None, it.name):
            name = it.identity.sequence or generated_name(table.name, it.name, "seq")
            owned.append(ObjectKey(kind=Kind.SEQUENCE, schema=table.schema, name=name))
    return owned


def _foreign_keys(tables: Mapping[ObjectKey, Table], key: ObjectKey, *, own: bool = False) -> list[ForeignKey]:
    """Those of a table, with those that it has from its parents."""
    it = tables.get(key)
    if it is None:
        return []
    given = it.options.given_constraints if isinstance(it.options, TableOptions) and not own else ()
    return [c for c in (*it.constraints, *given) if isinstance(c, ForeignKey)]


def _parent(context: Context, key: ObjectKey) -> ObjectKey | None:
    for tables in (context.live, context.tables):
        it = tables.get(key)
        if it is not None and isinstance(it.options, TableOptions) and it.options.partition_of:
            return it.options.partition_of.parent
    return None


def _ancestors(context: Context, key: ObjectKey) -> list[ObjectKey]:
    found = []
    while (parent := _parent(context, key)) is not None and parent not in found:
        found.append(parent)
        key = parent
    return found
