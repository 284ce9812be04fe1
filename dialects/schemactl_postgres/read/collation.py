"""COLLATE, in the form that the model holds."""

from __future__ import annotations

from schemactl_postgres.read.cursor import Cursor
from schemactl_postgres.sql import quoted


def parse_collation(cursor: Cursor) -> str | None:
    """A collation's name, quoted where it must be and qualified unless it is the server's own; None for "default".

    An unqualified name is taken for one of the server's: the reader knows no CREATE COLLATION.
    """
    name = cursor.qualified("a collation")
    if name.schema in (None, "pg_catalog"):
        return None if name.name == "default" else quoted(name.name)
    return f"{quoted(name.schema or '')}.{quoted(name.name)}"
