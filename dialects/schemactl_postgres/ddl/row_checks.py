"""Which rows the steps of a plan do not suit, as queries that are asked before the first of them.

What cannot be told is not asked. Each query stops counting at CHECKED_ROWS, and in doubt finds less than the server would
refuse.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from schemactl.changes import Alter, Change, Create
from schemactl.model import (
    Check,
    Column,
    Domain,
    Enum,
    Expression,
    ForeignKey,
    Index,
    IndexPart,
    Kind,
    ObjectKey,
    PrimaryKey,
    Table,
    Unique,
)
from schemactl.steps import Hazard, RowCheck, Step
from schemactl_postgres.ddl.context import Context, owning_table
from schemactl_postgres.ddl.misfits import misfit
from schemactl_postgres.ddl.row_bounds import outside
from schemactl_postgres.ddl.rows import Rows, columns_in, counting, rows_of
from schemactl_postgres.inheritance import parents_of
from schemactl_postgres.options import IndexOptions, Partition, TableOptions
from schemactl_postgres.sql import literal, quoted


def with_row_checks(context: Context, changes: Sequence[Change], steps: Iterable[Step]) -> list[Step]:
    """The steps, each change's first with what its rows must not be."""
    wanted: dict[ObjectKey, list[RowCheck]] = {}
    for change in changes:
        for key, check in _by_step(context, change):
            wanted.setdefault(key, []).append(check)
    result = []
    for step in steps:
        if step.action in ("create", "alter") and step.key in wanted:
            step = replace(step, checks=tuple(wanted.pop(step.key)))
        result.append(step)
    return result


def _by_step(context: Context, change: Change) -> Iterator[tuple[ObjectKey, RowCheck]]:
    """Each check with the key of the step that it is for. What is made again was fulfilled before."""
    if isinstance(change, Create) and not change.because:
        yield from ((change.key, check) for check in _checks(context, change))
    elif isinstance(change, Alter) and isinstance(change.before, Domain) and isinstance(change.after, Domain):
        yield from _domain(context, change.before, change.after)
    elif isinstance(change, Alter):
        yield from ((change.key, check) for check in _checks(context, change))


def _checks(context: Context, change: Create | Alter) -> Iterator[RowCheck]:
    before = change.before if isinstance(change, Alter) else None
    if isinstance(before, Enum) and isinstance(change.after, Enum):
        yield from _enum(context, before, change.after)
        return
    if isinstance(change.after, Table) and change.key in context.made:
        yield from _making_room(context, change.after)
        return
    rows = rows_of(context, change.key if change.key.kind is Kind.TABLE else owning_table(change.key))
    if rows is None:
        return
    match change.after:
        case Table() as table:
            yield from _bound(rows, before if isinstance(before, Table) else None, table)
        case Column() as it:
            yield from _column(rows, before if isinstance(before, Column) else None, it)
        case Check() as it if it.validated and it.enforced:
            if (
                isinstance(before, Check)
                and before.expression == it.expression
                and before.validated
                and before.enforced
            ):
                return
            yield from _fulfilled(rows, it)
        case ForeignKey() as it if it.validated and it.enforced and not it.period:
            if before is None or _is_looked_at(before, it):
                yield from _referenced(rows, it)
        case PrimaryKey() | Unique() as it if not it.without_overlaps and change.key not in context.leftovers:
            parts = tuple(IndexPart(column=c) for c in it.columns)
            distinct = isinstance(it, PrimaryKey) or not it.nulls_not_distinct
            yield from _unique(rows, it.name, parts, None, nulls_distinct=distinct)
        case Index() as it if it.unique:
            options = it.options if isinstance(it.options, IndexOptions) else IndexOptions()
            yield from _unique(rows, it.name, it.parts, it.predicate, nulls_distinct=not options.nulls_not_distinct)
        case _:
            pass


# -- by what is made or altered


