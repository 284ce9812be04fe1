"""What must go and come back because an object beneath it goes, is replaced or changes its type.

The live side says what rests on what (`uses`, read from pg_depend). An object that is the same before and after still
has to make way, and so does whatever rests on it, all the way up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from schemactl.changes import Alter, Change, Create, Drop
from schemactl.model import Catalog, Column, Kind, ObjectKey, PrimaryKey, SchemaObject, View
from schemactl_postgres.ddl.definition_changes import shaken, users_of
from schemactl_postgres.inheritance import is_retyped

Replaced = Callable[[Alter], bool]


def uses(thing: object) -> frozenset[ObjectKey]:
    """What a live or desired object rests on; nothing for those that say nothing of it."""
    return frozenset(getattr(thing, "uses", ()))


def with_dependents(
    changes: Sequence[Change],
    *,
    desired: Catalog,
    actual: Catalog,
    replaced: Replaced,
    pulled: frozenset[ObjectKey] = frozenset(),
) -> list[Change]:
    """`changes`, where each object that rests on something pulled from under it is dropped and made again.

    `replaced` tells of an Alter whether it is carried out by dropping and creating; such an Alter is split in two.
    `pulled` is what else is pulled from under others: types with a successor. Types themselves follow
    `replaced_types.py`.
    """
    goal = desired.by_key()
    work: list[Change] = []
    for change in changes:
        if isinstance(change, Alter) and replaced(change):
            work.append(Drop(key=change.key, before=change.before, because="differs"))
            work.append(Create(key=change.key, after=change.after, because="in its new form"))
        else:
            work.append(change)
    pulled |= {c.key for c in work if isinstance(c, Drop) or _retypes(c) or _rebuilds_key(c)}
    users = users_of(actual)
    above = set(shaken(work, users))
    going = {c.key for c in work if isinstance(c, Drop)}
    grew = True
    while grew:
        grew = False
        for thing in actual.objects:
            if thing.key in going or thing.key not in goal or thing.key.kind in (Kind.TYPE, Kind.TABLE):
                continue
            if thing.key not in above and not uses(thing) & pulled:
                continue
            work = [c for c in work if c.key != thing.key]
            because = "what it rests on changes"
            work.append(Drop(key=thing.key, before=thing, because=because))
            work.append(Create(key=thing.key, after=goal[thing.key], because="made again"))
            going.add(thing.key)
            pulled |= {thing.key}
            above.update(users.get(thing.key, ()))
            grew = True
    again = list(_indexes_made_again(actual, goal, above - going))
    work = [c for c in work if c.key not in {a.key for a in again}] + again
    return [c for c in work if not _goes_along(c, going)]


def _indexes_made_again(
    actual: Catalog, goal: Mapping[ObjectKey, SchemaObject], above: set[ObjectKey]
) -> Iterator[Change]:
    """Indexes of materialized views that rest on a definition which goes. Those of tables: see `rebuild.py`."""
    for view in actual.objects:
        after = goal.get(view.key)
        if not isinstance(view, View) or not isinstance(after, View):
            continue
        kept = {index.name: index for index in after.indexes}
        for index in view.indexes:
            key = view.child(Kind.INDEX, index.name)
            if key in above and index.name in kept:
                yield Drop(key=key, before=index, because="what it rests on changes")
                yield Create(key=key, after=kept[index.name], because="made again")


def _goes_along(change: Change, going: set[ObjectKey]) -> bool:
    """Whether an index stands on a view that goes, and comes back, with all that is on it."""
    view = ObjectKey(kind=Kind.VIEW, schema=change.key.schema, name=change.key.table or " ")
    return change.key.kind is Kind.INDEX and view in going


def _rebuilds_key(change: Change) -> bool:
    """Whether a primary key goes and comes back, on which a GROUP BY may rely."""
    return (
        isinstance(change, Alter)
        and isinstance(change.before, PrimaryKey)
        and replace(change.before, comment=None, name="") != _nameless(change.after)
    )


def _nameless(thing: object) -> object:
    return replace(thing, comment=None, name="") if isinstance(thing, PrimaryKey) else thing


def _retypes(change: Change) -> bool:
    return (
        isinstance(change, Alter)
        and isinstance(change.before, Column)
        and isinstance(change.after, Column)
        and is_retyped(change.before, change.after)
    )
