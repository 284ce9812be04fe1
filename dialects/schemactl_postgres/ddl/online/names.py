"""Names for what is there while a plan runs, and then no more, and for what the server would name by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from schemactl.model import Table
from schemactl_postgres.ddl.context import Context
from schemactl_postgres.names import generated_name
from schemactl_postgres.options import TableOptions


def free_name(context: Context, schema: str, name: str, label: str = "new") -> str:
    """A name like this one that no relation or constraint of the schema has, before or after."""
    return reserved(context, schema, lambda n: generated_name(name, None, f"{label}{n + 1 if n else ''}"))


def reserved(context: Context, schema: str, spelled: Callable[[int], str]) -> str:
    """The first of the names, spelled with 0, 1, 2 ..., that is free, before and after and in this plan."""
    count = 0
    while (schema, name := spelled(count)) in context.taken_names or (schema, name) in context.given_names:
        count += 1
    context.given_names.add((schema, name))
    return name


def names_of(tables: Iterable[Table]) -> Iterator[tuple[str, str]]:
    """(schema, name) of the tables, their constraints and indexes, also of those that they have from their parents."""
    for table in tables:
        options = table.options if isinstance(table.options, TableOptions) else TableOptions()
        parts = (*table.constraints, *table.indexes, *options.given_constraints, *options.given_indexes)
        yield from ((table.schema, part.name) for part in (table, *parts))
