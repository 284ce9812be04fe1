"""Constraints of a table. `generated_name` marks a name that the desired text does not state.

`valid` is False only for the live key of a partitioned table that not all of its partitions have.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from schemactl.model.expressions import Expression
from schemactl.model.indexes import IndexPart
from schemactl.model.keys import ObjectKey
from schemactl.model.options import Options


@dataclass(frozen=True, slots=True, kw_only=True)
class PrimaryKey:
    """`without_overlaps`: of the last column, a range, no two values overlap in rows that agree in the others."""

    name: str
    columns: tuple[str, ...]
    include: tuple[str, ...] = ()
    without_overlaps: bool = False
    deferrable: bool = False
    initially_deferred: bool = False
    valid: bool = True
    comment: str | None = None
    options: Options | None = None
    generated_name: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unique:
    """`without_overlaps`: as of PrimaryKey."""

    name: str
    columns: tuple[str, ...]
    include: tuple[str, ...] = ()
    without_overlaps: bool = False
    nulls_not_distinct: bool = False
    deferrable: bool = False
    initially_deferred: bool = False
    valid: bool = True
    comment: str | None = None
    options: Options | None = None
    generated_name: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignKey:
    """`on_delete` and `on_update`: NO ACTION, RESTRICT, CASCADE, SET NULL, SET DEFAULT. `match`: SIMPLE or FULL.

    `on_delete_columns` is the list of SET NULL (...) and SET DEFAULT (...), empty for all. `period`: the last column is
    a range that the referenced rows must cover.
    """

    name: str
    columns: tuple[str, ...]
    references: ObjectKey
    referenced_columns: tuple[str, ...]
    on_update: str = "NO ACTION"
    on_delete: str = "NO ACTION"
    on_delete_columns: tuple[str, ...] = ()
    match: str = "SIMPLE"
    period: bool = False
    deferrable: bool = False
    initially_deferred: bool = False
    validated: bool = True
    enforced: bool = True
    comment: str | None = None
    generated_name: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    name: str
    expression: Expression
    no_inherit: bool = False
    validated: bool = True
    enforced: bool = True
    comment: str | None = None
    generated_name: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclusion:
    name: str
    parts: tuple[IndexPart, ...]
    method: str = "btree"
    include: tuple[str, ...] = ()
    predicate: Expression | None = None
    deferrable: bool = False
    initially_deferred: bool = False
    valid: bool = True
    comment: str | None = None
    options: Options | None = None
    generated_name: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class NotNull:
    """The NOT NULL of a column, where it is an object (Postgres 18).

    `local` is False where the table has it from its parents alone, and with them it goes.
    """

    name: str
    no_inherit: bool = False
    validated: bool = True
    comment: str | None = None
    local: bool = field(default=True, compare=False)
    generated_name: bool = field(default=False, compare=False)


Constraint = PrimaryKey | Unique | ForeignKey | Check | Exclusion
