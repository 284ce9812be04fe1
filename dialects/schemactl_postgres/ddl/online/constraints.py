"""Constraints that bind new rows at once, and are checked against the old ones while nobody waits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from schemactl.model import Check, Constraint, ForeignKey, Index, Kind, ObjectKey, PrimaryKey, Unique
from schemactl.steps import Step
from schemactl_postgres.ddl import rank
from schemactl_postgres.ddl.context import Context, owning_table, relation_name
from schemactl_postgres.ddl.definitions import deferral, storage_changes
from schemactl_postgres.ddl.online.indexes import built, is_partitioned
from schemactl_postgres.ddl.online.names import free_name
from schemactl_postgres.ddl.online.shape import index_of
from schemactl_postgres.ddl.reach import with_partitions
from schemactl_postgres.inheritance import parents_of
from schemactl_postgres.options import IndexOptions, Storage
from schemactl_postgres.sql import qualified, quoted

#: From this version on a foreign key of a partitioned table can be NOT VALID; and one to a partitioned table is validated
#: as a whole, where before what the server makes of it for each partition stays NOT VALID for ever.
PARTITIONED_NOT_VALID = 18


def is_checked_later(context: Context, table: ObjectKey, it: Constraint) -> bool:
    """Whether a check or foreign key is added NOT VALID, and validated apart from that."""
    if not isinstance(it, Check | ForeignKey) or not (it.validated and it.enforced) or _joins(context, table):
        return False
    if isinstance(it, ForeignKey) and (is_partitioned(context, table) or is_partitioned(context, it.references)):
        return context.server.version[0] >= PARTITIONED_NOT_VALID and context.goes_online(table)
    return context.goes_online(table)


def _joins(context: Context, table: ObjectKey) -> bool:
    """Whether a table gets another parent, which takes none whose constraints are NOT VALID."""
    was, shall = context.live.get(table), context.tables.get(table)
    return was is not None and shall is not None and not set(parents_of(shall)) <= set(parents_of(was))


def validated(context: Context, key: ObjectKey, it: Check | ForeignKey, reason: str) -> Step:
    """VALIDATE CONSTRAINT, in a transaction of its own: no lock of another step is held while it reads."""
    table = owning_table(key)
    return context.step(
        f"ALTER TABLE {qualified(table)} VALIDATE CONSTRAINT {quoted(it.name)}",
        key,
        "alter",
        reason,
        cost="validate_foreign_key" if isinstance(it, ForeignKey) else "validate_check",
        table=table,
        others={"other": with_partitions(context, [it.references])} if isinstance(it, ForeignKey) else None,
        needs={key},
        rank=rank.VALIDATE,
        own_group=True,
        patient=True,
    )


def uses_index(context: Context, key: ObjectKey, it: Constraint) -> bool:
    """Whether a key is made of an index: one that is there, or that is built before."""
    table = owning_table(key)
    if not isinstance(it, PrimaryKey | Unique) or it.without_overlaps or is_partitioned(context, table):
        return False
    return context.goes_online(table) or (key in context.leftovers and table not in context.made)


def from_index(context: Context, key: ObjectKey, it: PrimaryKey | Unique, plain: Step) -> Iterator[Step]:
    """An index that is there, or is built CONCURRENTLY, becomes the constraint's, whose name it takes."""
    if (found := context.leftovers.get(key)) is not None:
        yield from _taken(context, key, it, found, plain)
        return
    name = it.name
    if (key.schema, name) in context.live_names:
        name = free_name(context, key.schema, name)
    noun = "primary key" if isinstance(it, PrimaryKey) else "unique constraint"
    yield built(context, key, index_of(it, name), needs=plain.needs, reason=f"for the {noun} {it.name}", ahead=True)
    spare = relation_name(key.schema, name)
    step = _made(context, key, it, name, plain)
    yield replace(step, creates=step.creates - {spare}, needs=step.needs | {spare})


def _made(context: Context, key: ObjectKey, it: PrimaryKey | Unique, index: str, plain: Step) -> Step:
    table, word = owning_table(key), "PRIMARY KEY" if isinstance(it, PrimaryKey) else "UNIQUE"
    return context.step(
        f"ALTER TABLE {qualified(table)} ADD CONSTRAINT {quoted(it.name)} {word} USING INDEX {quoted(index)}{deferral(it)}",
        key,
        "create",
        plain.reason,
        cost="use_index",
        table=table,
        creates=plain.creates,
        needs=plain.needs,
        follows=plain.follows,
        rank=plain.rank,
    )


def _taken(context: Context, key: ObjectKey, it: PrimaryKey | Unique, found: Index, plain: Step) -> Iterator[Step]:
    """The key is made of an index that is no more desired by itself; what the index has of its own goes."""
    step = _made(context, key, it, found.name, plain)
    old = {relation_name(key.schema, found.name), replace(key, kind=Kind.INDEX, name=found.name)}
    yield replace(step, reason=f"{plain.reason}, of the index {found.name}", destroys=frozenset(old) - step.creates)
    name = f"{quoted(key.schema)}.{quoted(it.name)}"
    for clause in storage_changes(_storage(found), _storage(it)):
        yield context.step(
            f"ALTER INDEX {name} {clause}",
            key,
            "alter",
            "storage parameters differ",
            needs={key},
            rank=rank.TABLE_OPTION,
        )
    if found.comment is not None:
        yield context.step(
            f"COMMENT ON INDEX {name} IS NULL", key, "comment", "it was the index's", needs={key}, rank=rank.COMMENT
        )


def _storage(it: Index | PrimaryKey | Unique) -> Storage:
    return it.options.storage if isinstance(it.options, IndexOptions) else ()
