"""Expressions of statistics, and locales of collations, put to the server as those of temporary objects."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import psycopg

from schemactl.model import (
    Catalog,
    Check,
    Collation,
    Expression,
    Index,
    IndexPart,
    ObjectKey,
    PublishedTable,
    Statistics,
    Table,
)
from schemactl_postgres.confirm import confirm, prepared
from schemactl_postgres.confirm_domains import changed_types
from schemactl_postgres.ddl.collations import options
from schemactl_postgres.probe import asked

if TYPE_CHECKING:
    from sqlalchemy import Connection

_READ = "SELECT to_jsonb(c) FROM pg_collation c WHERE collname = 'schemactl_collation' AND collnamespace = pg_my_temp_schema()"


def confirm_others(connection: Connection, desired: Catalog, actual: Catalog) -> Catalog:
    """`desired`, where what the server says alike of both sides is as the live one has it."""
    found = _filters(connection, _statistics(connection, desired, actual), actual)
    return _collations(connection, found, actual)


def _statistics(connection: Connection, desired: Catalog, actual: Catalog) -> Catalog:
    """As expressions of an index would be: that much is the same."""
    live = {o.key: o for o in actual.objects if isinstance(o, Statistics)}
    pairs = [
        (o, twin)
        for o in desired.objects
        if isinstance(o, Statistics) and (twin := live.get(o.key)) is not None and o.expressions != twin.expressions
    ]
    settled: dict[ObjectKey, Statistics] = {}
    changed = changed_types(desired, actual) if pairs else frozenset()
    for it, twin in pairs:
        ours, theirs = _as_index(desired, it), _as_index(actual, twin)
        if ours is None or theirs is None or len(it.expressions) != len(twin.expressions):
            continue
        answer = confirm(connection, Catalog(objects=(ours,)), Catalog(objects=(theirs,)), changed=changed).tables()[0]
        expressions = tuple(p.expression for p in answer.indexes[0].parts if p.expression is not None)
        settled[it.key] = replace(it, expressions=expressions)
    return replace(desired, objects=tuple(settled.get(o.key, o) for o in desired.objects))


def _filters(connection: Connection, desired: Catalog, actual: Catalog) -> Catalog:
    """Row filters of publications: the server prints one as it prints a check."""
    live = {o.key: o for o in actual.objects if isinstance(o, PublishedTable)}
    settled: dict[ObjectKey, PublishedTable] = {}
    changed: frozenset[ObjectKey] | None = None
    for it in desired.objects:
        twin = live.get(it.key)
        if not isinstance(it, PublishedTable) or twin is None or it.where is None or twin.where is None:
            continue
        if it.where == twin.where:
            continue
        changed = changed_types(desired, actual) if changed is None else changed
        ours, theirs = _as_check(desired, it, it.where), _as_check(actual, twin, twin.where)
        if ours is None or theirs is None:
            continue
        answer = confirm(connection, Catalog(objects=(ours,)), Catalog(objects=(theirs,)), changed=changed).tables()[0]
        found = answer.constraints[0]
        assert isinstance(found, Check)
        settled[it.key] = replace(it, where=found.expression)
    return replace(desired, objects=tuple(settled.get(o.key, o) for o in desired.objects))


def _as_check(catalog: Catalog, it: PublishedTable, where: Expression) -> Table | None:
    table = catalog.table(it.schema, it.table)
    if table is None:
        return None
    columns = tuple(replace(c, default=None, generated=None) for c in table.columns)
    checks = (Check(name="c", expression=where),)
    return Table(schema=table.schema, name=table.name, columns=columns, constraints=checks)


def _as_index(catalog: Catalog, it: Statistics) -> Table | None:
    table = catalog.table(it.table.schema, it.table.name)
    if table is None:
        return None
    index = Index(name="i", parts=tuple(IndexPart(expression=e) for e in it.expressions))
    columns = tuple(replace(c, default=None, generated=None) for c in table.columns)
    return Table(schema=table.schema, name=table.name, columns=columns, indexes=(index,))


def _collations(connection: Connection, desired: Catalog, actual: Catalog) -> Catalog:
    live = {o.key: o for o in actual.objects if isinstance(o, Collation)}
    pairs = [
        (o, twin)
        for o in desired.objects
        if isinstance(o, Collation)
        and (twin := live.get(o.key)) is not None
        and replace(o, comment=twin.comment) != twin
    ]
    if not pairs:
        return desired
    driver: Any = connection.connection.dbapi_connection
    settled: dict[ObjectKey, Collation] = {}
    with driver.transaction(force_rollback=True), driver.cursor() as cursor:
        if not prepared(cursor):
            return desired
        for it, twin in pairs:
            forms = [_form(cursor, side) for side in (it, twin)]
            if forms[0] is not None and forms[0] == forms[1]:
                settled[it.key] = replace(twin, comment=it.comment)
    return replace(desired, objects=tuple(settled.get(o.key, o) for o in desired.objects))


def _form(cursor: psycopg.Cursor[tuple[object, ...]], it: Collation) -> object:
    """The server's row of such a collation; None where it does not take it."""
    make = f"CREATE COLLATION pg_temp.schemactl_collation ({options(it)})"
    rows = asked(cursor, make, _READ)
    return {k: v for k, v in rows[0][0].items() if k not in ("oid", "collnamespace")} if rows else None
