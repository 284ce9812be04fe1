"""What ALTER TABLE of a text does to the partitions of a table."""

from __future__ import annotations

from dataclasses import replace

from schemactl.errors import MissingObjectError, SqlSyntaxError
from schemactl_mysql.options import Partition, Partitioning
from schemactl_mysql.read.cursor import Cursor
from schemactl_mysql.read.partition import definitions
from schemactl_mysql.read.state import TableDraft


def default_name(number: int) -> str:
    return f"p{number}"


def add_partition(cursor: Cursor, table: TableDraft) -> None:
    """`[IF NOT EXISTS] (PARTITION ...)` or `PARTITIONS n`: what stands behind ADD PARTITION."""
    it = _partitioning(cursor, table)
    cursor.take("IF", "NOT", "EXISTS")
    cursor.take_any("NO_WRITE_TO_BINLOG", "LOCAL")
    if cursor.take("PARTITIONS"):
        _put(table, replace(it, count=_count(it) + cursor.integer(), partitions=()))
        return
    new = definitions(cursor)
    if it.by.kind == "SYSTEM_TIME" and it.partitions:
        _put(table, replace(it, partitions=(*it.partitions[:-1], *new, it.partitions[-1])))
        return
    old = it.partitions or tuple(Partition(name=default_name(i)) for i in range(_count(it)))
    _put(table, replace(it, partitions=(*old, *new), count=None))


def drop_partition(cursor: Cursor, table: TableDraft) -> None:
    """`[IF EXISTS] a, b`: names that a comma separates from the next action are taken as far as partitions have them."""
    it = _partitioning(cursor, table)
    forgiving = cursor.take("IF", "EXISTS")
    gone = _names(cursor, it, forgiving=forgiving)
    _put(table, replace(it, partitions=tuple(p for p in it.partitions if p.name.lower() not in gone)))


def coalesce_partition(cursor: Cursor, table: TableDraft) -> None:
    """`[NO_WRITE_TO_BINLOG] n`: what stands behind COALESCE PARTITION."""
    it = _partitioning(cursor, table)
    cursor.take_any("NO_WRITE_TO_BINLOG", "LOCAL")
    token = cursor.token
    left = _count(it) - cursor.integer()
    if left < 1:
        raise cursor.error(SqlSyntaxError, "no partition would be left", token)
    _put(table, replace(it, partitions=it.partitions[:left], count=None if it.partitions else left))


def reorganize_partition(cursor: Cursor, table: TableDraft) -> None:
    """`a, b INTO (PARTITION ...)`: what stands behind REORGANIZE PARTITION."""
    it = _partitioning(cursor, table)
    cursor.take_any("NO_WRITE_TO_BINLOG", "LOCAL")
    gone = _names(cursor, it, forgiving=False)
    cursor.expect("INTO")
    new = definitions(cursor)
    at = min(i for i, p in enumerate(it.partitions) if p.name.lower() in gone)
    left = [p for p in it.partitions if p.name.lower() not in gone]
    _put(table, replace(it, partitions=(*left[:at], *new, *left[at:])))


def _partitioning(cursor: Cursor, table: TableDraft) -> Partitioning:
    if table.options.partitioning is None:
        raise cursor.error(MissingObjectError, f"{table.key} has no partitions", subject=str(table.key))
    return table.options.partitioning


def _count(it: Partitioning) -> int:
    return len(it.partitions) or it.count or 1


def _put(table: TableDraft, it: Partitioning) -> None:
    table.options = replace(table.options, partitioning=it)


def _names(cursor: Cursor, it: Partitioning, *, forgiving: bool) -> set[str]:
    """Names of partitions, in lower case. Raises MissingObjectError."""
    known = {p.name.lower() for p in it.partitions}
    found: set[str] = set()
    while True:
        token = cursor.token
        name = cursor.name("the name of a partition")
        if name.lower() not in known and not forgiving:
            raise cursor.error(MissingObjectError, f"there is no partition {name}", token, subject=name)
        found.add(name.lower())
        if not cursor.take(","):
            return found
