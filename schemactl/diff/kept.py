"""What stays though the desired text does not create it, because something that it does create rests on it."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Iterator, Mapping

from schemactl.errors import MissingObjectError, Place
from schemactl.model import Catalog, Kind, ObjectKey, Privileges, Range, Schema, SchemaObject, Sequence
from schemactl.model.catalog import sorted_catalog

#: What is kept. What holds rows must be desired by name, or nothing would tell when it shall go.
_KEPT = (Kind.TYPE, Kind.ROUTINE, Kind.SEQUENCE, Kind.COLLATION)
_REFUSED = (Kind.TABLE, Kind.VIEW)
#: Kinds that share their names, so that one takes the place of another.
_RELATIONS = (Kind.TABLE, Kind.VIEW, Kind.SEQUENCE, Kind.TYPE)


def with_foundations(
    goal: Catalog, actual: Catalog, places: Mapping[ObjectKey, Place]
) -> tuple[Catalog, tuple[str, ...]]:
    """`goal` with the live types, routines, sequences and collations that it rests on; and notes that name them.

    Their schemas and the privileges on them stay as well. Raises MissingObjectError where something desired rests on
    a table or view that is live and that nobody desires: the server would not let that go.
    """
    goals = goal.by_key()
    going = _by_mention([o for o in actual.objects if o.key not in goals], goals)
    if not going:
        return goal, ()
    kept: dict[ObjectKey, SchemaObject] = {}
    notes = []
    waiting = list(goal.objects)
    while waiting:
        thing = waiting.pop(0)
        if isinstance(thing, Privileges):
            continue  # on the sequence of an identity they name what no text creates
        for key in dict.fromkeys(mentioned(thing)):
            for found in going.get(key, ()):
                if found.key in kept or found.key == thing.key:
                    continue
                if found.key.kind in _REFUSED or _goes_along(found, goals):
                    raise _missing(thing.key, found.key, places)
                kept[found.key] = found
                waiting.append(found)
                notes.append(f"{found.key} is kept, though the desired schema does not create it: {thing.key} uses it")
    homes = {key.schema for key in kept}
    for thing in actual.objects:
        if isinstance(thing, Schema) and thing.name in homes and thing.key not in goals:
            kept[thing.key] = thing
    for thing in actual.objects:
        if isinstance(thing, Privileges) and thing.target in kept and thing.key not in goals:
            kept[thing.key] = thing
    return sorted_catalog((*goal.objects, *kept.values())) if kept else goal, tuple(notes)


def mentioned(value: object) -> Iterator[ObjectKey]:
    """The keys of all that an object, or a part of one, names: in its `uses`, types, collations and references."""
    if isinstance(value, ObjectKey):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from mentioned(item)
    elif dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            found = getattr(value, field.name)
            if field.name == "collation" and isinstance(found, str):
                schema, _, name = found.replace('"', "").rpartition(".")
                yield ObjectKey(kind=Kind.COLLATION, schema=schema, name=name)
            elif not isinstance(found, str):
                yield from mentioned(found)


def _by_mention(
    objects: list[SchemaObject], goals: Mapping[ObjectKey, SchemaObject]
) -> dict[ObjectKey, list[SchemaObject]]:
    """`objects`, by the keys that they are mentioned by: a call names no types of arguments, a column a row's type."""
    desired = {_bare(key) for key in goals if key.kind is Kind.ROUTINE}
    found: defaultdict[ObjectKey, list[SchemaObject]] = defaultdict(list)
    for thing in objects:
        key = thing.key
        if key.kind not in _KEPT + _REFUSED or any(dataclasses.replace(key, kind=kind) in goals for kind in _RELATIONS):
            continue  # something else takes its name
        found[key].append(thing)
        if key.kind is Kind.ROUTINE and _bare(key) not in desired:
            found[_bare(key)].append(thing)
        elif key.kind in _REFUSED:
            found[dataclasses.replace(key, kind=Kind.TYPE)].append(thing)
        elif isinstance(thing, Range):
            found[dataclasses.replace(key, name=thing.multirange)].append(thing)
    return dict(found)


def _bare(key: ObjectKey) -> ObjectKey:
    return dataclasses.replace(key, name=key.name.partition("(")[0])


def _goes_along(found: SchemaObject, goals: Mapping[ObjectKey, SchemaObject]) -> bool:
    """Whether a sequence goes with the table that owns it."""
    return isinstance(found, Sequence) and found.owned_by is not None and found.owned_by.parent not in goals


def _missing(user: ObjectKey, used: ObjectKey, places: Mapping[ObjectKey, Place]) -> MissingObjectError:
    return MissingObjectError(
        f"{user} uses {used}, which is live, and which the desired schema does not create",
        place=places.get(user),
        subject=str(user),
        hint=f"create it in the desired schema too, or leave it out of care: --exclude '{used.path}'",
    )
