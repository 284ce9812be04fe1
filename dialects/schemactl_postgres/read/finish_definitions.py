"""What of definitions can only be told when all is read: what their names mean, and what they rest on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from schemactl.model import Definition, Kind, ObjectKey
from schemactl_postgres.defined import FUNCTIONS, LINKS, MAPPING, NAMES, OPERATORS, link, split
from schemactl_postgres.read.cursor import Name
from schemactl_postgres.read.routine_finish import type_keys
from schemactl_postgres.read.routine_type import resolved_row
from schemactl_postgres.read.state import State
from schemactl_postgres.read.tokens import NOWHERE
from schemactl_postgres.sql import quoted


def finished_definitions(state: State) -> Iterator[Definition]:
    """All of them, under the keys of their settled types, with each name behind its schema where the script tells."""
    found = [_typed(state, it, state.paths.get(key, state.search_path)) for key, it in state.definitions.items()]
    known = {it.key: it for it in found}
    paths = dict(zip(known, (state.paths.get(key, state.search_path) for key in state.definitions), strict=True))
    done = [_Names(state, known, it, paths[it.key]).settled() for it in found]
    for old, new in zip(list(state.definitions), done, strict=True):
        if old != new.key and old in state.places:
            state.places[new.key] = state.places.pop(old)
    yield from _linked(done)


def _typed(state: State, it: Definition, path: tuple[str, ...]) -> Definition:
    return replace(it, types=tuple(resolved_row(t, path, state) for t in it.types))


class _Names:
    """Finds what the names in one definition mean."""

    def __init__(self, state: State, known: dict[ObjectKey, Definition], it: Definition, path: tuple[str, ...]) -> None:
        self.state, self.known, self.it, self.path = state, known, it, path
        self.uses = {key: None for t in it.types if t.uses is not None for key in type_keys(t.uses)}

    def settled(self) -> Definition:
        properties = tuple((name, self.value(name, value)) for name, value in self.it.properties)
        if self.it.method:
            self.uses[ObjectKey(kind=Kind.ACCESS_METHOD, name=self.it.method)] = None
        if self.it.kind is Kind.TRANSFORM:
            self.uses[ObjectKey(kind=Kind.LANGUAGE, name=self.it.name)] = None
        self.uses |= dict.fromkeys(self.it.uses)
        return replace(self.it, properties=properties, uses=tuple(self.uses))

    def value(self, name: str, value: str) -> str:
        if name in FUNCTIONS:
            return self.function(value)
        if name in OPERATORS:
            return self.operator(name, value)
        if name in NAMES:
            return self.named(NAMES[name], value)
        if name.startswith(MAPPING):
            return ", ".join(self.named(Kind.SEARCH_DICTIONARY, part) for part in value.split(", "))
        return value

    def function(self, text: str) -> str:
        schema, name = split(text)
        for place in self.places(schema):
            if any(key.schema == place and r.name == name for key, r in self.state.routines.items()):
                schema = place
                break
        if schema not in (None, "pg_catalog"):
            self.uses[ObjectKey(kind=Kind.ROUTINE, schema=schema, name=name)] = None
        elif schema is None:
            self.uses[ObjectKey(kind=Kind.ROUTINE, schema="", name=name)] = None
        return joined(schema, name)

    def operator(self, sort: str, text: str) -> str:
        schema, dot, name = text.rpartition(".")
        found = split(schema)[1] if dot else None
        types = self.it.types[:2]
        if sort == "commutator":
            types = types[::-1]
        for place in self.places(found):
            key = Definition(kind=Kind.OPERATOR, schema=place, name=name, types=types).key
            if key in self.known:
                found = place
                if sort == "operator":  # the others may be linked both ways
                    self.uses[key] = None
                break
        return name if found in (None, "pg_catalog") else f"OPERATOR({quoted(found or '')}.{name})"

    def named(self, kind: Kind, text: str) -> str:
        schema, name = split(text)
        for place in self.places(schema):
            key = Definition(kind=kind, schema=place, name=name, method=self.it.method).key
            if key in self.known:
                schema = place
                self.uses[key] = None
                break
        return joined(schema, name)

    def places(self, schema: str | None) -> tuple[str, ...]:
        return self.state.schemas_of(Name(schema, "", NOWHERE)) if schema is not None else self.path


def joined(schema: str | None, name: str) -> str:
    """In SQL; what is the server's own, or of an unknown place, has no schema."""
    return quoted(name) if schema in (None, "pg_catalog") else f"{quoted(schema or '')}.{quoted(name)}"


def _linked(found: list[Definition]) -> Iterator[Definition]:
    """An operator made before one that calls it commutator or negator is linked back to that one by the server."""
    linked: dict[ObjectKey, Definition] = {}
    for it in found:
        linked[it.key] = it
        for sort in LINKS if it.kind is Kind.OPERATOR else ():
            key = link(it, sort)
            other = linked.get(key) if key is not None else None
            if other is not None and other.get(sort) is None:
                back = (sort, f"OPERATOR({quoted(it.schema)}.{it.name})")
                properties = tuple(sorted((*other.properties, back)))
                linked[other.key] = replace(other, properties=properties, implied=(*other.implied, sort))
    yield from linked.values()
