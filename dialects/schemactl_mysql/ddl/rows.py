"""Which rows the changes of a table do not suit, as queries that are asked before the first step.

A query sees the rows as they will be: columns under their new names and, so far as constants tell, with the values that
a new column gives them. What cannot be told so is not asked. Each stops counting at CHECKED_ROWS; none locks anything
but the table's definition. A count reads no more than the step that follows would.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from schemactl.changes import Alter, Change, Create
from schemactl.model import Check, Column, ForeignKey, Index, IndexPart, Kind, ObjectKey, PrimaryKey, Table
from schemactl.steps import CHECKED_ROWS, Hazard, RowCheck, Step, Warning_
from schemactl_mysql.ddl import definitions as define
from schemactl_mysql.ddl import rank
from schemactl_mysql.ddl.context import Context
from schemactl_mysql.ddl.narrowing import may_lose, misfits
from schemactl_mysql.options import PartOptions
from schemactl_mysql.renamed import mentions_column
from schemactl_mysql.sql import literal, quoted
from schemactl_mysql.types import base, is_character, members

#: A default that is the same in every row, and asks nothing of the server.
_CONSTANT = re.compile(r"'(?:[^'\\]|''|\\.)*'|[-+]?\d+(?:\.\d+)?|NULL|CURRENT_TIMESTAMP(?:\(\d?\))?", re.I | re.S)
_ZERO_DATE = frozenset({"date", "datetime", "timestamp"})


def with_row_checks(
    context: Context, was: Table, table: Table, changes: Sequence[Change], steps: Sequence[Step]
) -> list[Step]:
    """The steps of one table with what their rows must not be, and with what becomes of values that do not fit."""
    rows = Rows(context, was, table)
    of_keys = {c.key: c.after for c in changes if isinstance(c, Create | Alter) and isinstance(c.after, ForeignKey)}
    checks, hazards = _checks(rows, changes), _hazards(context, changes)
    # What is instant goes first, and looks at no row.
    last = max((number for number, step in enumerate(steps) if step.rank == rank.ALTER), default=-1)
    result = []
    for number, step in enumerate(steps):
        found: list[RowCheck] = []
        for key in sorted(step.creates & of_keys.keys()):
            found += _foreign_key(rows, of_keys[key])
        if number == last:
            found += checks
            step = replace(step, hazards=(*step.hazards, *hazards))
        result.append(replace(step, checks=(*step.checks, *found)) if found else step)
    return result


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
        return quoted(self.context.old_name(self.was.child(Kind.COLUMN, column)))

    @property
    def origin(self) -> str:
        return live_table(self.context, self.was.key)

    def value(self, name: str) -> str | None:
        """What a column will hold, of one that is there or has a constant; None where that cannot be told."""
        new = self.table.column(name)
        old = self.was.column(name)
        if new is None:
            return None
        if old is None:
            return _given(new)
        if new.generated is not None and new != old:
            return None
        return _converted(self.context, self.live(name), old, new)

    def source(self, names: Sequence[str]) -> str | None:
        """The rows, with these columns as they will be."""
        values = [(name, self.value(name)) for name in dict.fromkeys(names)]
        if any(value is None for _, value in values):
            return None
        selected = ", ".join(f"{value} AS {quoted(name)}" for name, value in values) or "1"
        return f"(SELECT {selected} FROM {self.origin}) AS r"


def live_table(context: Context, key: ObjectKey) -> str:
    return context.name(replace(key, name=context.old_name(key)))


def counting(source: str, where: str, *, behind: str = "") -> str:
    return f"SELECT COUNT(*) FROM (SELECT 1 FROM {source} WHERE {where}{behind} LIMIT {CHECKED_ROWS}) AS found"


def _named(column: Column, other: Column) -> str:
    """Its type, and its collation where that is what differs."""
    if column.type != other.type or column.collation is None:
        return column.type.text
    return f"{column.type.text} in {column.collation}"


def _hazards(context: Context, changes: Sequence[Change]) -> list[Warning_]:
    found = []
    for change in changes:
        match change:
            case Alter(before=Column() as old, after=Column() as it):
                hazard = may_lose(context, old, it)
                if hazard is not None and not _is_renamed_values(context, change.key, old, it):
                    what = "every value" if hazard is Hazard.NARROWS_TYPE else "each member"
                    message = (
                        f"not {what} of {_named(old, it)} fits {_named(it, old)}: values can be lost, or the step fail"
                    )
                    found.append(Warning_(hazard=hazard, message=message))
    return found


def _is_renamed_values(context: Context, key: ObjectKey, old: Column, it: Column) -> bool:
    """Whether all members that go are under another name later."""
    kept = {m.lower() for m in members(it.type.text)} | _renamed_away(context, key)
    if base(old.type.text) not in ("enum", "set") or base(old.type.text) != base(it.type.text):
        return False
    return all(m.lower() in kept for m in members(old.type.text))


def _renamed_away(context: Context, key: ObjectKey) -> set[str]:
    table = context.tables.get(ObjectKey(kind=Kind.TABLE, schema=key.schema, name=key.table))
    pairs = define.table_options(table).renamed_values if table is not None else ()
    return {before.lower() for column, before, _ in pairs if column == key.name}


def _checks(rows: Rows, changes: Sequence[Change]) -> list[RowCheck]:
    found: list[RowCheck] = []
    retyped = set()
    for change in changes:
        match change:
            case Create(after=Column() as it):
                found += _added(rows, it)
            case Alter(before=Column() as old, after=Column() as it):
                found += _altered(rows, change.key, old, it)
                if (old.type, old.collation) != (it.type, it.collation):
                    retyped.add(it.name)
            case Create(after=Check() as check) | Alter(after=Check() as check):
                found += _check(rows, check.name, check.expression.text) if check.enforced else ()
    changed = {c.key.name: c.after for c in changes if isinstance(c, Create | Alter)}
    for name, parts in _unique_keys(rows.table):
        if isinstance(changed.get(name), Index | PrimaryKey) or any(p.column in retyped for p in parts):
            found += _unique(rows, name, parts)
    return found


def _unique_keys(table: Table) -> Iterator[tuple[str, tuple[IndexPart, ...]]]:
    for constraint in table.constraints:
        if isinstance(constraint, PrimaryKey):
            options = define.index_options(constraint.options)
            if not options.without_overlaps:
                yield constraint.name, options.parts or tuple(IndexPart(column=c) for c in constraint.columns)
    for index in table.indexes:
        if index.unique and not define.index_options(index.options).without_overlaps:
            yield index.name, index.parts


def _unique(rows: Rows, name: str, parts: tuple[IndexPart, ...]) -> Iterator[RowCheck]:
    columns, values = [], []
    for part in parts:
        if part.column is None:
            text = part.expression.text if part.expression is not None else ""
            if re.search(r"\bARRAY\b", text, re.I):
                return  # a row has many values then
            columns += [c.name for c in rows.table.columns if mentions_column(text, c.name, rows.context.flavour)]
            values.append(f"({text})")
            continue
        new = rows.table.column(part.column)
        if new is not None and rows.was.column(part.column) is None and define.column_options(new).auto_increment:
            return  # the server numbers the rows
        columns.append(part.column)
        length = part.options.length if isinstance(part.options, PartOptions) else None
        values.append(f"LEFT({quoted(part.column)}, {length})" if length else quoted(part.column))
    source = rows.source(columns)
    if source is None:
        return
    where = " AND ".join(f"{v} IS NOT NULL" for v in values)
    behind = f" GROUP BY {', '.join(values)} HAVING COUNT(*) > 1"
    shown = ", ".join(p.column or "an expression" for p in parts)
    yield RowCheck(
        sql=counting(source, where, behind=behind),
        finds=f"{rows.shown}: the same {shown} in others, which {name} forbids",
    )


def _altered(rows: Rows, key: ObjectKey, old: Column, it: Column) -> Iterator[RowCheck]:
    live = rows.live(it.name)
    if old.nullable and not it.nullable and it.generated is None:
        yield RowCheck(sql=counting(rows.origin, f"{live} IS NULL"), finds=f"{rows.shown}: NULL in {it.name}")
    away = _renamed_away(rows.context, key)
    if any(m.lower() in away for m in members(old.type.text)):
        kept = [m for m in members(old.type.text) if m.lower() not in away]
        text = f"{base(old.type.text)}({','.join(map(literal, kept))})"
        old = replace(old, type=replace(old.type, text=text))
    for misfit in misfits(rows.context, old, it):
        sql = counting(rows.origin, misfit.where.replace("{c}", live))
        finds = f"{rows.shown}: {misfit.finds}"
        yield RowCheck(sql=sql, finds=finds, hazard=misfit.hazard, refused=misfit.refused)
    check = define.column_options(it).check
    if check is not None and check != define.column_options(old).check:
        yield from _check(rows, it.name, check.text)


def _added(rows: Rows, it: Column) -> Iterator[RowCheck]:
    """A date that may not be NULL is 0000-00-00 in the rows that are there, which the server may not allow."""
    around = getattr(rows.context.actual.surroundings, "program_mode", "")
    kind = base(it.type.text)
    zero = kind in _ZERO_DATE and it.default is None and not it.nullable and it.generated is None
    if zero and "NO_ZERO_DATE" in around and not define.column_options(it).row:
        finds = f"{rows.shown}: {it.name} would be 0000-00-00, which the server's sql_mode forbids"
        yield RowCheck(sql=counting(rows.origin, "TRUE"), finds=finds)
    check = define.column_options(it).check
    if check is not None:
        yield from _check(rows, it.name, check.text)


def _check(rows: Rows, name: str, text: str) -> Iterator[RowCheck]:
    columns = [c.name for c in rows.table.columns if mentions_column(text, c.name, rows.context.flavour)]
    source = rows.source(columns)
    if source is not None:
        yield RowCheck(sql=counting(source, f"NOT ({text})"), finds=f"{rows.shown}: the check {name} is not fulfilled")


def _foreign_key(rows: Rows, it: ForeignKey) -> Iterator[RowCheck]:
    """Rows without the one that they refer to; a table that is yet to be made has none."""
    held = (c for c in rows.was.constraints if isinstance(c, ForeignKey))
    if any(_same(c, it) for c in held):
        return
    source = rows.source(it.columns)
    if source is None:
        return
    where = " AND ".join(f"r.{quoted(c)} IS NOT NULL" for c in it.columns)
    parent = rows.context.live.get(it.references)
    if parent is not None:
        if any(parent.column(c) is None for c in it.referenced_columns):
            return
        names = [quoted(rows.context.old_name(parent.child(Kind.COLUMN, c))) for c in it.referenced_columns]
        pairs = zip(names, it.columns, strict=True)
        on = " AND ".join(f"p.{name} = r.{quoted(column)}" for name, column in pairs)
        where += f" AND NOT EXISTS (SELECT 1 FROM {live_table(rows.context, parent.key)} AS p WHERE {on})"
    yield RowCheck(
        sql=counting(source, where),
        finds=f"{rows.shown}: no row of {it.references.path} for {', '.join(it.columns)}",
    )


def _same(old: ForeignKey, it: ForeignKey) -> bool:
    return (old.columns, old.references, old.referenced_columns) == (it.columns, it.references, it.referenced_columns)


def _given(it: Column) -> str | None:
    """What a new column has in the rows that are there."""
    options = define.column_options(it)
    if it.generated is not None or options.auto_increment or options.row:
        return None
    if it.default is not None:
        text = it.default.text.strip()
        return text if _CONSTANT.fullmatch(text) else None
    if it.nullable:
        return "NULL"
    kind = base(it.type.text)
    if kind == "enum":
        return literal(members(it.type.text)[0])
    return "''" if is_character(it.type.text) else "0" if kind.endswith(("int", "decimal", "float", "double")) else None


def _converted(context: Context, live: str, old: Column, new: Column) -> str | None:
    """The value in its new type, so far as that may make two values one."""
    kind = base(new.type.text)
    if is_character(new.type.text) and new.collation and (old.type, old.collation) != (new.type, new.collation):
        charset = context.charset(new.collation)
        return f"CONVERT({live} USING {charset}) COLLATE {new.collation}" if charset else None
    if old.type != new.type and kind == "decimal":
        return f"CAST({live} AS {new.type.text.split(' ')[0]})"
    if old.type != new.type and kind in ("datetime", "timestamp", "date", "time"):
        return f"CAST({live} AS {new.type.text.replace('timestamp', 'datetime')})"
    return live
