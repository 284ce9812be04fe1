"""A whole schema: everything in scope, and what could not be held."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from schemactl.errors import Place
from schemactl.model.keys import Kind, ObjectKey
from schemactl.model.objects import SchemaObject, Table
from schemactl.model.options import Options


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsupported:
    """An object, or an option of one, that the model cannot hold. `what` is a phrase: "a view", "an INHERITS clause"."""

    key: ObjectKey
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmanaged:
    """A live object that holds credentials, and so is never managed: it stays as it is, and is told of.

    `what` is a phrase: "a user mapping". `on` is what it stands on, and keeps from going.
    """

    key: ObjectKey
    what: str
    on: ObjectKey | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outsider:
    """A live thing that is not in scope and rests on things that may be. `what` names it: "view other.v".

    `pins`: not even the type of a column beneath it may change.
    """

    what: str
    uses: tuple[ObjectKey, ...]
    pins: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalog:
    """All objects of a database in scope, sorted by key.

    `unsupported` is only filled by an inspector: a reader raises. `known_types` are the user-visible types that are
    in the database and not managed, as an extension's are: (schema, name). `outsiders` are what is not in scope and
    must not be touched. `surroundings` is what an inspector noted of the server beside the objects, for its own dialect
    to settle the desired catalog by. `unmanaged`, filled by an inspector alone, is what is left alone for good.
    """

    objects: tuple[SchemaObject, ...] = ()
    unsupported: tuple[Unsupported, ...] = ()
    known_types: frozenset[tuple[str, str]] = field(default=frozenset(), compare=False)
    outsiders: tuple[Outsider, ...] = field(default=(), compare=False)
    surroundings: Options | None = field(default=None, compare=False)
    unmanaged: tuple[Unmanaged, ...] = field(default=(), compare=False)
    #: What by_key gives, made when it is first asked for: there may be many thousand objects, and as many who ask.
    _keyed: dict[ObjectKey, SchemaObject] = field(default_factory=dict, init=False, compare=False, repr=False)

    def by_key(self) -> Mapping[ObjectKey, SchemaObject]:
        if not self._keyed:
            self._keyed.update((o.key, o) for o in self.objects)
        return self._keyed

    def tables(self) -> tuple[Table, ...]:
        return tuple(o for o in self.objects if isinstance(o, Table))

    def get(self, key: ObjectKey) -> SchemaObject | None:
        return self.by_key().get(key)

    def table(self, schema: str, name: str) -> Table | None:
        found = self.get(ObjectKey(kind=Kind.TABLE, schema=schema, name=name))
        return found if isinstance(found, Table) else None


def sorted_catalog(objects: list[SchemaObject] | tuple[SchemaObject, ...]) -> Catalog:
    """A catalog of `objects` in key order."""
    return Catalog(objects=tuple(sorted(objects, key=lambda o: o.key)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Desired:
    """What was read: the catalog, where each object and part was written, and what some were called before.

    `renames` maps the key of a thing to its old one. `states` are the kinds that are only managed where the text says
    anything of them, and of which it does: PRIVILEGES and DEFAULT_PRIVILEGES.
    """

    catalog: Catalog
    places: Mapping[ObjectKey, Place] = field(default_factory=dict)
    renames: Mapping[ObjectKey, ObjectKey] = field(default_factory=dict)
    states: frozenset[Kind] = frozenset()
