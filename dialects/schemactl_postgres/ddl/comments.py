"""COMMENT ON, for everything that takes one."""

from __future__ import annotations

from collections.abc import Iterator

from schemactl.model import Kind, ObjectKey
from schemactl.steps import Step
from schemactl_postgres.ddl import rank
from schemactl_postgres.ddl.context import Context, owning_table
from schemactl_postgres.ddl.routine_names import bare_name
from schemactl_postgres.sql import literal, qualified, quoted

_WORD = {
    Kind.EVENT_TRIGGER: "EVENT TRIGGER",
    Kind.FOREIGN_SERVER: "SERVER",
    Kind.FOREIGN_WRAPPER: "FOREIGN DATA WRAPPER",
    Kind.PUBLICATION: "PUBLICATION",
    Kind.ROUTINE: "ROUTINE",
    Kind.TRIGGER: "TRIGGER",
    Kind.SCHEMA: "SCHEMA",
    Kind.EXTENSION: "EXTENSION",
    Kind.TYPE: "TYPE",
    Kind.SEQUENCE: "SEQUENCE",
    Kind.STATISTICS: "STATISTICS",
    Kind.TABLE: "TABLE",
    Kind.COLLATION: "COLLATION",
    Kind.COLUMN: "COLUMN",
    Kind.INDEX: "INDEX",
    Kind.CONSTRAINT: "CONSTRAINT",
    Kind.POLICY: "POLICY",
}

#: Of the others, no relation that sessions use is locked.
_LOCKED = frozenset({Kind.COLUMN, Kind.TABLE, Kind.SEQUENCE})


def comment(
    context: Context, key: ObjectKey, text: str | None, *, always: bool = False, on: str | None = None
) -> Iterator[Step]:
    """The step that sets a comment; nothing where there is none, unless `always`, which takes an old one away.

    `on` is what it is on, in SQL, where the key does not tell.
    """
    if text is None and not always:
        return
    table = owning_table(key) if key.kind is Kind.COLUMN else key
    value = "NULL" if text is None else literal(text).strip()
    word = "FOREIGN TABLE" if key.kind is Kind.TABLE and context.is_foreign(key) else _WORD.get(key.kind, "")
    yield context.step(
        f"COMMENT ON {on or f'{word} {_target(key)}'} IS {value}",
        key,
        "comment",
        "no comment is desired" if text is None else "comment differs",
        cost="comment" if key.kind in _LOCKED else "none",
        table=table,
        needs={key},
        rank=rank.COMMENT,
    )


def _target(key: ObjectKey) -> str:
    match key.kind:
        case Kind.COLUMN:
            return f"{qualified(owning_table(key))}.{quoted(key.name)}"
        case Kind.CONSTRAINT | Kind.POLICY:
            return f"{quoted(key.name)} ON {qualified(owning_table(key))}"
        case Kind.TRIGGER:
            return f"{quoted(key.name)} ON {qualified(owning_table(key))}"
        case Kind.ROUTINE:
            name = bare_name(key)
            return f"{quoted(key.schema)}.{quoted(name)}{key.name.removeprefix(name)}"
        case Kind.INDEX:
            return f"{quoted(key.schema)}.{quoted(key.name)}"
        case _:
            return qualified(key)
