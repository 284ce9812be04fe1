"""Indexes built and dropped CONCURRENTLY, which no transaction can hold. A new form is built beside the old."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace

from schemactl.model import Index, Kind, ObjectKey
from schemactl.steps import Step
from schemactl_postgres.ddl import rank
from schemactl_postgres.ddl.context import Context, filled, relation_name
from schemactl_postgres.ddl.definitions import index as definition
from schemactl_postgres.ddl.online.names import free_name
from schemactl_postgres.options import TableOptions
from schemactl_postgres.sql import quoted


def builds(context: Context, table: ObjectKey) -> bool:
    """Whether an index of a table is built CONCURRENTLY. The server does it for no partitioned table."""
    wish = context.manner.creates_concurrently
    if table in context.made or context.is_foreign(table) or is_partitioned(context, table):
        return False
    return context.goes_online(table) if wish is None else wish


def drops(context: Context, table: ObjectKey, index: ObjectKey, frees: Iterable[ObjectKey]) -> bool:
    """Whether an index is dropped CONCURRENTLY: not where it makes way for something within a transaction."""
    wish = context.manner.drops_concurrently
    if table not in context.before or is_partitioned(context, table) or is_part_of_parents(context, table, index.name):
        return False
    if index in context.created or context.dropped.intersection(frees):
        return False
    return context.goes_online(table) if wish is None else wish


def is_partitioned(context: Context, table: ObjectKey) -> bool:
    found = context.tables.get(table) or context.live.get(table)
    options = found.options if found is not None else None
    return isinstance(options, TableOptions) and options.partition_by is not None


def is_part_of_parents(context: Context, table: ObjectKey, index: str) -> bool:
    """Whether an index of a table is part of its parent's, and cannot go CONCURRENTLY."""
    found = context.live.get(table)
    options = found.options if found is not None else None
    return isinstance(options, TableOptions) and any(i.name == index for i in options.given_indexes)


def built(
    context: Context, key: ObjectKey, it: Index, *, needs: Collection[ObjectKey], reason: str = "", ahead: bool = False
) -> Step:
    """CREATE INDEX CONCURRENTLY, under the name that `it` bears; `key` is what it is for."""
    table = context.owner(key)
    name = relation_name(key.schema, it.name)
    return context.step(
        definition(it, table, concurrently=True),
        key,
        "create",
        reason or "new index",
        cost="create_unique_index_online" if it.unique else "create_index_online",
        table=table,
        creates={name} if ahead else {key, name},
        # Filled first, the table has fewer indexes to keep.
        needs={*needs, *(filled(k) for k in needs if k.kind is Kind.COLUMN)},
        rank=rank.BUILD_AHEAD if ahead else rank.BUILD,
        transactional=False,
        patient=True,
    )


def replaced(
    context: Context, key: ObjectKey, it: Index, dropped: Step, *, needs: Collection[ObjectKey]
) -> Iterator[Step]:
    """The new form is built under another name; then it takes the old one's place in one transaction.

    `dropped` is the plain step that drops the old one.
    """
    name = free_name(context, key.schema, it.name)
    spare = relation_name(key.schema, name)
    yield built(context, key, replace(it, name=name), needs=needs, reason="in its new form", ahead=True)
    yield replace(dropped, needs=dropped.needs | {spare}, reason="replaced by its new form")
    yield context.step(
        f"ALTER INDEX {quoted(key.schema)}.{quoted(name)} RENAME TO {quoted(it.name)}",
        key,
        "rename",
        "takes the place of the old one",
        cost="light",
        table=context.owner(key),
        creates={key, relation_name(key.schema, it.name)},
        needs={spare},
        rank=rank.INDEX,
    )
