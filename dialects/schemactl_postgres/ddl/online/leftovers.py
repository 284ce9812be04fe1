"""Indexes and checks that are there and no more desired, and of which something new can be made.

A plan that was cut short had built them, or somebody by hand: they are taken into use rather than built again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from schemactl.changes import Alter, Change, Create, Drop, Rename
from schemactl.model import Check, Index, Kind, ObjectKey, PrimaryKey, Table, Unique
from schemactl_postgres.ddl.context import Context, owning_table
from schemactl_postgres.ddl.online.shape import index_of
from schemactl_postgres.inheritance import is_retyped
from schemactl_postgres.options import IndexOptions, TableOptions


def with_leftovers(
    changes: Sequence[Change], live: Mapping[ObjectKey, Table], tables: Mapping[ObjectKey, Table]
) -> tuple[list[Change], dict[ObjectKey, Index]]:
    """`changes`, where an index that is to go takes the place of one to be built that is the same but for its name.

    Also, by the key of a constraint, the index that it is to be made of. `live` and `tables`: before and after.
    """
    free = {c.key: c.before for c in changes if isinstance(c, Drop) and isinstance(c.before, Index) and c.before.valid}
    taken: dict[ObjectKey, ObjectKey] = {}
    found: dict[ObjectKey, Index] = {}
    for change in changes:
        wanted = _wanted(change)
        table = owning_table(change.key) if wanted is not None else None
        if wanted is None or table is None or not _stays(live.get(table), tables.get(table), wanted):
            continue
        is_key = change.key.kind is Kind.CONSTRAINT
        spare = next(
            (k for k, it in free.items() if k.parent == table and plain_index(it, is_key=is_key) == wanted), None
        )
        if spare is not None:
            taken[change.key] = spare
            found[change.key] = free.pop(spare)
    gone = set(taken.values())
    result: list[Change] = []
    for change in changes:
        if isinstance(change, Drop) and change.key in gone:
            continue
        if isinstance(change, Alter) and change.key in taken and isinstance(change.before, Index):
            result.append(Drop(key=change.key, before=change.before, because="another is there in its new form"))
            result.append(Rename(key=taken[change.key], new=change.key, after=change.after))
        else:
            result.append(change)
    return result, {key: it for key, it in found.items() if key.kind is Kind.CONSTRAINT}


def _wanted(change: Change) -> Index | None:
    """The index, without a name, that would have to be built."""
    match change:
        case Alter(before=Index(), after=Index() as it):
            return replace(it, name="")
        case Alter(before=(PrimaryKey() | Unique()) as was, after=(PrimaryKey() | Unique()) as key):
            built_anew = replace(was, comment=key.comment) != key and not key.without_overlaps
            return plain_index(index_of(key, ""), is_key=True) if built_anew else None
        case Create(after=(PrimaryKey() | Unique()) as key) if not key.without_overlaps:
            return plain_index(index_of(key, ""), is_key=True)
        case _:
            return None


def plain_index(it: Index, *, is_key: bool) -> Index:
    """An index without its name; for a key also without what can be altered once it is the key's."""
    if not is_key:
        return replace(it, name="")
    options = replace(it.options, storage=()) if isinstance(it.options, IndexOptions) else None
    return replace(it, name="", comment=None, options=None if options == IndexOptions() else options)


def _stays(was: Table | None, goal: Table | None, it: Index) -> bool:
    """Whether an index of a table can stay what it is: no server makes a key of a partitioned table from an index.

    A column that is computed may have to be made anew, and its indexes go with it; a new type may make two values one.
    """
    if was is None or goal is None or _is_partitioned(was) or _is_partitioned(goal):
        return False
    for name in {part.column or "" for part in it.parts} | set(it.include):
        before, after = was.column(name), goal.column(name)
        if before is None or after is None or before.generated is not None or after.generated is not None:
            return False
        if is_retyped(before, after):
            return False
    return True


def _is_partitioned(table: Table) -> bool:
    return isinstance(table.options, TableOptions) and table.options.partition_by is not None


def helper_checks(context: Context, table: ObjectKey, canonical: str) -> Iterator[Check]:
    """The live checks of that expression, in canonical form, that are to go: left by a plan that was cut short."""
    live, goal = context.live.get(table), context.tables.get(table)
    if live is None or goal is None:
        return
    names = {c.name for c in goal.constraints}
    for it in live.constraints:
        if not isinstance(it, Check) or it.name in names or not it.enforced or it.no_inherit:
            continue
        if it.expression.canonical == canonical:
            yield it
