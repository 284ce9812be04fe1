"""How the server makes up a name: for constraints, indexes and sequences that nobody named.

The server cuts names to 63 bytes in the database's encoding (taken for UTF-8), never through a character.
"""

from __future__ import annotations

from collections.abc import Sequence

MAX_BYTES = 63

#: Comments on schemas that initdb itself writes: they count as none.
INITIAL_COMMENTS = {"public": "standard public schema"}


def clipped(name: str, limit: int = MAX_BYTES) -> str:
    """`name` cut to `limit` bytes, at the end of a character: what the server does to any identifier too long."""
    raw = name.encode()
    return name if len(raw) <= limit else raw[:limit].decode(errors="ignore")


def generated_name(table: str, column: str | None, label: str | None) -> str:
    """`table_column_label`, of at most 63 bytes: the longer of table and column is cut first, the label never.

    Where a name is taken, the server tries the label with 1, 2, ... appended; that is the caller's business.
    """
    room = MAX_BYTES - (len(label.encode()) + 1 if label else 0) - (1 if column is not None else 0)
    first, second = len(table.encode()), len((column or "").encode())
    # What the server does byte by byte (take one from the longer, of equals from the column), without the loop.
    if first + second > room:
        low, high = room // 2, room - room // 2
        if second <= low:
            first = room - second
        elif first <= high:
            second = room - first
        else:
            first, second = high, low
    parts = [clipped(table, first)]
    if column is not None:
        parts.append(clipped(column, second))
    if label:
        parts.append(label)
    return "_".join(parts)


def joined_columns(columns: Sequence[str]) -> str:
    """The `column` of a generated name over several columns: joined by `_` until 64 bytes are reached.

    An expression counts as a column `expr`; names that repeat are told apart by `distinct_columns` first.
    """
    joined = ""
    for column in columns:
        joined += ("_" if joined else "") + clipped(column)
        if len(joined.encode()) > MAX_BYTES:
            break
    return joined


def distinct_columns(columns: Sequence[str]) -> list[str]:
    """The names that an index gives its own columns: a repeated one gets 1, 2, ... appended, cut to fit."""
    names: list[str] = []
    for column in columns:
        name, count = column, 0
        while name in names:
            count += 1
            name = clipped(column, MAX_BYTES - len(str(count))) + str(count)
        names.append(name)
    return names
