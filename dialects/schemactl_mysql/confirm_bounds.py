"""Whether the partitions of a table that is made or altered lie apart: the server compares their values as its own.

No temporary table has partitions, so only the CREATE or ALTER itself would tell.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from schemactl.errors import ImpossibleError
from schemactl.model import Expression, Table
from schemactl_mysql import constants
from schemactl_mysql.canonical.partitions import is_constant
from schemactl_mysql.ddl.context import Context
from schemactl_mysql.options import Partition, PartitionMethod, TableOptions
from schemactl_mysql.types import base, is_character

_MOMENTS = {"date": "DATE", "datetime": "DATETIME(6)", "timestamp": "DATETIME(6)", "time": "TIME(6)"}


def refuse_overlaps(connection: Connection, context: Context, table: Table) -> None:
    """Raises ImpossibleError, with the key of the table as its subject."""
    options = table.options
    it = options.partitioning if isinstance(options, TableOptions) else None
    if it is None or not it.partitions:
        return
    values = [(p, row) for p in it.partitions for row in p.values]
    if not all(_can_be_asked(v, context) for _, row in values for v in row):
        return
    if it.by.kind.startswith("RANGE"):
        pairs = list(pairwise(values))
        asked = [f"NOT ({_below(context, table, it.by, a[1], b[1])})" for a, b in pairs]
        what = "does not end above partition {}"
    elif it.by.kind.startswith("LIST"):
        pairs = [(a, b) for n, b in enumerate(values) for a in values[:n] if len(values) <= _MANY]
        asked = [_same(context, table, it.by, a[1], b[1]) for a, b in pairs]
        what = "has a value of partition {}"
    else:
        return
    number = _first(connection, asked)
    if number is not None:
        first, second = pairs[number][0][0], pairs[number][1][0]
        raise ImpossibleError(
            f"partition {second.name} of {table.key} {what.format(first.name)}: {_shown(first)}, then {_shown(second)}",
            subject=str(table.key),
            hint="let each partition have values of its own, in rising order where they are ranges",
        )


#: Pairs of values grow with their square: a longer list is left to the server.
_MANY = 100
#: How many comparisons one query has.
_BATCH = 500


def _first(connection: Connection, asked: Sequence[str]) -> int | None:
    """The number of the first condition that holds; None too where the server takes them not."""
    for start in range(0, len(asked), _BATCH):
        query = f"SELECT {', '.join(asked[start : start + _BATCH])}"
        try:
            row = connection.exec_driver_sql(query.replace("%", "%%")).one()
        except DBAPIError as error:
            if error.connection_invalidated:
                raise
            return None  # then it is no comparison of ours that tells: the server has the last word
        for number, holds in enumerate(row, start):
            if holds:
                return number
    return None


def _can_be_asked(it: Expression, context: Context) -> bool:
    return _is_maximum(it) or is_constant(it.canonical) or constants.is_constant(it.text, context.flavour)


def _is_maximum(it: Expression) -> bool:
    return it.text.strip().upper() == "MAXVALUE"


def _below(
    context: Context, table: Table, by: PartitionMethod, low: Sequence[Expression], high: Sequence[Expression]
) -> str:
    """Whether one row of bounds lies below another, the first columns counting most."""
    text = "FALSE"
    for n in reversed(range(min(len(low), len(high)))):
        if _is_maximum(high[n]):
            text = text if _is_maximum(low[n]) else "TRUE"
        elif _is_maximum(low[n]):
            text = "FALSE"
        else:
            a, b = (_typed(context, table, by, n, it) for it in (low[n], high[n]))
            text = f"({a} < {b} OR ({a} = {b} AND {text}))"
    return text


def _same(
    context: Context, table: Table, by: PartitionMethod, one: Sequence[Expression], other: Sequence[Expression]
) -> str:
    pairs = zip(one, other, strict=False)
    typed = ((_typed(context, table, by, n, a), _typed(context, table, by, n, b)) for n, (a, b) in enumerate(pairs))
    return " AND ".join(f"{a} <=> {b}" for a, b in typed)


def _typed(context: Context, table: Table, by: PartitionMethod, n: int, it: Expression) -> str:
    """A value as its column has it."""
    column = table.column(by.columns[n]) if n < len(by.columns) else None
    if column is None:
        return f"({it.text})"
    kind = _MOMENTS.get(base(column.type.text))
    if kind is not None:
        return f"CAST({it.text} AS {kind})"
    charset = context.charset(column.collation) if column.collation else None
    if is_character(column.type.text) and charset and it.canonical != "NULL":
        return f"CONVERT({it.text} USING {charset}) COLLATE {column.collation}"
    return f"({it.text})"


def _shown(it: Partition) -> str:
    return ", ".join(f"({', '.join(v.text for v in row)})" for row in it.values)
