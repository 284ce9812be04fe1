"""What another session of ours is doing, and an end to its statement."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files

from sqlalchemy import Connection

from schemactl.dialect import Sight
from schemactl_postgres.blockers import waited_for


@lru_cache(maxsize=1)
def _progress() -> str:
    """Only of the building of an index: an ALTER TABLE that writes a table anew is in no pg_stat_progress view
    (measured on 15, 17 and 18), nor is the reading of rows for a constraint."""
    return files("schemactl_postgres").joinpath("queries", "progress.sql").read_text(encoding="utf-8")


def session(connection: Connection) -> int:
    number = int(connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one())
    connection.rollback()
    return number


def look(connection: Connection, session: int) -> Sight:
    connection.exec_driver_sql("SET statement_timeout = '5s'")
    blockers = waited_for(connection, session)
    row = connection.exec_driver_sql(_progress(), (session,)).first()
    phase, done, total = row or ("", 0, 0)
    return Sight(blockers=blockers, phase=phase, share=min(done / total, 1.0) if total else None)


def cancel(connection: Connection, session: int) -> None:
    connection.exec_driver_sql("SELECT pg_cancel_backend(%s)", (session,))
