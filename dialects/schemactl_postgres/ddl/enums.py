"""Steps for enums: values are added in place; a value goes, or moves, by replacing the type."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from schemactl.changes import Alter, Create, Drop
from schemactl.model import Enum
from schemactl.steps import Step
from schemactl_postgres.ddl import rank
from schemactl_postgres.ddl.comments import comment
from schemactl_postgres.ddl.context import Context, relation_name, schema_of
from schemactl_postgres.ddl.lost_values import told_first
from schemactl_postgres.ddl.successor import succession
from schemactl_postgres.sql import literal, qualified


def enum(context: Context, change: Create | Drop | Alter) -> Iterator[Step]:
    key = change.key
    match change:
        case Create(after=Enum() as it):
            yield _create(context, it, "new type")
            yield from comment(context, key, it.comment)
        case Drop():
            yield context.step(
                f"DROP TYPE {qualified(key)}",
                key,
                "drop",
                "not in the desired schema",
                destroys={key, relation_name(key.schema, key.name)},
                frees=schema_of(key),
                rank=rank.DROP_TYPE,
            )
        case Alter(before=Enum() as was, after=Enum() as it):
            if must_be_replaced(was, it):
                yield from _replaced(context, was, it)
                yield from comment(context, key, it.comment)
                return
            yield from _values(context, was, it)
            if it.comment != was.comment:
                yield from comment(context, key, it.comment, always=True)


def _create(context: Context, it: Enum, reason: str) -> Step:
    values = ", ".join(literal(v).strip() for v in it.values)
    return context.step(
        f"CREATE TYPE {qualified(it.key)} AS ENUM ({values})",
        it.key,
        "create",
        reason,
        creates={it.key, relation_name(it.schema, it.name)},
        needs=schema_of(it.key),
        rank=rank.TYPE,
    )


def must_be_replaced(was: Enum, it: Enum) -> bool:
    """Whether a value goes or the order changes: the server can only add values."""
    return tuple(v for v in it.values if v in was.values) != was.values


def _replaced(context: Context, was: Enum, it: Enum) -> Iterator[Step]:
    """The old type steps aside, the new one is made, the columns change over, the old one goes."""
    gone = [v for v in was.values if v not in it.values]
    if gone:
        yield from told_first(context, was, gone)
    what = f"loses {', '.join(map(repr, gone))}" if gone else "has its values in another order"
    made = _create(context, it, what)
    if gone:
        made = replace(made, hazards=context.hazards("replace_enum", None))
    yield from succession(context, it.key, what, made)


def _values(context: Context, was: Enum, it: Enum) -> Iterator[Step]:
    """Added values, each in a transaction of its own: a value cannot be used in the one that adds it."""
    there = list(was.values)
    for position, value in enumerate(it.values):
        if value in there:
            continue
        before = it.values[position - 1] if position else None
        if before is None:
            where = f" BEFORE {literal(there[0]).strip()}" if there else ""
        else:
            where = "" if before == there[-1] else f" AFTER {literal(before).strip()}"
        yield context.step(
            f"ALTER TYPE {qualified(it.key)} ADD VALUE {literal(value).strip()}{where}",
            it.key,
            "alter",
            f"new value {value!r}",
            cost="add_enum_value",
            creates={it.key},
            rank=rank.ENUM_VALUE,
            own_group=True,
        )
        there.insert(there.index(before) + 1 if before is not None else 0, value)
