"""Tables that no statement makes into what is desired: an ordinary one that is to be partitioned, or the other way.

Such a table is dropped and made anew, which loses its rows: its step says so, and is refused unless that is allowed.
"""

from __future__ import annotations

from collections.abc import Sequence

from schemactl.changes import Change, Create, Drop
from schemactl.model import Catalog, ForeignKey, Kind, ObjectKey, Table
from schemactl.model import Sequence as SequenceObject
from schemactl_postgres.options import TableOptions

_PARTS = (Kind.COLUMN, Kind.CONSTRAINT, Kind.INDEX)


def with_remade_tables(changes: Sequence[Change], *, desired: Catalog, actual: Catalog) -> list[Change]:
    """`changes`, with a Drop and a Create for each such table, for its sequences, and for foreign keys to it."""
    goals = {t.key: t for t in desired.tables()}
    pairs = [(t, goals[t.key]) for t in actual.tables() if t.key in goals]
    replaced = {was.key for was, shall in pairs if _is_partitioned(was) != _is_partitioned(shall)}
    if not replaced:
        return list(changes)
    again: list[Change] = []
    for was, shall in pairs:
        if was.key in replaced:
            again += [Drop(key=was.key, before=was), Create(key=was.key, after=shall)]
        else:
            again += _foreign_keys(was, shall, replaced)
    wanted = desired.by_key()
    for thing in actual.objects:
        if isinstance(thing, SequenceObject) and thing.owned_by and thing.owned_by.parent in replaced:
            again.append(Drop(key=thing.key, before=thing))
            if thing.key in wanted:
                again.append(Create(key=thing.key, after=wanted[thing.key]))
    done = {c.key for c in again}
    return [c for c in changes if c.key not in done and not (c.key.kind in _PARTS and c.key.parent in replaced)] + again


def _is_partitioned(table: Table) -> bool:
    return isinstance(table.options, TableOptions) and table.options.partition_by is not None


def _foreign_keys(was: Table, shall: Table, replaced: set[ObjectKey]) -> list[Change]:
    after = {c.name: c for c in shall.constraints}
    found: list[Change] = []
    for constraint in was.constraints:
        if isinstance(constraint, ForeignKey) and constraint.references in replaced:
            key = was.child(Kind.CONSTRAINT, constraint.name)
            found.append(Drop(key=key, before=constraint))
            if constraint.name in after:
                found.append(Create(key=key, after=after[constraint.name]))
    return found
