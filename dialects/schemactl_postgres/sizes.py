"""How big the tables of a live database are."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

from sqlalchemy.exc import DBAPIError

from schemactl.manner import Size
from schemactl.model import Kind, ObjectKey
from schemactl_postgres.session import is_lock_timeout

if TYPE_CHECKING:
    from sqlalchemy import Connection

#: Milliseconds: whoever holds a table in ACCESS EXCLUSIVE mode is not waited for.
_PATIENCE = 200


def sizes(connection: Connection) -> dict[ObjectKey, Size]:
    """The size of every table and materialized view of the user's, by its key; of none where one is locked.

    The connection is in no transaction, and is left in none.
    """
    query = files("schemactl_postgres").joinpath("queries", "sizes.sql").read_text(encoding="utf-8")
    try:
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = {_PATIENCE}")
        rows = connection.exec_driver_sql(query).all()
    except DBAPIError as error:
        if not is_lock_timeout(error):
            raise
        return {}
    finally:
        if not connection.invalidated:
            connection.rollback()
    return {
        ObjectKey(kind=Kind.VIEW if row.is_view else Kind.TABLE, schema=row.schema, name=row.name): Size(
            bytes=row.bytes, rows=row.rows
        )
        for row in rows
    }