def _column(rows: Rows, was: Column | None, it: Column) -> Iterator[RowCheck]:
    valid = it.not_null is None or it.not_null.validated
    heirs = it.not_null is None or not it.not_null.no_inherit
    if was is None:
        given = it.default is None and it.identity is None and it.generated is None and it.type.uses is None
        if not it.nullable and valid and given:
            yield RowCheck(
                sql=counting(rows.origin(heirs=heirs), "true"),
                finds=f"{rows.shown}: nothing to put into {it.name}, which takes no NULL",
            )
        return
    looked = was.nullable or (was.not_null is not None and not was.not_null.validated)
    if looked and not it.nullable and valid:
        yield RowCheck(
            sql=counting(rows.origin(heirs=heirs), f"{rows.live(it.name)} IS NULL"),
            finds=f"{rows.shown}: NULL in {it.name}",
        )
    if was.type == it.type or was.generated is not None or it.generated is not None:
        return
    found = misfit(rows.context, was.type, it.type)
    if found is not None:
        sql = counting(rows.origin(heirs=True), found.where.replace("{c}", rows.live(it.name))) if found.where else ""
        finds = f"{rows.shown}: {found.finds.replace('{c}', it.name)}"
        yield RowCheck(sql=sql, finds=finds, hazard=found.hazard, refused=found.refused)


def _fulfilled(rows: Rows, it: Check) -> Iterator[RowCheck]:
    source = rows.source(sorted(columns_in(it.expression)), heirs=not it.no_inherit)
    if source is not None and columns_in(it.expression):
        yield RowCheck(
            sql=counting(source, f"NOT ({it.expression.text})"),
            finds=f"{rows.shown}: the check {it.name} is not fulfilled",
        )


def _is_looked_at(before: object, it: ForeignKey) -> bool:
    """Whether the rows are looked at again, for more than its name or actions differ."""
    same = isinstance(before, ForeignKey) and before.validated and before.enforced
    return not same or _ends(before) != _ends(it)


def _ends(it: object) -> object:
    return (it.columns, it.references, it.referenced_columns, it.match) if isinstance(it, ForeignKey) else None


def _referenced(rows: Rows, it: ForeignKey) -> Iterator[RowCheck]:
    """Rows without the one that they refer to; a table that is yet to be made has none."""
    source = rows.source(it.columns, heirs=False, alias="r")
    mine = [f"r.{quoted(c)}" for c in it.columns]
    said = " AND ".join(f"{c} IS NOT NULL" for c in mine)
    where = said
    if it.references in rows.context.live:
        target = rows_of(rows.context, it.references)
        others = target.source(it.referenced_columns, heirs=False, alias="p") if target is not None else None
        if others is None:
            return
        pairs = zip(it.referenced_columns, mine, strict=True)
        on = " AND ".join(f"p.{quoted(other)} = {c}" for other, c in pairs)
        where = f"{said} AND NOT EXISTS (SELECT FROM {others} WHERE {on})"
    if it.match == "FULL" and len(mine) > 1:
        some = " OR ".join(f"{c} IS NOT NULL" for c in mine)
        where = f"({where}) OR (({some}) AND NOT ({said}))"
    if source is not None:
        yield RowCheck(
            sql=counting(source, where),
            finds=f"{rows.shown}: no row of {it.references.path} for {', '.join(it.columns)}",
        )


def _unique(
    rows: Rows, name: str, parts: Sequence[IndexPart], predicate: Expression | None, *, nulls_distinct: bool
) -> Iterator[RowCheck]:
    columns = {p.column for p in parts if p.column} | columns_in(predicate, *(p.expression for p in parts))
    new = [rows.table.column(p.column) for p in parts if p.column and rows.was.column(p.column) is None]
    if any(column is not None and column.identity is not None for column in new):
        return  # the server numbers the rows
    source = rows.source(sorted(columns), heirs=False)
    if source is None:
        return
    values = [f"({p.expression.text})" if p.expression is not None else quoted(p.column or "") for p in parts]
    # A key of NULLs is like no other.
    conditions = [f"{value} IS NOT NULL" for value in values] if nulls_distinct else []
    conditions += [f"({predicate.text})"] if predicate is not None else []
    behind = f" GROUP BY {', '.join(values)} HAVING count(*) > 1"
    shown = ", ".join(p.column or "an expression" for p in parts)
    yield RowCheck(
        sql=counting(source, " AND ".join(conditions) or "true", behind=behind),
        finds=f"{rows.shown}: the same {shown} in others, which {name} forbids",
    )


