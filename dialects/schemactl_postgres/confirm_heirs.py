"""New heirs say of a column what their parents say: also where it turned out that the live parent says it in other words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from schemactl.model import Column, ObjectKey, SchemaObject, Table
from schemactl_postgres.inheritance import parents_of


def with_heirs(
    settled: Mapping[ObjectKey, SchemaObject], goals: Mapping[ObjectKey, Table], live: Mapping[ObjectKey, Table]
) -> dict[ObjectKey, SchemaObject]:
    """`settled`, and with each table of it those of `goals` that are to inherit from it and are not live, and theirs."""
    found, seen = dict(settled), set(live)

    def visit(table: Table) -> None:
        seen.add(table.key)
        parents = [goals[key] for key in parents_of(table) if key in goals]
        for parent in parents:
            if parent.key not in seen:
                visit(parent)
        pairs = [(parent, new) for parent in parents if isinstance(new := found.get(parent.key), Table)]
        if pairs:
            found[table.key] = replace(table, columns=tuple(_column(c, pairs) for c in table.columns))

    for table in goals.values():
        if table.key not in seen:
            visit(table)
    return found


def _column(column: Column, parents: list[tuple[Table, Table]]) -> Column:
    for before, after in parents:
        was, now = before.column(column.name), after.column(column.name)
        if was is None or now is None:
            continue
        if column.default is not None and column.default == was.default:
            column = replace(column, default=now.default)
        if column.generated is not None and column.generated == was.generated:
            column = replace(column, generated=now.generated)
    return column
