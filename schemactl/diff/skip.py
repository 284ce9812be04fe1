"""Kinds of changes that somebody wants left out: what they would change is desired as it is live.

Not the changes are taken out but their goal is moved, so that all else of a plan, and the comparison after it, knows.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any

from schemactl.changes import Alter, Change, Create, Drop, Rename
from schemactl.diff.compare import diff_catalogs
from schemactl.diff.kept import mentioned, with_foundations
from schemactl.diff.scope import line
from schemactl.errors import Place
from schemactl.model import Catalog, Exclusion, ForeignKey, Kind, ObjectKey, SchemaObject, Table, Unique, View

#: How the notes of a plan about what was left out begin.
SKIPPED = "left out, as policy.diff.skip says: "

_VERBS = {Create: "add", Drop: "drop", Alter: "modify"}
_KINDS = {Kind.SCHEMA: "schema", Kind.TABLE: "table", Kind.COLUMN: "column", Kind.INDEX: "index"}
_FIELDS = {Kind.COLUMN: "columns", Kind.CONSTRAINT: "constraints", Kind.INDEX: "indexes"}

_Objects = dict[ObjectKey, SchemaObject]


def without_changes(
    goal: Catalog,
    actual: Catalog,
    skip: Collection[str],
    *,
    places: Mapping[ObjectKey, Place],
    column_order: bool = False,
) -> tuple[Catalog, tuple[str, ...]]:
    """`goal` without the changes from `actual` that `skip` names (`drop_column`, `add_table`), and notes on each.

    A schema or table is left out, or kept, with all that stands in it; a table that is not to be modified stays as it is
    in every part. A unique or exclusion constraint counts as an index. A rename is none of them. What is new and rests
    on what is left out is left out as well. Raises MissingObjectError where what is kept rests on a table that goes.
    """
    if not skip:
        return goal, ()
    found = [it for it in diff_catalogs(actual, goal, column_order=column_order) if _is_skipped(it, skip)]
    if not found:
        return goal, ()
    objects, live = goal.by_key(), actual.by_key()
    notes = []
    for change in found:
        notes.append(f"{SKIPPED}{_VERBS[type(change)]} {change.key}")
        if change.key.kind in (Kind.SCHEMA, Kind.TABLE):
            _whole(change, objects, live)
        elif "modify_table" in skip and (whole := change.key.parent) in live and isinstance(live[whole], Table):
            objects[whole] = live[whole]
            _bring_back(whole, objects, live, of=live)
        else:
            _part(change, objects, live)
    if column_order and "modify_column" in skip:
        _unmoved(objects, live)
    notes += _followers({it.key for it in found if isinstance(it, Create)}, objects, live)
    moved = replace(goal, objects=tuple(sorted(objects.values(), key=lambda o: o.key)))
    founded, kept = with_foundations(moved, actual, places)
    return replace(goal, objects=founded.objects), (*notes, *kept)


def _is_skipped(change: Change, skip: Collection[str]) -> bool:
    if isinstance(change, Rename):
        return "modify_table" in skip and bool(change.key.table)
    thing = change.after if isinstance(change, Create | Alter) else change.before
    kind = _KINDS.get(change.key.kind)
    if isinstance(thing, ForeignKey):
        kind = "foreign_key"
    elif isinstance(thing, Unique | Exclusion):
        kind = "index"
    if change.key.kind in _FIELDS and "modify_table" in skip:
        return True
    return kind is not None and f"{_VERBS[type(change)]}_{kind}" in skip


def _stands_in(thing: SchemaObject, whole: ObjectKey, things: Mapping[ObjectKey, SchemaObject]) -> bool:
    """Whether it is that, or goes with it: what is in a schema, a table's triggers, the sequence of its column."""
    for key in line(thing, things):
        parent = key.parent
        if whole in (key, parent) or (whole.kind is Kind.SCHEMA and key.schema == whole.name):
            return True
    return False


def _bring_back(whole: ObjectKey, objects: _Objects, live: _Objects, *, of: _Objects) -> None:
    """What of `live` stands in it and is not desired is desired again."""
    for key, thing in live.items():
        if key not in objects and _stands_in(thing, whole, of):
            objects[key] = thing


