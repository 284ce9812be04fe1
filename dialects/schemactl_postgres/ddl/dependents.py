"""What must go and come back because an object beneath it goes, is replaced or changes its type.

The live side says what rests on what (`uses`, read from pg_depend). An object that is the same before and after still
has to make way, and so does whatever rests on it, all the way up.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from schemactl.changes import Alter, Change, Create, Drop
from schemactl.model import Catalog, Column, ObjectKey

Replaced = Callable[[Alter], bool]


def uses(thing: object) -> frozenset[ObjectKey]:
    """What a live or desired object rests on; nothing for those that say nothing of it."""
    return frozenset(getattr(thing, "uses", ()))


def with_dependents(
    changes: Sequence[Change], *, desired: Catalog, actual: Catalog, replaced: Replaced
) -> list[Change]:
    """`changes`, where each object that rests on something pulled from under it is dropped and made again.

    `replaced` tells of an Alter whether it is carried out by dropping and creating; such an Alter is split in two.
    """
    goal = desired.by_key()
    work: list[Change] = []
    for change in changes:
        if isinstance(change, Alter) and replaced(change):
            work.append(Drop(key=change.key, before=change.before, because="differs"))
            work.append(Create(key=change.key, after=change.after, because="in its new form"))
        else:
            work.append(change)
    pulled = {c.key for c in work if isinstance(c, Drop)} | {c.key for c in work if _retypes(c)}
    going = {c.key for c in work if isinstance(c, Drop)}
    grew = True
    while grew:
        grew = False
        for thing in actual.objects:
            if thing.key in going or thing.key not in goal or not uses(thing) & pulled:
                continue
            work = [c for c in work if c.key != thing.key]
            because = "what it rests on changes"
            work.append(Drop(key=thing.key, before=thing, because=because))
            work.append(Create(key=thing.key, after=goal[thing.key], because="made again"))
            going.add(thing.key)
            pulled.add(thing.key)
            grew = True
    return work


def _retypes(change: Change) -> bool:
    return (
        isinstance(change, Alter)
        and isinstance(change.before, Column)
        and isinstance(change.after, Column)
        and (change.before.type, change.before.collation) != (change.after.type, change.after.collation)
    )
