"""What no server can alter: by what the rows of a table are distributed."""

from __future__ import annotations

from schemactl.errors import ImpossibleError
from schemactl.model import IndexPart, Kind, ObjectKey, Table
from schemactl_postgres.ddl.context import Context, column_key
from schemactl_postgres.ddl.new_heirs import options_of
from schemactl_postgres.inheritance import parents_of
from schemactl_postgres.options import PartitionKey
from schemactl_postgres.partitioning import key_sql


def refuse_other_key(it: Table, old: PartitionKey | None, new: PartitionKey | None) -> None:
    """Raise ImpossibleError for a key that would have every row written anew."""
    if old == new or old is None or new is None:
        return
    raise ImpossibleError(
        f"{it.key} is partitioned by {key_sql(old)} and is to be partitioned by {key_sql(new)}: no server can alter"
        " that, and all rows would have to be written anew",
        subject=str(it.key),
        hint="make a table of another name so, move the rows over, then drop this one and rename that",
    )


def refuse_retyped_key(context: Context, table: ObjectKey, name: str) -> None:
    """Raise ImpossibleError where rows of the table or of its partitions are distributed by the column."""
    for key, live in context.live.items():
        by = options_of(live).partition_by
        if by is None or not any(name == part.column or _mentions(part, name) for part in by.parts):
            continue
        above: ObjectKey | None = key
        while above is not None and above != table:
            above = next(iter(parents_of(context.live[above])), None) if above in context.live else None
        if above == table:
            raise ImpossibleError(
                f"{column_key(table, name)} is to be of another type, and {key} is partitioned by {key_sql(by)}: no"
                " server can alter that, and all rows would have to be written anew",
                subject=str(column_key(table, name)),
                hint="make a table of another name so, move the rows over, then drop this one and rename that",
            )


def _mentions(part: IndexPart, name: str) -> bool:
    return part.expression is not None and any(k.kind is Kind.COLUMN and k.name == name for k in part.expression.uses)
