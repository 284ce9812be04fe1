"""Partition bounds and keys whose text differs, put to the server as confirm.py does with expressions."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import psycopg

from schemactl.model import Kind, Table
from schemactl_postgres.bounds import bound_of
from schemactl_postgres.canonical.bounds import bound_in
from schemactl_postgres.options import PartitionKey, TableOptions
from schemactl_postgres.partitioning import bound_sql, key_sql
from schemactl_postgres.probe import asked
from schemactl_postgres.sql import quoted

_READ = """SELECT pg_get_partkeydef(to_regclass('pg_temp.schemactl_key')),
(SELECT pg_get_expr(relpartbound, oid) FROM pg_class WHERE oid = to_regclass('pg_temp.schemactl_part'))"""


def is_doubtful(table: Table, live: Table) -> bool:
    """Whether bound or key differ, and may yet be the same."""
    one, other = _options(table), _options(live)
    mine, theirs = one.partition_of, other.partition_of
    bound = mine and theirs and mine.parent == theirs.parent and mine != theirs and mine.bound.form == theirs.bound.form
    return bool(bound) or _is_doubtful_key(one.partition_by, other.partition_by)


def _is_doubtful_key(one: PartitionKey | None, other: PartitionKey | None) -> bool:
    return one is not None and other is not None and one != other and _blank(one) == _blank(other)


def _blank(key: PartitionKey) -> PartitionKey:
    parts = tuple(
        p if p.expression is None else replace(p, expression=replace(p.expression, canonical="")) for p in key.parts
    )
    return replace(key, parts=parts)


def _options(table: Table) -> TableOptions:
    return table.options if isinstance(table.options, TableOptions) else TableOptions()


def confirmed(cursor: psycopg.Cursor[Any], table: Table, live: Table, parent: Table | None) -> Table:
    """`table` with the bound and the key of the live one, where the server prints them alike.

    `parent` is the desired table that it is a partition of.
    """
    options, other = _options(table), _options(live)
    mine, theirs = options.partition_of, other.partition_of
    if mine and theirs and mine != theirs and mine.parent == theirs.parent and parent is not None:
        printed = _printed(cursor, parent, bound_sql(mine.bound))
        if printed and printed[1] and bound_in(bound_of(printed[1]), parent) == theirs.bound:
            options = replace(options, partition_of=replace(mine, bound=theirs.bound))
    if options.partition_by and other.partition_by and _is_doubtful_key(options.partition_by, other.partition_by):
        asked = _printed(cursor, table, None)
        told = _printed(cursor, replace(table, options=replace(options, partition_by=other.partition_by)), None)
        if asked and told and asked[0] == told[0]:
            options = replace(options, partition_by=other.partition_by)
    return table if options == _options(table) else replace(table, options=options)


def _printed(cursor: psycopg.Cursor[Any], parent: Table, bound: str | None) -> tuple[str, str | None] | None:
    """The server's text of the key, and of a partition's bound; None where it takes them not."""
    key = _options(parent).partition_by
    if key is None:
        return None
    used = {part.column for part in key.parts}
    used |= {k.name for part in key.parts if part.expression for k in part.expression.uses if k.kind is Kind.COLUMN}
    columns = ", ".join(_column(parent, name) for name in sorted(filter(None, used)))
    made = f"CREATE TEMPORARY TABLE schemactl_key ({columns}) PARTITION BY {key_sql(key)}"
    if bound:
        made += f"; CREATE TEMPORARY TABLE schemactl_part PARTITION OF pg_temp.schemactl_key {bound}"
    rows = asked(cursor, made, _READ)
    return rows[0] if rows else None


def _column(table: Table, name: str) -> str:
    column = table.column(name)
    assert column is not None
    collation = f" COLLATE {column.collation}" if column.collation else ""
    return f"{quoted(name)} {column.type.text}{collation}"
