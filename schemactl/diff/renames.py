"""Renames that the desired text tells of, done to the live catalog before it is compared; and those that it may mean."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from schemactl.changes import Change, Create, Drop, Rename, Thing
from schemactl.errors import DuplicateObjectError
from schemactl.model import Catalog, Column, Composite, Desired, Enum, Kind, ObjectKey, Table

Rewrite = Callable[[Catalog, ObjectKey, ObjectKey], Catalog]

#: What holds others comes first, so that these are looked for under its new name.
_ORDER = {Kind.SCHEMA: 0, Kind.COLUMN: 2, Kind.CONSTRAINT: 2, Kind.INDEX: 2, Kind.ENUM_VALUE: 2}


def with_renames(desired: Desired, actual: Catalog, rewrite: Rewrite) -> tuple[Catalog, list[Change]]:
    """`actual` as it will be once the renames that `desired` tells of are done, and these.

    One whose old name is not live has been done before. `rewrite` gives a thing of a catalog another name, wherever
    it is mentioned. Raises DuplicateObjectError where old and new name are both in the database, or both desired.
    """
    changes: list[Change] = []
    for new in sorted(desired.renames, key=lambda k: (_ORDER.get(k.kind, 1), k)):
        old = replace(new, name=desired.renames[new])
        if old == new or found(desired.catalog, new) is None:
            continue  # done, or out of scope
        for catalog, where in ((desired.catalog, "desired"), (actual, "in the database")):
            if found(catalog, old) is not None and (where == "desired" or found(catalog, new) is not None):
                raise DuplicateObjectError(
                    f"{new} is said to be {old.name} renamed, but both are {where}",
                    place=desired.places.get(new),
                    subject=new.path,
                    hint="remove the hint, or one of the two",
                )
        if found(actual, old) is None:
            continue
        actual = rewrite(actual, old, new)
        after = found(actual, new)
        assert after is not None
        changes.append(Rename(key=old, new=new, after=after, hinted=True))
    return actual, changes


def found(catalog: Catalog, key: ObjectKey) -> Thing | None:
    """The object or part of this key; for the value of an enum, the enum."""
    if not key.table or key.kind is Kind.TRIGGER:
        return catalog.get(key)
    for kind in (Kind.TABLE, Kind.TYPE):
        owner = catalog.get(ObjectKey(kind=kind, schema=key.schema, name=key.table))
        if isinstance(owner, Table):
            parts: Iterable[Thing] = {
                Kind.COLUMN: owner.columns,
                Kind.CONSTRAINT: owner.constraints,
                Kind.INDEX: owner.indexes,
            }.get(key.kind, ())
            return next((p for p in parts if getattr(p, "name", "") == key.name), None)
        if isinstance(owner, Enum) and key.kind is Kind.ENUM_VALUE:
            return owner if key.name in owner.values else None
        if isinstance(owner, Composite) and key.kind is Kind.COLUMN:
            return owner if any(a.name == key.name for a in owner.attributes) else None
    return None


def likely_renames(changes: Sequence[Change]) -> tuple[str, ...]:
    """A note for each drop and create that look like one rename, with the hint to write."""
    notes = []
    going = [c for c in changes if isinstance(c, Drop)]
    for change in changes:
        if not isinstance(change, Create):
            continue
        twin = next((d for d in going if _alike(d, change)), None)
        if twin is not None:
            going.remove(twin)
            notes.append(
                f"{change.key} is new and {twin.key} goes: if it is the same one renamed, "
                f"write above it: -- schemactl:renamed from={_quoted(twin.key.name)}"
            )
    return tuple(notes)


def _alike(drop: Drop, create: Create) -> bool:
    one, other = drop.before, create.after
    if drop.key == create.key or drop.key.parent != create.key.parent:
        return False
    if isinstance(one, Column) and isinstance(other, Column):
        return one.type == other.type
    if isinstance(one, Table) and isinstance(other, Table) and one.columns:
        return [(c.name, c.type) for c in one.columns] == [(c.name, c.type) for c in other.columns]
    return isinstance(one, Enum) and isinstance(other, Enum) and one.values == other.values


def _quoted(name: str) -> str:
    plain = name.replace("_", "").isalnum() and name == name.lower()
    return name if plain else '"' + name.replace('"', '""') + '"'
