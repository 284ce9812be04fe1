"""Bodies of functions that are new or differ, put to the server to find errors of syntax before a plan is carried out.

Nothing is run: a function like it is made in pg_temp with its body checked, and rolled back. Only errors that no other
state of the database could mend count; a table or type that is not there yet may come with the plan.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import psycopg

from schemactl.errors import SqlSyntaxError
from schemactl.model import Catalog, Routine
from schemactl_postgres.confirm import BATCH, prepared
from schemactl_postgres.ddl.routines import definition
from schemactl_postgres.probe import is_broken_body

if TYPE_CHECKING:
    from sqlalchemy import Connection

_CHECKED = frozenset({"plpgsql", "sql"})


def refuse_broken_bodies(connection: Connection, desired: Catalog, actual: Catalog) -> None:
    """Raise SqlSyntaxError for the first routine whose body the server cannot parse. Its key is the subject."""
    doubts = list(_doubts(desired, actual))
    driver: Any = connection.connection.dbapi_connection
    for start in range(0, len(doubts), BATCH):
        with driver.transaction(force_rollback=True), driver.cursor() as cursor:
            if not prepared(cursor):
                return
            cursor.execute("SET LOCAL check_function_bodies = on")
            for it in doubts[start : start + BATCH]:
                error = _refusal(cursor, definition(replace(it, schema="pg_temp", settings=())))
                if error is not None and is_broken_body(error):
                    raise SqlSyntaxError(
                        f"the body of {it.key} has an error{_line(it, error)}: {error.diag.message_primary}",
                        subject=str(it.key),
                        hint="correct the body: nothing was changed",
                    )


def _doubts(desired: Catalog, actual: Catalog) -> Iterator[Routine]:
    live = actual.by_key()
    for it in desired.objects:
        if isinstance(it, Routine) and it.body is not None and it.language in _CHECKED:
            twin = live.get(it.key)
            if not isinstance(twin, Routine) or (twin.body, twin.language) != (it.body, it.language):
                yield it


def _refusal(cursor: psycopg.Cursor[Any], making: str) -> psycopg.Error | None:
    refused = None
    cursor.execute("SAVEPOINT schemactl")
    try:
        cursor.execute(making.encode())
    except psycopg.Error as error:
        if cursor.connection.closed:
            raise
        refused = error
    cursor.execute("ROLLBACK TO SAVEPOINT schemactl; RELEASE SAVEPOINT schemactl")
    return refused


def _line(it: Routine, error: psycopg.Error) -> str:
    """Where in the body it is, if the server says so: it counts characters from the statement's beginning."""
    position = error.diag.statement_position
    text = definition(replace(it, schema="pg_temp", settings=()))
    assert it.body is not None
    start = text.rfind(it.body)
    if position is None or start < 0 or int(position) <= start:
        return ""
    return f" in line {text.count(chr(10), start, int(position) - 1) + 1}"
