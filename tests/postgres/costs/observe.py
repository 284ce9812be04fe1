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

_RELATIONS = """
SELECT c.oid, n.nspname || '.' || c.relname, c.relkind, pg_relation_filenode(c.oid), i.indrelid
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace LEFT JOIN pg_index i ON i.indexrelid = c.oid
WHERE n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\\_%'
"""
_LOCKS = "SELECT relation, mode FROM pg_locks WHERE pid = pg_backend_pid() AND relation IS NOT NULL AND granted"
_READ = "SELECT relid, seq_tup_read FROM pg_stat_xact_user_tables"


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """Relations as `schema.name`; those that the statement makes are left out."""

    locks: dict[str, str] = field(default_factory=dict)
    scanned: frozenset[str] = frozenset()
    rewritten: frozenset[str] = frozenset()
    indexed: frozenset[str] = frozenset()


def observe(connection: psycopg.Connection, statement: str) -> Observed:
    """Run a statement in a transaction, which is committed, and look at what that transaction did."""
    with connection.transaction():
        before = {oid: row for oid, *row in connection.execute(_RELATIONS)}
        connection.execute(statement.encode())
        locks: dict[str, str] = {}
        for oid, mode in connection.execute(_LOCKS).fetchall():
            words = _words(mode)
            if oid in before and before[oid][1] in "rpmvf" and words in MODES:
                name = before[oid][0]
                locks[name] = max(locks.get(name, words), words, key=MODES.index)
        after = {oid: row for oid, *row in connection.execute(_RELATIONS)}
        rewritten = {oid for oid, row in before.items() if row[1] in "rm" and oid in after and after[oid][2] != row[2]}
        read = {oid for oid, rows in connection.execute(_READ) if rows and oid in before} - rewritten
        old = {row[2] for row in before.values()}
        indexed = {
            row[3] for row in after.values() if row[1] == "i" and row[2] not in old and row[3] in before
        } - rewritten
    names = {oid: row[0] for oid, row in before.items()}
    return Observed(
        locks=locks,
        scanned=frozenset(names[oid] for oid in read),
        rewritten=frozenset(names[oid] for oid in rewritten),
        indexed=frozenset(names[oid] for oid in indexed),
    )


def _words(mode: str) -> str:
    """`ACCESS EXCLUSIVE` of `AccessExclusiveLock`."""
    return "".join(" " + c if c.isupper() else c for c in mode.removesuffix("Lock")).strip().upper()
