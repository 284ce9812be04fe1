"""What is in schemactl's care: schemas, and patterns of what is taken out of them or alone is in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any

from schemactl.diff.patterns import Named, Pattern, words
from schemactl.errors import UsageError
from schemactl.model import (
    Catalog,
    Column,
    Definition,
    ForeignKey,
    Kind,
    ObjectKey,
    Outsider,
    Policy,
    PrimaryKey,
    Privileges,
    Routine,
    Rule,
    SchemaObject,
    Sequence,
    Statistics,
    Table,
    Trigger,
    Unique,
    View,
)

_RELATIONS = (Kind.TABLE, Kind.VIEW, Kind.TYPE)
_Things = Mapping[ObjectKey, SchemaObject]
#: What stands in no schema, and is in care only where no schemas are chosen.
_ANYWHERE = frozenset({Kind.FOREIGN_SERVER, Kind.FOREIGN_WRAPPER, Kind.PUBLICATION})
#: What ends the bare name in the name of a key, by the words of its kind.
_AFTER_NAME = {"routine": "(", "operator": "(", "operator_class": " USING ", "operator_family": " USING "}


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """`schemas` empty means all of the user's. `include`, where given, keeps only what it covers.

    `bound`: the connection is to one schema alone, and nothing else is looked at, as by a URL of MySQL that names a
    database. As in Atlas, what is excluded is then named within that schema.
    """

    schemas: tuple[str, ...] = ()
    exclude: tuple[Pattern, ...] = ()
    include: tuple[Pattern, ...] = ()
    bound: bool = False

    @classmethod
    def of(
        cls,
        schemas: Iterable[str] = (),
        exclude: Iterable[str] = (),
        include: Iterable[str] = (),
        *,
        bound: bool = False,
    ) -> Scope:
        """From the words of a user. Raises UsageError."""
        schemas = tuple(schemas)
        relative = len(schemas) == 1
        included = tuple(Pattern.parse(p, relative=relative) for p in include)
        for pattern in included:
            if pattern.is_of_parts or len(pattern.parts) > 2:
                raise UsageError(
                    f"the pattern {pattern.text!r} includes parts of a table alone",
                    hint="include whole objects, as schema.table, and exclude parts of them",
                )
        excluded = tuple(Pattern.parse(p, relative=relative or bound) for p in exclude)
        return cls(schemas=schemas, exclude=excluded, include=included, bound=bound)

    @property
    def is_everything(self) -> bool:
        return not (self.schemas or self.exclude or self.include)

    def excludes(self, path: tuple[Named, ...], schema: str) -> bool:
        """Whether the thing itself is taken out; the fate of what it stands in is asked for apart."""
        within = self.bound or self._is_the_one(schema)
        if within and len(path) == 1 and "schema" in path[0].words:
            # The name of a table may be that of the schema as well: only a pattern that says so means the schema.
            return any(p.covers(path) for p in self.exclude if p.parts[-1][1])
        return any(p.covers(form) for p in self.exclude for form in self._forms(path, p, within=within))

    def includes(self, path: tuple[Named, ...], schema: str) -> bool:
        """Whether it is covered, or all of its schema is. A schema is in where anything of it may be."""
        if not self.include:
            return True
        for pattern in self.include:
            depth = len(pattern.parts)
            if any(pattern.covers(form) for form in self._forms(path, pattern, within=self._is_the_one(schema))):
                return True
            whole = depth == 1 and pattern.covers(path[:1])
            frame = depth == 2 and len(path) == 1 and replace(pattern, parts=pattern.parts[:1]).covers(path)
            if whole or (frame and "schema" in path[0].words):
                return True
        return "schema" in path[0].words and len(path) == 1 and path[0].name in self.schemas

    def _is_the_one(self, schema: str) -> bool:
        return len(self.schemas) == 1 and schema == self.schemas[0]

    def _forms(self, path: tuple[Named, ...], pattern: Pattern, *, within: bool) -> Iterator[tuple[Named, ...]]:
        """The paths by which a pattern may mean a thing; `within` a schema, its name may be left out."""
        yield path
        relative = within and len(path) > 1
        if relative:
            yield path[1:]
        if len(path) == 3 and pattern.is_of_parts:
            yield (path[0], path[2])
            if relative:
                yield path[2:]


def is_in_scope(key: ObjectKey, scope: Scope, things: _Things | None = None) -> bool:
    """Whether a thing is in care, with all that it stands in. `things` tells what patterns may select it by."""
    return scope.is_everything or _kept(key, words(key.kind, (things or {}).get(key)), scope, things or {})


def within(catalog: Catalog, scope: Scope) -> Catalog:
    """The part of a catalog that is in scope.

    What falls out is among the `outsiders`, with what it rests on; types that fall out stay known, as an extension's
    are. A sequence goes with the column that owns it, statistics with their table, a partition with its parent.
    """
    if scope.is_everything:
        return catalog
    things = catalog.by_key()
    objects: list[SchemaObject] = []
    outside: set[tuple[str, str]] = set()
    outsiders = list(catalog.outsiders)
    for thing in catalog.objects:
        if not all(_kept(k, words(k.kind, things.get(k)), scope, things) for k in line(thing, things)):
            outsiders.append(_outsider(thing, things))
            if thing.key.kind is Kind.TYPE:
                outside.add((thing.key.schema, thing.key.name))
            continue
        if isinstance(thing, Table | View):
            thing, parts = _split(thing, scope, things)
            outsiders += parts
        objects.append(thing)
    return replace(
        catalog,
        objects=tuple(objects),
        unsupported=tuple(u for u in catalog.unsupported if _kept(u.key, words(u.key.kind), scope, things)),
        known_types=catalog.known_types | outside,
        outsiders=tuple(outsiders),
    )


def _kept(key: ObjectKey, mine: frozenset[str], scope: Scope, things: _Things) -> bool:
    if key.kind is Kind.ROLE:
        return True  # of the cluster: no schema holds it, and no pattern names it
    schema = key.name if key.kind is Kind.SCHEMA else key.schema
    if scope.schemas and key.kind in _ANYWHERE:
        return False
    if schema and scope.schemas and schema not in scope.schemas:
        return False
    path = [] if not key.schema else [Named(name=key.schema, words=words(Kind.SCHEMA))]
    if key.table and key.kind not in (Kind.PRIVILEGES, Kind.DEFAULT_PRIVILEGES):
        owners = (replace(key, kind=kind, table="", name=key.table) for kind in _RELATIONS)
        owner = next((things[k] for k in owners if k in things), None)
        kind = owner.key.kind if owner is not None else Kind.TABLE
        path.append(Named(name=key.table, words=words(kind, owner)))
    path.append(Named(name=key.name, words=mine))
    for depth in range(1, len(path) + 1):
        if _any(scope.excludes, tuple(path[:depth]), schema):
            return False
    return _any(scope.includes, tuple(path[:2]), schema)


def _any(test: Any, path: tuple[Named, ...], schema: str) -> bool:
    """A pattern need not name the types of a routine's arguments, and the like."""
    last = path[-1]
    mark = next((_AFTER_NAME[word] for word in last.words if word in _AFTER_NAME), None)
    if mark and test((*path[:-1], replace(last, name=last.name.partition(mark)[0])), schema):
        return True
    found: bool = test(path, schema)
    return found


