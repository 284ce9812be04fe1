"""Indexes and keys that partitions have by themselves and shall not, where what is new above them asks for just such: they are
taken for its parts, rather than dropped and built again.

The server does so by itself where it makes an index of a partitioned table in one statement.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from schemactl.changes import Alter, Change, Create, Drop
from schemactl.model import Constraint, Index, Kind, ObjectKey, PrimaryKey, Table, Unique
from schemactl_postgres.ddl.context import Context, owning_table
from schemactl_postgres.ddl.online import partitioned
from schemactl_postgres.ddl.online.leftovers import plain_index
from schemactl_postgres.ddl.online.shape import index_of
from schemactl_postgres.inheritance import is_retyped, stands_for
from schemactl_postgres.names import distinct_columns, generated_name, joined_columns
from schemactl_postgres.options import TableOptions

Part = Index | PrimaryKey | Unique


def with_taken(context: Context, changes: Sequence[Change]) -> tuple[Context, list[Change]]:
    """`changes` without the drops of what is taken, and the context that knows of it."""
    taken: dict[tuple[ObjectKey, ObjectKey], Index | Constraint] = {}
    gone: set[ObjectKey] = set()
    free = {c.key: c.before for c in changes if isinstance(c, Drop) and isinstance(c.before, Part)}
    free = {key: part for key, part in free.items() if key not in context.created}
    if not free:
        return context, list(changes)
    for change in changes:
        wanted = _wanted(context, change)
        if wanted is None:
            continue
        table = owning_table(change.key)
        by_parts = not isinstance(wanted, Index) and partitioned.makes_key(context, table, wanted)
        for key, part in _found(context, table, wanted, free, by_parts=by_parts):
            taken[owning_table(key), change.key] = part
            gone.add(key)
            free.pop(key)
    if not taken:
        return context, list(changes)
    return (
        replace(context, dropped=context.dropped - gone, taken=taken),
        [c for c in changes if not (isinstance(c, Drop) and c.key in gone)],
    )


def _wanted(context: Context, change: Change) -> Part | None:
    """The index or key of a partitioned table that is new, or was begun by a plan that was cut short."""
    part: object = None
    if isinstance(change, Create):
        part = change.after
    elif isinstance(change, Alter) and isinstance(change.before, Index) and isinstance(change.after, Index):
        begun = partitioned.is_begun(context, context.owner(change.key), change.before, change.after)
        part = change.after if begun else None
    if not isinstance(part, Part) or (not isinstance(part, Index) and part.without_overlaps):
        return None
    return part if _is_partitioned(context.live.get(owning_table(change.key))) else None


def _is_partitioned(table: Table | None) -> bool:
    return table is not None and isinstance(table.options, TableOptions) and table.options.partition_by is not None


def _found(
    context: Context, table: ObjectKey, wanted: Part, free: dict[ObjectKey, Part], *, by_parts: bool
) -> Iterator[tuple[ObjectKey, Part]]:
    """What can be taken in the partitions of a table, and in those of each that has nothing itself."""
    for child in dict.fromkeys(context.kin.children.get(table, ())):
        was, goal = context.live.get(child), context.tables.get(child)
        if was is None or goal is None or not partitioned.stays(context, child):
            continue
        if not _same_columns(was, goal, wanted):
            continue
        own = [(Kind.INDEX, part) for part in was.indexes] + [(Kind.CONSTRAINT, part) for part in was.constraints]
        likes = [(was.child(kind, part.name), part) for kind, part in own if _is_like(part, wanted)]
        # Of several, the server takes the first that it meets, be it one that is to stay as it is. And what it names after
        # the index of a partition with partitions would be named otherwise than in a database that ran the text.
        spare = len(likes) == 1 and likes[0][0] in free and not _is_partitioned(was)
        if spare and _fits(child, likes[0][1], wanted, by_parts=by_parts):
            key, part = likes[0]
            assert isinstance(part, Part)
            yield key, part
        elif not likes:
            yield from _found(context, child, wanted, free, by_parts=by_parts)


def _is_like(part: Index | Constraint, wanted: Part) -> bool:
    if stands_for(part, wanted):
        return True
    return isinstance(part, Index) and not isinstance(wanted, Index) and stands_for(part, index_of(wanted, ""))


def _fits(child: ObjectKey, part: Index | Constraint, wanted: Part, *, by_parts: bool) -> bool:
    """Whether it becomes, just as it is, what the server would have made; an index becomes a key's where one partition's is made."""
    if part.comment is not None:
        return False
    if isinstance(part, Index) and not isinstance(wanted, Index):
        same = plain_index(part, is_key=True) == plain_index(index_of(wanted, ""), is_key=True)
        return part.valid and by_parts and same
    if isinstance(part, PrimaryKey | Unique) and part.name != _key_name(child, part):
        return False  # nothing that is inspected tells the name of a key that a partition has from its parent
    same = replace(part, name="") == replace(wanted, name="", comment=None)
    return same and (not isinstance(part, Index) or part.valid)


def _key_name(table: ObjectKey, it: PrimaryKey | Unique) -> str:
    """As the server would call the key of a partition, where that name is free."""
    if isinstance(it, PrimaryKey):
        return generated_name(table.name, None, "pkey")
    return generated_name(table.name, joined_columns(distinct_columns([*it.columns, *it.include])), "key")


def _same_columns(was: Table, goal: Table, wanted: Part) -> bool:
    """Whether the columns stay what they are: an index goes with a column that is made anew."""
    columns = {part.column or "" for part in wanted.parts} if isinstance(wanted, Index) else set(wanted.columns)
    for name in columns | set(wanted.include):
        before, after = was.column(name), goal.column(name)
        if before is None or after is None or before.generated is not None or after.generated is not None:
            return False
        if is_retyped(before, after):
            return False
    return True
