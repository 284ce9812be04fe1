"""Tables, one SHOW CREATE each."""

from __future__ import annotations

from sqlalchemy import Connection

from schemactl_mysql.sql import quoted


def table_texts(connection: Connection, database: str) -> list[str]:
    """The CREATE TABLE of each table of a database."""
    shown = connection.exec_driver_sql(f"SHOW FULL TABLES FROM {quoted(database)}").all()
    names = [name for name, kind in shown if kind in ("BASE TABLE", "SYSTEM VERSIONED")]
    prefix = f"SHOW CREATE TABLE {quoted(database)}."
    return [connection.exec_driver_sql(_escaped(prefix + quoted(name))).one()[1] for name in names]


def _escaped(sql: str) -> str:
    # The driver takes a percent sign for a parameter.
    return sql.replace("%", "%%")
