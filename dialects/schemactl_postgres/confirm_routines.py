"""Bodies in standard SQL, defaults of arguments and conditions of triggers, put to the server like expressions.

A function like the desired one is made in pg_temp, a trigger like it on a temporary table; what the server prints of
it is compared with what it prints of the live one, and all is rolled back. What it does not take stays a difference.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import psycopg

from schemactl.model import Catalog, Expression, ObjectKey, Routine, SchemaObject, Table, Trigger
from schemactl_postgres.confirm import prepared
from schemactl_postgres.ddl.routines import definition
from schemactl_postgres.inspect.routines import condition
from schemactl_postgres.probe import asked
from schemactl_postgres.sql import literal, quoted

if TYPE_CHECKING:
    from sqlalchemy import Connection

_ROUTINE = """
SELECT pg_get_function_sqlbody(p.oid),
       ARRAY(SELECT pg_get_function_arg_default(p.oid, i) FROM generate_series(1, {count}) AS i ORDER BY i)
FROM pg_proc p WHERE p.pronamespace = pg_my_temp_schema() AND p.proname = {name}
"""
_TRIGGERS = """
SELECT pg_get_triggerdef(t.oid) FROM pg_trigger t
WHERE t.tgrelid = to_regclass({table}) AND NOT t.tgisinternal ORDER BY t.tgname
"""
_CALLED = "CREATE FUNCTION pg_temp.schemactl() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'"


def confirm_routines(connection: Connection, desired: Catalog, actual: Catalog) -> Catalog:
    """`desired`, where each routine and trigger that the server finds equal in its text is canonically the live one.

    The text stays that of the desired side: the live one holds for the types of today.

    The connection is in no transaction, neither before nor after. Nothing is run where no text differs.
    """
    doubts = list(_doubts(desired, actual))
    if not doubts:
        return desired
    driver: Any = connection.connection.dbapi_connection
    tables = {table.key: table for table in desired.tables()}
    settled: dict[ObjectKey, SchemaObject] = {}
    with driver.transaction(force_rollback=True), driver.cursor() as cursor:
        if not prepared(cursor):
            return desired
        for found, live in doubts:
            if isinstance(found, Routine) and isinstance(live, Routine):
                settled[found.key] = _routine(cursor, found, live)
            elif isinstance(found, Trigger) and isinstance(live, Trigger) and found.key.parent in tables:
                settled[found.key] = _trigger(cursor, found, live, tables[found.key.parent])
    return replace(desired, objects=tuple(settled.get(o.key, o) for o in desired.objects))


def _doubts(desired: Catalog, actual: Catalog) -> Iterator[tuple[SchemaObject, SchemaObject]]:
    live = actual.by_key()
    for found in desired.objects:
        twin = live.get(found.key)
        if twin is None or twin == found:
            continue
        if isinstance(found, Trigger) and isinstance(twin, Trigger):
            if found.when is not None and twin.when is not None and found.when != twin.when:
                yield found, twin
        elif isinstance(found, Routine) and isinstance(twin, Routine):
            pairs = list(zip(_texts(found), _texts(twin), strict=False))
            if len(found.arguments) == len(twin.arguments) and any(a and b and a != b for a, b in pairs):
                yield found, twin


def _texts(routine: Routine) -> list[Expression | None]:
    return [routine.sql_body, *(a.default for a in routine.arguments)]


def _routine(cursor: psycopg.Cursor[Any], found: Routine, live: Routine) -> Routine:
    """A body may name its arguments behind the function's own name, so that the temporary one bears it too."""
    probe = replace(found, schema="pg_temp", settings=())
    if found.sql_body is None:
        probe = replace(probe, language="sql", body="", library=None, support=None)
    read = _ROUTINE.format(count=len(found.arguments), name=literal(found.name).strip())
    rows = asked(cursor, definition(probe), read)
    if len(rows) != 1:
        return found
    body, defaults = rows[0]
    if found.sql_body is not None and live.sql_body is not None and body == live.sql_body.text:
        found = replace(found, sql_body=replace(found.sql_body, canonical=live.sql_body.canonical))
    arguments = tuple(
        replace(one, default=replace(one.default, canonical=other.default.canonical))
        if one.default is not None and other.default is not None and text == other.default.text
        else one
        for one, other, text in zip(found.arguments, live.arguments, defaults, strict=True)
    )
    return replace(found, arguments=arguments)


def _trigger(cursor: psycopg.Cursor[Any], found: Trigger, live: Trigger, table: Table) -> Trigger:
    assert found.when is not None and live.when is not None
    columns = ", ".join(f"{quoted(c.name)} {c.type.text}" for c in table.columns)
    name = quoted(table.name)
    each = "ROW" if found.for_each_row else "STATEMENT"
    timing = found.timing if found.timing != "INSTEAD OF" else "BEFORE"
    events = " OR ".join(found.events)
    sql = [f"CREATE TEMPORARY TABLE {name} ({columns})", _CALLED]
    sql += [
        f"CREATE TRIGGER schemactl_{side} {timing} {events} ON pg_temp.{name} FOR EACH {each}"
        f" WHEN ({text}\n) EXECUTE FUNCTION pg_temp.schemactl()"
        for side, text in (("a", found.when.text), ("b", live.when.text))
    ]
    rows = asked(cursor, "; ".join(sql), _TRIGGERS.format(table=literal(f"pg_temp.{name}").strip()))
    texts = {condition(row[0]) for row in rows}
    if len(rows) == 2 and len(texts) == 1:
        return replace(found, when=replace(found.when, canonical=live.when.canonical))
    return found
