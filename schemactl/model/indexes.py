"""Indexes and their parts."""

from __future__ import annotations

from dataclasses import dataclass, field

from schemactl.model.expressions import Expression
from schemactl.model.options import Options


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexPart:
    """One key of an index: a column or an expression, exactly one of the two.

    `nulls_first` is spelled out (Postgres: FIRST is the default of DESC, LAST of ASC). `collation` is None where it
    is the column's own. `operator` is set only in an exclusion constraint.
    """

    column: str | None = None
    expression: Expression | None = None
    collation: str | None = None
    descending: bool = False
    nulls_first: bool = False
    operator: str | None = None
    options: Options | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """An index that belongs to no constraint. `valid` is False only for a live leftover of a failed build."""

    name: str
    parts: tuple[IndexPart, ...]
    unique: bool = False
    method: str = "btree"
    include: tuple[str, ...] = ()
    predicate: Expression | None = None
    comment: str | None = None
    options: Options | None = None
    valid: bool = True
    generated_name: bool = field(default=False, compare=False)
