"""What a table that becomes a partition gets before: the indexes, keys and foreign keys that those above it ask for.

What it lacks when it is attached the server makes under its lock, with a look at every row. What it has, it takes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from schemactl.model import Constraint, Exclusion, ForeignKey, Index, Kind, ObjectKey, PrimaryKey, Table, Unique
from schemactl.steps import Step
from schemactl_postgres.ddl import reach
from schemactl_postgres.ddl.context import Context, columns_of, owning_table
from schemactl_postgres.ddl.inherited import detached_table
from schemactl_postgres.ddl.online import partitioned
from schemactl_postgres.ddl.online.shape import index_of
from schemactl_postgres.inheritance import stands_for
from schemactl_postgres.options import TableOptions

Part = Index | Constraint
#: What a partition has of its own wherever the table above it has one, and which is made where it has not.
_ASKED = Index | PrimaryKey | Unique | Exclusion | ForeignKey


def lacking(context: Context, child: ObjectKey, parent: ObjectKey) -> list[tuple[ObjectKey, Part]]:
    """What those above ask for, by its key there, and a table that is there already has not. Checks it must have."""
    was = context.live.get(child)
    if was is None:
        return []
    whole = detached_table(was)
    own = (*whole.constraints, *whole.indexes)
    return [
        (above.child(kind, part.name), part)
        for above in _upwards(context, parent)
        for kind, parts in ((Kind.CONSTRAINT, above.constraints), (Kind.INDEX, above.indexes))
        for part in parts
        if isinstance(part, _ASKED) and not any(stands_for(it, part) for it in own)
    ]


def _upwards(context: Context, key: ObjectKey) -> Iterator[Table]:
    """A table as it shall be, and those that it is a partition of."""
    table = context.tables.get(key)
    while table is not None:
        yield table
        partition = reach.partition_of(table)
        table = context.tables.get(partition.parent) if partition is not None else None


def brought(context: Context, it: Table) -> dict[ObjectKey, list[Step]]:
    """By the key of each part above that is made on the table before it is attached: the steps that do so, in order."""
    partition, was = reach.partition_of(it), context.live.get(it.key)
    if partition is None or was is None or not context.goes_online(it.key) or not _is_steady(was, it):
        return {}
    return {
        key: list(_steps(context, it.key, key, part))
        for key, part in lacking(context, it.key, partition.parent)
        if _stays(context, key, part) and _can_be_brought(context, was, part)
    }


def _steps(context: Context, table: ObjectKey, key: ObjectKey, part: Part) -> Iterator[Step]:
    needs = columns_of(table, (column.name for column in context.tables[table].columns))
    if isinstance(part, ForeignKey):
        yield from partitioned.key_checked(context, key, table, part, needs={*needs, part.references})
    elif isinstance(part, Index):
        own = replace(part, name=partitioned.index_name(context, table, part), comment=None)
        yield partitioned.of_partition(context, key, table, own, needs)
    elif isinstance(part, PrimaryKey | Unique):
        name = partitioned.key_label(context, table, part)
        yield partitioned.of_partition(context, key, table, index_of(part, name), needs)
        yield partitioned.of_index(context, key, table, replace(part, name=name, comment=None), name)


def _is_steady(was: Table, it: Table) -> bool:
    """Whether it holds rows itself, in columns that stay what they are."""
    options = [table.options if isinstance(table.options, TableOptions) else TableOptions() for table in (was, it)]
    if any(o.partition_by is not None or o.foreign is not None for o in options):
        return False
    kept = {column.name: (column.type, column.collation, column.generated) for column in was.columns}
    return kept == {column.name: (column.type, column.collation, column.generated) for column in it.columns}


def _stays(context: Context, key: ObjectKey, part: Part) -> bool:
    """Whether the part above is there and stays, so that nothing has to come before its like."""
    above = context.live.get(owning_table(key))
    if above is None or key in context.created or key in context.dropped:
        return False
    return part in (*above.constraints, *above.indexes)


def _can_be_brought(context: Context, was: Table, part: Part) -> bool:
    if isinstance(part, ForeignKey):
        return part.validated and part.enforced and not partitioned.is_partitioned(context.tables.get(part.references))
    if isinstance(part, PrimaryKey):
        columns = [was.column(name) for name in part.columns]
        if not all(c is not None and not c.nullable and (c.not_null is None or c.not_null.validated) for c in columns):
            return False  # NOT NULL would be found out under the lock
    return isinstance(part, Index) or (isinstance(part, PrimaryKey | Unique) and not part.without_overlaps)
