"""A steady view of the catalogue: one snapshot, and settings that make the server's text the same everywhere."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from schemactl_postgres.inspect.rows import Query, Row

if TYPE_CHECKING:
    from sqlalchemy import Connection

#: With nothing but pg_catalog on the path, every other name is printed with its schema. The rest are the server's own
#: defaults, whatever the database, the role or the session made of them.
SETTINGS = {
    "search_path": "pg_catalog, pg_temp",
    "quote_all_identifiers": "off",
    "DateStyle": "ISO, MDY",
    "IntervalStyle": "postgres",
    "TimeZone": "UTC",
    "extra_float_digits": "1",
    "bytea_output": "hex",
    "xmlbinary": "base64",
    "lc_monetary": "C",
    "jit": "off",
    # pg_get_expr waits for whoever holds a table in ACCESS EXCLUSIVE mode: not for ever.
    "lock_timeout": "10s",
}
_SAVEPOINT = "schemactl_inspect"


class Snapshot:
    """Runs the queries. Made by `snapshot`."""

    def __init__(self, connection: Connection, major: int) -> None:
        self._connection = connection
        self._major = major

    def rows(self, query: Query[Row]) -> list[Row]:
        found = self._connection.exec_driver_sql(query.sql(self._major))
        return list(map(query.row._make, found))  # type: ignore[attr-defined]

    def choose(self, schemas: list[int]) -> None:
        """Say which schemas the queries look at: they read this setting, so that each stays a whole statement."""
        oids = ",".join(map(str, schemas))
        self._connection.exec_driver_sql(f"SELECT set_config('schemactl.schemas', '{{{oids}}}', true)")


@contextmanager
def snapshot(connection: Connection) -> Iterator[Snapshot]:
    """One transaction to read in, which leaves no trace in the session.

    Outside a transaction: REPEATABLE READ READ ONLY, rolled back at the end. Inside one of the caller's, whose level
    cannot be changed any more: a savepoint, rolled back as well, for this alone gives back each setting as it was
    (released, it would keep them to the end of the transaction) and also works in the face of an error.
    """
    # Not driver_connection: a connection that was detached from its pool has none.
    driver: Any = connection.connection.dbapi_connection
    inside = driver.info.transaction_status != 0  # psycopg.pq.TransactionStatus.IDLE
    managed = connection.in_transaction()
    run = connection.exec_driver_sql
    if inside:
        run(f"SAVEPOINT {_SAVEPOINT}")
        run("SET TRANSACTION READ ONLY")
    else:
        # Without autocommit the driver itself says BEGIN before this.
        run(("BEGIN" if driver.autocommit else "SET TRANSACTION") + " ISOLATION LEVEL REPEATABLE READ READ ONLY")
    try:
        calls = ", ".join(f"set_config('{name}', '{value}', true)" for name, value in SETTINGS.items())
        run(f"SELECT {calls}")
        yield Snapshot(connection, driver.info.server_version // 10000)
    finally:
        if not connection.closed and not connection.invalidated:
            if inside:
                run(f"ROLLBACK TO SAVEPOINT {_SAVEPOINT}; RELEASE SAVEPOINT {_SAVEPOINT}")
            else:
                run("ROLLBACK")
            if not managed:  # SQLAlchemy began one of its own accord, of which nothing is left
                connection.rollback()
