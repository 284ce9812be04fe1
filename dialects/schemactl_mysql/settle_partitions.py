"""What a text leaves open of partitions is as it is in the live table."""

from __future__ import annotations

from dataclasses import replace

from schemactl.model import PrimaryKey, Table
from schemactl_mysql.canonical.partitions import default_partitions
from schemactl_mysql.options import Partition, Partitioning, PartitionMethod, TableOptions


def partitioning_as_it_is(table: Table, live: Table) -> Table:
    """`table` with the live names, order and moments wherever it states none of its own."""
    options, before = table.options, live.options
    if not isinstance(options, TableOptions) or not isinstance(before, TableOptions):
        return table
    it, was = options.partitioning, before.partitioning
    if it is None or was is None or it == was:
        return table
    by = _method(it.by, was.by, table, live)
    sub_by = _method(it.sub_by, was.sub_by, table, live) if it.sub_by and was.sub_by else it.sub_by
    it = replace(it, by=by, sub_by=sub_by)
    if it.by == was.by and (it.sub_by, it.sub_count) == (was.sub_by, was.sub_count):
        it = _partitions(it, was)
    return replace(table, options=replace(options, partitioning=it))


def _method(it: PartitionMethod, was: PartitionMethod, table: Table, live: Table) -> PartitionMethod:
    if it.starts is not None and was.starts is not None and not it.starts.canonical:
        it = replace(it, starts=was.starts)
    if it.kind == was.kind and it.kind.endswith("KEY") and () in (it.columns, was.columns):
        # Without columns, KEY goes by the primary key.
        primary = _primary(table)
        if primary == _primary(live) and {it.columns, was.columns} <= {(), primary}:
            it = replace(it, columns=was.columns)
    return it


def _primary(table: Table) -> tuple[str, ...]:
    return next((c.columns for c in table.constraints if isinstance(c, PrimaryKey)), ())


def _partitions(it: Partitioning, was: Partitioning) -> Partitioning:
    mine, theirs = it.partitions, was.partitions
    live = default_partitions(was)
    if not mine and theirs and all(not p.other and not p.subpartitions for p in theirs):
        enough = len(theirs) >= (it.count or 1) if it.by.auto else len(theirs) == it.count
        if enough:
            return replace(it, partitions=theirs, count=None)
    if it.by.auto and _lower(default_partitions(it)) <= _lower(live):
        # The server adds partitions as time goes by, or as rows come.
        return replace(it, partitions=theirs, count=was.count)
    by_name = {p.name.lower(): p for p in theirs}
    mine = tuple(_like(p, by_name.get(p.name.lower())) for p in mine)
    if it.by.kind.startswith("LIST") and set(mine) == set(theirs):
        mine = theirs
    return replace(it, partitions=mine)


def _lower(partitions: tuple[Partition, ...]) -> set[Partition]:
    return {replace(p, name=p.name.lower()) for p in partitions}


def _like(it: Partition, live: Partition | None) -> Partition:
    """Its name in the live spelling, and the values of a LIST in the live order."""
    if live is None:
        return it
    values = live.values if set(it.values) == set(live.values) else it.values
    return replace(it, name=live.name, values=values)
