"""Where new columns go: MySQL lets a generated column be over what is worked out itself only where that stands before it.

Worked out are generated columns and defaults that are expressions. Columns are added behind all others, in their order in
the text; one that a column which stays is over gets its place from the text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from schemactl.changes import Change, Create
from schemactl.model import Column, Table
from schemactl_mysql.ddl.context import Context
from schemactl_mysql.renamed import mentions_column


def with_new_columns_in_order(context: Context, table: Table, changes: Sequence[Change]) -> list[Change]:
    """The changes of a table, with its new columns in the order of the desired one, and at a place where they need one."""
    places = {c.name: i for i, c in enumerate(table.columns)}
    new = sorted(filter(_is_appended, changes), key=lambda c: places.get(c.key.name, 0))
    names = {c.key.name for c in new}
    stay = [c for c in table.columns if c.name not in names]
    ordered = iter([_placed(context, table, it, stay) for it in new])
    return [next(ordered) if _is_appended(c) else c for c in changes]


def _is_appended(change: Change) -> bool:
    return isinstance(change, Create) and isinstance(change.after, Column) and change.place is None


def _placed(context: Context, table: Table, change: Change, stay: Sequence[Column]) -> Change:
    """At its place, or as near to it as a column is that stays."""
    assert isinstance(change, Create)
    it = change.after
    assert isinstance(it, Column)
    users = [c.generated.expression.text for c in stay if c.generated is not None]
    used = any(mentions_column(text, it.name, context.flavour) for text in users)
    worked_out = it.generated is not None or it.default is not None
    if not used or not worked_out or context.flavour.mariadb:
        return change
    before = [c.name for c in table.columns[: table.columns.index(it)] if c in stay]
    return replace(change, place=before[-1] if before else "")
