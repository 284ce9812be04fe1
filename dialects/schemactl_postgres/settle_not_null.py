"""NOT NULL for the server at hand: before Postgres 18 it has no name, and none that comes from a parent can change it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from schemactl.errors import ImpossibleError
from schemactl.model import Catalog, Column, NotNull, ObjectKey, SchemaObject, Table
from schemactl_postgres.inheritance import hands_down_null, parents_of
from schemactl_postgres.names import generated_name
from schemactl_postgres.options import Surroundings

#: The first version on which a NOT NULL is an object.
NAMED = 18


def settled_not_nulls(objects: Iterable[SchemaObject], actual: Catalog) -> list[SchemaObject]:
    """Tables whose NOT NULL say what the server can hold. The names of those that come from a parent are the live ones.

    Raises ImpossibleError for NO INHERIT and NOT VALID on a server that has neither.
    """
    objects = list(objects)
    known = actual.surroundings
    if isinstance(known, Surroundings) and known.major < NAMED:
        return [_nameless(o) if isinstance(o, Table) else o for o in objects]
    goals = {o.key: o for o in objects if isinstance(o, Table)}
    live = {t.key: t for t in actual.tables()}
    return [_named(o, goals, live) if isinstance(o, Table) and o.key in live else o for o in objects]


def _nameless(table: Table) -> Table:
    for column in table.columns:
        if column.not_null is not None and (column.not_null.no_inherit or not column.not_null.validated):
            word = "NO INHERIT" if column.not_null.no_inherit else "NOT VALID"
            raise ImpossibleError(
                f"NOT NULL with {word} of the column {table.key.path}.{column.name} needs Postgres {NAMED}",
                subject=f"{table.key.path}.{column.name}",
                hint=f"leave {word} out, or write a CHECK that the column is not null",
            )
    if all(c.not_null is None for c in table.columns):
        return table
    return replace(table, columns=tuple(replace(c, not_null=None) for c in table.columns))


def _named(table: Table, goals: Mapping[ObjectKey, Table], live: Mapping[ObjectKey, Table]) -> Table:
    was = live[table.key]
    stays = [p for p in parents_of(table) if p in parents_of(was) and p in goals]
    columns = []
    for column in table.columns:
        twin, wanted = was.column(column.name), column.not_null
        if wanted is not None and twin is not None and not twin.nullable and not wanted.generated_name:
            name = twin.not_null.name if twin.not_null else generated_name(table.name, column.name, "not_null")
            inherited = any(_hands_down(goals[p], column.name) for p in stays)
            if inherited or wanted.name == name:
                wanted = replace(wanted, name=name, generated_name=True)
                column = replace(column, not_null=wanted)
        columns.append(column)
    return table if tuple(columns) == table.columns else replace(table, columns=tuple(columns))


def _hands_down(table: Table, name: str) -> bool:
    column: Column | None = table.column(name)
    return column is not None and not hands_down_null(column)


def is_same_but_for_name(one: NotNull | None, other: NotNull | None) -> bool:
    """Whether two NOT NULL of one column differ in nothing but their names."""
    first, second = (replace(n or NotNull(name=""), name="") for n in (one, other))
    return first == second
