"""Which definitions must make way for others, and what rests on them in the live database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from schemactl.changes import Alter, Change, Drop
from schemactl.errors import ImpossibleError
from schemactl.model import Catalog, Definition, Domain, Kind, ObjectKey, Range, Table, View
from schemactl_postgres.ddl.altered_definitions import is_replaced
from schemactl_postgres.defined import LINKS, link


def with_operator_links(
    changes: Sequence[Change], desired: Catalog, actual: Catalog, version: tuple[int, ...]
) -> tuple[list[Change], frozenset[ObjectKey]]:
    """`changes`, and the operators to be made anew because of what they link to.

    When an operator goes, be it to be made anew, the server lets go of the links to it from those that it links to
    itself: these are not altered for it. Any other link to it would lead to nowhere.
    """
    live = {o.key: o for o in actual.objects if isinstance(o, Definition) and o.kind is Kind.OPERATOR}
    goal = desired.by_key()
    gone = {c.key for c in changes if isinstance(c, Drop) and c.key in live}
    work: dict[ObjectKey, Change] = {}
    for change in changes:
        if isinstance(change, Alter) and change.key in live:
            it = change.after
            assert isinstance(it, Definition)
            was = _without_lost(live[change.key], live, gone)
            if was == it:
                continue
            change = replace(change, before=was)
            if is_replaced(was, it, version):
                gone.add(change.key)
        work[change.key] = change
    anew: set[ObjectKey] = set()
    while more := {k for k in live if k not in gone | anew and k in goal and _dangles(live[k], live, gone | anew)}:
        anew |= more
    work |= {key: Alter(key=key, before=live[key], after=goal[key]) for key in sorted(anew)}
    return list(work.values()), frozenset(anew)


def _without_lost(was: Definition, live: Mapping[ObjectKey, Definition], gone: set[ObjectKey]) -> Definition:
    """The operator once those that link back to it have gone."""
    lost = {sort for sort in LINKS if (key := link(was, sort)) in gone and link(live[key], sort) == was.key}
    return replace(was, properties=tuple(p for p in was.properties if p[0] not in lost))


def _dangles(was: Definition, live: Mapping[ObjectKey, Definition], gone: set[ObjectKey]) -> bool:
    """Whether a link of the operator leads to one that goes and does not link back."""
    return any((key := link(was, sort)) in gone and link(live[key], sort) != was.key for sort in LINKS)


def users_of(actual: Catalog) -> dict[ObjectKey, tuple[ObjectKey, ...]]:
    """What rests on each live definition. A class does on the members that it holds: the server lets none of them go."""
    found = {}
    for it in actual.objects:
        if isinstance(it, Definition):
            holders = () if it.kind is not Kind.FAMILY_MEMBER else it.uses
            if users := (*it.users, *(key for key in holders if key.kind is Kind.OPERATOR_CLASS)):
                found[it.key] = users
    return found


def shaken(changes: Iterable[Change], users: Mapping[ObjectKey, tuple[ObjectKey, ...]]) -> frozenset[ObjectKey]:
    """What rests on a definition that goes, be it to be made anew."""
    return frozenset(key for c in changes if isinstance(c, Drop) for key in users.get(c.key, ()))


def refuse_fixed_users(changes: Sequence[Change], desired: Catalog, actual: Catalog) -> None:
    """Raise ImpossibleError where a definition goes that something rests on which cannot make way, or stays as it is."""
    users, goal = users_of(actual), desired.by_key()
    now, then = _things(actual), _things(desired)
    going = {c.key for c in changes if isinstance(c, Drop)}
    for key in sorted(going & users.keys()):
        for user in users[key]:
            if user not in then or user not in now:
                continue
            if user not in going and (user.kind is Kind.TABLE or isinstance(then[user], Range)):
                hint = "create the new one under another name, move what uses it there, and drop this one"
                raise ImpossibleError(
                    f"the {key} differs or goes, and {user} rests on it and cannot make way",
                    subject=key.path,
                    hint=hint,
                )
            # Without a class of its own a type is sorted by the server's: that may be what is wanted.
            if key not in goal and key.kind is not Kind.OPERATOR_CLASS and then[user] == now[user]:
                raise ImpossibleError(
                    f"the {key} is not in the desired schema, and {user}, which is, rests on it",
                    subject=key.path,
                    hint=f"create it in the desired schema too, or leave it out of care: --exclude '{key.path}'",
                )


def _things(catalog: Catalog) -> dict[ObjectKey, object]:
    """All objects, with the columns, constraints and indexes of tables and views, and the checks of domains."""
    found: dict[ObjectKey, object] = {}
    for it in catalog.objects:
        found[it.key] = it
        match it:
            case Table():
                found |= {it.child(Kind.COLUMN, c.name): c for c in it.columns}
                found |= {it.child(Kind.CONSTRAINT, c.name): c for c in it.constraints}
                found |= {it.child(Kind.INDEX, i.name): i for i in it.indexes}
            case View():
                found |= {it.child(Kind.INDEX, i.name): i for i in it.indexes}
            case Domain():
                found |= {it.child(c.name): c for c in it.constraints}
    return found
