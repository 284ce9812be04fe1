"""Which definitions must make way for others, and what rests on them in the live database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from schemactl.changes import Alter, Change, Create, Drop
from schemactl.errors import ImpossibleError
from schemactl.model import Catalog, Definition, Kind, ObjectKey, Range
from schemactl_postgres.ddl.altered_definitions import is_replaced
from schemactl_postgres.defined import LINKS, link


def with_classes(changes: Sequence[Change], desired: Catalog, actual: Catalog) -> list[Change]:
    """`changes`, where a class that holds a member which goes is dropped and made again: the server frees none."""
    going = {c.key for c in changes if isinstance(c, Drop)}
    goal, live = desired.by_key(), actual.by_key()
    work = list(changes)
    for change in changes:
        if not isinstance(change, Drop | Alter) or not isinstance(change.before, Definition):
            continue
        if change.key.kind is not Kind.FAMILY_MEMBER:
            continue
        for key in change.before.uses:
            if key.kind is Kind.OPERATOR_CLASS and key in goal and key not in going:
                work = [c for c in work if c.key != key]
                because = "what it holds changes"
                work.append(Drop(key=key, before=live[key], because=because))
                work.append(Create(key=key, after=goal[key], because="made again"))
                going.add(key)
    return work


def without_lost_links(changes: Sequence[Change], version: tuple[int, ...]) -> list[Change]:
    """`changes`, where an operator that loses a link to one that goes, be it to be made anew, is not altered for it."""
    gone = {c.key for c in changes if isinstance(c, Drop) and c.key.kind is Kind.OPERATOR}
    work: list[Change] = []
    for change in changes:
        if isinstance(change, Alter) and isinstance(was := change.before, Definition):
            it = change.after
            assert isinstance(it, Definition)
            lost = {sort for sort in LINKS if link(was, sort) in gone}
            was = replace(was, properties=tuple(p for p in was.properties if p[0] not in lost))
            if was == it:
                continue
            change = replace(change, before=was)
            if was.kind is Kind.OPERATOR and is_replaced(was, it, version):
                gone.add(change.key)
        work.append(change)
    return work


def users_of(actual: Catalog) -> dict[ObjectKey, tuple[ObjectKey, ...]]:
    """What rests on each live definition."""
    return {o.key: o.users for o in actual.objects if isinstance(o, Definition) and o.users}


def shaken(changes: Iterable[Change], users: Mapping[ObjectKey, tuple[ObjectKey, ...]]) -> frozenset[ObjectKey]:
    """What rests on a definition that goes, be it to be made anew."""
    return frozenset(key for c in changes if isinstance(c, Drop) for key in users.get(c.key, ()))


def refuse_fixed_users(changes: Sequence[Change], desired: Catalog, actual: Catalog) -> None:
    """Raise ImpossibleError where a definition goes that something rests on which stays and cannot make way."""
    users, goal = users_of(actual), desired.by_key()
    going = {c.key for c in changes if isinstance(c, Drop)}
    for key in sorted(going & users.keys()):
        for user in users[key]:
            stays = user not in going and user in goal
            if stays and (user.kind is Kind.TABLE or isinstance(goal[user], Range)):
                raise ImpossibleError(
                    f"the {key} differs or goes, and {user} rests on it and cannot make way",
                    subject=key.path,
                    hint="create the new one under another name, move what uses it there, and drop this one",
                )
