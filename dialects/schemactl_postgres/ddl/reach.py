"""What a statement reaches beyond its own table: partitions and heirs, both sides of foreign keys, owned sequences."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from schemactl.model import Catalog, ForeignKey, Kind, ObjectKey, Sequence, Table
from schemactl_postgres.inheritance import parents_of
from schemactl_postgres.names import generated_name
from schemactl_postgres.options import Partition, TableOptions

if TYPE_CHECKING:
    from schemactl_postgres.ddl.context import Context


@dataclass(frozen=True, slots=True, kw_only=True)
class Kin:
    """By a table: those that have its columns, in either catalog; the live foreign keys to it; its live sequences."""

    children: Mapping[ObjectKey, list[ObjectKey]] = field(default_factory=dict)
    foreign_keys: Mapping[ObjectKey, list[tuple[ObjectKey, ForeignKey]]] = field(default_factory=dict)
    sequences: Mapping[ObjectKey, list[Sequence]] = field(default_factory=dict)


def kin(desired: Catalog, actual: Catalog) -> Kin:
    """Looked up once for a whole plan."""
    children: dict[ObjectKey, list[ObjectKey]] = {}
    foreign_keys: dict[ObjectKey, list[tuple[ObjectKey, ForeignKey]]] = {}
    sequences: dict[ObjectKey, list[Sequence]] = {}
    for table in (*actual.tables(), *desired.tables()):
        for parent in parents_of(table):
            children.setdefault(parent, []).append(table.key)
    for table in actual.tables():
        for it in _foreign_keys(table):
            foreign_keys.setdefault(it.references, []).append((table.key, it))
    for thing in actual.objects:
        if isinstance(thing, Sequence) and thing.owned_by is not None and thing.owned_by.parent is not None:
            sequences.setdefault(thing.owned_by.parent, []).append(thing)
    return Kin(children=children, foreign_keys=foreign_keys, sequences=sequences)


def heirs(context: Context, table: ObjectKey) -> list[ObjectKey]:
    """The tables that have columns of this one, now or when the plan is done, and theirs."""
    found = {table: None}
    waiting = [table]
    while waiting:
        more = [key for key in context.kin.children.get(waiting.pop(), ()) if key not in found]
        found |= dict.fromkeys(more)
        waiting += more
    return list(found)[1:]


def partitions(context: Context, table: ObjectKey) -> list[ObjectKey]:
    """The partitions of a table, now or when the plan is done, and theirs."""
    return [key for key in heirs(context, table) if _joined(context, key) is not None]


def with_partitions(context: Context, tables: Iterable[ObjectKey]) -> list[ObjectKey]:
    """The tables, and the partitions of each."""
    return [key for table in dict.fromkeys(tables) for key in (table, *partitions(context, table))]


def default_of(context: Context, parent: ObjectKey) -> list[ObjectKey]:
    """The live default partition of a table, and its partitions."""
    children = (context.live[key] for key in context.kin.children.get(parent, ()) if key in context.live)
    return with_partitions(
        context,
        (child.key for child in children if (it := partition_of(child)) and it.parent == parent and _is_default(it)),
    )


def referred(
    context: Context,
    table: ObjectKey,
    gone: frozenset[ObjectKey],
    columns: frozenset[str] | None = None,
    *,
    own: bool = False,
) -> list[ObjectKey]:
    """The tables that live foreign keys of this one refer to: all, or those over some of its columns.

    `gone` are keys of constraints that are not there any more when it matters. Where `own`, those that a partition has
    from its parent do not count.
    """
    live = context.live.get(table)
    if live is None:
        return []
    keys = [it for it in _foreign_keys(live, own=own) if live.child(Kind.CONSTRAINT, it.name) not in gone]
    return with_partitions(context, (it.references for it in keys if columns is None or columns & set(it.columns)))


def referring(
    context: Context, table: ObjectKey, gone: frozenset[ObjectKey], columns: frozenset[str] | None = None
) -> list[ObjectKey]:
    """The tables whose live foreign keys refer to this one or what it is a partition of, but for those `gone`."""
    return with_partitions(
        context,
        (
            key
            for target in (table, *ancestors(context, table))
            for key, it in context.kin.foreign_keys.get(target, ())
            if context.live[key].child(Kind.CONSTRAINT, it.name) not in gone
            and (columns is None or columns & set(it.referenced_columns))
        ),
    )


def sequences_of(context: Context, table: ObjectKey, column: str | None = None) -> list[ObjectKey]:
    """The live sequences that belong to columns of a table, or to one of them; those of identities too."""
    owned = [
        it.key
        for it in context.kin.sequences.get(table, ())
        if it.owned_by is not None and column in (None, it.owned_by.name)
    ]
    live = context.live.get(table)
    for it in live.columns if live is not None else ():
        if it.identity is not None and column in (None, it.name):
            name = it.identity.sequence or generated_name(table.name, it.name, "seq")
            owned.append(ObjectKey(kind=Kind.SEQUENCE, schema=table.schema, name=name))
    return owned


def _foreign_keys(table: Table, *, own: bool = False) -> Iterator[ForeignKey]:
    """Those of a table, with those that it has from its parents."""
    given = table.options.given_constraints if isinstance(table.options, TableOptions) and not own else ()
    return (it for it in (*table.constraints, *given) if isinstance(it, ForeignKey))


def partition_of(table: Table | None) -> Partition | None:
    """What makes a table a partition; None where it is none."""
    return table.options.partition_of if table is not None and isinstance(table.options, TableOptions) else None


def _is_default(it: Partition) -> bool:
    return it.bound.form == "DEFAULT"


def _joined(context: Context, key: ObjectKey) -> Partition | None:
    return partition_of(context.live.get(key)) or partition_of(context.tables.get(key))


def ancestors(context: Context, key: ObjectKey) -> list[ObjectKey]:
    """The tables that a partition is in, the nearest first."""
    found: list[ObjectKey] = []
    while (it := _joined(context, key)) is not None and it.parent not in found:
        found.append(it.parent)
        key = it.parent
    return found
