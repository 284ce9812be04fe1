"""Steps for renames that the desired text tells of.

They come before all but the end of event triggers, by their rank alone: the other steps know all things under their new names.
"""

from __future__ import annotations

from dataclasses import replace

from schemactl.changes import Rename
from schemactl.errors import ImpossibleError
from schemactl.model import Composite, Domain, Kind, ObjectKey
from schemactl.steps import Step
from schemactl_postgres.ddl import rank
from schemactl_postgres.ddl.context import Context, owning_table
from schemactl_postgres.sql import literal, qualified, quoted

_WORDS = {
    Kind.COLLATION: "COLLATION",
    Kind.INDEX: "INDEX",
    Kind.SCHEMA: "SCHEMA",
    Kind.SEQUENCE: "SEQUENCE",
    Kind.STATISTICS: "STATISTICS",
    Kind.TABLE: "TABLE",
    Kind.TYPE: "TYPE",
    Kind.VIEW: "TABLE",  # the server takes it for views of both sorts
}


def hinted_rename(context: Context, change: Rename) -> Step:
    """The thing under its new name; raises ImpossibleError for a kind that has no RENAME of ours."""
    old, new = change.key, change.new
    table = owning_table(new) if new.kind is Kind.COLUMN else old if new.kind is Kind.TABLE else None
    return context.step(
        _sql(change),
        old,
        "rename",
        f"is to be called {new.name}",
        cost="instant" if table is not None and not isinstance(change.after, Composite) else "none",
        table=table,
        rank=rank.RENAME_SCHEMA if old.kind is Kind.SCHEMA else rank.RENAME_PART if old.table else rank.RENAME_OBJECT,
    )


def _sql(change: Rename) -> str:
    old, new = change.key, quoted(change.new.name)
    owner = ObjectKey(kind=Kind.TYPE, schema=old.schema, name=old.table)
    if old.kind is Kind.ENUM_VALUE:
        values = f"{literal(old.name).strip()} TO {literal(change.new.name).strip()}"
        return f"ALTER TYPE {qualified(owner)} RENAME VALUE {values}"
    if old.kind is Kind.CONSTRAINT:
        return f"ALTER TABLE {qualified(replace(owner, kind=Kind.TABLE))} RENAME CONSTRAINT {quoted(old.name)} TO {new}"
    if old.kind is Kind.COLUMN:
        if isinstance(change.after, Composite):
            return f"ALTER TYPE {qualified(owner)} RENAME ATTRIBUTE {quoted(old.name)} TO {new}"
        return f"ALTER TABLE {qualified(owner)} RENAME COLUMN {quoted(old.name)} TO {new}"
    word = "DOMAIN" if isinstance(change.after, Domain) else _WORDS.get(old.kind)
    if word is None:
        raise ImpossibleError(
            f"a {old.kind} cannot be renamed by a hint: {old.path}",
            subject=old.path,
            hint="remove the hint: it is dropped and made under the new name",
        )
    name = qualified(replace(old, table=""))
    return f"ALTER {word} {name} RENAME TO {new}"