def _whole(change: Change, objects: _Objects, live: _Objects) -> None:
    match change:
        case Create():
            for key in [k for k, thing in objects.items() if _stands_in(thing, change.key, objects)]:
                del objects[key]
        case Drop():
            _bring_back(change.key, objects, live, of=live)
        case _:
            if change.key.kind is Kind.SCHEMA:
                objects[change.key] = live[change.key]
            else:  # of the table itself: its comment and options
                was, shall = live[change.key], objects[change.key]
                assert isinstance(was, Table)
                assert isinstance(shall, Table)
                objects[change.key] = replace(shall, comment=was.comment, options=was.options)


def _part(change: Change, objects: _Objects, live: _Objects) -> None:
    """One column, constraint or index of a table that stays, as it is live."""
    owner = _owner(change.key, objects)
    assert owner is not None
    field, name = _FIELDS[change.key.kind], change.key.name
    parts: tuple[Any, ...] = getattr(owner, field)
    was = live[owner.key]
    match change:
        case Create():
            parts = tuple(it for it in parts if it.name != name)
            _drop_owned(change.key, objects)
        case Alter():
            parts = tuple(change.before if it.name == name else it for it in parts)
        case Drop():
            parts = _inserted(parts, change.before, [it.name for it in getattr(was, field)])
            _bring_back(change.key, objects, live, of=live)
    objects[owner.key] = _with(owner, field, parts)


def _with(owner: Any, field: str, parts: tuple[Any, ...]) -> SchemaObject:
    changed: SchemaObject = replace(owner, **{field: parts})
    return changed


def _owner(key: ObjectKey, objects: _Objects) -> Table | View | None:
    for kind in (Kind.TABLE, Kind.VIEW):
        found = objects.get(ObjectKey(kind=kind, schema=key.schema, name=key.table))
        if isinstance(found, Table | View):
            return found
    return None


def _inserted(parts: tuple[Any, ...], part: Any, order: list[str]) -> tuple[Any, ...]:
    """`parts` with one more, behind the one that it stands behind among the live ones."""
    before = set(order[: order.index(part.name)])
    place = max((at for at, it in enumerate(parts, 1) if it.name in before), default=0)
    return (*parts[:place], part, *parts[place:])


def _drop_owned(column: ObjectKey, objects: _Objects) -> None:
    for key in [k for k, thing in objects.items() if getattr(thing, "owned_by", None) == column]:
        del objects[key]


def _unmoved(objects: _Objects, live: _Objects) -> None:
    """Columns that are live stand in the order that they have there; new ones where they shall."""
    for key, shall in objects.items():
        was = live.get(key)
        if isinstance(shall, Table) and isinstance(was, Table):
            names = {c.name for c in was.columns}
            stay = iter([c for name in (it.name for it in was.columns) if (c := shall.column(name)) is not None])
            columns = tuple(next(stay) if c.name in names else c for c in shall.columns)
            objects[key] = replace(shall, columns=columns)


def _followers(left_out: set[ObjectKey], objects: _Objects, live: _Objects) -> Iterable[str]:
    """Leave out what is new and rests on what was left out: a key to a table that is not made, an index of a column."""
    notes = []
    gone = set(left_out)
    again = True
    while again:
        again = False
        for key, thing in list(objects.items()):
            if key not in live and not isinstance(thing, Table) and gone & set(mentioned(thing)):
                del objects[key]
            elif isinstance(thing, Table | View) and (parts := _parts_on(thing, live.get(key), gone)):
                for field, name in parts:
                    rest = tuple(it for it in getattr(objects[key], field) if it.name != name)
                    objects[key] = _with(objects[key], field, rest)
                    notes.append(f"{SKIPPED}{name} of {key}, which rests on what is left out")
                continue
            else:
                continue
            notes.append(f"{SKIPPED}add {key}, which rests on what is left out")
            gone.add(key)
            again = True
    return notes


def _parts_on(thing: Table | View, was: SchemaObject | None, gone: set[ObjectKey]) -> list[tuple[str, str]]:
    """The constraints and indexes that are new and rest on something that is gone, each by field and name."""
    found = []
    for field in ("constraints", "indexes"):
        old = {it.name for it in getattr(was, field, ())}
        for part in getattr(thing, field, ()):
            named = [*getattr(part, "columns", ()), *getattr(part, "include", ())]
            named += [p.column for p in getattr(part, "parts", ()) if p.column is not None]
            rests = {ObjectKey(kind=Kind.COLUMN, schema=thing.schema, table=thing.name, name=name) for name in named}
            if part.name not in old and gone & (rests | set(mentioned(part))):
                found.append((field, part.name))
    return found
