"""Under which keys a routine is known, and what goes along with a table."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from schemactl.changes import Change, Drop
from schemactl.model import Aggregate, Catalog, Kind, ObjectKey, Routine
from schemactl_postgres.ddl.context import Context


def known_as(key: ObjectKey) -> frozenset[ObjectKey]:
    """The keys under which others need a routine: a parsed expression knows its name alone, often without a schema.

    Overloads have these in common: whoever calls one by its name comes after all of them.
    """
    name = bare_name(key)
    return frozenset({key, replace(key, name=name), replace(key, schema="", name=name)})


def bare_name(key: ObjectKey) -> str:
    """`total` of `total(integer)`."""
    return key.name.partition("(")[0]


def by_name(desired: Catalog) -> dict[str, list[Routine]]:
    """The routines of a catalog by their names, without schemas."""
    found: dict[str, list[Routine]] = {}
    for it in desired.objects:
        if isinstance(it, Routine):
            found.setdefault(it.name, []).append(it)
    return found


def pulled_routines(changes: Iterable[Change]) -> frozenset[ObjectKey]:
    """All keys of the live routines that go, be it to be made anew."""
    found: set[ObjectKey] = set()
    for change in changes:
        if isinstance(change, Drop) and isinstance(change.before, Routine | Aggregate):
            found |= known_as(change.key)
    return frozenset(found)


def on_table(context: Context, table: ObjectKey) -> tuple[frozenset[ObjectKey], frozenset[ObjectKey]]:
    """The live triggers that go along with a table, and what these rest on."""
    here = [o for o in context.actual.objects if o.key.kind is Kind.TRIGGER and o.key.parent == table]
    return (
        frozenset(o.key for o in here),
        frozenset(key for o in here for key in getattr(o, "uses", ())),
    )
