"""Rows for a random schema: simple values by type, as far as the tables take them.

Only for tables that outlive a crash of their server: neither UNLOGGED ones, nor those of MEMORY, MyISAM and the like.
"""

from __future__ import annotations

import re
from typing import Any

from tests.support import postgres
from tests.support.servers import ERRORS, AnyDatabase

ROWS = 4

_POSTGRES = """
SELECT format('%I.%I', n.nspname, c.relname), quote_ident(a.attname), format_type(a.atttypid, a.atttypmod),
       coalesce((SELECT quote_literal(enumlabel) FROM pg_enum WHERE enumtypid = a.atttypid ORDER BY enumsortorder LIMIT 1), '')
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid
WHERE c.relkind IN ('r', 'p') AND c.relpersistence = 'p' AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'
AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' ORDER BY c.oid, a.attnum
"""
_MYSQL = """
SELECT CONCAT('`', REPLACE(t.TABLE_NAME, '`', '``'), '`'), CONCAT('`', REPLACE(c.COLUMN_NAME, '`', '``'), '`'), c.COLUMN_TYPE,
       IF(c.DATA_TYPE IN ('enum', 'set'), '1', '')
FROM information_schema.TABLES t JOIN information_schema.COLUMNS c USING (TABLE_SCHEMA, TABLE_NAME)
WHERE t.TABLE_SCHEMA = DATABASE() AND t.ENGINE = 'InnoDB' AND t.TABLE_TYPE IN ('BASE TABLE', 'SYSTEM VERSIONED') AND COALESCE(c.GENERATION_EXPRESSION, '') = ''
ORDER BY t.TABLE_NAME, c.ORDINAL_POSITION
"""
#: A type, by how its name begins, and a value of it; {} is the number of the row.
_VALUES = (
    (r"(small|big|tiny|medium)?int|numeric|decimal|real|double|float|bit\(", "{}"),
    (r"bool", "true"),
    (r"char\(1\)|bpchar|character\(1\)|char$", "'{}'"),
    (r"text|citext|(var|n)?char|character|name|.*text|.*blob|(var)?binary|bytea", "'r{}'"),
    (r"date$", "'2024-01-0{}'"),
    (r"timestamp|datetime", "'2024-01-0{} 10:00:00'"),
    (r"time", "'10:00:0{}'"),
    (r"year", "200{}"),
    (r"interval", "'{} days'"),
    (r"uuid", "'00000000-0000-0000-0000-00000000000{}'"),
    (r"json", "'{{\"a\": {}}}'"),
    (r".*\[\]", "'{{}}'"),
)

Filled = dict[str, list[str]]


def tables(database: AnyDatabase) -> list[str]:
    """The tables that rows can be put into, quoted, sorted."""
    return sorted({str(row[0]) for row in database.query(_POSTGRES if _is_postgres(database) else _MYSQL)})


def fill(database: AnyDatabase, tables: set[str] | None = None) -> Filled:
    """Put rows into all tables, or into these, that take them. The columns given a value, by table.

    What a table refuses it is not given: a row that does not suit a foreign key, a check, a partition.
    """
    columns: dict[str, list[tuple[str, str]]] = {}
    for table, column, kind, label in database.query(_POSTGRES if _is_postgres(database) else _MYSQL):
        assert table and column and kind is not None
        if value := label or _value(kind):
            columns.setdefault(table, []).append((column, value))
    filled: Filled = {}
    with database.connect() as connection:
        for table, values in columns.items():
            if tables is None or table in tables:
                taken = [_insert(connection, database, table, values, number) for number in range(1, ROWS + 1)]
                if any(taken):
                    filled[table] = [column for column, _ in values]
    return filled


def _insert(connection: Any, database: AnyDatabase, table: str, values: list[tuple[str, str]], number: int) -> bool:
    names = ", ".join(name for name, _ in values)
    given = ", ".join(value.format(number) for _, value in values)
    overriding = " OVERRIDING SYSTEM VALUE" if _is_postgres(database) else ""
    try:
        cursor = connection.cursor()
        cursor.execute(f"INSERT INTO {table} ({names}){overriding} VALUES ({given})")
    except ERRORS:
        return False
    return True


def _value(kind: str) -> str:
    return next((value for pattern, value in _VALUES if re.match(pattern, kind, re.IGNORECASE)), "")


def held(database: AnyDatabase, filled: Filled) -> dict[str, list[str]]:
    """What the tables hold: their rows in the columns that were given values and are there still, as text, sorted.

    A table that is gone is left out.
    """
    there: dict[str, set[str]] = {}
    for table, column, _, _ in database.query(_POSTGRES if _is_postgres(database) else _MYSQL):
        there.setdefault(str(table), set()).add(str(column))
    found = {}
    for table, columns in filled.items():
        if table in there:
            left = [column for column in columns if column in there[table]]
            rows = database.query(f"SELECT {', '.join(left) or '1'} FROM {table}")
            found[table] = sorted(str(row) for row in rows)
    return found


def empty(database: AnyDatabase, filled: Filled) -> None:
    """Take the rows out again."""
    for table in reversed(filled):
        database.execute(f"TRUNCATE {table} CASCADE" if _is_postgres(database) else f"DELETE FROM {table}")


def _is_postgres(database: AnyDatabase) -> bool:
    return isinstance(database, postgres.Database)
