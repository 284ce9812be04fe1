"""What a partition or heir that comes, goes or moves costs those beside it."""

from __future__ import annotations

from collections.abc import Collection

from schemactl.model import Constraint, ForeignKey, Index, ObjectKey, Table
from schemactl.steps import Warning_
from schemactl.wording import few
from schemactl_postgres.ddl import reach
from schemactl_postgres.ddl.context import Context
from schemactl_postgres.inheritance import parents_of
from schemactl_postgres.options import Partition


def beside_new(context: Context, it: Table) -> dict[str, list[ObjectKey]]:
    """The parents of a new table, and who else is locked for a new partition."""
    partition = reach.partition_of(it)
    if partition is None:
        return {"parent": list(parents_of(it))}
    return {"parent": [partition.parent]} | kin(context, partition.parent, gone=context.dropped)


def kin(context: Context, parent: ObjectKey, *, gone: frozenset[ObjectKey]) -> dict[str, list[ObjectKey]]:
    """The default partition of a table, and the other ends of its foreign keys but for those `gone`."""
    return {
        "default": reach.default_of(context, parent),
        "referred": reach.referred(context, parent, gone),
        "referring": reach.referring(context, parent, gone),
    }


def default_read(context: Context, it: Table, proved: Collection[ObjectKey] = ()) -> tuple[Warning_, ...]:
    """What a new partition costs the default one of a table that is in use, but for what is `proved` of it."""
    partition = reach.partition_of(it)
    if partition is None or partition.parent in context.made:
        return ()
    default = _default_sibling(context, partition)
    if default is None or default in proved:
        return ()
    return context.hazards("beside_default", reach.with_partitions(context, [default]), names=default.path)


def _default_sibling(context: Context, partition: Partition) -> ObjectKey | None:
    if partition.bound.form == "DEFAULT":
        return None
    return next((key for key in reach.default_of(context, partition.parent) if key in context.tables), None)


def parts_made(
    context: Context, child: ObjectKey, lacking: Collection[tuple[ObjectKey, Constraint | Index]]
) -> tuple[Warning_, ...]:
    """What it costs a table that is there already and becomes a partition to get what it lacks under the lock."""
    indexes = [part.name for _, part in lacking if not isinstance(part, ForeignKey)]
    keys = [part.name for _, part in lacking if isinstance(part, ForeignKey) and part.enforced]
    return (
        *(context.hazards("attached_indexes", [child], names=few(indexes)) if indexes else ()),
        *(context.hazards("attached_keys", [child], names=few(keys)) if keys else ()),
    )


def referring_read(context: Context, keys: list[ObjectKey]) -> tuple[Warning_, ...]:
    """What it costs the tables that refer to a partition's parent when the partition leaves."""
    return context.hazards("detach_referred", keys, names=few([key.path for key in keys])) if keys else ()
