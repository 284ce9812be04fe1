"""What a plan that was cut short had built: the next one takes it into use rather than build it again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from schemactl.changes import Alter, Change, Create, Drop, Rename
from schemactl.manner import Manner
from schemactl.model import Check, Index, Kind, ObjectKey, PrimaryKey, Table, Unique
from schemactl_postgres.ddl.context import Context, owning_table
from schemactl_postgres.ddl.online.shape import index_of
from schemactl_postgres.options import TableOptions


def with_leftovers(
    changes: Sequence[Change], manner: Manner, tables: Mapping[ObjectKey, Table]
) -> tuple[list[Change], dict[ObjectKey, str]]:
    """`changes`, where an index that is to go takes the place of one to be built that is the same but for its name.

    Also, by the key of a constraint, the name of the index that it is to be made of. `tables` are the desired ones.
    """
    free = {c.key: c.before for c in changes if isinstance(c, Drop) and isinstance(c.before, Index) and c.before.valid}
    taken: dict[ObjectKey, ObjectKey] = {}
    for change in changes:
        wanted = _wanted(change)
        table = owning_table(change.key) if wanted is not None else None
        if wanted is None or table is None or not _is_online(table, manner, tables):
            continue
        found = next((k for k, it in free.items() if k.parent == table and replace(it, name="") == wanted), None)
        if found is not None:
            taken[change.key] = found
            del free[found]
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
    return result, {key: found.name for key, found in taken.items() if key.kind is Kind.CONSTRAINT}


def _wanted(change: Change) -> Index | None:
    """The index, without a name, that would have to be built."""
    match change:
        case Alter(before=Index(), after=Index() as it):
            return replace(it, name="")
        case Create(after=(PrimaryKey() | Unique()) as key) if not key.without_overlaps:
            return index_of(key, "")
        case _:
            return None


def _is_online(table: ObjectKey, manner: Manner, tables: Mapping[ObjectKey, Table]) -> bool:
    options = tables[table].options if table in tables else None
    partitioned = isinstance(options, TableOptions) and options.partition_by is not None
    return table in tables and not partitioned and manner.goes_online(table)


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
