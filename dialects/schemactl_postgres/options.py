"""What only Postgres has, as typed attributes of the model's objects.

A field at its default means "as the server does it when nothing is said"; an Options whose fields are all at their
defaults is never stored: the field of the object is None then.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from schemactl.model import ObjectKey, Options

#: reloptions and the like: (name, value), in the order and with the values that the server stores. The order means
#: nothing, and no step is made for it; it is kept because the server prints it.
Storage = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings(Options):
    """Who inspected, as SQL spells the names, and the server's major version.

    `owners` are those of objects that are not `role`'s own. `granted_by_others` are the privileges of which some were
    granted by another role than the owner: only that role could revoke them.
    """

    role: str
    session_role: str
    major: int
    owners: Mapping[ObjectKey, str] = field(default_factory=dict)
    granted_by_others: frozenset[ObjectKey] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Said(Options):
    """A GRANT or REVOKE of the desired text, for one grantee and one object, or for the objects that come.

    No `privileges` means ALL. `option` says WITH GRANT OPTION, or GRANT OPTION FOR. `by_default` is set where it is
    not said of the object itself: (role, schema) of the ALTER DEFAULT PRIVILEGES that was in force when it was made.
    """

    grant: bool
    privileges: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    option: bool = False
    by_default: tuple[str, str] | None = None


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


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewOptions(Options):
    """Of a view: WITH (security_barrier, security_invoker) and WITH CHECK OPTION, "local" or "cascaded"."""

    security_barrier: bool = False
    security_invoker: bool = False
    check_option: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MaterializedOptions(Options):
    """Of a materialized view: WITH (...), USING method, and the index that it is clustered on."""

    storage: Storage = ()
    access_method: str | None = None
    clustered_on: str | None = None
