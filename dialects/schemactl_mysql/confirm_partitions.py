"""Whether what partitions go by, and the values that they begin and end with, are what they are in the live table.

A temporary table has no partitions. But how the server reads an expression over the desired columns shows in the
optimizer's trace of a query of the temporary table, and a value that is an expression is a constant, which SELECT
works out. Only functions that may stand in such a value are called: each gives its result and does nothing else.
"""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import Connection

from schemactl.model import Expression, Table
from schemactl_mysql import constants
from schemactl_mysql.canonical.partitions import is_constant
from schemactl_mysql.confirm_views import traced
from schemactl_mysql.flavour import Flavour
from schemactl_mysql.options import Partition, PartitionMethod, TableOptions
from schemactl_mysql.settle_partitions import partitioning_as_it_is
from schemactl_mysql.sql import literal, quoted


def confirmed_partitioning(connection: Connection, table: Table, live: Table, flavour: Flavour) -> Table:
    """`table`, of which a temporary table stands, with the live expressions and values wherever they are the same."""
    options, before = table.options, live.options
    if not isinstance(options, TableOptions) or not isinstance(before, TableOptions):
        return table
    it, was = options.partitioning, before.partitioning
    if it is None or was is None or it == was:
        return table
    by = _method(connection, it.by, was.by, table.name)
    sub_by = _method(connection, it.sub_by, was.sub_by, table.name) if it.sub_by and was.sub_by else it.sub_by
    partitions = tuple(_partition(connection, p, flavour) for p in it.partitions)
    found = replace(it, by=by, sub_by=sub_by, partitions=partitions)
    return partitioning_as_it_is(replace(table, options=replace(options, partitioning=found)), live)


def _method(connection: Connection, it: PartitionMethod, was: PartitionMethod, table: str) -> PartitionMethod:
    if it.expression is None or was.expression is None or it.expression == was.expression:
        return it
    wanted = traced(connection, _query(it.expression, table))
    found = traced(connection, _query(was.expression, table))
    return replace(it, expression=was.expression) if wanted and wanted == found else it


def _query(it: Expression, table: str) -> str:
    return f"SELECT {it.text} AS x FROM {quoted(table)}"  # noqa: S608  # it is only explained


def _partition(connection: Connection, it: Partition, flavour: Flavour) -> Partition:
    values = tuple(tuple(_value(connection, v, flavour) for v in row) for row in it.values)
    return replace(it, values=values)


def _value(connection: Connection, it: Expression, flavour: Flavour) -> Expression:
    if is_constant(it.canonical) or not constants.is_constant(it.text, flavour):
        return it
    if (row := constants.worked_out(connection, it.text)) is None:
        return it
    (found,) = row
    if found is None:
        return replace(it, canonical="NULL")
    return replace(it, canonical=str(found) if isinstance(found, int) else literal(str(found)))
