"""What must go and come back because something beneath it changes.

A generated column over a retyped one, a key over a rebuilt column, a foreign key to a rebuilt key: the definition is
the same before and after, so the comparison sees no change, and yet the server refuses to alter what they rest on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from schemactl.changes import Alter, Change, Create, Drop, Rename
from schemactl.model import (
    Catalog,
    Check,
    Column,
    Constraint,
    Exclusion,
    ForeignKey,
    Index,
    Kind,
    ObjectKey,
    PrimaryKey,
    Table,
    Unique,
    UserType,
)
from schemactl_postgres.ddl.constraints import mentioned as constraint_columns
from schemactl_postgres.ddl.forgotten import forgotten_checks
from schemactl_postgres.ddl.indexes import mentioned as index_columns
from schemactl_postgres.ddl.retype import family
from schemactl_postgres.ddl.successor import holders, old_key, old_type
from schemactl_postgres.inheritance import is_retyped
from schemactl_postgres.options import TableOptions

#: The first version that can change the expression of a generated column in place.
SET_EXPRESSION = (17,)


def with_rebuilds(
    changes: Sequence[Change],
    *,
    desired: Catalog,
    actual: Catalog,
    version: tuple[int, ...],
    replaced: frozenset[ObjectKey] = frozenset(),
    pulled: frozenset[ObjectKey] = frozenset(),
) -> list[Change]:
    """`changes`, with a Drop and a Create for each part that must make way.

    `replaced` are types with a successor, `pulled` are routines that go, and what rests on definitions that go.
    """
    work: dict[ObjectKey, Change] = {c.key: c for c in changes if not isinstance(c, Rename)}
    others: list[Change] = [c for c in changes if isinstance(c, Rename)]
    goals = {t.key: t for t in desired.tables()}
    pairs = [(t, goals[t.key]) for t in actual.tables() if t.key in goals]
    again: dict[ObjectKey, list[Change]] = {}

    def rebuild(
        key: ObjectKey,
        before: Column | Constraint | Index,
        after: Column | Constraint | Index,
        because: str = "what it rests on changes",
    ) -> None:
        if key not in again and not isinstance(work.get(key), Drop):
            work.pop(key, None)
            again[key] = [
                Drop(key=key, before=before, because=because),
                Create(key=key, after=after, because="made again"),
            ]

    over = holders(replaced, (o for o in desired.objects if isinstance(o, UserType)))
    work.update(_moves_to_new_types(pairs, replaced, over))
    for was, goal in pairs:
        for column, column_after in _columns_to_rebuild(was, goal, work, version, replaced | pulled):
            rebuild(was.child(Kind.COLUMN, column.name), column, column_after, "is computed anew")
    for was, goal in pairs:
        for key, before, after in _parts_in_the_way(was, goal, work, again, replaced | pulled):
            rebuild(key, before, after)
    live = {t.key: t for t in actual.tables()}
    for was, goal in pairs:
        for key, check, check_after in forgotten_checks(was, goal, live, goals):
            rebuild(key, check, check_after)
    for was, goal in pairs:
        for key, foreign, foreign_after in _foreign_keys(was, goal, live, goals, work, again):
            rebuild(key, foreign, foreign_after)
    for was, goal in pairs:
        if lost := _lost_options(was, again):
            change = work.get(was.key)
            work[was.key] = Alter(key=was.key, before=replace(was, options=lost), after=goal)
            if isinstance(change, Alter):
                work[was.key] = Alter(key=was.key, before=replace(was, options=lost), after=change.after)
    again |= {key: pair for key, pair in _defaults_in_the_way(pairs, work, pulled) if key not in again}
    work = {key: change for key, change in work.items() if key not in again}
    return [*others, *work.values(), *(c for pair in again.values() for c in pair)]


def _defaults_in_the_way(
    pairs: list[tuple[Table, Table]], work: Mapping[ObjectKey, Change], pulled: frozenset[ObjectKey]
) -> Iterator[tuple[ObjectKey, list[Change]]]:
    """Columns whose default calls a routine that goes: without it first, then as they shall be."""
    for was, goal in pairs:
        for column in was.columns:
            after = goal.column(column.name)
            key = was.child(Kind.COLUMN, column.name)
            change = work.get(key)
            if column.default is None or after is None or isinstance(change, Drop):
                continue
            if pulled.intersection((key, *column.default.uses)):
                before = change.before if isinstance(change, Alter) and isinstance(change.before, Column) else column
                bare = replace(before, default=None)
                yield key, [Alter(key=key, before=before, after=bare), Alter(key=key, before=bare, after=after)]


def _moves_to_new_types(
    pairs: list[tuple[Table, Table]], replaced: frozenset[ObjectKey], over: set[ObjectKey]
) -> dict[ObjectKey, Change]:
    """For each column that keeps a type which is replaced: from the type under its old name to the new one.

    So also for one that changes to a type `over` a replaced one: that is made only when the old one has stepped aside.
    And for each whose default mentions such a type: from the default that does.
    """
    moves: dict[ObjectKey, Change] = {}
    for was, goal in pairs:
        for column in was.columns:
            after = goal.column(column.name)
            if after is not None and column.type.uses in replaced and after.type.uses in over:
                key = was.child(Kind.COLUMN, column.name)
                moves[key] = Alter(key=key, before=replace(column, type=old_type(column.type)), after=after)
            elif after is not None and (before := _with_old_default(column, replaced)) != column:
                moves[was.child(Kind.COLUMN, column.name)] = Alter(
                    key=was.child(Kind.COLUMN, column.name), before=before, after=after
                )
    return moves


def _with_old_default(column: Column, replaced: frozenset[ObjectKey]) -> Column:
    """The column as it is once types that its default mentions have their old names."""
    default = column.default
    if default is None or not replaced & set(default.uses):
        return column
    uses = tuple(old_key(k) if k in replaced else k for k in default.uses)
    return replace(column, default=replace(default, canonical="", uses=uses))


def _columns_to_rebuild(
    was: Table,
    goal: Table,
    work: Mapping[ObjectKey, Change],
    version: tuple[int, ...],
    gone: frozenset[ObjectKey],
) -> Iterator[tuple[Column, Column]]:
    moved = _changes_type(was, work)
    rebuilt = set()
    for column in was.columns:
        after = goal.column(column.name)
        checked = any(isinstance(c, Check) for c in (*was.constraints, *goal.constraints))
        if after is not None and _not_in_place(column, after, version, checked=checked):
            rebuilt.add(column.name)
            yield column, after
    for column in was.columns:
        after = goal.column(column.name)
        if column.generated is None or after is None or column.name in rebuilt:
            continue
        uses = column.generated.expression.uses
        beneath = {k.name for k in uses if k.kind is Kind.COLUMN}
        if beneath & (moved | rebuilt) or gone.intersection((*uses, was.child(Kind.COLUMN, column.name))):
            yield column, after


def _not_in_place(before: Column, after: Column, version: tuple[int, ...], *, checked: bool) -> bool:
    """`checked`: the table has checks, beside which the server sets no expression of a virtual column."""
    if before.generated is None and after.generated is None:
        return False
    if before.generated is None:
        return True
    if after.generated is None:
        return not before.generated.stored
    if before.generated.stored != after.generated.stored or before.type != after.type:
        return True
    return before.generated != after.generated and (
        version < SET_EXPRESSION or (checked and not after.generated.stored)
    )


def _parts_in_the_way(
    was: Table,
    goal: Table,
    work: Mapping[ObjectKey, Change],
    again: dict[ObjectKey, list[Change]],
    gone: frozenset[ObjectKey],
) -> Iterator[tuple[ObjectKey, Constraint | Index, Constraint | Index]]:
    """Constraints and indexes on rebuilt columns, and expressions over a column that changes its kind of type."""
    rebuilt = {c.name for c in was.columns if was.child(Kind.COLUMN, c.name) in again}
    foreign = _changes_family(was, work)
    after = {c.name: c for c in goal.constraints}
    for constraint in was.constraints:
        twin = after.get(constraint.name)
        if twin is None:
            continue
        key = was.child(Kind.CONSTRAINT, constraint.name)
        columns = constraint_columns(constraint)
        typed = isinstance(constraint, Check | ForeignKey | Exclusion) and columns & foreign
        if columns & rebuilt or typed or key in gone or _uses(constraint) & gone:
            yield key, constraint, twin
    kept = {i.name: i for i in goal.indexes}
    for index in was.indexes:
        other = kept.get(index.name)
        if other is None:
            continue
        key = was.child(Kind.INDEX, index.name)
        columns = index_columns(index)
        typed = (index.predicate or any(p.expression or p.options for p in index.parts)) and columns & foreign
        if columns & rebuilt or typed or key in gone or _uses(index) & gone:
            yield key, index, other


def _uses(part: Constraint | Index) -> frozenset[ObjectKey]:
    """What the expressions of a constraint or index mention."""
    if isinstance(part, Check):
        return frozenset(part.expression.uses)
    if not isinstance(part, Exclusion | Index):
        return frozenset()
    found = [p.expression for p in part.parts if p.expression is not None]
    found += [part.predicate] if part.predicate is not None else []
    return frozenset(key for expression in found for key in expression.uses)


def _changes_type(was: Table, work: Mapping[ObjectKey, Change]) -> frozenset[str]:
    """The columns that are to be of another type or collation."""
    return frozenset(
        c.name
        for c in was.columns
        if isinstance(change := work.get(was.child(Kind.COLUMN, c.name)), Alter)
        and isinstance(change.after, Column)
        and isinstance(change.before, Column)
        and is_retyped(change.before, change.after)
    )


def _changes_family(was: Table, work: Mapping[ObjectKey, Change]) -> frozenset[str]:
    """The columns whose new type takes other operators than the old one."""
    return frozenset(
        c.name
        for c in was.columns
        if isinstance(change := work.get(was.child(Kind.COLUMN, c.name)), Alter)
        and isinstance(change.after, Column)
        and isinstance(change.before, Column)
        and family(change.before.type.text) != family(change.after.type.text)
    )


def _foreign_keys(
    was: Table,
    goal: Table,
    live: Mapping[ObjectKey, Table],
    goals: Mapping[ObjectKey, Table],
    work: Mapping[ObjectKey, Change],
    again: dict[ObjectKey, list[Change]],
) -> Iterator[tuple[ObjectKey, Constraint, Constraint]]:
    """Foreign keys that rest on a key which is dropped and made again, or refer to a column that changes its kind.

    And those between two tables that both become LOGGED or UNLOGGED: for a moment they would differ.
    """
    after = {c.name: c for c in goal.constraints}
    for constraint in was.constraints:
        if not isinstance(constraint, ForeignKey) or constraint.name not in after:
            continue
        target = live.get(constraint.references)
        if target is None:
            continue
        columns = set(constraint.referenced_columns)
        loses_key = any(
            _is_rebuilt(target.child(kind, part.name), work, again) for kind, part in _keys_on(target, columns)
        )
        both = target.key != was.key and _turns(was, goals) and _turns(target, goals)
        # The server makes a key anew over an included column, but not what rests on that key.
        included = any(_included(part) & _changes_type(target, work) for _, part in _keys_on(target, columns))
        if both or loses_key or included or columns & _changes_family(target, work):
            yield was.child(Kind.CONSTRAINT, constraint.name), constraint, after[constraint.name]


def _turns(table: Table, goals: Mapping[ObjectKey, Table]) -> bool:
    """Whether the table becomes LOGGED or UNLOGGED."""
    goal = goals.get(table.key)
    return goal is not None and _is_unlogged(table) != _is_unlogged(goal)


def _is_unlogged(table: Table) -> bool:
    return isinstance(table.options, TableOptions) and table.options.unlogged


def _included(part: Constraint | Index) -> frozenset[str]:
    return frozenset(part.include) if isinstance(part, PrimaryKey | Unique | Index) else frozenset()


def _keys_on(table: Table, columns: set[str]) -> Iterator[tuple[Kind, Constraint | Index]]:
    for constraint in table.constraints:
        if isinstance(constraint, PrimaryKey | Unique) and set(constraint.columns) == columns:
            yield Kind.CONSTRAINT, constraint
    for index in table.indexes:
        if index.unique and {p.column for p in index.parts} == columns:
            yield Kind.INDEX, index


def _is_rebuilt(key: ObjectKey, work: Mapping[ObjectKey, Change], again: dict[ObjectKey, list[Change]]) -> bool:
    if key in again or isinstance(work.get(key), Drop):
        return True
    change = work.get(key)
    if not isinstance(change, Alter):
        return False
    before, after = change.before, change.after
    return replace(before, comment=None) != replace(after, comment=None)  # type: ignore[arg-type]  # a key has one


def _lost_options(was: Table, again: dict[ObjectKey, list[Change]]) -> TableOptions | None:
    """The table's options once an index that they name has been dropped; None where none has."""
    options = was.options
    if not isinstance(options, TableOptions):
        return None
    gone = {k.name for k in again if k.kind in (Kind.INDEX, Kind.CONSTRAINT) and k.parent == was.key}
    lost = options
    if options.replica_identity in gone:
        lost = replace(lost, replica_identity="d")
    if options.clustered_on in gone:
        lost = replace(lost, clustered_on=None)
    return lost if lost != options else None
