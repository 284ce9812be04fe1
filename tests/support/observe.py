"""What a statement is seen to do: its locks, and the tables it reads, writes anew or indexes again."""

from __future__ import annotations

from dataclasses import dataclass, field

import psycopg

#: From the weakest to the strongest; what a query takes is left out.
MODES = (
    "ROW SHARE",
    "ROW EXCLUSIVE",
    "SHARE UPDATE EXCLUSIVE",
    "SHARE",
    "SHARE ROW EXCLUSIVE",
    "EXCLUSIVE",
    "ACCESS EXCLUSIVE",
)

RELATIONS = """
SELECT c.oid, n.nspname || '.' || c.relname, c.relkind, pg_relation_filenode(c.oid), i.indrelid
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace LEFT JOIN pg_index i ON i.indexrelid = c.oid
WHERE n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\\_%'
"""
_LOCKS = "SELECT relation, mode FROM pg_locks WHERE pid = pg_backend_pid() AND relation IS NOT NULL AND granted"
# What a session has counted and not yet handed in is among these, so that only a difference tells.
_READ = "SELECT relid, seq_tup_read FROM pg_stat_xact_user_tables"
#: What is read is read as a whole, and by this session.
_SETTINGS = """
SET enable_indexscan = off; SET enable_indexonlyscan = off; SET enable_bitmapscan = off;
SET max_parallel_maintenance_workers = 0; SET max_parallel_workers_per_gather = 0;
SET check_function_bodies = off; SET client_min_messages = warning
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """Relations as `schema.name`: those that were there when the observer began."""

    locks: dict[str, str] = field(default_factory=dict)
    scanned: frozenset[str] = frozenset()
    rewritten: frozenset[str] = frozenset()
    indexed: frozenset[str] = frozenset()


class Observer:
    """Runs the statements of a plan and looks at what each does to the relations that were there before the plan."""

    def __init__(self, connection: psycopg.Connection) -> None:
        connection.execute(_SETTINGS)
        self.connection = connection
        self.old = {oid for oid, *_ in connection.execute(RELATIONS)}

    def run(self, statement: str) -> Observed:
        """Run a statement in a transaction of its own, which is committed. Raises psycopg.Error."""
        with self.connection.transaction():
            before = {oid: row for oid, *row in self.connection.execute(RELATIONS)}
            already = dict(self._read())
            self.connection.execute(statement.encode())
            read = {oid for oid, rows in self._read() if rows > already.get(oid, 0)}
            taken = self.connection.execute(_LOCKS).fetchall()
            after = {oid: row for oid, *row in self.connection.execute(RELATIONS)}
        stay = self.old & before.keys() & after.keys()
        rewritten = {oid for oid in stay if before[oid][1] in "rm" and after[oid][2] != before[oid][2]}
        files = {row[2] for row in before.values()}
        indexed = {row[3] for row in after.values() if row[1] == "i" and row[2] not in files} & stay - rewritten
        locks: dict[str, str] = {}
        for oid, mode in taken:
            words = spelled(mode)
            if oid in self.old & before.keys() and before[oid][1] in "rpmvfS" and words in MODES:
                name = before[oid][0]
                locks[name] = max(locks.get(name, words), words, key=MODES.index)

        def names(found: set[int]) -> frozenset[str]:
            return frozenset(before[oid][0] for oid in found)

        return Observed(
            locks=locks,
            scanned=names(read & self.old & before.keys() - rewritten - indexed),
            rewritten=names(rewritten),
            indexed=names(indexed),
        )

    def _read(self) -> list[tuple[int, int]]:
        return self.connection.execute(_READ).fetchall()


def spelled(mode: str) -> str:
    """`ACCESS EXCLUSIVE` of `AccessExclusiveLock`."""
    return "".join(" " + c if c.isupper() else c for c in mode.removesuffix("Lock")).strip().upper()
