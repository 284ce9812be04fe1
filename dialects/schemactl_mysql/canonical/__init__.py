"""One form for both sides: what a text leaves to the server is filled in, and expressions are made comparable."""

from __future__ import annotations

from dataclasses import replace

from schemactl.model import Catalog, Schema, SchemaObject, Table
from schemactl_mysql.canonical.inherit import settled_schema, settled_table
from schemactl_mysql.options import Surroundings


def canonicalise(catalog: Catalog, around: Surroundings, *, printed: bool = False) -> Catalog:
    """`catalog` with everything spelled out as this server would; `printed` says that the server printed it."""
    collations = dict(around.collations)
    objects: list[SchemaObject] = []
    for it in catalog.objects:
        if isinstance(it, Schema):
            it = settled_schema(it, around)
            collations[it.name] = it.options.collation  # type: ignore[union-attr]
        objects.append(it)
    objects = [
        settled_table(it, around, collations.get(it.schema), printed=printed) if isinstance(it, Table) else it
        for it in objects
    ]
    return replace(catalog, objects=tuple(objects))
