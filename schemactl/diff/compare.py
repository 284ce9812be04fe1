"""What changes between two catalogs, object by object and, within a table, part by part."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from schemactl.changes import Alter, Change, Create, Drop, Rename, Thing
from schemactl.diff.order import places
from schemactl.model import Catalog, Column, Constraint, Index, Kind, Table, View


def diff_catalogs(before: Catalog, after: Catalog, *, column_order: bool = False) -> list[Change]:
    """The changes that make `before` into `after`, in key order. Equal catalogs give none.

    Where columns stand is a difference only with `column_order`.
    """
    old, new = before.by_key(), after.by_key()
    changes: list[Change] = []
    for key in sorted(old.keys() | new.keys()):
        was, shall = old.get(key), new.get(key)
        if was is None:
            assert shall is not None
            changes.append(Create(key=key, after=shall))
        elif shall is None:
            changes.append(Drop(key=key, before=was))
        elif was != shall:
            if isinstance(was, Table) and isinstance(shall, Table):
                changes.extend(_table(was, shall, column_order=column_order))
            elif isinstance(was, View) and isinstance(shall, View):
                changes.extend(_view(was, shall))
            else:
                changes.append(Alter(key=key, before=was, after=shall))
    return changes


def _table(was: Table, shall: Table, *, column_order: bool) -> Iterator[Change]:
    if (was.comment, was.options) != (shall.comment, shall.options):
        yield Alter(key=was.key, before=was, after=shall)
    columns = _parts(was, Kind.COLUMN, was.columns, shall.columns)
    yield from _placed(was, shall, list(columns)) if column_order else columns
    yield from _renamed(was, Kind.CONSTRAINT, was.constraints, shall.constraints)
    yield from _renamed(was, Kind.INDEX, was.indexes, shall.indexes)


def _placed(was: Table, shall: Table, changes: list[Change]) -> Iterator[Change]:
    """The changes of columns; those that are to stand elsewhere come last, in the order in which they take their places."""
    by_key = {c.key: c for c in changes}
    order = dict(places([c.name for c in was.columns], [c.name for c in shall.columns]))
    keys = {was.child(Kind.COLUMN, name): name for name in order}
    yield from (c for c in changes if c.key not in keys)
    for key, name in keys.items():
        change = by_key.get(key)
        after = shall.column(name)
        assert after is not None
        if isinstance(change, Create):
            yield replace(change, place=order[name])
        else:
            before = was.column(name)
            assert before is not None
            yield Alter(key=key, before=before, after=after, place=order[name])


def _view(was: View, shall: View) -> Iterator[Change]:
    if replace(was, indexes=()) != replace(shall, indexes=()):
        yield Alter(key=was.key, before=was, after=shall)
    yield from _renamed(was, Kind.INDEX, was.indexes, shall.indexes)


def _parts(
    table: Table | View,
    kind: Kind,
    old: Iterable[Column | Constraint | Index],
    new: Iterable[Column | Constraint | Index],
) -> Iterator[Change]:
    was, shall = {p.name: p for p in old}, {p.name: p for p in new}
    for name, part in was.items():
        if name not in shall:
            yield Drop(key=table.child(kind, name), before=part)
        elif part != shall[name]:
            yield Alter(key=table.child(kind, name), before=part, after=shall[name])
    for name, part in shall.items():
        if name not in was:
            yield Create(key=table.child(kind, name), after=part)


def _renamed(
    table: Table | View,
    kind: Kind,
    old: Iterable[Constraint | Index],
    new: Iterable[Constraint | Index],
) -> Iterator[Change]:
    """Parts, where a drop and a create of the same definition are one rename: nothing need be built again."""
    changes = list(_parts(table, kind, old, new))
    going = {nameless(c.before): c for c in changes if isinstance(c, Drop)}
    twins = {c.key: drop for c in changes if isinstance(c, Create) and (drop := going.pop(nameless(c.after), None))}
    for change in changes:
        if isinstance(change, Create) and change.key in twins:
            yield Rename(key=twins[change.key].key, new=change.key, after=change.after)
        elif change not in twins.values():
            yield change


def nameless(part: Thing) -> Thing:
    """The part without its name, to compare definitions alone."""
    return replace(part, name="")  # type: ignore[arg-type]  # privileges have none, and are no parts
