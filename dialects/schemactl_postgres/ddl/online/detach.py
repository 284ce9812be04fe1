"""A partition that leaves while others read and write its parent, and one whose leaving was cut short."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from schemactl.model import IndexPart, Kind, ObjectKey
from schemactl.steps import Step
from schemactl_postgres.ddl import neighbours, rank, reach
from schemactl_postgres.ddl.context import Context
from schemactl_postgres.names import generated_name
from schemactl_postgres.options import Partition, TableOptions
from schemactl_postgres.sql import qualified, quoted


def leaves_online(context: Context, partition: Partition) -> bool:
    """Whether DETACH CONCURRENTLY is to be used, which the server refuses where there is a default partition."""
    parent = partition.parent
    if parent in context.made or not context.goes_online(parent):
        return False
    return not reach.default_of(context, parent)


def detached(context: Context, child: ObjectKey, plain: Step) -> Step:
    """DETACH CONCURRENTLY, in place of the `plain` one. It waits for older transactions, and nobody waits for it.

    But for those who write what refers to the parent: that is read, and held meanwhile.
    """
    parent = next(iter(_parents(context, child)))
    referring = neighbours.kin(context, parent, gone=context.dropped)["referring"]
    step = context.step(
        f"{plain.sql} CONCURRENTLY",
        child,
        "alter",
        plain.reason,
        cost="detach_partition_online",
        table=parent,
        others={"partition": reach.with_partitions(context, [child]), "referring": referring},
        extra=neighbours.referring_read(context, referring),
        rank=plain.rank,
        transactional=False,
        patient=True,
    )
    return replace(step, destroys=plain.destroys, frees=plain.frees)


def finished(context: Context, child: ObjectKey, plain: Step) -> Step:
    """FINALIZE of a DETACH CONCURRENTLY that was cut short: whatever else is to be done to the partition, this comes first."""
    step = context.step(
        f"{plain.sql} FINALIZE",
        child,
        "alter",
        "its DETACH CONCURRENTLY was not finished",
        cost="finish_detach",
        table=next(iter(_parents(context, child))),
        others={"partition": reach.with_partitions(context, [child])},
        rank=rank.BUILD_AHEAD,
        own_group=True,
    )
    return replace(step, destroys=plain.destroys, frees=plain.frees)


def without_bound(context: Context, child: ObjectKey, former: ObjectKey) -> Iterator[Step]:
    """The check that the server leaves on a partition that left CONCURRENTLY goes, where the table stays.

    It is made unless other checks say the same.
    """
    if child not in context.tables:
        return
    yield context.step(
        f"ALTER TABLE {qualified(child)} DROP CONSTRAINT IF EXISTS {quoted(_check_name(context, child))}",
        child,
        "alter",
        "the server leaves its bound as a check",
        cost="alter_column",
        table=child,
        follows={former},
        rank=rank.DETACH,
    )


def _parents(context: Context, child: ObjectKey) -> Iterator[ObjectKey]:
    """The partitioned tables above a live partition, from the nearest on."""
    above = reach.partition_of(context.live.get(child))
    while above is not None:
        yield above.parent
        above = reach.partition_of(context.live.get(above.parent))


def _check_name(context: Context, child: ObjectKey) -> str:
    """As the server makes it up: after the one column that the bounds are about, and free among those of the schema."""
    columns: set[str] = set()
    for parent in _parents(context, child):
        options = context.live[parent].options if parent in context.live else None
        if isinstance(options, TableOptions) and options.partition_by is not None:
            columns.update(name for part in options.partition_by.parts for name in _columns(part))
    column = next(iter(columns)) if len(columns) == 1 else None
    taken = {
        c.name
        for table in context.live.values()
        if table.schema == child.schema
        for c in (
            *table.constraints,
            *(table.options.given_constraints if isinstance(table.options, TableOptions) else ()),
        )
    }
    name, count = generated_name(child.name, column, "check"), 0
    while name in taken:
        count += 1
        name = generated_name(child.name, column, f"check{count}")
    return name


def _columns(part: IndexPart) -> Iterator[str]:
    if part.column is not None:
        yield part.column
    elif part.expression is not None:
        yield from (k.name for k in part.expression.uses if k.kind is Kind.COLUMN)
