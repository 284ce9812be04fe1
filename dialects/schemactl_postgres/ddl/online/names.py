"""Names for what is there while a plan runs, and then no more."""

from __future__ import annotations

from schemactl_postgres.ddl.context import Context
from schemactl_postgres.names import generated_name


def free_name(context: Context, schema: str, name: str, label: str = "new") -> str:
    """A name like this one that no relation of the schema has, before or after."""
    taken = {
        part.name
        for catalog in (context.live, context.tables)
        for table in catalog.values()
        if table.schema == schema
        for part in (table, *table.constraints, *table.indexes)
    }
    found, count = generated_name(name, None, label), 1
    while found in taken:
        count += 1
        found = generated_name(name, None, f"{label}{count}")
    return found
