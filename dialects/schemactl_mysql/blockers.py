"""For whom a session waits, and who holds a table: in words that quote no statement, for it may hold a secret.

MySQL tells of each lock; MariaDB, without its plugin METADATA_LOCK_INFO, only of transactions that stay open.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

#: Each gives session, user, host, command and seconds. Those who hold a lock on a database's table.
_HOLDERS = (
    """SELECT DISTINCT t.PROCESSLIST_ID, t.PROCESSLIST_USER, t.PROCESSLIST_HOST, t.PROCESSLIST_COMMAND, t.PROCESSLIST_TIME
    FROM performance_schema.metadata_locks AS l JOIN performance_schema.threads AS t ON t.THREAD_ID = l.OWNER_THREAD_ID
    WHERE l.LOCK_STATUS = 'GRANTED' AND l.OBJECT_SCHEMA = %s AND l.OBJECT_NAME = %s
    AND t.PROCESSLIST_ID <> CONNECTION_ID() LIMIT 5""",
    """SELECT DISTINCT p.ID, p.USER, p.HOST, p.COMMAND, p.TIME
    FROM information_schema.METADATA_LOCK_INFO AS l JOIN information_schema.PROCESSLIST AS p ON p.ID = l.THREAD_ID
    WHERE l.TABLE_SCHEMA = %s AND l.TABLE_NAME = %s AND p.ID <> CONNECTION_ID() LIMIT 5""",
)
#: Those who hold what a session waits for: a table, or a row, which either server tells in its own way.
_WAITED_FOR = (
    """SELECT DISTINCT t.PROCESSLIST_ID, t.PROCESSLIST_USER, t.PROCESSLIST_HOST, t.PROCESSLIST_COMMAND, t.PROCESSLIST_TIME
    FROM performance_schema.threads AS w
    JOIN performance_schema.metadata_locks AS p ON p.OWNER_THREAD_ID = w.THREAD_ID AND p.LOCK_STATUS = 'PENDING'
    JOIN performance_schema.metadata_locks AS l ON l.LOCK_STATUS = 'GRANTED' AND l.OBJECT_TYPE = p.OBJECT_TYPE
    AND l.OBJECT_SCHEMA <=> p.OBJECT_SCHEMA AND l.OBJECT_NAME <=> p.OBJECT_NAME
    JOIN performance_schema.threads AS t ON t.THREAD_ID = l.OWNER_THREAD_ID AND t.THREAD_ID <> w.THREAD_ID
    WHERE w.PROCESSLIST_ID = %s LIMIT 5""",
    """SELECT DISTINCT t.PROCESSLIST_ID, t.PROCESSLIST_USER, t.PROCESSLIST_HOST, t.PROCESSLIST_COMMAND, t.PROCESSLIST_TIME
    FROM performance_schema.threads AS w
    JOIN performance_schema.data_lock_waits AS l ON l.REQUESTING_THREAD_ID = w.THREAD_ID
    JOIN performance_schema.threads AS t ON t.THREAD_ID = l.BLOCKING_THREAD_ID WHERE w.PROCESSLIST_ID = %s LIMIT 5""",
    """SELECT DISTINCT p.ID, p.USER, p.HOST, p.COMMAND, p.TIME FROM information_schema.INNODB_TRX AS w
    JOIN information_schema.INNODB_LOCK_WAITS AS l ON l.requesting_trx_id = w.trx_id
    JOIN information_schema.INNODB_TRX AS b ON b.trx_id = l.blocking_trx_id
    JOIN information_schema.PROCESSLIST AS p ON p.ID = b.trx_mysql_thread_id
    WHERE w.trx_mysql_thread_id = %s LIMIT 5""",
)
_OPEN = """SELECT p.ID, p.USER, p.HOST, p.COMMAND, p.TIME
    FROM information_schema.INNODB_TRX AS x JOIN information_schema.PROCESSLIST AS p ON p.ID = x.trx_mysql_thread_id
    WHERE p.ID <> CONNECTION_ID() AND p.ID <> %s ORDER BY x.trx_started LIMIT 5"""


def waited_for(connection: Connection, session: int) -> str:
    """Empty where the server, or the user's rights, tell nothing."""
    return _words(connection, _WAITED_FOR, (session,))


def blockers(connection: Connection, schema: str, name: str) -> str:
    """Those that hold any lock on the table; else those that may."""
    return _words(connection, _HOLDERS, (schema, name)) or open_transactions(connection)


def open_transactions(connection: Connection, but: int = 0) -> str:
    found = _words(connection, (_OPEN,), (but,))
    return f"perhaps the open transaction of {found}" if found else ""


def _words(connection: Connection, queries: Sequence[str], values: tuple[Any, ...]) -> str:
    for query in queries:
        try:
            rows = connection.exec_driver_sql(query, values).all()
        except DBAPIError:
            continue  # this server has no such table, or it is not for this user
        if rows:
            return ", ".join(
                f"session {id_} of {user}@{host} ({'idle' if command == 'Sleep' else 'busy'} for {seconds} s)"
                for id_, user, host, command, seconds in rows
            )
    return ""
