"""What another session of ours is doing, and an end to its statement."""

from __future__ import annotations

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from schemactl.dialect import Sight
from schemactl_mysql.blockers import open_transactions, waited_for

#: MySQL tells where the consumer events_stages_current is on, which it is not by itself; MariaDB always.
_PROGRESS = (
    """SELECT REPLACE(s.EVENT_NAME, 'stage/innodb/', ''), s.WORK_COMPLETED / NULLIF(s.WORK_ESTIMATED, 0)
    FROM performance_schema.events_stages_current AS s
    JOIN performance_schema.threads AS t ON t.THREAD_ID = s.THREAD_ID WHERE t.PROCESSLIST_ID = %s""",
    """SELECT STATE, IF(MAX_STAGE > 0, (STAGE - 1 + PROGRESS / 100) / MAX_STAGE, NULL)
    FROM information_schema.PROCESSLIST WHERE ID = %s""",
)
_STATE = "SELECT STATE FROM information_schema.PROCESSLIST WHERE ID = %s"
_WAITS = "Waiting for table"


def session(connection: Connection) -> int:
    number = int(connection.exec_driver_sql("SELECT CONNECTION_ID()").scalar_one())
    connection.rollback()
    return number


def look(connection: Connection, session: int) -> Sight:
    state = connection.exec_driver_sql(_STATE, (session,)).scalar() or ""
    held = waited_for(connection, session)
    if not held and state.startswith(_WAITS):
        held = open_transactions(connection, but=session) or "a lock that the server tells nothing of"
    if held:
        return Sight(blockers=held, phase=state)
    for query in _PROGRESS:
        try:
            row = connection.exec_driver_sql(query, (session,)).first()
        except DBAPIError:
            continue  # this is the other server's
        if row is not None:
            return Sight(phase=row[0] or state, share=None if row[1] is None else min(float(row[1]), 1.0))
    return Sight(phase=state)


def cancel(connection: Connection, session: int) -> None:
    connection.exec_driver_sql(f"KILL QUERY {session:d}")
