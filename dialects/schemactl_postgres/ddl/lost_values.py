"""Looking for rows that hold what an enum is to lose, before anything is changed for it."""

from __future__ import annotations

from collections.abc import Iterator

from schemactl.model import Column, Enum, Kind, Table
from schemactl.steps import Step
from schemactl_postgres.ddl import rank
from schemactl_postgres.ddl.context import Context
from schemactl_postgres.ddl.foreign import at
from schemactl_postgres.inheritance import parents_of
from schemactl_postgres.sql import literal, qualified, quoted

_BODY = """DECLARE
    held bigint;
BEGIN
    SELECT count(*) INTO held FROM {table} WHERE {condition};
    IF held > 0 THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            MESSAGE = held || {message},
            HINT = 'update or delete these rows first, or keep the value';
    END IF;
END"""


def told_first(context: Context, it: Enum, gone: list[str]) -> Iterator[Step]:
    """A step for each column that stays of the type: it fails, and says of how many rows, where one holds a value.

    Without it the conversion of the column would fail, later, and say less.
    """
    for table in context.live.values():
        goal = context.tables.get(table.key)
        if goal is None or parents_of(table) or at(table) is not None:
            continue  # what stands in a child is counted with its parent; rows elsewhere are not converted
        for column in table.columns:
            after = goal.column(column.name)
            if column.type.uses != it.key or column.generated is not None:
                continue
            if after is not None and after.type.uses == it.key:
                yield _looked(context, it, table, column, gone)


def _looked(context: Context, it: Enum, table: Table, column: Column, gone: list[str]) -> Step:
    values = ", ".join(literal(value).strip() for value in gone)
    if column.type.text.endswith("]"):
        condition = f"{quoted(column.name)} && ARRAY[{values}]::{column.type.text}"
    else:
        condition = f"{quoted(column.name)} IN ({values})"
    path = f"{table.key.path}.{column.name}"
    message = literal(f" rows hold {' or '.join(map(repr, gone))} in {path}, which the type {it.key.path} is to lose")
    body = _BODY.format(table=qualified(table.key), condition=condition, message=message.strip())
    tag = next(tag for n in range(100) if (tag := f"$check{n or ''}$") not in body)
    return context.step(
        f"DO {tag}\n{body}\n{tag}",
        table.child(Kind.COLUMN, column.name),
        "check",
        f"no row may hold {', '.join(map(repr, gone))}",
        cost="look_for_values",
        table=table.key,
        rank=rank.CHECK_ROWS,
    )
