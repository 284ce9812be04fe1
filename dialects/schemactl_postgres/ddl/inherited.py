"""What the server does to children by itself: changes of a parent that need no step of their own there.

Both catalogs list the columns of a partition in full, so the comparison finds a parent's change in each of its
children again. Here those are taken out; what a child has otherwise than its parent is left as an Alter of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from schemactl.changes import Alter, Change, Create, Drop, Rename
from schemactl.diff import adopt_names, diff_catalogs
from schemactl.errors import ImpossibleError
from schemactl.model import Catalog, Check, Column, Constraint, Index, Kind, ObjectKey, Table
from schemactl_postgres.ddl.context import owning_table
from schemactl_postgres.inheritance import (
    follow,
    hands_down_null,
    is_inherited,
    parents_of,
    same_definition,
    stands_for,
)
from schemactl_postgres.names import distinct_columns, generated_name, joined_columns
from schemactl_postgres.options import TableOptions
from schemactl_postgres.settle_not_null import is_same_but_for_name

_C = TypeVar("_C", Rename, Change)


class Families:
    """Who is whose child, in both catalogs."""

    def __init__(self, desired: Catalog, actual: Catalog) -> None:
        self.goal = {t.key: t for t in desired.tables()}
        self.live = {t.key: t for t in actual.tables()}

    def stays(self, key: ObjectKey) -> tuple[ObjectKey, ...]:
        """The parents that a table has before and after."""
        was, shall = self.live.get(key), self.goal.get(key)
        if was is None or shall is None:
            return ()
        return tuple(p for p in parents_of(shall) if p in parents_of(was) and p in self.live and p in self.goal)

    def joins(self, key: ObjectKey) -> tuple[ObjectKey, ...]:
        """The parents that a table which is there already gets."""
        was, shall = self.live.get(key), self.goal.get(key)
        return tuple(p for p in parents_of(shall) if p not in parents_of(was)) if was and shall else ()

    def leaves(self, key: ObjectKey) -> tuple[ObjectKey, ...]:
        """The parents that a table which stays loses."""
        was, shall = self.live.get(key), self.goal.get(key)
        return tuple(p for p in parents_of(was) if p not in parents_of(shall)) if was and shall else ()

    def descendants(self, key: ObjectKey) -> list[ObjectKey]:
        """The tables that stay children of a table, and theirs."""
        found = [key]
        for one in found:
            found += [k for k in self.live if one in self.stays(k) and k not in found]
        return found[1:]

    def own_first(self, key: ObjectKey) -> frozenset[str]:
        """Columns that get a NOT NULL of their own with their parents': made first, it keeps its name."""
        was, shall = self.live.get(key), self.goal.get(key)
        if was is None or shall is None:
            return frozenset()
        handed = {
            column.name for parent in self.stays(key) for column in self.goal[parent].columns if not column.nullable
        }
        return frozenset(
            column.name
            for column in shall.columns
            if column.name in handed
            and column.not_null is not None
            and column.not_null.local
            and (twin := was.column(column.name)) is not None
            and twin.nullable
        )

    def dropped_with(self, key: ObjectKey) -> list[ObjectKey]:
        """The live partitions of a table, and theirs, that go when it is dropped."""
        found = [key]
        for one in found:
            for other, table in self.live.items():
                options = table.options
                partition = options.partition_of if isinstance(options, TableOptions) else None
                if partition and partition.parent == one and other not in self.goal:
                    found.append(other)
        return found[1:]


def without_inherited(changes: Sequence[Change], *, desired: Catalog, actual: Catalog) -> list[Change]:
    """`changes` without those that a change of a parent brings along."""
    families = Families(desired, actual)
    work = without_followed(changes, families.live)
    remade = {c.key for c in changes if isinstance(c, Drop)}
    for key in sorted(families.live.keys() & families.goal.keys() - remade, key=lambda k: _depth(k, families)):
        if families.stays(key):
            work = _followed(work, key, families, changes)
            work = _without_handed_checks(work, key, families)
        if families.leaves(key):
            work = _left(work, key, families)
        if families.joins(key):
            work = _joined(work, key, families)
    gone = {k for c in work if isinstance(c, Drop) and c.key in families.live for k in families.dropped_with(c.key)}
    return [c for c in work if c.key not in gone]


def _depth(key: ObjectKey, families: Families) -> tuple[int, ObjectKey]:
    depth, above = 0, families.stays(key)
    while above and depth < 100:
        depth, above = depth + 1, tuple(p for k in above for p in families.stays(k))
    return depth, key


