"""Whether a table surely has room for its columns, so that a state between two ALTERs is no error of its own."""

from __future__ import annotations

import re
from collections.abc import Iterable

from schemactl.model import Column
from schemactl_mysql.ddl.context import Context
from schemactl_mysql.types import base

#: What the server takes of declared lengths, what InnoDB takes in half a page of 16 KB, and how many columns it takes.
_DECLARED, _INLINE, _COLUMNS = 65535, 8000, 1000
#: What InnoDB keeps in the row at least of a long value: of DYNAMIC rows, and of the older formats.
_KEPT = {True: 788, False: 40}
_LENGTH = re.compile(r"\w+\((\d+)\)")
_POINTER = 20
_OTHER = 30


def has_room(context: Context, columns: Iterable[Column], *, old_format: bool) -> bool:
    """By upper bounds: False says only that there may be none. `old_format`: COMPACT or REDUNDANT rows."""
    sizes = [_size(context, c) for c in columns]
    inline = sum(min(size, _KEPT[old_format]) for size in sizes)
    return len(sizes) < _COLUMNS and sum(sizes) < _DECLARED and inline < _INLINE


def _size(context: Context, column: Column) -> int:
    """The most bytes that a value of the column is declared to take."""
    kind = base(column.type.text)
    if kind not in ("varchar", "char", "varbinary", "binary"):
        return _POINTER if kind.endswith(("text", "blob", "json")) else _OTHER
    found = _LENGTH.match(column.type.text)
    length = int(found[1]) if found else 1
    return length * (context.width(column.collation) or 4 if column.collation else 1) + 2
