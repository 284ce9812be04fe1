"""PARTITION BY."""

from __future__ import annotations

from schemactl.errors import UnsupportedError
from schemactl_mysql.options import Partitioning
from schemactl_mysql.read.cursor import Cursor


def partitioning(cursor: Cursor) -> Partitioning:
    """Read `PARTITION BY ...` with its partitions."""
    raise cursor.error(UnsupportedError, "PARTITION BY", cursor.token)
