"""What a range type leaves behind when it is renamed or moved: its multirange, and the functions that make values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from schemactl.changes import Rename
from schemactl.model import ObjectKey, Range
from schemactl_postgres.read.range_type import multirange_name
from schemactl_postgres.sql import qualified, quoted


def company(change: Rename, it: Range) -> Iterator[tuple[ObjectKey, str]]:
    """The key and the ALTER of each, once the range itself is what it shall be.

    Only a multirange that is called as the server calls one follows under another name; into another schema all do.
    """
    old, new = change.key, change.new
    moves = old.schema != new.schema
    makers = [f"{it.subtype.text}, {it.subtype.text}", f"{it.subtype.text}, {it.subtype.text}, text"]
    becomes = f"SET SCHEMA {quoted(new.schema)}" if moves else f"RENAME TO {quoted(new.name)}"
    for arguments in makers:
        yield old, f"ALTER FUNCTION {qualified(old)}({arguments}) {becomes}"
    if moves:
        multirange = replace(old, name=it.multirange)
    elif it.multirange == multirange_name(new.name):
        multirange = replace(old, name=multirange_name(old.name))
        becomes = f"RENAME TO {quoted(it.multirange)}"
    else:
        return
    yield multirange, f"ALTER TYPE {qualified(multirange)} {becomes}"
    for arguments in ("", qualified(new), f"{qualified(new)}[]"):
        yield multirange, f"ALTER FUNCTION {qualified(multirange)}({arguments}) {becomes}"
