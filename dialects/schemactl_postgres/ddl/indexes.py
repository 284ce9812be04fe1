"""Steps for indexes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from schemactl.changes import Alter, Create, Drop, Rename
from schemactl.model import Index, Kind, ObjectKey
from schemactl.steps import Step
from schemactl_postgres.ddl import rank
from schemactl_postgres.ddl.comments import comment
from schemactl_postgres.ddl.constraints import expressions, part_columns, rename, routines_in
from schemactl_postgres.ddl.context import Context, columns_of, relation_name
from schemactl_postgres.ddl.definitions import index as definition
from schemactl_postgres.ddl.definitions import storage_changes
from schemactl_postgres.ddl.depends import depends
from schemactl_postgres.ddl.online import indexes as online
from schemactl_postgres.ddl.online import partitioned
from schemactl_postgres.options import IndexOptions
from schemactl_postgres.sql import quoted


def index(context: Context, change: Create | Drop | Alter | Rename) -> Iterator[Step]:
    match change:
        case Create():
            assert isinstance(change.after, Index)
            yield from create(context, change.key, change.after, reason=change.because)
        case Drop():
            assert isinstance(change.before, Index)
            yield drop(context, change.key, change.before, reason=change.because)
        case Rename():
            yield rename(context, change)
        case Alter():
            assert isinstance(change.before, Index) and isinstance(change.after, Index)
            yield from _altered(context, change.key, change.before, change.after)


def create(context: Context, key: ObjectKey, it: Index, *, reason: str = "") -> Iterator[Step]:
    table = context.owner(key)
    if partitioned.builds(context, table, it):
        yield from partitioned.built(context, key, it, needs=needs(context, key, it), reason=reason)
    elif online.builds(context, table):
        yield online.built(context, key, it, needs=needs(context, key, it), reason=reason)
    else:
        yield context.step(
            definition(it, table),
            key,
            "create",
            reason or "new index",
            cost="create_unique_index" if it.unique else "create_index",
            table=table,
            creates={key, relation_name(key.schema, key.name)},
            needs=needs(context, key, it),
            rank=rank.INDEX,
        )
    yield from _beside(context, key, it, IndexOptions())
    yield from comment(context, key, it.comment)


def needs(context: Context, key: ObjectKey, it: Index) -> frozenset[ObjectKey]:
    """What must be there, in its final form, before the index can be built."""
    table = context.owner(key)
    uses = {k for e in expressions(it) for k in e.uses if k.kind in (Kind.TYPE, Kind.ROUTINE)}
    return frozenset({table} | columns_of(table, mentioned(it)) | uses)


def drop(context: Context, key: ObjectKey, it: Index, *, reason: str = "", at_once: bool = False) -> Step:
    """DROP INDEX; `at_once`: within a transaction, whatever the table."""
    table = context.owner(key)
    frees = {table} | columns_of(table, mentioned(it)) | routines_in(it)
    apart = not at_once and online.drops(context, table, key, frees)
    return context.step(
        f"DROP INDEX {'CONCURRENTLY ' if apart else ''}{quoted(key.schema)}.{quoted(key.name)}",
        key,
        "drop",
        (reason or "not in the desired schema") if it.valid else "left INVALID by a build that failed",
        cost="drop_index_online" if apart else "drop_index",
        table=table,
        destroys={key, relation_name(key.schema, key.name)},
        frees=frees,
        rank=rank.DROP_INDEX_ONLINE if apart else rank.DROP_INDEX,
        transactional=not apart,
        patient=apart,
    )


def _altered(context: Context, key: ObjectKey, was: Index, it: Index) -> Iterator[Step]:
    old, new = _options(was), _options(it)
    same = replace(was, comment=it.comment, options=None) == replace(it, options=None)
    if not same or old.nulls_not_distinct != new.nulls_not_distinct:
        if was.valid and online.builds(context, context.owner(key)):
            yield from online.replaced(
                context, key, it, drop(context, key, was, at_once=True), needs=needs(context, key, it)
            )
            yield from _beside(context, key, it, IndexOptions())
            yield from comment(context, key, it.comment)
            return
        if partitioned.is_begun(context, context.owner(key), was, it):
            yield from partitioned.built(context, key, it, needs=needs(context, key, it), begun=True)
            return
        yield drop(context, key, was, reason="differs")
        yield from create(context, key, it, reason="in its new form")
        return
    name = f"{quoted(key.schema)}.{quoted(key.name)}"
    for clause in storage_changes(old.storage, new.storage):
        yield context.step(
            f"ALTER INDEX {name} {clause}",
            key,
            "alter",
            "storage parameters differ",
            creates={key},
            rank=rank.TABLE_OPTION,
        )
    yield from _beside(context, key, it, old)
    if it.comment != was.comment:
        yield from comment(context, key, it.comment, always=True)


def _beside(context: Context, key: ObjectKey, it: Index, was: IndexOptions) -> Iterator[Step]:
    """What no CREATE INDEX says: statistics targets of its parts, and the extensions that it goes with."""
    new, name = _options(it), f"INDEX {quoted(key.schema)}.{quoted(key.name)}"
    targets, before = dict(new.statistics), dict(was.statistics)
    for number in sorted(targets.keys() | before.keys()):
        if targets.get(number) != before.get(number):
            yield context.step(
                f"ALTER {name} ALTER COLUMN {number} SET STATISTICS {targets.get(number, -1)}",
                key,
                "alter",
                "statistics target differs",
                needs={key},
                rank=rank.TABLE_OPTION,
            )
    yield from depends(context, key, name, new.extensions, was.extensions)


def _options(it: Index) -> IndexOptions:
    return it.options if isinstance(it.options, IndexOptions) else IndexOptions()


def mentioned(it: Index) -> frozenset[str]:
    """The columns that an index rests on."""
    names = set(part_columns(it.parts)) | set(it.include)
    if it.predicate:
        names |= {k.name for k in it.predicate.uses if k.kind is Kind.COLUMN}
    return frozenset(names)
