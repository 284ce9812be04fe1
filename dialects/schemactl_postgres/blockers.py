"""For whom a session waits, and who holds a table: in words that quote no statement, for it may hold a secret."""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy import Connection

#: Of each session that the condition names, at most five. A prepared transaction has no session: its number is 0.
_SESSIONS = """
SELECT pid, application_name, usename, state,
       extract(epoch FROM clock_timestamp() - coalesce(xact_start, state_change))::int AS seconds
FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND pid = ANY (%s) ORDER BY xact_start NULLS LAST LIMIT 5
"""
_WAITED_FOR = "SELECT pg_blocking_pids(%s)"
_HOLDERS = """
SELECT array_agg(l.pid) FROM pg_locks l JOIN pg_class c ON c.oid = l.relation
WHERE l.granted AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
AND c.relnamespace = to_regnamespace(quote_ident(%s)) AND c.relname = %s
"""


class _Session(NamedTuple):
    pid: int
    application: str | None
    user: str | None
    state: str | None
    seconds: int | None

    def __str__(self) -> str:
        """`session 4711 (psql, of app, idle in transaction for 34 s)`: what the user may see of it."""
        of = f"of {self.user}" if self.user else ""
        state = self.state or ""
        if state and self.seconds is not None:
            state += f" for {self.seconds} s"
        told = ", ".join(filter(None, (self.application, of, state)))
        return f"session {self.pid}{f' ({told})' if told else ''}"


def waited_for(connection: Connection, session: int) -> str:
    return _words(connection, _WAITED_FOR, (session,))


def blockers(connection: Connection, schema: str, name: str) -> str:
    """Those that hold any lock on the table."""
    return _words(connection, _HOLDERS, (schema, name))


def _words(connection: Connection, query: str, values: tuple[Any, ...]) -> str:
    pids = connection.exec_driver_sql(query, values).scalar() or []
    if not pids:
        return ""
    rows = connection.exec_driver_sql(_SESSIONS, (list(pids),)).all()
    found = [str(_Session(*row)) for row in rows]
    if 0 in pids:
        found.append("a prepared transaction")
    return ", ".join(found)
