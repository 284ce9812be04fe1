"""What a table gets from its parents, and what becomes of it when they change. The same for reading and for planning."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import TypeVar

from schemactl.model import (
    Check,
    Column,
    Constraint,
    Exclusion,
    Index,
    IndexPart,
    NotNull,
    ObjectKey,
    Options,
    PrimaryKey,
    Table,
    Unique,
)
from schemactl_postgres.options import ColumnOptions, IndexOptions, TableOptions

_Part = TypeVar("_Part", Constraint, Index)

#: What a column of a child does not follow: a comment is nobody's but its own, and so is the counter of an identity.
#: How it follows in NOT NULL and in options is told apart.
_OWN = frozenset({"name", "comment", "identity", "nullable", "not_null", "options"})


def parents_of(table: Table) -> tuple[ObjectKey, ...]:
    """The tables that a table is a partition of, or inherits from."""
    return table.options.parents if isinstance(table.options, TableOptions) else ()


def given(column: Column) -> Column:
    """The column that a new child gets from its parent's."""
    options = column.options
    if isinstance(options, ColumnOptions):
        options = _stored(replace(options, statistics=None, foreign=(), settings=()))
    not_null = None if hands_down_null(column) or column.not_null is None else handed_down(column.not_null)
    return replace(
        column, comment=None, identity=None, options=options, nullable=hands_down_null(column), not_null=not_null
    )


def hands_down_null(column: Column) -> bool:
    """Whether the children of a table may hold NULL in this column, as far as it goes."""
    return column.nullable or (column.not_null is not None and column.not_null.no_inherit)


def handed_down(not_null: NotNull) -> NotNull:
    """What a child gets that has no NOT NULL of its own."""
    return replace(not_null, comment=None, local=False, generated_name=True)


def merged(column: Column, other: Column) -> Column:
    """A column that two parents have, or a parent and the table itself: `other` comes later and prevails."""
    return replace(
        other,
        nullable=column.nullable and other.nullable,
        not_null=column.not_null if other.nullable else other.not_null,
        default=column.default if other.default is None else other.default,
        generated=column.generated if other.generated is None else other.generated,
        collation=column.collation if other.collation is None else other.collation,
    )


#: Options that a child keeps when its parent's are altered; COMPRESSION it had from the parent when it was new.
_NEVER_DOWN = frozenset({"compression", "foreign", "settings"})


def cascaded(child: Column, before: Column, after: Column) -> Column:
    """`child` after its parent's column was altered from `before` to `after`: it follows in just what changed."""
    changed = {
        f.name: getattr(after, f.name)
        for f in fields(Column)
        if f.name not in _OWN and getattr(before, f.name) != getattr(after, f.name)
    }
    changed |= _cascaded_null(child, before, after)
    if is_retyped(before, after):
        child, before = retyped(child), retyped(before)
    old, new = _options(before), _options(after)
    moved = {
        f.name: getattr(new, f.name)
        for f in fields(new)
        if f.name not in _NEVER_DOWN and getattr(old, f.name) != getattr(new, f.name)
    }
    if moved:
        changed["options"] = _stored(replace(_options(child), **moved))
    return replace(child, **changed) if changed else child


def is_retyped(was: Column, it: Column) -> bool:
    """Whether it takes an ALTER TYPE to make the one into the other."""
    return (was.type, was.collation) != (it.type, it.collation)


def retyped(column: Column) -> Column:
    """The column as any ALTER TYPE leaves it, which gives it the storage and compression of its type: seen on 15, 17, 18."""
    options = column.options
    if not isinstance(options, ColumnOptions):
        return column
    return replace(column, options=_stored(replace(options, storage=None, compression=None)))


