"""Expressions of routines and triggers: defaults of arguments, conditions, bodies in standard SQL."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from schemactl.model import Argument, Expression, Kind, ObjectKey, Routine, Table, Trigger
from schemactl_postgres.canonical.expression import canonical
from schemactl_postgres.canonical.resolve import Context
from schemactl_postgres.canonical.tokens import Unreadable, tokens
from schemactl_postgres.canonical.typenames import path_of, type_of


def routine_of(routine: Routine, types: Mapping[str, str], default_schema: str) -> Routine:
    """A routine with its expressions canonical, and what they mention among its `uses`."""
    context = Context({}, "", default_schema, types)
    found = replace(routine, arguments=tuple(_argument(a, context) for a in routine.arguments))
    if found.sql_body is not None:
        body = replace(found.sql_body, canonical=body_text(found.sql_body.text))
        found = replace(found, sql_body=body)
    mentioned = [key for a in found.arguments if a.default is not None for key in a.default.uses]
    return replace(found, uses=tuple(dict.fromkeys((*found.uses, *mentioned))))


def _argument(argument: Argument, context: Context) -> Argument:
    if argument.default is None:
        return argument
    kind = type_of(argument.type.text)
    found = canonical(argument.default.text, context, path_of(kind) if kind is not None else None)
    return replace(argument, default=Expression(text=argument.default.text, canonical=found.text, uses=found.uses))


def body_text(text: str) -> str:
    """Tokens with one space between them: white space, comments and the case of words do not count."""
    try:
        return " ".join(f"{t.kind}:{t.text!r}" for t in tokens(text)[:-1])
    except Unreadable:
        return text.strip()


def trigger_of(trigger: Trigger, context: Context | None, table: Table | None) -> Trigger:
    """A trigger with its condition canonical. `context` is that of its table, where it is a table."""
    if trigger.when is None:
        return trigger
    known = context or Context({}, "", "", {})
    found = canonical(trigger.when.text, known._replace(table="", rows=("old", "new")), None)
    on = [
        ObjectKey(kind=Kind.COLUMN, schema=trigger.schema, table=trigger.table, name=name)
        for name in found.columns
        if table is not None and table.column(name) is not None
    ]
    when = Expression(text=trigger.when.text, canonical=found.text, uses=(*on, *found.uses))
    return replace(trigger, when=when, uses=tuple(dict.fromkeys((*trigger.uses, *when.uses))))
