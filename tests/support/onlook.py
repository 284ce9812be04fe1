"""What a statement that no transaction can hold is seen to do, from other sessions: its locks last as long as it does.

Each table is locked by a session of its own, in two modes: SHARE, for which all wait that write or change anything, and ROW
EXCLUSIVE, for which what would stop writers waits. Whenever the statement waits, its locks are noted, those that it waits for
too, and who is in its way lets go of the one mode, and the next time of the other.
"""

from __future__ import annotations

import threading
import time
from contextlib import ExitStack

import psycopg

from tests.support.observe import MODES, RELATIONS, Observed, spelled

_BLOCKERS = "SELECT pg_blocking_pids(%s)"
_LOCKS = "SELECT relation, mode FROM pg_locks WHERE pid = %s AND relation IS NOT NULL"
_READ = "SELECT relid, seq_tup_read FROM pg_stat_user_tables"


class _Holder:
    """A session that keeps others from a table, or from a materialized view, which LOCK does not take."""

    def __init__(self, connection: psycopg.Connection, name: str, *, is_view: bool) -> None:
        self.connection = connection
        weaker = f"LOCK TABLE ONLY {name} IN ROW EXCLUSIVE MODE"
        stronger = f"CREATE INDEX ON {name} ((1))" if is_view else f"LOCK TABLE ONLY {name} IN SHARE MODE"
        for statement in ("BEGIN", *([] if is_view else [weaker]), "SAVEPOINT weaker", stronger):
            connection.execute(statement.encode())
        self.strong = True

    def let_go(self) -> None:
        self.connection.execute("ROLLBACK TO weaker" if self.strong else "COMMIT")
        self.strong = False


def onlooked(url: str, statement: str) -> Observed:
    """Run the statement in a session of its own. Raises psycopg.Error."""
    with ExitStack() as stack:

        def session() -> psycopg.Connection:
            return stack.enter_context(psycopg.connect(url, autocommit=True))

        looker, ours = session(), session()
        ours.execute("SET max_parallel_maintenance_workers = 0; SET max_parallel_workers_per_gather = 0")
        before = {oid: row for oid, *row in looker.execute(RELATIONS)}
        already: dict[int, int] = dict(looker.execute(_READ).fetchall())
        # A table by its number: the name may want quotes.
        named = looker.execute("SELECT oid, oid::regclass::text FROM pg_class WHERE oid = ANY(%s)", [list(before)])
        names: dict[int, str] = dict(named.fetchall())
        holders = [
            _Holder(session(), names[oid], is_view=row[1] == "m") for oid, row in before.items() if row[1] in "rpm"
        ]
        by_pid = {holder.connection.info.backend_pid: holder for holder in holders}
        failed: list[psycopg.Error] = []

        def run() -> None:
            try:
                ours.execute(statement.encode())
                ours.execute("SELECT pg_stat_force_next_flush()")
            except psycopg.Error as error:
                failed.append(error)

        thread = threading.Thread(target=run)
        taken: set[tuple[int, str]] = set()
        thread.start()
        while thread.is_alive():
            (waits,) = looker.execute(_BLOCKERS, [ours.info.backend_pid]).fetchone() or ([],)
            if waits:
                taken.update(looker.execute(_LOCKS, [ours.info.backend_pid]).fetchall())
                # A stranger, the server's own ANALYZE for one, ends by itself.
                for pid in by_pid.keys() & set(waits):
                    by_pid[pid].let_go()
            time.sleep(0.002)
        thread.join()
        if failed:
            raise failed[0]
        ours.close()  # what it has counted is handed in at the latest by then
        read = {oid for oid, rows in looker.execute(_READ) if rows > already.get(oid, 0)}
        after = {oid: row for oid, *row in looker.execute(RELATIONS)}
    files = {row[2] for row in before.values()}
    indexed = {row[3] for row in after.values() if row[1] == "i" and row[2] not in files} & before.keys()
    rewritten = {
        oid for oid in before.keys() & after.keys() if before[oid][1] in "rm" and after[oid][2] != before[oid][2]
    }
    locks: dict[str, str] = {}
    for oid, mode in taken:
        if oid in before and before[oid][1] in "rpmvfS" and spelled(mode) in MODES:
            name = before[oid][0]
            locks[name] = max(locks.get(name, spelled(mode)), spelled(mode), key=MODES.index)

    def paths(found: set[int]) -> frozenset[str]:
        return frozenset(before[oid][0] for oid in found)

    return Observed(
        locks=locks,
        scanned=paths(read & before.keys() - rewritten - indexed),
        rewritten=paths(rewritten),
        indexed=paths(indexed),
    )