def line(thing: SchemaObject, things: _Things) -> Iterator[ObjectKey]:
    """The thing, and what it stands or falls with."""
    if isinstance(thing, Privileges):
        yield thing.target
    yield thing.key
    if isinstance(thing, Sequence) and thing.owned_by is not None:
        yield thing.owned_by
        table = things.get(thing.owned_by.parent) if thing.owned_by.parent else None
        if table is not None:
            yield from line(table, things)
    if isinstance(thing, Statistics):
        yield thing.table
    part_of = getattr(getattr(thing, "options", None), "partition_of", None)
    if part_of is not None:
        parent = things.get(part_of.parent)
        yield from (part_of.parent,) if parent is None else line(parent, things)


def _split(owner: Table | View, scope: Scope, things: _Things) -> tuple[Table | View, list[Outsider]]:
    """A table or view without those of its parts that are out of scope, and these."""
    gone: list[Outsider] = []

    def kept(kind: Kind, parts: Iterable[Any]) -> tuple[Any, ...]:
        found = []
        for part in parts:
            key = owner.child(kind, part.name)
            if _kept(key, words(kind, part), scope, things):
                found.append(part)
            else:
                gone.append(_part(owner, key, part))
        return tuple(found)

    indexes = kept(Kind.INDEX, owner.indexes)
    if isinstance(owner, View):
        return replace(owner, indexes=indexes), gone
    columns, constraints = kept(Kind.COLUMN, owner.columns), kept(Kind.CONSTRAINT, owner.constraints)
    return replace(owner, columns=columns, constraints=constraints, indexes=indexes), gone


def _part(owner: Table | View, key: ObjectKey, part: Any) -> Outsider:
    uses = {owner.key, *_mentioned(part)}
    named = [*getattr(part, "columns", ()), *getattr(part, "include", ())]
    named += [p.column for p in getattr(part, "parts", ()) if p.column is not None]
    uses |= {owner.child(Kind.COLUMN, name) for name in named}
    return Outsider(
        what=str(key), uses=tuple(sorted(uses - {key})), pins=isinstance(part, Column) and part.generated is not None
    )


def _outsider(thing: SchemaObject, things: _Things) -> Outsider:
    uses = _mentioned(replace(thing, users=()) if isinstance(thing, Definition) else thing)
    if thing.key.parent is not None:
        uses.add(thing.key.parent)
    if thing.key.schema:
        uses.add(ObjectKey(kind=Kind.SCHEMA, name=thing.key.schema))
    for constraint in getattr(thing, "constraints", ()):
        if isinstance(constraint, ForeignKey):
            uses |= _referenced(constraint, things)
    own = {k for k in uses if k == thing.key or (k.schema, k.table) == (thing.key.schema, thing.key.name)}
    pins = isinstance(thing, Policy | Routine | Rule | Trigger | View)
    return Outsider(what=str(thing.key), uses=tuple(sorted(uses - own)), pins=pins)


def _referenced(constraint: ForeignKey, things: _Things) -> set[ObjectKey]:
    """The columns that a foreign key refers to, and the keys on them."""
    target = things.get(constraint.references)
    if not isinstance(target, Table):
        return set()
    names = set(constraint.referenced_columns)
    keys = [c for c in target.constraints if isinstance(c, PrimaryKey | Unique) and set(c.columns) == names]
    unique = [i for i in target.indexes if i.unique and {p.column for p in i.parts} == names]
    return {
        *(target.child(Kind.COLUMN, name) for name in names),
        *(target.child(Kind.CONSTRAINT, c.name) for c in keys),
        *(target.child(Kind.INDEX, i.name) for i in unique),
    }


def _mentioned(value: Any) -> set[ObjectKey]:
    """All keys in a value, however deep."""
    if isinstance(value, ObjectKey):
        return {value}
    if isinstance(value, tuple):
        return set().union(*map(_mentioned, value))
    if is_dataclass(value):
        return set().union(*(_mentioned(getattr(value, f.name)) for f in fields(value)))
    return set()
