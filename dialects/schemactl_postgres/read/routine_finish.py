"""What of routines and triggers can only be told when all is read: types made later, and what they rest on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from schemactl.dialect import SourceText
from schemactl.model import Aggregate, Argument, DataType, Expression, Kind, ObjectKey, Routine, Trigger
from schemactl_postgres.read.cursor import Cursor
from schemactl_postgres.read.query import names_in
from schemactl_postgres.read.routine_type import resolved_row
from schemactl_postgres.read.state import State
from schemactl_postgres.read.tokens import Sort, Source, Token
from schemactl_postgres.read.view import elsewhere


def finished_routines(state: State) -> Iterator[Routine | Aggregate]:
    """The routines, under the keys of their settled types."""
    for old, routine in state.routines.items():
        found = _resolved(state, routine, state.routine_paths.get(old, (state.default_schema,)))
        if found.key != old and old in state.places:
            state.places[found.key] = state.places.pop(old)
        state.move_privileges(old, found.key)
        yield replace(found, uses=tuple(dict.fromkeys(_uses(found))))


def _resolved(state: State, routine: Routine | Aggregate, path: tuple[str, ...]) -> Routine | Aggregate:
    def row(data: DataType) -> DataType:
        return resolved_row(data, path, state)

    def rows(arguments: tuple[Argument, ...]) -> tuple[Argument, ...]:
        return tuple(replace(a, type=row(a.type)) for a in arguments)

    if isinstance(routine, Aggregate):
        ordered = None if routine.ordered is None else rows(routine.ordered)
        return replace(routine, arguments=rows(routine.arguments), ordered=ordered)
    returns = None if routine.returns is None else row(routine.returns)
    return replace(routine, arguments=rows(routine.arguments), returns=returns)


def _uses(routine: Routine | Aggregate) -> Iterator[ObjectKey]:
    arguments = routine.arguments + ((routine.ordered or ()) if isinstance(routine, Aggregate) else ())
    types = [a.type for a in arguments]
    if isinstance(routine, Routine) and routine.returns is not None:
        types.append(routine.returns)
    for data in types:
        if data.uses is not None:
            yield from type_keys(data.uses)
    expressions: list[Expression] = [a.default for a in arguments if a.default is not None]
    for expression in expressions:
        yield from expression.uses
    if isinstance(routine, Aggregate):
        yield from routine.uses
    elif routine.sql_body is not None:
        yield from _mentioned(routine.sql_body.text)


def _mentioned(body: str) -> Iterator[ObjectKey]:
    """What the names of two parts in a body may mean, be it made by the script or not."""
    source = Source(SourceText(name="", text=body))
    tokens = list(source.tokens())
    cursor = Cursor(source, [*tokens, Token(Sort.END, "", len(body), len(body))])
    for mention in names_in(cursor, (0, len(tokens))):
        if mention.schema is not None:
            keys = list(elsewhere(mention, ()))
            yield from keys if mention.sort != "type" else type_keys(keys[0])


def type_keys(key: ObjectKey) -> tuple[ObjectKey, ...]:
    """A type may be the row of a table or view of its name."""
    return key, replace(key, kind=Kind.TABLE), replace(key, kind=Kind.VIEW)


def finished_triggers(state: State) -> Iterator[Trigger]:
    for trigger in state.triggers.values():
        (table,) = trigger.uses
        found = [table, trigger.function]
        draft = state.tables.get(table)
        names = set(trigger.columns)
        if draft is not None and trigger.when is not None:
            names |= {c for c in draft.columns if c in trigger.when.text}
        found += [ObjectKey(kind=Kind.COLUMN, schema=table.schema, table=table.name, name=c) for c in sorted(names)]
        if trigger.references is not None:
            found.append(trigger.references)
        yield replace(trigger, uses=tuple(found))
