"""Drops and creates that look like one rename, told of with the hint that would make them one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from schemactl.changes import Alter, Change, Create, Drop, Thing
from schemactl.model import (
    Aggregate,
    Catalog,
    Collation,
    Column,
    Composite,
    Domain,
    Enum,
    Kind,
    ObjectKey,
    Range,
    Routine,
    Schema,
    Table,
    View,
)
from schemactl.model import (
    Sequence as SequenceObject,
)


def likely_renames(changes: Sequence[Change], *, desired: Catalog, actual: Catalog) -> tuple[str, ...]:
    """A note for each drop and create, or value of an enum, that look like one rename, with the hint to write.

    Constraints and indexes of one definition need no hint: they are renamed without.
    """
    schemas = _schemas(changes, desired, actual)
    notes = [_note(new, old) for new, old in schemas.items()]
    going = [c for c in changes if isinstance(c, Drop) and not _within(c.key, schemas.values())]
    for change in changes:
        if isinstance(change, Alter):
            notes += [_note(new, old) for new, old in _values(change)]
        if not isinstance(change, Create) or _within(change.key, schemas):
            continue
        twin = next((d for d in going if _alike(d, change)), None)
        if twin is not None:
            going.remove(twin)
            notes.append(_note(change.key, twin.key))
    return tuple(notes)


def _note(new: ObjectKey, old: ObjectKey) -> str:
    name = old.name.partition("(")[0] if old.kind is Kind.ROUTINE else old.name
    written = _quoted(name) if old.schema == new.schema else f"{_quoted(old.schema)}.{_quoted(name)}"
    return (
        f"{new} is new and {old} goes: if it is the same one renamed, "
        f"write above it: -- schemactl:renamed from={written}"
    )


def _within(key: ObjectKey, schemas: Iterable[ObjectKey]) -> bool:
    return any(key.schema == schema.name for schema in schemas)


def _schemas(changes: Sequence[Change], desired: Catalog, actual: Catalog) -> dict[ObjectKey, ObjectKey]:
    """New schemas that hold what one that goes held, under the same names."""
    held = {
        c.key: _contents(actual, c.key.name) for c in changes if isinstance(c, Drop) and isinstance(c.before, Schema)
    }
    found: dict[ObjectKey, ObjectKey] = {}
    for change in changes:
        if isinstance(change, Create) and isinstance(change.after, Schema):
            mine = _contents(desired, change.key.name)
            twin = next((k for k, theirs in held.items() if theirs and theirs == mine), None)
            if twin is not None:
                del held[twin]
                found[change.key] = twin
    return found


def _contents(catalog: Catalog, schema: str) -> frozenset[tuple[Kind, str]]:
    kinds = (Kind.TABLE, Kind.TYPE, Kind.VIEW)
    return frozenset(
        (o.key.kind, o.key.name) for o in catalog.objects if o.key.schema == schema and o.key.kind in kinds
    )


def _values(change: Alter) -> Iterator[tuple[ObjectKey, ObjectKey]]:
    """The value of an enum that goes, where a new one has its place between the same neighbours."""
    if not isinstance(change.before, Enum) or not isinstance(change.after, Enum):
        return
    was, now = change.before.values, change.after.values
    if len(was) != len(now):
        return
    for old, new in zip(was, now, strict=True):
        if old not in now and new not in was:
            value = ObjectKey(kind=Kind.ENUM_VALUE, schema=change.key.schema, table=change.key.name, name=new)
            yield value, replace(value, name=old)


def _alike(drop: Drop, create: Create) -> bool:
    one, other = drop.before, create.after
    if drop.key == create.key or drop.because or create.because or type(one) is not type(other):
        return False
    if isinstance(one, Column) and isinstance(other, Column):
        return drop.key.parent == create.key.parent and one.type == other.type
    if isinstance(one, Table) and isinstance(other, Table):
        return bool(one.columns) and [(c.name, c.type) for c in one.columns] == [
            (c.name, c.type) for c in other.columns
        ]
    if isinstance(one, SequenceObject) and isinstance(other, SequenceObject):
        return one.owned_by == other.owned_by and _bare(one) == _bare(other) and one.schema == other.schema
    if isinstance(one, View) and isinstance(other, View):  # queries differ in text: over the same things is much alike
        return one.materialized == other.materialized and _relations(one) == _relations(other) != frozenset()
    told = Aggregate | Collation | Composite | Domain | Enum | Range | Routine
    return isinstance(one, told) and _bare(one) == _bare(other)


def _bare(thing: Thing) -> Thing:
    """The thing without what a rename or a move changes."""
    plain = replace(thing, name="", schema="", comment=None)  # type: ignore[arg-type]  # these kinds have all three
    if isinstance(plain, Range):
        return replace(plain, multirange="")
    if isinstance(plain, Domain):
        return replace(plain, constraints=tuple(replace(c, name="") for c in plain.constraints))
    return plain


def _relations(view: View) -> frozenset[ObjectKey]:
    return frozenset(key for key in view.uses if key.kind in (Kind.TABLE, Kind.VIEW, Kind.ROUTINE))


def _quoted(name: str) -> str:
    plain = name.replace("_", "").isalnum() and name == name.lower()
    return name if plain else '"' + name.replace('"', '""') + '"'
