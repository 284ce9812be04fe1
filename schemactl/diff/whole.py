"""A live schema as a goal: what a build left INVALID is wanted whole, for no schema states a half-made index."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from schemactl.model import Catalog, Exclusion, Kind, ObjectKey, PrimaryKey, SchemaObject, Table, Unique, View


def made_whole(catalog: Catalog) -> tuple[Catalog, tuple[str, ...]]:
    """The catalog with all its indexes and keys valid, and a note of each that is not."""
    notes = tuple(
        f"the index {key.path} is INVALID on the server, as a build that did not end leaves it: it is taken for a whole one"
        for it in catalog.objects
        for key in _invalid(it)
    )
    return (replace(catalog, objects=tuple(map(_whole, catalog.objects))), notes) if notes else (catalog, ())


def _invalid(it: SchemaObject) -> Iterator[ObjectKey]:
    if isinstance(it, Table | View):
        yield from (it.child(Kind.INDEX, index.name) for index in it.indexes if not index.valid)
    if isinstance(it, Table):
        for key in it.constraints:
            if isinstance(key, PrimaryKey | Unique | Exclusion) and not key.valid:
                yield it.child(Kind.CONSTRAINT, key.name)


def _whole(it: SchemaObject) -> SchemaObject:
    if isinstance(it, Table | View):
        it = replace(it, indexes=tuple(replace(index, valid=True) for index in it.indexes))
    if isinstance(it, Table):
        keys = (PrimaryKey, Unique, Exclusion)
        it = replace(
            it, constraints=tuple(replace(c, valid=True) if isinstance(c, keys) else c for c in it.constraints)
        )
    return it
