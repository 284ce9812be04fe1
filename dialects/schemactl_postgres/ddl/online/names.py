"""Names for what is there while a plan runs, and then no more, and for what the server would name by itself."""

from __future__ import annotations

from collections.abc import Callable

from schemactl_postgres.ddl.context import Context
from schemactl_postgres.names import generated_name
from schemactl_postgres.options import TableOptions


def free_name(context: Context, schema: str, name: str, label: str = "new") -> str:
    """A name like this one that no relation or constraint of the schema has, before or after."""
    return reserved(context, schema, lambda n: generated_name(name, None, f"{label}{n + 1 if n else ''}"))


def reserved(context: Context, schema: str, spelled: Callable[[int], str]) -> str:
    """The first of the names, spelled with 0, 1, 2 ..., that is free, before and after and in this plan."""
    taken = {
        name
        for catalog in (context.live, context.tables)
        for table in catalog.values()
        if table.schema == schema
        for name in (table.name, *(part.name for part in (*table.constraints, *table.indexes)))
    }
    for table in context.live.values():
        if table.schema == schema and isinstance(table.options, TableOptions):
            taken |= {part.name for part in (*table.options.given_constraints, *table.options.given_indexes)}
    count = 0
    while (name := spelled(count)) in taken or (schema, name) in context.given_names:
        count += 1
    context.given_names.add((schema, name))
    return name
