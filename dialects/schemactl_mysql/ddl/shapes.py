"""Spatial indexes that make way before the column beneath them changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from schemactl.changes import Alter, Change, Create, Drop
from schemactl.model import Column, Index, Kind, ObjectKey, Table
from schemactl_mysql.ddl import definitions as define
from schemactl_mysql.ddl import operations as op
from schemactl_mysql.ddl.clauses import Clauses
from schemactl_mysql.ddl.context import Context
from schemactl_mysql.sql import quoted


@dataclass(slots=True)
class Freed:
    """What goes in a statement of its own before the others, and the changes that are left then."""

    changes: list[Change]
    clauses: Clauses = field(default_factory=Clauses)


def freed_shapes(context: Context, was: Table, changes: Sequence[Change]) -> Freed:
    """MySQL gives no column another reference system while a spatial index is over it, nor in the ALTER that drops it."""
    columns = {
        c.key.name
        for c in changes
        if isinstance(c, Alter)
        and isinstance(c.before, Column)
        and isinstance(c.after, Column)
        and define.column_options(c.before).srid != define.column_options(c.after).srid
    }
    result = Freed(changes=list(changes))
    if context.flavour.mariadb or not columns:
        return result
    because = "the reference system beneath it differs"
    for index in was.indexes:
        if index.method != "spatial" or not any(p.column in columns for p in index.parts):
            continue
        key = was.child(Kind.INDEX, index.name)
        text, operation = f"DROP KEY {quoted(index.name)}", op.index_dropped(index, was)
        result.clauses.add(text, key, because, operation, destroys=[key])
        result.changes = [*_without(result.changes, key), *_again(changes, key, index, because)]
    return result


def _without(changes: Sequence[Change], key: ObjectKey) -> list[Change]:
    return [c for c in changes if c.key != key]


def _again(changes: Sequence[Change], key: ObjectKey, index: Index, because: str) -> list[Change]:
    """How the index comes back: as desired, as it was, or not at all."""
    spoken = next((c for c in changes if c.key == key), None)
    if isinstance(spoken, Drop):
        return []
    if spoken is None:
        return [Create(key=key, after=index, because=because)]
    new = spoken.new if hasattr(spoken, "new") else key
    return [Create(key=new, after=spoken.after, because=because)]