def _followed(work: list[Change], key: ObjectKey, families: Families, all_: Sequence[Change]) -> list[Change]:
    """Column changes of a child, as what is left to do once its parents have changed."""
    was, shall = families.live[key], families.goal[key]
    mine = [c for c in work if c.key.kind is Kind.COLUMN and c.key.parent == key]
    parents = families.stays(key)
    if not mine and all(families.live[p].columns == families.goal[p].columns for p in parents):
        return work
    columns = {c.name: c for c in was.columns}
    own = frozenset(was.options.own_columns) if isinstance(was.options, TableOptions) else frozenset()
    anew: set[str] = set()
    for parent in parents:
        before, after = families.live[parent], families.goal[parent]
        again = _made_again(all_, parent)
        anew |= again
        others = {
            c.name for k in parents_of(was) if k != parent and k in families.goal for c in families.goal[k].columns
        }
        columns = follow(
            columns,
            {c.name: c for c in before.columns},
            {c.name: c for c in after.columns},
            kept=frozenset(own | others) if not _is_partition(was) else frozenset(),
            again=again,
        )
    inherited = {c.name for p in parents for c in families.goal[p].columns if not hands_down_null(c)}
    columns = {n: _named(c, shall.column(n)) if n in inherited else c for n, c in columns.items()}
    for name in families.own_first(key):
        columns[name] = replace(columns[name], nullable=True, not_null=None)
    _refuse_anew(key, _made_again(all_, key) - anew, parents, families)
    rest = diff_catalogs(
        Catalog(objects=(replace(was, columns=tuple(columns.values())),)),
        Catalog(
            objects=(
                replace(
                    shall, constraints=was.constraints, indexes=was.indexes, comment=was.comment, options=was.options
                ),
            )
        ),
    )
    return [c for c in work if c not in mine] + rest


def _named(column: Column, goal: Column | None) -> Column:
    """The column with the NOT NULL of the goal, where no step is to make the one into the other.

    The name is the parent's to give, and one that is valid cannot be made NOT VALID in a child.
    """
    if goal is None or column.nullable or goal.nullable:
        return column
    wanted = goal.not_null
    if wanted is not None and column.not_null is not None and column.not_null.validated:
        wanted = replace(wanted, validated=True)
    return replace(column, not_null=goal.not_null) if is_same_but_for_name(column.not_null, wanted) else column


def _refuse_anew(key: ObjectKey, names: frozenset[str], parents: Iterable[ObjectKey], families: Families) -> None:
    inherited = {c.name for p in parents for c in families.live[p].columns}
    for name in sorted(names & inherited):
        raise ImpossibleError(
            f"the column {key.path}.{name} comes from a parent table, and would have to be made anew in {key} alone",
            subject=f"{key.path}.{name}",
            hint="give the parent's column the same definition",
        )


def _made_again(changes: Iterable[Change], table: ObjectKey) -> frozenset[str]:
    of_table = [c for c in changes if c.key.kind is Kind.COLUMN and c.key.parent == table]
    dropped = {c.key.name for c in of_table if isinstance(c, Drop)}
    return frozenset(dropped & {c.key.name for c in of_table if isinstance(c, Create)})


def _is_partition(table: Table) -> bool:
    return isinstance(table.options, TableOptions) and table.options.partition_of is not None


def _left(work: list[Change], key: ObjectKey, families: Families) -> list[Change]:
    """A table that is detached keeps what its parent gave it."""
    was, shall = families.live[key], families.goal[key]
    detached = detached_table(was)
    kinds = (Kind.CONSTRAINT, Kind.INDEX)
    same = replace(shall, columns=detached.columns, comment=detached.comment, options=detached.options)
    live = Catalog(objects=(detached,))
    rest = diff_catalogs(live, adopt_names(Catalog(objects=(same,)), live))
    return [c for c in work if c.key.kind not in kinds or c.key.parent != key] + rest


def detached_table(table: Table) -> Table:
    """A live table with what came from its parents as its own."""
    options = table.options
    if not isinstance(options, TableOptions):
        return table
    return replace(
        table,
        constraints=tuple(sorted((*table.constraints, *options.given_constraints), key=lambda c: c.name)),
        indexes=tuple(sorted((*table.indexes, *options.given_indexes), key=lambda i: i.name)),
    )


def _without_handed_checks(work: list[Change], key: ObjectKey, families: Families) -> list[Change]:
    """A check that a parent hands down cannot be dropped from an heir alone.

    That the heir once stated it too is nothing that could be taken back: it shows when the parent's goes.
    """
    stay = {c.key for c in work if _drops(c)}.isdisjoint

    def held(change: Change) -> bool:
        if not isinstance(change, Drop) or change.key.kind is not Kind.CONSTRAINT or change.key.parent != key:
            return False
        handed = set(handed_by(families.live, families.goal, key, change.key.name))
        return bool(handed) and stay(handed)

    return [c for c in work if not held(c)]


