"""What only Postgres has, as typed attributes of the model's objects.

A field at its default means "as the server does it when nothing is said"; an Options whose fields are all at their
defaults is never stored: the field of the object is None then.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from schemactl.model import Constraint, Expression, ForeignOptions, Index, IndexPart, Kind, ObjectKey, Options

#: reloptions and the like: (name, value), in the order and with the values that the server stores. The order means
#: nothing, and no step is made for it; it is kept because the server prints it.
Storage = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings(Options):
    """Who inspected, as SQL spells the names, and the server's major version.

    `owners` are those of objects that are not `role`'s own. `granted_by_others` are the privileges of which some were
    granted by another role than the owner: only that role could revoke them. `roles` are the names of all roles of the
    server, `extensions` of those that it could create. `steady` are the names, without schemas, of functions and operators
    of which none is VOLATILE, `volatile` of functions of which one is. `toastless` are the tables and materialized views
    that have no TOAST table.
    """

    role: str
    session_role: str
    major: int
    owners: Mapping[ObjectKey, str] = field(default_factory=dict)
    granted_by_others: frozenset[ObjectKey] = frozenset()
    roles: frozenset[str] = frozenset()
    extensions: frozenset[str] = frozenset()
    steady: frozenset[str] = frozenset()
    volatile: frozenset[str] = frozenset()
    toastless: frozenset[ObjectKey] = frozenset()


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
class PartitionKey(Options):
    """PARTITION BY. `method` is range, list or hash."""

    method: str
    parts: tuple[IndexPart, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound(Options):
    """The rows that a partition takes. `form` is FROM, IN, WITH or DEFAULT.

    `values` are those of FROM or IN, or modulus and remainder; `upper` those of TO. MINVALUE and MAXVALUE stand among
    them as they are written. The order of IN means nothing: `values` are sorted, and `written` are as the text has them.
    """

    form: str
    values: tuple[Expression, ...] = ()
    upper: tuple[Expression, ...] = ()
    written: tuple[Expression, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Partition(Options):
    """PARTITION OF. `leaving`: a DETACH CONCURRENTLY of the live partition was not finished."""

    parent: ObjectKey
    bound: Bound
    leaving: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreign(Options):
    """What makes a table a foreign one: its server, and the OPTIONS of it there, sorted by name."""

    server: str
    settings: ForeignOptions = ()

    @property
    def at(self) -> ObjectKey:
        return ObjectKey(kind=Kind.FOREIGN_SERVER, name=self.server)


@dataclass(frozen=True, slots=True, kw_only=True)
class TableOptions(Options):
    """UNLOGGED, WITH (...), USING method, row security flags, replica identity, partitioning, inheritance.

    `replica_identity` is "d" (default), "n" (nothing), "f" (full), or the name of an index. `own_columns` are those
    of a table with INHERITS that it also has by itself: they stay when they go from the parent. `given_constraints`
    and `given_indexes` are those that a live table has from its parents: no parts of it in the catalog, until it is
    detached and they become its own. Of a desired table, `given_indexes` are those whose names are stated. `of_type`
    is the composite type whose attributes are the table's columns.
    """

    unlogged: bool = False
    storage: Storage = ()
    access_method: str | None = None
    row_security: bool = False
    force_row_security: bool = False
    replica_identity: str = "d"
    clustered_on: str | None = None
    partition_by: PartitionKey | None = None
    partition_of: Partition | None = None
    inherits: tuple[ObjectKey, ...] = ()
    foreign: Foreign | None = None
    of_type: ObjectKey | None = None
    own_columns: tuple[str, ...] = field(default=(), compare=False)
    given_constraints: tuple[Constraint, ...] = field(default=(), compare=False)
    given_indexes: tuple[Index, ...] = field(default=(), compare=False)

    @property
    def parents(self) -> tuple[ObjectKey, ...]:
        """The tables whose columns this one has."""
        return (self.partition_of.parent,) if self.partition_of else self.inherits


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnOptions(Options):
    """STORAGE, COMPRESSION, STATISTICS, and SET (n_distinct = ...). `storage` is None where it is the type's own.

    `foreign` are the OPTIONS of a foreign table's column, sorted by name.
    """

    storage: str | None = None
    compression: str | None = None
    statistics: int | None = None
    foreign: ForeignOptions = ()
    settings: Storage = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexOptions(Options):
    """NULLS NOT DISTINCT and WITH (...). The latter also on primary keys, unique and exclusion constraints.

    `statistics` are (number of the part, counted from 1; statistics target). `extensions` are those that it depends on:
    it goes when they do.
    """

    nulls_not_distinct: bool = False
    storage: Storage = ()
    statistics: tuple[tuple[int, int], ...] = ()
    extensions: tuple[str, ...] = ()


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
    """Of a materialized view: WITH (...), USING method, the index that it is clustered on, extensions as of an index."""

    storage: Storage = ()
    access_method: str | None = None
    clustered_on: str | None = None
    extensions: tuple[str, ...] = ()
