"""Who holds a table. MySQL tells of each lock; MariaDB, without its plugin, only of transactions that stay open."""

from __future__ import annotations

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

#: The first that gives rows is taken. Each asks for a database and a table, and gives session, user, host and seconds.
_QUERIES = (
    (
        "session",
        """SELECT DISTINCT t.PROCESSLIST_ID, t.PROCESSLIST_USER, t.PROCESSLIST_HOST, t.PROCESSLIST_TIME
        FROM performance_schema.metadata_locks AS l JOIN performance_schema.threads AS t ON t.THREAD_ID = l.OWNER_THREAD_ID
        WHERE l.LOCK_STATUS = 'GRANTED' AND l.OBJECT_SCHEMA = %s AND l.OBJECT_NAME = %s
        AND t.PROCESSLIST_ID <> CONNECTION_ID() LIMIT 5""",
        True,
    ),
    (
        "session",
        """SELECT DISTINCT p.ID, p.USER, p.HOST, p.TIME
        FROM information_schema.METADATA_LOCK_INFO AS l JOIN information_schema.PROCESSLIST AS p ON p.ID = l.THREAD_ID
        WHERE l.TABLE_SCHEMA = %s AND l.TABLE_NAME = %s AND p.ID <> CONNECTION_ID() LIMIT 5""",
        True,
    ),
    (
        "perhaps by the open transaction of session",
        """SELECT p.ID, p.USER, p.HOST, p.TIME
        FROM information_schema.INNODB_TRX AS x JOIN information_schema.PROCESSLIST AS p ON p.ID = x.trx_mysql_thread_id
        WHERE p.ID <> CONNECTION_ID() ORDER BY x.trx_started LIMIT 5""",
        False,
    ),
)


def blockers(connection: Connection, schema: str, name: str) -> str:
    """In words; empty where the server, or the user's rights, tell nothing."""
    for word, query, named in _QUERIES:
        try:
            rows = connection.exec_driver_sql(query, (schema, name) if named else None).all()
        except DBAPIError:
            continue  # this server has no such table, or it is not for this user
        if rows:
            return ", ".join(
                f"{word} {id_} of {user}@{host} (idle or busy for {time} s)" for id_, user, host, time in rows
            )
    return ""
