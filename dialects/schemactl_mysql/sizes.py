"""How big the tables of a live server are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemactl.manner import Size
from schemactl.model import Kind, ObjectKey

if TYPE_CHECKING:
    from sqlalchemy import Connection

_QUERY = """
SELECT TABLE_SCHEMA, TABLE_NAME, DATA_LENGTH, TABLE_ROWS FROM information_schema.TABLES
WHERE TABLE_TYPE IN ('BASE TABLE', 'SYSTEM VERSIONED') AND DATA_LENGTH IS NOT NULL
"""


def sizes(connection: Connection) -> dict[ObjectKey, Size]:
    """The size of every table, by its key, as the server last counted it."""
    rows = connection.exec_driver_sql(_QUERY).all()
    connection.rollback()
    return {ObjectKey(kind=Kind.TABLE, schema=s, name=n): Size(bytes=b, rows=r) for s, n, b, r in rows}
