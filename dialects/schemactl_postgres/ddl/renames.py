"""Steps for renames that the desired text tells of.

They come before all but the end of event triggers, by their rank alone: the other steps know all things under their new names.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from schemactl.changes import Rename
from schemactl.model import Aggregate, Check, Composite, Domain, Enum, Kind, ObjectKey, Range, Routine, View
from schemactl.steps import Step
from schemactl_postgres.ddl import rank, reach
from schemactl_postgres.ddl.aggregates import arguments
from schemactl_postgres.ddl.context import Context, owning_table
from schemactl_postgres.ddl.renamed_ranges import company
from schemactl_postgres.ddl.routine_names import bare_name
from schemactl_postgres.ddl.routines import noun
from schemactl_postgres.ddl.views import noun as view_noun
from schemactl_postgres.sql import literal, qualified, quoted

_WORDS = {
    Kind.COLLATION: "COLLATION",
    Kind.EVENT_TRIGGER: "EVENT TRIGGER",
    Kind.INDEX: "INDEX",
    Kind.SCHEMA: "SCHEMA",
    Kind.SEQUENCE: "SEQUENCE",
    Kind.STATISTICS: "STATISTICS",
    Kind.TABLE: "TABLE",
    Kind.TYPE: "TYPE",
}
#: Of things that clients do not name, the heading is that of an operation of its table, or none.
_COSTS = {
    Kind.COLUMN: "rename_column",
    Kind.ENUM_VALUE: "rename_enum_value",
    Kind.EVENT_TRIGGER: "none",
    Kind.INDEX: "none",
    Kind.POLICY: "instant",
    Kind.RULE: "instant",
    Kind.SEQUENCE: "rename_table",
    Kind.STATISTICS: "none",
    Kind.TABLE: "rename_table",
    Kind.TRIGGER: "drop_trigger",
    Kind.VIEW: "rename_table",
}
_ON_TABLES = {Kind.POLICY: "POLICY", Kind.RULE: "RULE", Kind.TRIGGER: "TRIGGER"}


def hinted_rename(context: Context, change: Rename) -> Iterator[Step]:
    """The thing under its new name or in its new schema."""
    old, new = change.key, change.new
    table = owning_table(new) if old.table else old
    moves = new.kind is not Kind.SCHEMA and old.schema != new.schema
    order = rank.RENAME_SCHEMA if old.kind is Kind.SCHEMA else rank.RENAME_PART if old.table else rank.RENAME_OBJECT
    yield context.step(
        f"ALTER {_named(context, change)} {_becomes(change)}",
        old,
        "rename",
        f"is to stand in {new.schema}" if moves else f"is to be called {_name(new)}",
        cost=_cost(context, change),
        table=table,
        others={"sequences": [replace(k, schema=old.schema) for k in reach.sequences_of(context, _last(context, new))]},
        rank=order,
    )
    if isinstance(change.after, Range):
        for key, sql in company(change, change.after):
            yield context.step(sql, key, "rename", f"goes along with {new.path}", rank=order)


def _last(context: Context, key: ObjectKey) -> ObjectKey:
    """The key that the live catalog knows a thing by, in which all renames are done."""
    while key in context.renamed:
        key = context.renamed[key]
    return key


def _cost(context: Context, change: Rename) -> str:
    if isinstance(change.after, Composite) and change.key.kind is Kind.COLUMN:
        return "rename_object"
    if change.key.kind is Kind.CONSTRAINT:
        if context.before.get(_domain(change.key)):
            return "none"
        return "rename_check" if isinstance(change.after, Check) else "instant"
    if change.key.kind is Kind.TABLE and change.key.schema != change.new.schema:
        return "move_table"
    return _COSTS.get(change.key.kind, "rename_object")


def _domain(part: ObjectKey) -> ObjectKey:
    """The domain that a constraint may be of."""
    return ObjectKey(kind=Kind.TYPE, schema=part.schema, name=part.table)


def _name(key: ObjectKey) -> str:
    return bare_name(key) if key.kind is Kind.ROUTINE else key.name


def _becomes(change: Rename) -> str:
    old, new = change.key, change.new
    if new.kind is not Kind.SCHEMA and old.schema != new.schema:
        return f"SET SCHEMA {quoted(new.schema)}"
    if old.kind is Kind.ENUM_VALUE:
        return f"RENAME VALUE {literal(old.name).strip()} TO {literal(new.name).strip()}"
    if old.kind is Kind.CONSTRAINT:
        return f"RENAME CONSTRAINT {quoted(old.name)} TO {quoted(new.name)}"
    if old.kind is Kind.COLUMN:
        word = "ATTRIBUTE" if isinstance(change.after, Composite) else "COLUMN"
        return f"RENAME {word} {quoted(old.name)} TO {quoted(new.name)}"
    return f"RENAME TO {quoted(_name(new))}"


def _named(context: Context, change: Rename) -> str:
    """What is altered: the thing itself, or the table or type that it is a part of."""
    old, after = change.key, change.after
    owner = qualified(ObjectKey(kind=Kind.TYPE, schema=old.schema, name=old.table))
    if old.kind in _ON_TABLES:
        return f"{_ON_TABLES[old.kind]} {quoted(old.name)} ON {owner}"
    if old.kind in (Kind.COLUMN, Kind.CONSTRAINT, Kind.ENUM_VALUE):
        if isinstance(after, Composite | Enum):
            return f"TYPE {owner}"
        return f"{'DOMAIN' if context.before.get(_domain(old)) else 'TABLE'} {owner}"
    match after:
        case Routine() | Aggregate():
            name = qualified(replace(old, name=_name(old)))
            if isinstance(after, Aggregate):
                return f"AGGREGATE {name}({arguments(after)})"
            return f"{noun(after).upper()} {name}({old.name.partition('(')[2]}"
        case Domain():
            return f"DOMAIN {qualified(old)}"
        case View():
            return f"{view_noun(after)} {qualified(old)}"
        case _:
            return f"{_WORDS[old.kind]} {qualified(replace(old, table=''))}"
