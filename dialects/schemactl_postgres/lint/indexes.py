"""PG1: indexes, and constraints that build one."""

from __future__ import annotations

from collections.abc import Iterator

from schemactl.changes import Drop
from schemactl.lint.rule import Found, Rule, Subject, on_costly
from schemactl.model import Exclusion, Index, ObjectKey, PrimaryKey, Table, Unique
from schemactl.steps import Hazard, Lock
from schemactl_postgres.options import TableOptions


def _is_partitioned(table: Table) -> bool:
    return isinstance(table.options, TableOptions) and table.options.partition_by is not None


def _is_whole(table: Table) -> bool:
    return not _is_partitioned(table)


def _dropped(subject: Subject) -> Iterator[Found]:
    for change in subject.changes:
        table = subject.live(change.key)
        if not isinstance(change, Drop) or not isinstance(change.before, Index) or table is None or change.because:
            continue
        for step, _ in subject.costs.get(change.key, ()):
            if (
                table.key not in subject.small
                and not _is_partitioned(table)
                and _is_locked_for_all(step.locks, table.key)
            ):
                yield Found(key=change.key, message=f"nobody can use {table.key.path} until it is gone", step=step)


def _is_locked_for_all(locks: tuple[Lock, ...], table: ObjectKey) -> bool:
    return Lock(relation=table.path, mode="ACCESS EXCLUSIVE") in locks


_ONLINE = "leave out --no-online: on a table that is not small, schemactl does that by itself"

RULES = (
    Rule(
        code="PG101",
        title="an index is built while nobody can write to the table",
        why="CREATE INDEX holds a SHARE lock until it has read the whole table. INSERT, UPDATE and DELETE wait.",
        example="CREATE INDEX ON t (name);",
        instead=f"CREATE INDEX CONCURRENTLY; {_ONLINE}",
        look=on_costly(Index, Hazard.BUILDS_INDEX, Hazard.BLOCKS_WRITES, where=_is_whole),
    ),
    Rule(
        code="PG102",
        title="an index is dropped under an exclusive lock",
        why="DROP INDEX waits until nobody uses the table, and everybody waits behind it.",
        example="-- CREATE INDEX i ON t (name); is no longer in the desired SQL",
        instead=f"DROP INDEX CONCURRENTLY; {_ONLINE}",
        look=_dropped,
    ),
    Rule(
        code="PG104",
        title="a primary key is added while nobody can use the table",
        why="ADD PRIMARY KEY holds an ACCESS EXCLUSIVE lock until its index is built.",
        example="ALTER TABLE t ADD PRIMARY KEY (id);",
        instead=f"build a unique index concurrently, then ADD PRIMARY KEY USING INDEX; {_ONLINE}",
        look=on_costly(PrimaryKey, Hazard.BUILDS_INDEX, Hazard.BLOCKS_READS),
    ),
    Rule(
        code="PG105",
        title="a unique constraint is added while nobody can use the table",
        why="ADD UNIQUE holds an ACCESS EXCLUSIVE lock until its index is built.",
        example="ALTER TABLE t ADD UNIQUE (email);",
        instead=f"build a unique index concurrently, then ADD UNIQUE USING INDEX; {_ONLINE}",
        look=on_costly(Unique, Hazard.BUILDS_INDEX, Hazard.BLOCKS_READS),
    ),
    Rule(
        code="PG108",
        title="an index of a partitioned table is built while nobody can write to its partitions",
        why="The server builds it on all partitions in one statement, and takes no CONCURRENTLY there.",
        example="CREATE INDEX ON measurements (at);",
        instead="build it concurrently on each partition, then state it on the table: it takes those for its own",
        look=on_costly(Index, Hazard.BUILDS_INDEX, Hazard.BLOCKS_WRITES, where=_is_partitioned),
    ),
    Rule(
        code="PG109",
        title="an exclusion constraint is added while nobody can use the table",
        why="Its index is built, and every row compared, under an ACCESS EXCLUSIVE lock. There is no way to prepare it.",
        example="ALTER TABLE t ADD EXCLUDE USING gist (room WITH =, during WITH &&);",
        instead="do it in a quiet hour, or in a new table that takes over",
        look=on_costly(Exclusion, Hazard.BUILDS_INDEX, Hazard.BLOCKS_READS),
    ),
)
