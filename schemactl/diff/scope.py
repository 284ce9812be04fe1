"""What is in schemactl's care: schemas, and patterns in the syntax of Atlas.

A pattern is a dotted name of up to three parts, each with the wildcards of a shell: `schema`, `schema.object`,
`schema.table.part`; a part may end in a selector, `[type=table]` or `[type=index|constraint]`. Where just one schema
is managed, a pattern may leave its name out: `object`, `table.part`.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from schemactl.errors import UsageError
from schemactl.model import (
    Catalog,
    Check,
    Column,
    Exclusion,
    ForeignKey,
    Kind,
    ObjectKey,
    PrimaryKey,
    Privileges,
    Table,
    Unique,
    View,
)

_PART = re.compile(r"(?P<glob>(?:[^.\[\]]|\[[^=\]]*\])+)(?:\[type=(?P<types>[\w|]+)\])?")

#: What a selector may say, and the kinds it stands for.
_TYPES: dict[str, frozenset[str]] = {
    "schema": frozenset({"schema"}),
    "table": frozenset({"table"}),
    "column": frozenset({"column"}),
    "index": frozenset({"index"}),
    "constraint": frozenset({"constraint"}),
    "check": frozenset({"check"}),
    "foreign_key": frozenset({"foreign_key"}),
    "fk": frozenset({"foreign_key"}),
    "unique": frozenset({"unique"}),
    "primary_key": frozenset({"primary_key"}),
    "pk": frozenset({"primary_key"}),
    "enum": frozenset({"type"}),
    "domain": frozenset({"type"}),
    "composite": frozenset({"type"}),
    "range": frozenset({"type"}),
    "type": frozenset({"type"}),
    "sequence": frozenset({"sequence"}),
    "extension": frozenset({"extension"}),
    "view": frozenset({"view"}),
    "materialized": frozenset({"view"}),
    "function": frozenset({"routine"}),
    "procedure": frozenset({"routine"}),
    "trigger": frozenset({"trigger"}),
    "policy": frozenset({"policy"}),
    "rule": frozenset({"rule"}),
}

_CONSTRAINT_TYPES = {
    PrimaryKey: "primary_key",
    Unique: "unique",
    ForeignKey: "foreign_key",
    Check: "check",
    Exclusion: "exclusion",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """One pattern, taken apart: for each part the glob and the types it is limited to, empty for any."""

    text: str
    parts: tuple[tuple[str, frozenset[str]], ...]

    @classmethod
    def parse(cls, text: str) -> Pattern:
        """Raises UsageError where the text is no pattern."""
        parts: list[tuple[str, frozenset[str]]] = []
        position = 0
        while match := _PART.match(text, position):
            types: set[str] = set()
            for name in (match["types"] or "").split("|") if match["types"] else ():
                if name not in _TYPES:
                    raise UsageError(
                        f"the pattern {text!r} selects an unknown type {name!r}",
                        hint=f"known types: {', '.join(sorted(_TYPES))}",
                    )
                types |= _TYPES[name]
            parts.append((match["glob"], frozenset(types)))
            position = match.end()
            if position == len(text) or text[position] != ".":
                break
            position += 1
        if position != len(text) or not 1 <= len(parts) <= 3:
            raise UsageError(
                f"{text!r} is no pattern",
                hint="write schema, schema.object or schema.table.part; * stands for any text",
            )
        return cls(text=text, parts=tuple(parts))

    def covers(self, names: tuple[str, ...], types: frozenset[str]) -> bool:
        """Whether it names exactly the thing at this path."""
        if len(names) != len(self.parts):
            return False
        if not all(fnmatch.fnmatchcase(n, glob) for n, (glob, _) in zip(names, self.parts, strict=True)):
            return False
        wanted = self.parts[-1][1]
        return not wanted or bool(wanted & types)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """`schemas` empty means all of the user's. `include`, where given, keeps only what it covers."""

    schemas: tuple[str, ...] = ()
    exclude: tuple[Pattern, ...] = ()
    include: tuple[Pattern, ...] = ()

    @classmethod
    def of(cls, schemas: Iterable[str] = (), exclude: Iterable[str] = (), include: Iterable[str] = ()) -> Scope:
        """From the words of a user. Raises UsageError."""
        return cls(
            schemas=tuple(schemas),
            exclude=tuple(Pattern.parse(p) for p in exclude),
            include=tuple(Pattern.parse(p) for p in include),
        )

    def _paths(self, key: ObjectKey) -> list[tuple[str, ...]]:
        full = tuple(part for part in (key.schema, key.table, key.name) if part)
        paths = [full]
        if key.kind is Kind.ROUTINE and "(" in key.name:  # a pattern need not name the types of the arguments
            paths.append((*full[:-1], key.name.partition("(")[0]))
        if len(self.schemas) == 1 and key.schema == self.schemas[0] and len(full) > 1:
            paths += [path[1:] for path in list(paths)]
        return paths

    def covers(self, key: ObjectKey, *types: str) -> bool:
        """Whether the thing itself is in scope; its parent's fate is asked for apart."""
        mine = frozenset({*types, str(key.kind)})
        paths = self._paths(key)
        if any(p.covers(path, mine) for p in self.exclude for path in paths):
            return False
        if not self.include or key.kind is Kind.SCHEMA or key.table:
            return True
        return any(p.covers(path[: len(p.parts)], mine) for p in self.include for path in paths)


def within(catalog: Catalog, scope: Scope) -> Catalog:
    """The part of a catalog that is in scope. Types that fall out stay known, as an extension's are."""
    if not (scope.schemas or scope.exclude or scope.include):
        return catalog
    objects = []
    outside = set(catalog.known_types)
    for thing in catalog.objects:
        if is_in_scope(thing.key, scope) and (not isinstance(thing, Privileges) or is_in_scope(thing.target, scope)):
            if isinstance(thing, Table):
                thing = _parts_within(thing, scope)
            elif isinstance(thing, View):
                indexes = tuple(i for i in thing.indexes if scope.covers(thing.child(Kind.INDEX, i.name)))
                thing = replace(thing, indexes=indexes)
            objects.append(thing)
        elif thing.key.kind is Kind.TYPE:
            outside.add((thing.key.schema, thing.key.name))
    unsupported = tuple(u for u in catalog.unsupported if is_in_scope(u.key, scope))
    return replace(catalog, objects=tuple(objects), unsupported=unsupported, known_types=frozenset(outside))


def is_in_scope(key: ObjectKey, scope: Scope) -> bool:
    """Whether a thing is in care, and all that it stands in."""
    schema = key.name if key.kind is Kind.SCHEMA else key.schema
    if schema and scope.schemas and schema not in scope.schemas:
        return False
    if schema and not scope.covers(ObjectKey(kind=Kind.SCHEMA, name=schema)):
        return False
    if key.table and not scope.covers(ObjectKey(kind=Kind.TABLE, schema=key.schema, name=key.table)):
        return False
    return scope.covers(key)


def _parts_within(table: Table, scope: Scope) -> Table:
    columns: tuple[Column, ...] = tuple(c for c in table.columns if scope.covers(table.child(Kind.COLUMN, c.name)))
    constraints = tuple(
        c for c in table.constraints if scope.covers(table.child(Kind.CONSTRAINT, c.name), _CONSTRAINT_TYPES[type(c)])
    )
    indexes = tuple(i for i in table.indexes if scope.covers(table.child(Kind.INDEX, i.name)))
    return replace(table, columns=columns, constraints=constraints, indexes=indexes)
