"""PARTITION BY and its partitions, as SQL."""

from __future__ import annotations

from collections.abc import Sequence

from schemactl_mysql.options import Partition, Partitioning, PartitionMethod
from schemactl_mysql.sql import names, quoted


def partition_clause(partitioning: Partitioning | None) -> str:
    """The clause on a line of its own; empty for a table without partitions."""
    if partitioning is None:
        return ""
    it = partitioning
    text = f"\nPARTITION BY {method(it.by)}"
    if it.count not in (None, 1):
        text += f" PARTITIONS {it.count}"
    if it.sub_by is not None:
        text += f"\nSUBPARTITION BY {method(it.sub_by)}"
        if it.sub_count != 1 and not any(p.subpartitions for p in it.partitions):
            text += f" SUBPARTITIONS {it.sub_count}"
    if it.partitions:
        text += f" {definitions(it.by, it.partitions)}"
    return text


def method(it: PartitionMethod) -> str:
    if it.kind == "SYSTEM_TIME":
        return _system_time(it)
    if it.expression is not None:
        return f"{it.kind} ({it.expression.text})"
    algorithm = f" ALGORITHM={it.algorithm}" if it.algorithm is not None else ""
    return f"{it.kind}{algorithm} ({names(it.columns)})"


def _system_time(it: PartitionMethod) -> str:
    text = it.kind
    if it.interval is not None:
        text += f" INTERVAL {it.interval}"
    if it.starts is not None and it.starts.text:
        text += f" STARTS {it.starts.text}"
    if it.limit is not None:
        text += f" LIMIT {it.limit}"
    return text + (" AUTO" if it.auto else "")


def definitions(by: PartitionMethod, partitions: Sequence[Partition]) -> str:
    """`(PARTITION ..., PARTITION ...)`, one a line."""
    return "(\n  " + ",\n  ".join(_partition(by, p) for p in partitions) + "\n)"


def _partition(by: PartitionMethod, it: Partition) -> str:
    words = [f"PARTITION {quoted(it.name)}"]
    if it.values:
        words.append(_values(by, it))
    if it.role:
        words.append(it.role)
    words += [f"{name} = {value}" for name, value in it.other]
    if it.subpartitions:
        subs = (f"SUB{_partition(by, s)}" for s in it.subpartitions)
        words.append("(\n    " + ",\n    ".join(subs) + "\n  )")
    return " ".join(words)


def _values(by: PartitionMethod, it: Partition) -> str:
    rows = [", ".join(v.text for v in row) for row in it.values]
    if by.kind.startswith("RANGE"):
        return (
            "VALUES LESS THAN MAXVALUE"
            if by.kind == "RANGE" and rows == ["MAXVALUE"]
            else f"VALUES LESS THAN ({rows[0]})"
        )
    return f"VALUES IN ({', '.join(f'({r})' if len(by.columns) > 1 else r for r in rows)})"
