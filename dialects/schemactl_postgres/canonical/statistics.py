"""Extended statistics with canonical expressions, and what they rest on."""

from __future__ import annotations

from dataclasses import replace

from schemactl.model import Expression, Kind, ObjectKey, Statistics, Table
from schemactl_postgres.canonical.expression import canonical
from schemactl_postgres.canonical.resolve import Context


def statistics_of(it: Statistics, table: Table | None, context: Context) -> Statistics:
    """`context` says what names mean in expressions of the table, which is None where it is not in the catalog."""
    uses: list[ObjectKey] = [it.table]
    uses += [replace(it.table, kind=Kind.COLUMN, table=it.table.name, name=name) for name in it.columns]
    expressions = []
    for expression in it.expressions:
        found = canonical(expression.text, context, None)
        mentioned = [*_columns(table, found.columns), *found.uses]
        uses += mentioned
        expressions.append(Expression(text=expression.text, canonical=found.text, uses=tuple(mentioned)))
    return replace(it, expressions=tuple(expressions), uses=tuple(dict.fromkeys((*it.uses, *uses))))


def _columns(table: Table | None, names: tuple[str, ...]) -> list[ObjectKey]:
    return [table.child(Kind.COLUMN, name) for name in names] if table is not None else []
