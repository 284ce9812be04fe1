"""The row filter of a published table."""

from __future__ import annotations

from dataclasses import replace

from schemactl.model import Expression, Kind, ObjectKey, PublishedTable
from schemactl_postgres.canonical.expression import canonical
from schemactl_postgres.canonical.resolve import Context

_NOWHERE = Context({}, "", "", {})


def published_of(it: PublishedTable, context: Context | None) -> PublishedTable:
    """With a canonical filter; `context` is that of its table, None where that is not in the catalog."""
    if it.where is None:
        return it
    found = canonical(it.where.text, context or _NOWHERE, None)
    columns = (ObjectKey(kind=Kind.COLUMN, schema=it.schema, table=it.table, name=name) for name in found.columns)
    return replace(it, where=Expression(text=it.where.text, canonical=found.text, uses=(*columns, *found.uses)))
