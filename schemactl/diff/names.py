"""Names that nobody stated: taken over from the live object whose definition matches."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

from schemactl.diff.compare import nameless
from schemactl.model import (
    Catalog,
    Check,
    Column,
    Constraint,
    Domain,
    Index,
    NotNull,
    SchemaObject,
    Statistics,
    Table,
    View,
)

_Part = TypeVar("_Part", Check, Constraint, Index)


def adopt_names(desired: Catalog, actual: Catalog) -> Catalog:
    """`desired`, where a constraint or index with a generated name bears the name of its live twin, if it has one.

    The server numbers its generated names by what else was there at the time, and a table keeps them when it is
    renamed: predicting them would plan renames that nobody asked for.
    """
    live = actual.by_key()
    free = [o for o in actual.objects if isinstance(o, Statistics) and o.key not in {d.key for d in desired.objects}]
    objects: list[SchemaObject] = []
    for it in desired.objects:
        if isinstance(it, Statistics) and it.generated_name and it.key not in live:
            twin = next((o for o in free if o.schema == it.schema and nameless(o) == nameless(it)), None)
            if twin is not None:
                free.remove(twin)
                it = replace(it, name=twin.name)
        objects.append(_object(it, live.get(it.key)))
    return replace(desired, objects=tuple(sorted(objects, key=lambda o: o.key)))


def _object(desired: SchemaObject, live: SchemaObject | None) -> SchemaObject:
    if desired == live:
        return desired
    if isinstance(desired, Table) and isinstance(live, Table):
        return _adopted(desired, live)
    if isinstance(desired, Domain) and isinstance(live, Domain):
        return replace(desired, constraints=_matched(desired.constraints, live.constraints))
    if isinstance(desired, View) and isinstance(live, View) and desired.indexes != live.indexes:
        return replace(desired, indexes=_matched(desired.indexes, live.indexes))
    return desired


def _adopted(table: Table, live: Table) -> Table:
    return replace(
        table,
        columns=tuple(_column(c, live.column(c.name)) for c in table.columns),
        constraints=_matched(table.constraints, live.constraints),
        indexes=_matched(table.indexes, live.indexes),
    )


def _column(column: Column, live: Column | None) -> Column:
    """The column, where its NOT NULL bears the name that it has, unless one is stated."""
    if live is None or column.nullable or live.nullable:
        return column
    wanted, found = column.not_null, live.not_null
    if wanted is not None and not wanted.generated_name:
        return column
    if found is not None:
        named = wanted or NotNull(name=found.name)
        return replace(column, not_null=replace(named, name=found.name, generated_name=True))
    return replace(column, not_null=None) if wanted == NotNull(name=wanted.name if wanted else "") else column


def _matched(desired: tuple[_Part, ...], live: tuple[_Part, ...]) -> tuple[_Part, ...]:
    stated = {p.name for p in desired if not p.generated_name}
    free = [p for p in live if p.name not in stated]
    # A part that has its twin under its own name keeps it, before anything else may claim that twin.
    settled = {p.name for p in desired if p.generated_name and p in free}
    free = [p for p in free if p.name not in settled]
    result: list[_Part] = []
    new: list[_Part] = []
    for part in desired:
        if part.generated_name and part.name not in settled:
            twin = next((p for p in free if nameless(p) == nameless(part)), None)
            if twin is None:
                new.append(part)
                continue
            free.remove(twin)
            part = replace(part, name=twin.name)
        result.append(part)
    return tuple(sorted(_with_free_names(result, new), key=lambda p: p.name))


def _with_free_names(settled: list[_Part], new: list[_Part]) -> list[_Part]:
    """All of them; of the new ones, whose name has been adopted gets the next that is free."""
    result = list(settled)
    for part in new:
        taken = {p.name.lower() for p in result}
        result.append(replace(part, name=_next(part.name, taken)) if part.name.lower() in taken else part)
    return result


def _next(name: str, taken: set[str]) -> str:
    head = name.rstrip("0123456789")
    head = f"{name}_" if head == name else head
    return next(f"{head}{n}" for n in range(2, len(taken) + 3) if f"{head}{n}".lower() not in taken)
