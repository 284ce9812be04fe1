"""Names that nobody stated: taken over from the live object whose definition matches."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

from schemactl.diff.compare import nameless
from schemactl.model import Catalog, Constraint, Index, Table, View

_Part = TypeVar("_Part", Constraint, Index)


def adopt_names(desired: Catalog, actual: Catalog) -> Catalog:
    """`desired`, where a constraint or index with a generated name bears the name of its live twin, if it has one.

    The server numbers its generated names by what else was there at the time, and a table keeps them when it is
    renamed: predicting them would plan renames that nobody asked for.
    """
    live = {t.key: t for t in actual.tables()}
    views = {v.key: v for v in actual.objects if isinstance(v, View)}
    objects = []
    for o in desired.objects:
        if isinstance(o, Table) and o.key in live and o != live[o.key]:
            o = _adopted(o, live[o.key])
        elif isinstance(o, View) and o.key in views and o.indexes != views[o.key].indexes:
            o = replace(o, indexes=_matched(o.indexes, views[o.key].indexes))
        objects.append(o)
    return replace(desired, objects=tuple(objects))


def _adopted(table: Table, live: Table) -> Table:
    return replace(
        table,
        constraints=_matched(table.constraints, live.constraints),
        indexes=_matched(table.indexes, live.indexes),
    )


def _matched(desired: tuple[_Part, ...], live: tuple[_Part, ...]) -> tuple[_Part, ...]:
    stated = {p.name for p in desired if not p.generated_name}
    free = [p for p in live if p.name not in stated]
    # A part that has its twin under its own name keeps it, before anything else may claim that twin.
    settled = {p.name for p in desired if p.generated_name and p in free}
    free = [p for p in free if p.name not in settled]
    result = []
    for part in desired:
        if part.generated_name and part.name not in settled:
            twin = next((p for p in free if nameless(p) == nameless(part)), None)
            if twin:
                free.remove(twin)
                part = replace(part, name=twin.name)
        result.append(part)
    return tuple(sorted(result, key=lambda p: p.name))
