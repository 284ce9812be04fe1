"""Values of enums and sets under another name.

MODIFY takes rows over by their text: rows with a value that is no more would be an error. So the column first gets
the new value beside the old one, the rows are changed, and the old value then goes with the MODIFY that is due anyhow.
After a failure in between, the next run finds both values and goes on from there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from schemactl.changes import Alter, Change, Create, Drop
from schemactl.errors import ImpossibleError
from schemactl.model import Check, Column, DataType, Kind, ObjectKey, Program, Table
from schemactl.steps import Hazard, Step, Warning_
from schemactl_mysql.ddl import definitions as define
from schemactl_mysql.ddl import rank
from schemactl_mysql.ddl.context import Context
from schemactl_mysql.options import TriggerOptions
from schemactl_mysql.renamed import mentions_column
from schemactl_mysql.sql import literal, quoted
from schemactl_mysql.types import base, member, members


def renamed_values(
    context: Context, was: Table, table: Table, changes: Sequence[Change]
) -> tuple[list[Step], list[Change]]:
    """The steps that change the rows, and the changes that are left: checks over the column have gone by then.

    Raises ImpossibleError where changing the rows would do more than that.
    """
    steps: list[Step] = []
    for change in list(changes):
        match change:
            case Alter(before=Column() as old, after=Column() as it):
                pairs = _pairs(table, old, it)
                if pairs:
                    _refuse_side_effects(context, was)
                    made, changes = _steps(context, was, old, pairs, changes)
                    steps += made
    return steps, list(changes)


def _pairs(table: Table, old: Column, it: Column) -> list[tuple[str, str]]:
    """(old, new) value, of those whose rows are yet to be changed."""
    if base(old.type.text) not in ("enum", "set") or base(it.type.text) != base(old.type.text):
        return []
    live, desired = members(old.type.text), members(it.type.text)
    exact = (old.collation or "").endswith(("_bin", "_cs"))
    return [
        (before, after)
        for column, before, after in define.table_options(table).renamed_values
        if column == it.name
        and before in live
        and before not in desired
        and after in desired
        and (exact or before.lower() != after.lower())
    ]


def _refuse_side_effects(context: Context, table: Table) -> None:
    fires = [
        o.name
        for o in context.actual.objects
        if isinstance(o, Program)
        and (o.schema, o.table) == (table.schema, table.name)
        and isinstance(o.options, TriggerOptions)
        and o.options.event == "UPDATE"
    ]
    what = f"its trigger {fires[0]} would fire" if fires else ""
    if define.table_options(table).system_versioned:
        what = "its history would tell of it"
    if what:
        raise ImpossibleError(
            f"the rows of {table.key} cannot be given another value: {what}",
            subject=table.key.path,
            hint="take that away first, in a release of its own; or add the new value, and leave the old one",
        )


def _steps(
    context: Context, was: Table, old: Column, pairs: Sequence[tuple[str, str]], changes: Sequence[Change]
) -> tuple[list[Step], list[Change]]:
    key = was.child(Kind.COLUMN, old.name)
    ready = ObjectKey(kind=Kind.ENUM_VALUE, schema=was.schema, table=was.name, name=f"{old.name}, widened")
    name = context.name(was.key)
    left: list[Change] = []
    clauses: list[str] = []
    for change in changes:
        check = change.before if isinstance(change, Drop | Alter) else None
        if isinstance(check, Check) and mentions_column(check.expression.text, old.name, context.flavour):
            clauses.append(f"DROP CONSTRAINT {quoted(check.name)}")
            if isinstance(change, Alter):
                left.append(Create(key=change.key, after=change.after, because="it differs"))
        else:
            left.append(change)
    live = members(old.type.text)
    new = [after for _, after in pairs if after not in live]
    if new:
        wide = f"{base(old.type.text)}({','.join(member(v) for v in (*live, *new))})"
        clauses.append(f"MODIFY COLUMN {define.column(context, replace(old, type=DataType(text=wide)))}")
    steps = []
    if clauses:
        reason = "rows can have the old value or the new one while they are changed"
        steps.append(_step(f"ALTER TABLE {name} {', '.join(clauses)}", key, "alter", reason, rank.WIDEN, creates=ready))
    for before, after in pairs:
        done = ObjectKey(kind=Kind.ENUM_VALUE, schema=was.schema, table=was.name, name=f"{old.name}.{after}")
        message = f"the rows of {was.key.path} that have {before!r} are changed"
        step = _step(_update(was, name, old, before, after), key, "alter", f"{before!r} becomes {after!r}", rank.UPDATE)
        hazards = (Warning_(hazard=Hazard.SCANS_TABLE, message=message),)
        steps.append(replace(step, needs=frozenset({was.key, ready}), creates=frozenset({done}), hazards=hazards))
    return steps, left


def _update(table: Table, name: str, column: Column, before: str, after: str) -> str:
    it = quoted(column.name)
    kept = [quoted(c.name) for c in table.columns if define.column_options(c).on_update is not None]
    if base(column.type.text) == "enum":
        value, where = literal(after), f"{it} = {literal(before)}"
    else:
        value = (
            f"TRIM(BOTH ',' FROM REPLACE(CONCAT(',', {it}, ','), {literal(f',{before},')}, {literal(f',{after},')}))"
        )
        where = f"FIND_IN_SET({literal(before)}, {it})"
    return f"UPDATE {name} SET {', '.join([f'{it} = {value}', *(f'{c} = {c}' for c in kept)])} WHERE {where}"


def _step(sql: str, key: ObjectKey, action: str, reason: str, place: int, *, creates: ObjectKey | None = None) -> Step:
    return Step(
        sql=sql,
        key=key,
        action=action,
        reason=reason,
        transactional=False,
        creates=frozenset({creates} if creates else ()),
        rank=place,
    )
