"""ANALYZE where the server threw statistics away, or has none yet: without it, queries are planned blindly until
autovacuum gets there, which counts changed rows and sees none here.

A column loses them with its type, its collation or its expression, rows written anew or not; an index by expressions
and extended statistics begin without any. Measured on 15 and 18: tests/scenarios/postgres/analyze_online.txtar.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from schemactl.changes import Alter, Change, Create
from schemactl.model import Column, Exclusion, Index, ObjectKey, Statistics
from schemactl.steps import Step
from schemactl_postgres.ddl import rank, reach
from schemactl_postgres.ddl.context import Context, owning_table
from schemactl_postgres.sql import qualified

#: From this version on the children of INHERITS are analyzed with their parent, as partitions always were.
CHILDREN_FOLLOW = 18


def analyzed(context: Context, changes: Sequence[Change]) -> Iterator[Step]:
    """The last steps of all: nobody waits for their locks, and a plan that ends before them leaves nothing undone."""
    wanted: dict[ObjectKey, str] = {}
    for change in changes:
        table, reason = _without_statistics(context, change)
        if table is not None and table in context.before and context.goes_online(table):
            wanted.setdefault(table, reason)
    below = {heir for table in wanted for heir in reach.heirs(context, table)}
    for table, reason in wanted.items():
        # A foreign heir would be read where it is, if that can be done at all.
        if table not in below and not any(map(context.is_foreign, reach.heirs(context, table))):
            yield _analyze(context, table, reason)


def _analyze(context: Context, table: ObjectKey, reason: str) -> Step:
    follow = context.server.version[0] >= CHILDREN_FOLLOW
    heirs = [] if follow else [k for k in reach.heirs(context, table) if k not in reach.partitions(context, table)]
    return context.step(
        f"ANALYZE {', '.join(qualified(key) for key in (table, *_there(context, heirs)))}",
        table,
        "analyze",
        reason,
        cost="analyze",
        table=table,
        rank=rank.ANALYZE,
        transactional=False,
        patient=True,
    )


def _there(context: Context, tables: Iterable[ObjectKey]) -> list[ObjectKey]:
    return [key for key in tables if key in context.after]


def _without_statistics(context: Context, change: Change) -> tuple[ObjectKey | None, str]:
    """The table or materialized view to analyze, and why."""
    match change:
        case Alter(before=Column() as was, after=Column() as it) if _loses(was, it):
            return owning_table(change.key), f"the statistics of {it.name} went with what it was"
        case Create(after=Index() | Exclusion() as it) | Alter(after=Index() | Exclusion() as it):
            if any(part.expression is not None for part in it.parts):
                return context.owner(change.key), f"there are no statistics on the expressions of {it.name} yet"
        case Create(after=Statistics() as statistics):
            return statistics.table, f"there is nothing in {statistics.key.name} yet"
    return None, ""


def _loses(was: Column, it: Column) -> bool:
    return (was.type, was.collation, was.generated) != (it.type, it.collation, it.generated)
