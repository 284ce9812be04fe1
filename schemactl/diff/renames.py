"""Renames that the desired text tells of, done to the live catalog before it is compared."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import groupby

from schemactl.changes import Change, Rename, Thing
from schemactl.diff.scope import Scope, is_in_scope
from schemactl.errors import DuplicateObjectError, ImpossibleError, MissingObjectError
from schemactl.model import Catalog, Composite, Desired, Domain, Enum, Kind, ObjectKey, Table, View

Rewrite = Callable[[Catalog, ObjectKey, ObjectKey], Catalog]

#: What holds others comes first, so that these are looked for under its new name; types before routines, whose keys
#: carry the types of their arguments.
_ORDER = {Kind.SCHEMA: 0, Kind.TYPE: 1, Kind.TABLE: 1, Kind.VIEW: 1}
#: Kinds that share one namespace: a name is one thing's only.
_RELATIONS = frozenset({Kind.TABLE, Kind.VIEW, Kind.SEQUENCE, Kind.TYPE})


def with_renames(
    desired: Desired, actual: Catalog, rewrite: Rewrite, scope: Scope | None = None
) -> tuple[Catalog, list[Change]]:
    """`actual` as it will be once the renames that `desired` tells of are done, and these, in order.

    One whose old name is not live has been done before. `rewrite` gives a thing of a catalog another name, wherever
    it is mentioned. Raises DuplicateObjectError where old and new name are both live, or both desired;
    MissingObjectError where what has the old name is of another kind; ImpossibleError where it cannot be told what is
    meant, or where one of the two names is not in `scope`.
    """
    renames = {new: old for new, old in desired.renames.items() if old != new and found(desired.catalog, new)}
    _refuse_twins(renames, desired)
    changes: list[Change] = []
    moved: dict[str, str] = {}  # schemas
    for new in _in_order(renames, desired):
        old = renames[new]
        old = replace(old, schema=moved.get(old.schema, old.schema))
        if old == new or not _is_due(new, old, renames, desired, actual, scope or Scope()):
            continue
        if new.kind is Kind.SCHEMA:
            moved[old.name] = new.name
        for start, end in _hops(old, new, actual):
            actual = rewrite(actual, start, end)
            after = found(actual, end)
            assert after is not None
            changes.append(Rename(key=start, new=end, after=after, hinted=True))
    return actual, changes


def with_renames_undone(goal: Catalog, renames: Iterable[Change], rewrite: Rewrite) -> tuple[Catalog, list[Change]]:
    """`goal` under the names of before the `renames`, and the renames that lead there, in order.

    What holds others comes first here too; among its equals, what came last goes first.
    """
    changes: list[Change] = []
    there = reversed([it for it in renames if isinstance(it, Rename)])
    for _, level in groupby(sorted(there, key=lambda it: _rank(it.new)), key=lambda it: _rank(it.new)):
        outer = [(done.key, done.new) for done in changes if isinstance(done, Rename)]
        for it in level:
            start, end = _within(it.new, outer), _within(it.key, outer)
            goal = rewrite(goal, start, end)
            after = found(goal, end)
            assert after is not None
            changes.append(Rename(key=start, new=end, after=after, hinted=True))
    return goal, changes


def with_told_renames(desired: Desired, told: Iterable[tuple[str, str]]) -> Desired:
    """`desired` with more renames, each as the old and the new dotted path: `public.users.name`.

    One whose new path is not desired is none any more. Raises ImpossibleError where the two are not alike, or the text
    has another old name.
    """
    renames = dict(desired.renames)
    for old, new in told:
        for key in [key for key in _all_keys(desired.catalog) if key.path == new]:
            parts = old.split(".")
            if len(parts) != len(new.split(".")):
                raise ImpossibleError(
                    f"{key} cannot be what {old} was: one of the two has more parts",
                    subject=new,
                    hint="write both as schema.table, or as schema.table.column",
                )
            start = _named_as(key, parts)
            if renames.setdefault(key, start) != start:
                raise ImpossibleError(
                    f"{key} is said to be {old} renamed, and the schema says {renames[key].path}",
                    subject=new,
                    hint="remove one of the two",
                )
    return replace(desired, renames=renames)


def _named_as(key: ObjectKey, parts: list[str]) -> ObjectKey:
    fields = [name for name in ("schema", "table", "name") if getattr(key, name)]
    named = dict(zip(fields, parts, strict=True))
    return ObjectKey(
        kind=key.kind, schema=named.get("schema", ""), table=named.get("table", ""), name=named.get("name", key.name)
    )


def _all_keys(catalog: Catalog) -> Iterator[ObjectKey]:
    for thing in catalog.objects:
        yield thing.key
        for kind, field in ((Kind.COLUMN, "columns"), (Kind.CONSTRAINT, "constraints"), (Kind.INDEX, "indexes")):
            for part in getattr(thing, field, ()):
                if isinstance(thing, Table) or (isinstance(thing, View) and kind is Kind.INDEX):
                    yield ObjectKey(kind=kind, schema=thing.schema, table=thing.name, name=part.name)


def _within(key: ObjectKey, outer: Iterable[tuple[ObjectKey, ObjectKey]]) -> ObjectKey:
    """The key once the schemas and relations that may hold it have their new names."""
    for old, new in outer:
        if old.kind is Kind.SCHEMA:
            if key.schema == old.name:
                key = replace(key, schema=new.name)
        elif (key.schema, key.table) == (old.schema, old.name):
            key = replace(key, schema=new.schema, table=new.name)
    return key


def _rank(key: ObjectKey) -> int:
    return 3 if key.table else _ORDER.get(key.kind, 2)


def _refuse_twins(renames: Mapping[ObjectKey, ObjectKey], desired: Desired) -> None:
    heirs: dict[ObjectKey, ObjectKey] = {}
    for new, old in renames.items():
        if old in heirs:
            raise DuplicateObjectError(
                f"{heirs[old]} and {new} are both said to be {old.name} renamed",
                place=desired.places.get(new),
                subject=new.path,
                hint="remove one of the two hints",
            )
        heirs[old] = new


def _in_order(renames: Mapping[ObjectKey, ObjectKey], desired: Desired) -> Iterator[ObjectKey]:
    """The new keys: of a chain a to b to c, b goes out of the way before a comes. Refuses chains that have no end."""

    def length(new: ObjectKey) -> int:
        seen = [new]
        while seen[-1] in renames:
            seen.append(renames[seen[-1]])
            if seen[-1] == new:
                raise ImpossibleError(
                    f"{new} is said to be renamed in a circle: {' from '.join(k.path for k in seen)}; "
                    "nobody could tell before from after",
                    subject=new.path,
                    hint="rename one of them to a name that is free, apply, and write the rest in a second release",
                )
            if len(seen) > len(renames) + 1:
                break  # into a circle that it is no part of: told of there
        return len(seen)

    return iter(sorted(renames, key=lambda k: (_rank(k), -length(k), k)))


def _is_due(
    new: ObjectKey,
    old: ObjectKey,
    renames: Mapping[ObjectKey, ObjectKey],
    desired: Desired,
    actual: Catalog,
    scope: Scope,
) -> bool:
    """Whether a rename is yet to be made."""
    was, now = found(actual, old) is not None, found(actual, new) is not None
    place = desired.places.get(new)
    said = f"{new} is said to be {old.name if old.schema == new.schema else old.path} renamed"
    if not is_in_scope(new, scope):
        if was:
            raise ImpossibleError(
                f"{said}, but is not in scope", subject=new.path, hint="take both names into the scope"
            )
        return False
    if not is_in_scope(old, scope) and not now:
        raise ImpossibleError(
            f"{said}, but the old name is not in scope",
            subject=new.path,
            hint="take both names into the scope; or remove the hint, if it is new here",
        )
    in_chain = old in renames
    if found(desired.catalog, old) is not None and not in_chain:
        where = "desired"
    elif was and now and not (in_chain and found(actual, renames[old]) is None):
        where = "in the database"
    elif was and not now and in_chain and found(actual, renames[old]) is None:
        raise ImpossibleError(
            f"{said}, and {old} to be {renames[old].name}, but only {old.name} is in the database: it may be either",
            subject=new.path,
            hint="remove the hints that have done their work",
        )
    else:
        if not now:
            _refuse_another_kind(said, new, old, was, desired, actual)
        return was and not now
    raise DuplicateObjectError(
        f"{said}, but both are {where}", place=place, subject=new.path, hint="remove the hint, or one of the two"
    )


def _refuse_another_kind(
    said: str, new: ObjectKey, old: ObjectKey, was: bool, desired: Desired, actual: Catalog
) -> None:
    """Where the old name is a thing of another kind that is to go, or such a thing stands in the way of the new one."""
    if new.kind not in _RELATIONS:
        return
    for kind in sorted(_RELATIONS - {new.kind}):
        other, taken = actual.get(replace(old, kind=kind)), actual.get(replace(new, kind=kind))
        if not was and other is not None and desired.catalog.get(other.key) is None:
            raise MissingObjectError(
                f"{said}, but that is a {kind} in the database",
                place=desired.places.get(new),
                subject=new.path,
                hint="remove the hint: nothing turns the one into the other",
            )
        if was and taken is not None:
            raise DuplicateObjectError(
                f"{said}, but there is a {kind} of this name in the database",
                place=desired.places.get(new),
                subject=new.path,
                hint=f"rename or drop the {kind} first, in a release of its own",
            )


def _hops(old: ObjectKey, new: ObjectKey, actual: Catalog) -> Iterator[tuple[ObjectKey, ObjectKey]]:
    """A server changes either the schema or the name: by way of one that is free."""
    if old.schema == new.schema or old.name == new.name:
        yield old, new
        return
    over = replace(new, name=old.name)
    if any(actual.get(replace(over, kind=kind)) for kind in (*_RELATIONS, new.kind)):
        over = replace(old, name=new.name)
    yield old, over
    yield over, new


def found(catalog: Catalog, key: ObjectKey) -> Thing | None:
    """The object or part of this key; for the value of an enum, the enum."""
    if not key.table or key.kind in (Kind.POLICY, Kind.RULE, Kind.TRIGGER):
        return catalog.get(key)
    for kind in (Kind.TABLE, Kind.VIEW, Kind.TYPE):
        owner = catalog.get(ObjectKey(kind=kind, schema=key.schema, name=key.table))
        if owner is not None:
            parts: Iterable[Thing] = ()
            match owner:
                case Table():
                    by_kind: dict[Kind, Iterable[Thing]] = {
                        Kind.COLUMN: owner.columns,
                        Kind.CONSTRAINT: owner.constraints,
                        Kind.INDEX: owner.indexes,
                    }
                    parts = by_kind.get(key.kind, ())
                case View() if key.kind is Kind.INDEX:
                    parts = owner.indexes
                case Domain() if key.kind is Kind.CONSTRAINT:
                    parts = owner.constraints
                case Enum() if key.kind is Kind.ENUM_VALUE:
                    return owner if key.name in owner.values else None
                case Composite() if key.kind is Kind.COLUMN:
                    return owner if any(a.name == key.name for a in owner.attributes) else None
                case _:
                    return None
            return next((p for p in parts if getattr(p, "name", "") == key.name), None)
    return None
