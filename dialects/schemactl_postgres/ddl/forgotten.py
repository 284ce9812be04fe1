"""Checks of parents that the server drops from an heir, without a word, when a column is to be computed otherwise there alone.

SET EXPRESSION has the checks of the column made anew, and leaves those that come from a parent to the parent's own ALTER, of
which there is none here (measured on 17 and 18). So the parent's go before, and come again after.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from schemactl.model import Check, Kind, ObjectKey, Table
from schemactl_postgres.ddl.constraints import mentioned
from schemactl_postgres.ddl.context import Context
from schemactl_postgres.inheritance import is_inherited, parents_of


def forgotten_checks(
    was: Table, goal: Table, live: Mapping[ObjectKey, Table], goals: Mapping[ObjectKey, Table]
) -> Iterator[tuple[ObjectKey, Check, Check]]:
    """The checks above a table that stays an heir, before and after, that it would lose."""
    own = {c.name for c in was.constraints} & {c.name for c in goal.constraints}
    parents = [p for p in parents_of(goal) if p in parents_of(was) and p in live and p in goals]
    computed = [c.name for c in was.columns if c.generated is not None]
    columns = {name for name in computed if any(_is_alone(name, was, goal, live[p], goals[p]) for p in parents)}
    for key in dict.fromkeys(_above(parents, live, goals)) if columns else ():
        after = {c.name: c for c in goals[key].constraints}
        for it in live[key].constraints:
            twin = after.get(it.name)
            if not isinstance(it, Check) or not isinstance(twin, Check) or it.name in own:
                continue
            if is_inherited(it, partition=False) and columns & mentioned(it):
                yield live[key].child(Kind.CONSTRAINT, it.name), it, twin


def _is_alone(name: str, was: Table, goal: Table, parent: Table, parent_after: Table) -> bool:
    """Whether a column gets an expression that is not its parent's."""
    before, after = was.column(name), goal.column(name)
    above, above_after = parent.column(name), parent_after.column(name)
    if before is None or after is None or above is None or above_after is None:
        return False
    if before.generated is None or after.generated is None or after.generated == above_after.generated:
        return False
    return before.generated != after.generated or above.generated != above_after.generated


def _above(
    parents: list[ObjectKey], live: Mapping[ObjectKey, Table], goals: Mapping[ObjectKey, Table]
) -> Iterator[ObjectKey]:
    for key in parents:
        yield key
        yield from _above([p for p in parents_of(goals[key]) if p in live and p in goals], live, goals)


def taken_along(context: Context, table: ObjectKey, column: str) -> frozenset[ObjectKey]:
    """The checks above a table that go before a column's expression is set there, and come again after it."""
    was = context.live.get(table)
    parents = [p for p in parents_of(was) if p in context.live and p in context.tables] if was is not None else []
    return frozenset(
        own
        for key in _above(parents, context.live, context.tables)
        for it in context.live[key].constraints
        if isinstance(it, Check)
        and column in mentioned(it)
        and (own := context.live[key].child(Kind.CONSTRAINT, it.name)) in context.dropped & context.created
    )
