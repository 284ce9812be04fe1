"""The rows of a table as they will be, to be asked of before the first step.

A query sees columns under their new names, in their new types and, so far as constants tell, with the values that a new
column gives them; it names tables and columns as they are called until then.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from schemactl.model import Column, Expression, Kind, ObjectKey, Table
from schemactl.steps import CHECKED_ROWS
from schemactl_postgres.ddl.context import Context
from schemactl_postgres.ddl.conversion import converted
from schemactl_postgres.ddl.foreign import at
from schemactl_postgres.ddl.misfits import misfit
from schemactl_postgres.ddl.volatile import is_constant
from schemactl_postgres.options import TableOptions
from schemactl_postgres.sql import quoted


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of a table that stays: `was` is the live one under its new names."""

    context: Context
    was: Table
    table: Table

    @property
    def shown(self) -> str:
        return f"of {self.table.key.path}"

    def live(self, column: str) -> str:
        """The column as it is called before the first step."""
        return quoted(_before(self.context, self.was.child(Kind.COLUMN, column)).name)

    def origin(self, *, heirs: bool) -> str:
        """The table as it is called before the first step; with what is in its heirs, or of a plain one alone."""
        only = "" if heirs or _is_partitioned(self.was) else "ONLY "
        return only + _live_table(self.context, self.was.key)

    def value(self, name: str) -> str | None:
        """What a column will hold; None where that cannot be told."""
        old, new = self.was.column(name), self.table.column(name)
        if new is None or (new.generated is not None and (old is None or old.generated != new.generated)):
            return None
        if old is None:
            return _given(self.context, new)
        if old.type == new.type:
            return self.live(name)
        if misfit(self.context, old.type, new.type) is not None:
            return None  # one that fails to be cast would make the query fail
        return converted(self.context, self.live(name), old.type, new.type)

    def source(self, names: Iterable[str], *, heirs: bool, alias: str | None = None) -> str | None:
        """The rows, with these columns as they will be, under the table's name or another; None where not to be told."""
        values = {name: self.value(name) for name in names}
        if None in values.values():
            return None
        selected = ", ".join(f"{value} AS {quoted(name)}" for name, value in values.items())
        return f"(SELECT {selected} FROM {self.origin(heirs=heirs)}) AS {quoted(alias or self.table.name)}"


def rows_of(context: Context, key: ObjectKey) -> Rows | None:
    """None for a table that has no rows before the plan, or has them elsewhere."""
    was, table = context.live.get(key), context.tables.get(key)
    if was is None or table is None or key in context.made or at(was) is not None:
        return None
    return Rows(context, was, table)


def _before(context: Context, key: ObjectKey) -> ObjectKey:
    """What a thing was called before all renames; its parents still have their new names."""
    olds = {new: old for old, new in context.renamed.items()}
    seen = {key}
    while (old := olds.get(key)) is not None and old not in seen:
        seen.add(old)
        key = old
    return key


def _live_table(context: Context, key: ObjectKey) -> str:
    key = _before(context, key)
    schema = _before(context, ObjectKey(kind=Kind.SCHEMA, name=key.schema)).name
    return f"{quoted(schema)}.{quoted(key.name)}"


def _is_partitioned(table: Table) -> bool:
    return isinstance(table.options, TableOptions) and table.options.partition_by is not None


def _given(context: Context, it: Column) -> str | None:
    """What a new column has in the rows that are there."""
    if it.identity is not None or it.generated is not None or it.type.uses is not None:
        return None
    if it.default is None:
        return f"NULL::{it.type.text}"
    return it.default.text if is_constant(context, it.default, live=True) else None


def counting(source: str, where: str, *, behind: str = "") -> str:
    return f"SELECT count(*) FROM (SELECT 1 FROM {source} WHERE {where}{behind} LIMIT {CHECKED_ROWS}) AS found"


def columns_in(*expressions: Expression | None) -> set[str]:
    return {k.name for e in expressions if e is not None for k in e.uses if k.kind is Kind.COLUMN}
