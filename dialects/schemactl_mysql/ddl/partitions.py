"""PARTITION BY, and what alters it."""

from __future__ import annotations

from schemactl_mysql.options import Partitioning


def partition_clause(partitioning: Partitioning | None) -> str:
    """The clause on a line of its own; empty for a table without partitions."""
    return ""
