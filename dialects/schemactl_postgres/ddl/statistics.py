"""Steps for extended statistics: only their target is altered in place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from schemactl.changes import Alter, Create, Drop, Thing
from schemactl.model import Kind, ObjectKey, Statistics
from schemactl.steps import Step
from schemactl_postgres.ddl import rank
from schemactl_postgres.ddl.comments import comment
from schemactl_postgres.ddl.context import Context, schema_of
from schemactl_postgres.sql import qualified, quoted

_ITEMS = frozenset({Kind.TABLE, Kind.COLUMN, Kind.TYPE})


def is_made_anew(before: Thing, after: Thing) -> bool:
    """Whether statistics differ in what they are of."""
    if not isinstance(before, Statistics) or not isinstance(after, Statistics):
        return False
    return replace(before, target=after.target, comment=after.comment) != after


def statistics(context: Context, change: Create | Drop | Alter) -> Iterator[Step]:
    key = change.key
    match change:
        case Create(after=Statistics() as it):
            yield context.step(
                _definition(it),
                key,
                "create",
                change.because or "new statistics",
                cost="light",
                table=it.table,
                creates={key},
                needs=schema_of(key) | {k for k in it.uses if k.kind in _ITEMS},
                rank=rank.INDEX,
            )
            yield from _target(context, key, it, None)
            yield from comment(context, key, it.comment)
        case Drop(before=Statistics() as was):
            yield context.step(
                f"DROP STATISTICS {qualified(key)}",
                key,
                "drop",
                change.because or "not in the desired schema",
                cost="light",
                table=was.table,
                destroys={key},
                frees=schema_of(key) | {k for k in was.uses if k.kind in _ITEMS},
                rank=rank.DROP_INDEX,
            )
        case Alter(before=Statistics() as was, after=Statistics() as it):
            yield from _target(context, key, it, was)
            if it.comment != was.comment:
                yield from comment(context, key, it.comment, always=True)


def _definition(it: Statistics) -> str:
    kinds = f" ({', '.join(it.kinds)})" if it.kinds else ""
    items = [*map(quoted, it.columns), *(f"({e.text})" for e in it.expressions)]
    return f"CREATE STATISTICS {qualified(it.key)}{kinds} ON {', '.join(items)} FROM {qualified(it.table)}"


def _target(context: Context, key: ObjectKey, it: Statistics, was: Statistics | None) -> Iterator[Step]:
    if it.target == (was.target if was is not None else None):
        return
    yield context.step(
        f"ALTER STATISTICS {qualified(key)} SET STATISTICS {-1 if it.target is None else it.target}",
        key,
        "alter",
        "statistics target differs",
        cost="light",
        table=it.table,
        needs={key},
        rank=rank.TABLE_OPTION,
    )
