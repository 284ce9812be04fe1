"""One form for both sides: what a text leaves to the server is filled in, and expressions are made comparable."""

from __future__ import annotations

from dataclasses import replace

from schemactl.model import Catalog, Program, Schema, SchemaObject, Table, View
from schemactl_mysql.canonical.inherit import settled_schema, settled_table
from schemactl_mysql.canonical.programs import canonical_program, canonical_view
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
    return replace(catalog, objects=tuple(_object(o, around, collations.get(o.key.schema), printed) for o in objects))


def _object(it: SchemaObject, around: Surroundings, collation: str | None, printed: bool) -> SchemaObject:
    """`collation` is that of the database that it stands in."""
    match it:
        case Table():
            return settled_table(it, around, collation, printed=printed)
        case View():
            return canonical_view(it, around)
        case Program():
            return canonical_program(it, around, collation)
        case _:
            return it
