"""What a statement that runs outside a transaction leaves when it fails."""

from __future__ import annotations

import re

from sqlalchemy import Connection

from schemactl_postgres.sql import quoted

_NAME = r'(?:"(?:[^"]|"")+"|[^\s".(]+)'
#: As ddl/definitions.py writes it: the name has no schema, for it is that of the table.
_BUILD = re.compile(
    rf"CREATE (?:UNIQUE )?INDEX CONCURRENTLY (?P<name>{_NAME}) ON (?:ONLY )?(?P<table>{_NAME}\.{_NAME})"
)
_INVALID = """
SELECT n.nspname, c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE NOT i.indisvalid AND i.indrelid = to_regclass(%s) AND c.relname = (parse_ident(%s))[1]
"""


def clear(connection: Connection, sql: str) -> None:
    """Drop the INVALID index that a CREATE INDEX CONCURRENTLY of ours left, so that it can be run again.

    We hold the advisory lock, and the statement has just failed for want of a lock and not for a name that was taken:
    an INVALID index of that name on that table is its own. A DROP INDEX CONCURRENTLY that failed can be run again as it
    stands, and so can what else runs outside a transaction.
    """
    if (build := _BUILD.match(sql)) is None:
        return
    found = connection.exec_driver_sql(_INVALID, (build["table"], build["name"])).first()
    if found is not None:
        schema, name = found
        connection.exec_driver_sql(f"DROP INDEX CONCURRENTLY {quoted(schema)}.{quoted(name)}")
