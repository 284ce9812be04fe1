"""What only Postgres has, as typed attributes of the model's objects.

A field at its default means "as the server does it when nothing is said"; an Options whose fields are all at their
defaults is never stored: the field of the object is None then.
"""

from __future__ import annotations

from dataclasses import dataclass

from schemactl.model import Options

#: reloptions and the like: (name, value), in the order and with the values that the server stores. The order means
#: nothing, and no step is made for it; it is kept because the server prints it.
Storage = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings(Options):
    """Who inspected, as SQL spells the names, and the server's major version."""

    role: str
    session_role: str
    major: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TableOptions(Options):
    """UNLOGGED, WITH (...), USING method, row security flags, replica identity.

    `replica_identity` is "d" (default), "n" (nothing), "f" (full), or the name of an index.
    """

    unlogged: bool = False
    storage: Storage = ()
    access_method: str | None = None
    row_security: bool = False
    force_row_security: bool = False
    replica_identity: str = "d"
    clustered_on: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnOptions(Options):
    """STORAGE, COMPRESSION, STATISTICS. `storage` is None where it is the type's own."""

    storage: str | None = None
    compression: str | None = None
    statistics: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexOptions(Options):
    """NULLS NOT DISTINCT and WITH (...). The latter also on primary keys, unique and exclusion constraints."""

    nulls_not_distinct: bool = False
    storage: Storage = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PartOptions(Options):
    """An operator class that is not the type's default: qualified unless in pg_catalog, and its parameters."""

    opclass: str | None = None
    parameters: Storage = ()
