"""Tables that no statement makes into what is desired: an ordinary one that is to be partitioned, or the other way;
a foreign one that is to be at another server, or none.

Such a table is dropped and made anew, which loses its rows: its step says so, and is refused unless that is allowed.
"""

from __future__ import annotations

from collections.abc import Sequence

from schemactl.changes import Alter, Change, Create, Drop
from schemactl.model import Catalog, ForeignKey, Kind, ObjectKey, Table
from schemactl.model import Sequence as SequenceObject
from schemactl_postgres.ddl.foreign import at, is_replaced
from schemactl_postgres.options import TableOptions

_PARTS = (Kind.COLUMN, Kind.CONSTRAINT, Kind.INDEX)


def with_remade_tables(changes: Sequence[Change], *, desired: Catalog, actual: Catalog) -> list[Change]:
    """`changes`, with a Drop and a Create for each such table, for its sequences, and for foreign keys to it."""
    goals = {t.key: t for t in desired.tables()}
    pairs = [(t, goals[t.key]) for t in actual.tables() if t.key in goals]
    servers = {c.key for c in changes if isinstance(c, Alter) and is_replaced(c)}
    replaced = {was.key for was, shall in pairs if reason(was, shall) or ((f := at(was)) and f.at in servers)}
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


def reason(was: Table, shall: Table) -> str:
    """Why a table is made anew; empty where it need not be."""
    if _is_partitioned(was) != _is_partitioned(shall):
        return "no statement makes it partitioned, or not: it is made anew, without its rows"
    old, new = at(was), at(shall)
    if old is None and new is not None:
        return "no statement makes it a foreign table: it is made anew, without its rows"
    if old is not None and new is None:
        return "no statement makes it an ordinary table: it is made anew, without the rows it shows"
    if old is not None and new is not None and old.server != new.server:
        return "no statement moves it to another server: it is made anew"
    return ""


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