def without_followed(changes: Sequence[_C], tables: Mapping[ObjectKey, Table]) -> list[_C]:
    """`changes` without renames of an heir's columns and checks that their parents' renames bring along."""
    renamed = {(c.key.name, c.new) for c in changes if isinstance(c, Rename)}

    def follows(change: Change) -> bool:
        if not isinstance(change, Rename) or change.new.kind not in (Kind.CONSTRAINT, Kind.COLUMN):
            return False
        above = _ancestors(tables, tables, owning_table(change.new))
        return any((change.key.name, replace(change.new, schema=k.schema, table=k.name)) in renamed for k in above)

    return [c for c in changes if not follows(c)]


def _ancestors(live: Mapping[ObjectKey, Table], goal: Mapping[ObjectKey, Table], key: ObjectKey) -> Iterator[ObjectKey]:
    """The parents that a table keeps, and theirs."""
    was, shall = live.get(key), goal.get(key)
    for parent in parents_of(was) if was and shall else ():
        if shall and parent in parents_of(shall):
            yield parent
            yield from _ancestors(live, goal, parent)


def _drops(change: Change) -> bool:
    """Whether a constraint goes, be it that another comes in its place."""
    if isinstance(change, Alter) and isinstance(change.before, Check) and isinstance(change.after, Check):
        validated = change.before.validated or change.after.validated
        return replace(change.before, validated=validated, comment=change.after.comment) != change.after
    return isinstance(change, Drop)


def handed_by(
    live: Mapping[ObjectKey, Table], goal: Mapping[ObjectKey, Table], key: ObjectKey, check: str
) -> Iterator[ObjectKey]:
    """The live checks of that name that a table has from its parents, and theirs, as far as it stays their child.

    What a table has from one that it leaves is its own then.
    """
    for parent in _ancestors(live, goal, key):
        above = live.get(parent)
        if above is not None and any(c.name == check and is_inherited(c, partition=False) for c in above.constraints):
            yield above.child(Kind.CONSTRAINT, check)


def heirs_of(tables: Mapping[ObjectKey, Table], key: ObjectKey, check: str) -> Iterator[ObjectKey]:
    """The checks of that name that the heirs of a table, and theirs, have as their own."""
    for table in tables.values():
        if key in parents_of(table):
            if any(c.name == check for c in table.constraints):
                yield table.child(Kind.CONSTRAINT, check)
            yield from heirs_of(tables, table.key, check)


def _joined(work: list[Change], key: ObjectKey, families: Families) -> list[Change]:
    """A table that becomes a child: what its parent asks for is kept, and missing checks are added before."""
    was, shall = families.live[key], families.goal[key]
    wanted = [part for parent in families.joins(key) for part in _parts(parent, shall, families)]
    kept = {
        change.key for change in work if isinstance(change, Drop) and change.key.parent == key and _fits(change, wanted)
    }
    work = [c for c in work if c.key not in kept]
    for index in shall.indexes:
        # Its own one of this name would be taken for what the parent asks for: that has to be another.
        if index in was.indexes and any(stands_for(index, part) for part in wanted):
            name = _free_name(index, was, families)
            renamed = Rename(
                key=was.child(Kind.INDEX, index.name),
                new=was.child(Kind.INDEX, name),
                after=replace(index, name=name),
            )
            work += [renamed, Create(key=shall.child(Kind.INDEX, index.name), after=index)]
    going = {change.key.name for change in work if isinstance(change, Drop) and change.key.parent == key}
    held = {c.name for c in (*was.constraints, *_given(was))} - going
    for part in wanted:
        if isinstance(part, Check) and part.name not in held:
            work.append(Create(key=shall.child(Kind.CONSTRAINT, part.name), after=replace(part, comment=None)))
    return work


def _free_name(index: Index, table: Table, families: Families) -> str:
    tables = (*families.live.values(), *families.goal.values())
    taken = {p.name for t in tables if t.schema == table.schema for p in (*t.constraints, *t.indexes)}
    column = joined_columns(distinct_columns([part.column or "expr" for part in index.parts]))
    label, count = "idx", 0
    while (name := generated_name(table.name, column, label)) in taken:
        count += 1
        label = f"idx{count}"
    return name


def _given(table: Table) -> tuple[Constraint, ...]:
    return table.options.given_constraints if isinstance(table.options, TableOptions) else ()


def _parts(parent: ObjectKey, child: Table, families: Families) -> Iterator[Constraint | Index]:
    """What a table hands down in the desired catalog, its own parents' included."""
    table = families.goal.get(parent)
    if table is None:
        return
    partition = _is_partition(child)
    yield from (c for c in table.constraints if is_inherited(c, partition=partition))
    if partition:
        yield from table.indexes
    for above in parents_of(table):
        yield from _parts(above, table, families)


def _fits(change: Drop, wanted: list[Constraint | Index]) -> bool:
    part = change.before
    if not isinstance(part, Constraint | Index):
        return False
    for one in wanted:
        if isinstance(one, Check):
            if isinstance(part, Check) and part.name == one.name and part.expression == one.expression:
                return True
        elif stands_for(part, one) or (type(part) is type(one) and same_definition(part, one)):
            return True
    return False
