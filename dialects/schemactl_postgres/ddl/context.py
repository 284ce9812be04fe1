"""What the writers of DDL share: both catalogs, the server, and how a step gets its cost."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from schemactl.dialect import Server
from schemactl.manner import Manner
from schemactl.model import (
    Catalog,
    Constraint,
    DefaultPrivileges,
    Index,
    Kind,
    ObjectKey,
    Routine,
    SchemaObject,
    Sequence,
    Table,
)
from schemactl.steps import OF_SIZE, Hazard, Lock, Step, Warning_
from schemactl_postgres.ddl import costs, reach
from schemactl_postgres.options import TableOptions

Action = Literal["create", "alter", "drop", "rename", "comment", "check", "analyze"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """`made` are the tables and views that this plan creates: nobody uses them yet, so steps on them cost nothing.

    `before` and `after` are the objects of both catalogs by key, `defaults` the live
    default privileges of whoever runs the plan.
    `created` and `dropped` are the keys of whatever is made and goes; what is made anew is in both.
    `circle` are the tables that go and refer to each other in a circle: their foreign keys are dropped first.
    `replaced` are types whose successors take over from them. `renamed` are the new keys of what hints rename.
    `routines` are the desired ones by their names, without schemas. `linked` are, by an operator, those that call it their
    commutator or negator, each with which.
    `leftovers` are the indexes that keys, by whose keys they are found, are to be made of, for they are there already.
    `taken` are, by a partition and the key of an index or constraint above it, what the partition has for its part in that.
    `given_names` grows: (schema, name) of what steps make under names that nobody stated. `live_names` are those of live
    tables and their parts, `taken_names` these and the desired ones.
    """

    desired: Catalog
    actual: Catalog
    server: Server
    manner: Manner
    made: frozenset[ObjectKey] = frozenset()
    created: frozenset[ObjectKey] = frozenset()
    dropped: frozenset[ObjectKey] = frozenset()
    circle: frozenset[ObjectKey] = frozenset()
    replaced: frozenset[ObjectKey] = frozenset()
    renamed: dict[ObjectKey, ObjectKey] = field(default_factory=dict)
    leftovers: dict[ObjectKey, Index] = field(default_factory=dict)
    taken: Mapping[tuple[ObjectKey, ObjectKey], Index | Constraint] = field(default_factory=dict)
    given_names: set[tuple[str, str]] = field(default_factory=set)
    live_names: frozenset[tuple[str, str]] = frozenset()
    taken_names: frozenset[tuple[str, str]] = frozenset()
    before: Mapping[ObjectKey, SchemaObject] = field(default_factory=dict)
    after: Mapping[ObjectKey, SchemaObject] = field(default_factory=dict)
    defaults: tuple[DefaultPrivileges, ...] = ()
    tables: dict[ObjectKey, Table] = field(default_factory=dict)
    live: dict[ObjectKey, Table] = field(default_factory=dict)
    sequences: dict[ObjectKey, Sequence] = field(default_factory=dict)
    views: frozenset[ObjectKey] = frozenset()
    linked: Mapping[ObjectKey, Collection[tuple[ObjectKey, str]]] = field(default_factory=dict)
    routines: Mapping[str, Collection[Routine]] = field(default_factory=dict)
    kin: reach.Kin = field(default_factory=reach.Kin)

    def is_foreign(self, key: ObjectKey) -> bool:
        """Whether a table is to be a foreign one."""
        table = self.tables.get(key)
        return table is not None and _is_foreign(table)

    def goes_online(self, table: ObjectKey) -> bool:
        """Whether others are to go on working on a table, or materialized view, while the plan works on it."""
        return table not in self.made and not self.is_foreign(table) and self.manner.goes_online(table)

    def owner(self, key: ObjectKey) -> ObjectKey:
        """The table or materialized view of an index."""
        view = ObjectKey(kind=Kind.VIEW, schema=key.schema, name=key.table)
        return view if view in self.views else owning_table(key)

    def step(
        self,
        sql: str,
        key: ObjectKey,
        action: Action,
        reason: str,
        *,
        cost: str = "none",
        table: ObjectKey | None = None,
        others: costs.Others | None = None,
        read: Iterable[ObjectKey] | None = None,
        extra: Iterable[Warning_] = (),
        creates: Iterable[ObjectKey] = (),
        destroys: Iterable[ObjectKey] = (),
        needs: Iterable[ObjectKey] = (),
        frees: Iterable[ObjectKey] = (),
        follows: Iterable[ObjectKey] = (),
        rank: int,
        own_group: bool = False,
        transactional: bool = True,
        patient: bool = False,
    ) -> Step:
        """A step with the locks and hazards of `cost`, a heading of costs.toml.

        They are on `table`, on its heirs, and on `others` by the roles that the heading names. Where it is not the rows
        of `table` and its heirs that the heading warns of, `read` are the tables whose rows they are.
        """
        freed = frozenset(frees)
        leaves = action == "drop" or table in freed
        locks, hazards = self.cost(cost, table, others or {}, extra, read=read, leaves=leaves)
        return Step(
            sql=sql,
            key=key,
            action=action,
            reason=reason,
            locks=locks,
            hazards=hazards,
            creates=frozenset(creates),
            destroys=frozenset(destroys),
            needs=frozenset(needs),
            frees=freed,
            follows=frozenset(follows),
            rank=rank,
            own_group=own_group,
            transactional=transactional,
            patient=patient,
        )

    def cost(
        self,
        heading: str,
        table: ObjectKey | None = None,
        others: costs.Others | None = None,
        extra: Iterable[Warning_] = (),
        *,
        read: Iterable[ObjectKey] | None = None,
        leaves: bool = False,
    ) -> tuple[tuple[Lock, ...], tuple[Warning_, ...]]:
        """Locks and hazards, with `extra` ones. What the step `leaves` was in use, be it made again in this plan.

        `read`: as of a step.
        """
        unused = self.made - self.dropped if leaves else self.made
        locks = costs.locks(self, heading, table, others or {}, unused)
        if read is None and table is not None:
            read = (table, *reach.heirs(self, table))
        told = () if table is not None and table in unused else self.hazards(heading, read)
        subject = (self.live if leaves else self.tables).get(table) if table is not None else None
        if subject is not None and _is_foreign(subject):
            # Its rows are elsewhere: nothing is read, written or lost.
            return locks, tuple(it for it in told if it.hazard in (Hazard.BREAKS_CLIENTS, Hazard.CHANGES_ACCESS))
        return locks, costs.with_waits(locks, (*told, *extra), self.server.version[0])

    def hazards(self, heading: str, read: Iterable[ObjectKey] | None, **names: str) -> tuple[Warning_, ...]:
        """What a heading of costs.toml warns of; `names` go into its sentences.

        What grows with a table is not told where all tables whose rows are `read` are small; None: it is not known whose.
        """
        told = costs.hazards(heading, self.server.version[0], **names)
        if read is None or not all(map(self._is_read_at_once, read)):
            return told
        return tuple(it for it in told if it.hazard not in OF_SIZE)

    def _is_read_at_once(self, table: ObjectKey) -> bool:
        """Whether reading or writing all rows of a table takes no time to speak of: one without rows here, or a small one."""
        is_new = table in self.made and table not in self.live
        return is_new or self.is_foreign(table) or self.manner.is_small(table)


def _is_foreign(table: Table) -> bool:
    return isinstance(table.options, TableOptions) and table.options.foreign is not None


def row_types(key: ObjectKey) -> frozenset[ObjectKey]:
    """A type, and the table or view that it may be the row of."""
    return frozenset({key, replace(key, kind=Kind.TABLE), replace(key, kind=Kind.VIEW)})


def column_key(table: ObjectKey, name: str) -> ObjectKey:
    return ObjectKey(kind=Kind.COLUMN, schema=table.schema, table=table.name, name=name)


def columns_of(table: ObjectKey, names: Iterable[str]) -> frozenset[ObjectKey]:
    return frozenset(column_key(table, n) for n in names)


def schema_of(key: ObjectKey) -> frozenset[ObjectKey]:
    """The schema that a thing stands in, as a need or a thing to free."""
    return frozenset({ObjectKey(kind=Kind.SCHEMA, name=key.schema)}) if key.schema else frozenset()


def relation_name(schema: str, name: str) -> ObjectKey:
    """The name itself: tables, indexes, sequences and types of one schema share one namespace.

    It orders a drop before a create of another kind under the same name.
    """
    return ObjectKey(kind=Kind.OTHER, schema=schema, name=name)


def null_kept_out(column: ObjectKey) -> ObjectKey:
    """That a column is known to hold no NULL, where the steps that see to it take their time: what a key of it needs."""
    return replace(column, kind=Kind.OTHER, name=f"not null: {column.name}")


def filled(column: ObjectKey) -> ObjectKey:
    """That every row has its value in a new column, where the steps that see to it take their time."""
    return replace(column, kind=Kind.OTHER, name=f"filled: {column.name}")


def persistence_of(table: ObjectKey) -> ObjectKey:
    """That the table is LOGGED or UNLOGGED as desired: what a foreign key from or to it needs."""
    return ObjectKey(kind=Kind.OTHER, schema=table.schema, table=table.name, name="persistence")


def owning_table(key: ObjectKey) -> ObjectKey:
    """The table of a column, constraint or index."""
    return ObjectKey(kind=Kind.TABLE, schema=key.schema, name=key.table)
