"""Foreign keys that must make way: neither server alters the type of a column that one rests on."""

from __future__ import annotations

from collections.abc import Sequence

from schemactl.changes import Alter, Change, Create, Drop
from schemactl.model import Column, ForeignKey, Kind, ObjectKey, PrimaryKey
from schemactl_mysql.ddl.context import Context


def with_loosened_keys(context: Context, changes: Sequence[Change]) -> list[Change]:
    """The changes, with a Drop and a Create of each foreign key over what is altered at either end of it."""
    altered = {c.key for c in changes if isinstance(c, Alter) and _matters(c)}
    altered |= {c.key for c in changes if isinstance(c, Drop) and c.key.kind is Kind.COLUMN}
    keys_gone = {
        ObjectKey(kind=Kind.TABLE, schema=c.key.schema, name=c.key.table)
        for c in changes
        if isinstance(c, Drop | Alter) and isinstance(c.before, PrimaryKey)
    }
    spoken = {c.key for c in changes}
    gone = {c.key for c in changes if isinstance(c, Drop)}
    result = list(changes)
    for key, table in context.live.items():
        shall = context.tables.get(key)
        if key in gone or shall is None:
            continue
        wanted = {c.name: c for c in shall.constraints}
        for it in table.constraints:
            name = table.child(Kind.CONSTRAINT, it.name)
            if not isinstance(it, ForeignKey) or name in spoken:
                continue
            ends = {table.child(Kind.COLUMN, c) for c in it.columns}
            ends |= {_column(it.references, c) for c in it.referenced_columns}
            if ends & altered or it.references in keys_gone:
                because = "what it rests on is altered"
                result += [
                    Drop(key=name, before=it, because=because),
                    Create(key=name, after=wanted[it.name], because=because),
                ]
    return result


def _matters(change: Alter) -> bool:
    match change:
        case Alter(before=Column() as old, after=Column() as it):
            return (old.type, old.collation, old.nullable, old.generated) != (
                it.type, it.collation, it.nullable, it.generated
            )  # fmt: skip
    return False


def _column(table: ObjectKey, name: str) -> ObjectKey:
    return ObjectKey(kind=Kind.COLUMN, schema=table.schema, table=table.name, name=name)