def _cascaded_null(child: Column, before: Column, after: Column) -> dict[str, object]:
    """What becomes of a child's NOT NULL. One of its own stays when the parent's goes, or is kept to the parent.

    A name goes down too, to children whose NOT NULL bears it, but that is no difference: no child can have another.
    """
    mine = child.not_null
    if hands_down_null(after):
        if hands_down_null(before):
            return {}
        if mine is not None and (mine.local or not after.nullable):
            return {"not_null": replace(mine, local=True)}
        return {"nullable": True, "not_null": None} if after.nullable else {}
    if child.nullable:
        return {"nullable": False, "not_null": given(after).not_null}
    if mine is None or hands_down_null(before) or is_valid(before) == is_valid(after):
        return {}
    return {"not_null": replace(mine, validated=is_valid(after))}


def is_valid(column: Column) -> bool:
    """Whether no row is known to hold NULL in a column that is NOT NULL."""
    return column.not_null is None or column.not_null.validated


def _options(column: Column) -> ColumnOptions:
    return column.options if isinstance(column.options, ColumnOptions) else ColumnOptions()


def _stored(options: ColumnOptions) -> Options | None:
    return None if options == ColumnOptions() else options


def follow(
    child: Mapping[str, Column],
    before: Mapping[str, Column],
    after: Mapping[str, Column],
    *,
    kept: frozenset[str] = frozenset(),
    again: frozenset[str] = frozenset(),
) -> dict[str, Column]:
    """The columns of a child after those of one parent went from `before` to `after`.

    `kept` are those that the child has by itself, or from another parent; `again` those that the parent drops and
    makes anew under the same name.
    """
    result = {n: c for n, c in child.items() if n not in before or n in after or n in kept}
    for name, column in after.items():
        if name not in result:
            result[name] = given(column)
        elif name in again:
            result[name] = replace(given(column), comment=result[name].comment if name in kept else None)
        elif name in before:
            result[name] = cascaded(result[name], before[name], column)
        else:
            mine, handed = result[name], given(column)
            not_null = handed.not_null if mine.nullable else mine.not_null
            result[name] = replace(mine, nullable=mine.nullable and handed.nullable, not_null=not_null)
    return result


def is_inherited(constraint: Constraint, *, partition: bool) -> bool:
    """Whether children get it. To partitions everything goes; INHERITS hands down checks alone."""
    return not constraint.no_inherit if isinstance(constraint, Check) else partition


def same_definition(one: Constraint | Index, other: Constraint | Index) -> bool:
    """Whether two parts are the same but for their names and what is said about them."""
    return _bare(one) == _bare(other)


def _bare(part: Constraint | Index) -> Constraint | Index:
    return replace(part, name="", comment=None)


def stands_for(part: Constraint | Index, wanted: Constraint | Index) -> bool:
    """Whether the server takes a child's part for the one that its parent's asks for, rather than make one more.

    A plain index serves as a partition of an index. Where the parent's is a constraint's, so must the child's be.
    """
    if isinstance(wanted, Index):
        index = _as_index(part)
        return index is not None and same_definition(index, _without_storage(wanted))
    return type(part) is type(wanted) and same_definition(_without_storage(part), _without_storage(wanted))


def _as_index(part: Constraint | Index) -> Index | None:
    """The index beneath a key; None where the part has none."""
    if isinstance(part, Index):
        return _without_storage(part)
    if isinstance(part, PrimaryKey | Unique) and not part.deferrable and not part.without_overlaps:
        nulls = isinstance(part, Unique) and part.nulls_not_distinct
        return Index(
            name=part.name,
            parts=tuple(IndexPart(column=c) for c in part.columns),
            unique=True,
            include=part.include,
            options=IndexOptions(nulls_not_distinct=True) if nulls else None,
        )
    return None


def _without_storage(part: _Part) -> _Part:
    """Storage parameters of an index need not be the same, nor what is said of it alone."""
    if isinstance(part, Index | PrimaryKey | Unique | Exclusion) and isinstance(part.options, IndexOptions):
        options = replace(part.options, storage=(), statistics=(), extensions=())
        bare: _Part = replace(part, options=None if options == IndexOptions() else options)
        return bare
    return part
