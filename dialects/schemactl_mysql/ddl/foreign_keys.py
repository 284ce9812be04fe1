"""Foreign keys that must make way: neither server alters the type of a column that one rests on."""

from __future__ import annotations

from collections.abc import Sequence

from schemactl.changes import Alter, Change, Create, Drop
from schemactl.model import Column, ForeignKey, Kind, ObjectKey, PrimaryKey, Table
from schemactl_mysql.ddl.context import Context


class Altered:
    """What foreign keys may rest on and that does not stay as it is."""

    def __init__(self, changes: Sequence[Change]) -> None:
        self.columns = {c.key for c in changes if isinstance(c, Alter) and _matters(c)}
        self.columns |= {c.key for c in changes if isinstance(c, Drop) and c.key.kind is Kind.COLUMN}
        self.keyless = {
            ObjectKey(kind=Kind.TABLE, schema=c.key.schema, name=c.key.table)
            for c in changes
            if isinstance(c, Drop | Alter) and isinstance(c.before, PrimaryKey)
        }

    def is_under(self, table: Table, it: ForeignKey) -> bool:
        """Whether a foreign key of `table` must make way."""
        ends = {table.child(Kind.COLUMN, c) for c in it.columns}
        ends |= {_column(it.references, c) for c in it.referenced_columns}
        return bool(ends & self.columns) or it.references in self.keyless


def with_loosened_keys(context: Context, changes: Sequence[Change]) -> list[Change]:
    """The changes, with a Drop and a Create of each foreign key over what is altered at either end of it."""
    altered = Altered(changes)
    spoken = {c.key for c in changes}
    result = list(changes)
    for key, table in context.live.items():
        shall = context.tables.get(key)
        if shall is None:
            continue
        wanted = {c.name: c for c in shall.constraints}
        for it in table.constraints:
            name = table.child(Kind.CONSTRAINT, it.name)
            if isinstance(it, ForeignKey) and name not in spoken and altered.is_under(table, it):
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