def _partition(table: Table | None) -> Partition | None:
    return table.options.partition_of if table is not None and isinstance(table.options, TableOptions) else None


def _bound(rows: Rows, was: Table | None, table: Table) -> Iterator[RowCheck]:
    """Of a table that becomes a partition: rows that are outside of its bounds."""
    part = _partition(table)
    if part is None or part == _partition(was):
        return
    where = outside(rows, part)
    if where is not None:
        yield RowCheck(
            sql=counting(rows.origin(heirs=True), where),
            finds=f"{rows.shown}: outside of the bounds of a partition of {part.parent.path}",
        )


def _making_room(context: Context, it: Table) -> Iterator[RowCheck]:
    """Of a new partition: rows in the default one that would belong to it, which the server does not move."""
    part = _partition(it)
    for table in context.live.values() if part is not None else ():
        other, rows = _partition(table), rows_of(context, table.key)
        if (
            part is None
            or other is None
            or (other.parent, other.bound.form) != (part.parent, "DEFAULT")
            or rows is None
        ):
            continue
        if _partition(rows.table) == other and (where := outside(rows, part)) is not None:
            yield RowCheck(
                sql=counting(rows.origin(heirs=True), f"NOT ({where})"),
                finds=f"{rows.shown}, the default: within the bounds of the new partition {it.key.path}",
            )


def _holding(context: Context, key: ObjectKey) -> Iterator[tuple[Rows, Column]]:
    """The live columns that are of a type before and after, of tables that are no children."""
    for table in context.live.values():
        rows = rows_of(context, table.key)
        if rows is None or parents_of(table):
            continue
        for column in table.columns:
            after = rows.table.column(column.name)
            if column.type.uses == key and after is not None and after.type.uses == key and column.generated is None:
                yield rows, column


def _domain(context: Context, was: Domain, it: Domain) -> Iterator[tuple[ObjectKey, RowCheck]]:
    """What columns of the domain hold, where it takes less than before."""
    if was.type != it.type:
        return
    known = {c.expression.canonical for c in was.constraints if c.validated}
    checks = [c for c in it.constraints if c.validated and c.expression.canonical not in known]
    for rows, column in _holding(context, it.key):
        if column.type.text.endswith("]"):
            continue
        live, origin = rows.live(column.name), rows.origin(heirs=True)
        if was.nullable and not it.nullable:
            nulls = counting(origin, f"{live} IS NULL")
            yield it.key, RowCheck(sql=nulls, finds=f"{rows.shown}: NULL in {column.name}")
        for check in checks:
            source = f"(SELECT {live} AS value FROM {origin}) AS of_domain"
            finds = f"{rows.shown}: {column.name} does not fulfil the check {check.name} of {it.key.path}"
            yield it.child(check.name), RowCheck(sql=counting(source, f"NOT ({check.expression.text})"), finds=finds)


def _enum(context: Context, was: Enum, it: Enum) -> Iterator[RowCheck]:
    """Values that the type loses."""
    gone = [v for v in was.values if v not in it.values]
    if not gone:
        return
    shown = ", ".join(map(repr, gone))
    values = ", ".join(literal(v).strip() for v in gone)
    for rows, column in _holding(context, it.key):
        live = rows.live(column.name)
        array = column.type.text.endswith("]")
        where = f"{live}::text[] && ARRAY[{values}]" if array else f"{live}::text IN ({values})"
        yield RowCheck(
            sql=counting(rows.origin(heirs=True), where),
            finds=f"{rows.shown}: {shown} in {column.name}, which {it.key.path} is to lose",
            hazard=Hazard.REMOVES_ENUM_VALUE,
        )
