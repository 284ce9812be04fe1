"""Triggers, and event triggers: CREATE, ALTER, DROP."""

from __future__ import annotations

from dataclasses import replace

from schemactl.errors import DuplicateObjectError, SqlSyntaxError, UnsupportedError
from schemactl.model import (
    EventTrigger,
    Exclusion,
    Expression,
    ForeignKey,
    Kind,
    ObjectKey,
    PrimaryKey,
    Trigger,
    Unique,
)
from schemactl_postgres.read.cursor import Cursor, Name
from schemactl_postgres.read.depends import is_depends, parse_depends
from schemactl_postgres.read.located import located
from schemactl_postgres.read.routine import function_key
from schemactl_postgres.read.state import State
from schemactl_postgres.read.tokens import Sort

#: In the order in which the server prints them.
EVENTS = ("INSERT", "DELETE", "UPDATE", "TRUNCATE")


def is_trigger(cursor: Cursor) -> bool:
    """Whether it makes a trigger, which may stand before its table."""
    words = [t.word for t in cursor.tokens[:5]]
    if words[:3] == ["CREATE", "OR", "REPLACE"]:
        words = [words[0], *words[3:]]
    return words[:2] == ["CREATE", "TRIGGER"] or words[:3] == ["CREATE", "CONSTRAINT", "TRIGGER"]


def create_trigger(cursor: Cursor, state: State, *, replaces: bool) -> None:
    """At the words TRIGGER or CONSTRAINT TRIGGER. Raises MissingObjectError for a table that is not there."""
    constraint = cursor.take("CONSTRAINT")
    cursor.expect("TRIGGER")
    token = cursor.token
    name = cursor.name("a trigger")
    timing = "INSTEAD OF" if cursor.take("INSTEAD", "OF") else cursor.take_any("BEFORE", "AFTER")
    if timing is None:
        raise cursor.unexpected("expected BEFORE, AFTER or INSTEAD OF")
    events, columns = _events(cursor)
    cursor.expect("ON")
    table = _relation(cursor, state, cursor.qualified("a table"))
    trigger = Trigger(
        schema=table.schema,
        table=table.name,
        name=name,
        timing=timing,
        events=tuple(e for e in EVENTS if e in events),
        columns=columns,
        constraint=constraint,
        function=table,
    )
    draft = state.tables.get(table)
    for column in columns if draft is not None else ():
        if draft is not None and column not in draft.columns:
            raise state.missing(cursor, "column", f"{table.path}.{column}", token)
    trigger = _clauses(cursor, state, trigger)
    if trigger.key in state.triggers and not replaces:
        raise state.duplicate(cursor, trigger.key, token)
    before = state.triggers.get(trigger.key)
    state.triggers[trigger.key] = replace(trigger, uses=(table,), comment=before.comment if before else None)
    state.places[trigger.key] = cursor.place(token)


def _relation(cursor: Cursor, state: State, name: Name) -> ObjectKey:
    found = state.find_relation(name)
    if found is None or found.kind not in (Kind.TABLE, Kind.VIEW):
        raise state.missing(cursor, "table", name)
    return found


def _events(cursor: Cursor) -> tuple[list[str], tuple[str, ...]]:
    events: list[str] = []
    columns: tuple[str, ...] = ()
    while True:
        event = cursor.take_any(*EVENTS)
        if event is None:
            raise cursor.unexpected("expected INSERT, UPDATE, DELETE or TRUNCATE")
        if event in events:
            raise cursor.error(SqlSyntaxError, f"{event} is given twice", cursor.tokens[cursor.i - 1])
        events.append(event)
        if event == "UPDATE" and cursor.take("OF"):
            found = [cursor.column_name()]
            while cursor.take(","):
                found.append(cursor.column_name())
            columns = tuple(found)
        if not cursor.take("OR"):
            return events, columns


def _clauses(cursor: Cursor, state: State, trigger: Trigger) -> Trigger:
    if trigger.constraint:
        trigger = _constraint_clauses(cursor, state, trigger)
    if cursor.take("REFERENCING"):
        while cursor.at("OLD") or cursor.at("NEW"):
            side = "old_table" if cursor.next().word == "OLD" else "new_table"
            cursor.take("TABLE")
            cursor.take("AS")
            trigger = replace(trigger, **{side: cursor.name("a name")})  # type: ignore[arg-type]
    if cursor.take("FOR"):
        cursor.take("EACH")
        kind = cursor.take_any("ROW", "STATEMENT")
        if kind is None:
            raise cursor.unexpected("expected ROW or STATEMENT")
        trigger = replace(trigger, for_each_row=kind == "ROW")
    if cursor.take("WHEN"):
        span = cursor.parenthesised()
        text = located(cursor, span, state)
        trigger = replace(trigger, when=Expression(text=text, canonical=text))
    return _executes(cursor, state, trigger)


def _constraint_clauses(cursor: Cursor, state: State, trigger: Trigger) -> Trigger:
    if cursor.take("FROM"):
        trigger = replace(trigger, references=_relation(cursor, state, cursor.qualified("a table")))
    while True:
        if cursor.take("NOT", "DEFERRABLE"):
            trigger = replace(trigger, deferrable=False)
        elif cursor.take("DEFERRABLE"):
            trigger = replace(trigger, deferrable=True)
        elif cursor.take("INITIALLY", "DEFERRED"):
            trigger = replace(trigger, deferrable=True, initially_deferred=True)
        elif not cursor.take("INITIALLY", "IMMEDIATE"):
            return trigger


def _executes(cursor: Cursor, state: State, trigger: Trigger) -> Trigger:
    cursor.expect("EXECUTE")
    if cursor.take_any("FUNCTION", "PROCEDURE") is None:
        raise cursor.unexpected("expected FUNCTION")
    function = function_key(state, cursor.qualified("a function"))
    arguments: list[str] = []
    if cursor.at("(", ")"):
        cursor.expect("(", ")")
    else:
        arguments = cursor.listed(lambda: _argument(cursor))
    cursor.end()
    return replace(trigger, function=function, arguments=tuple(arguments))


def _argument(cursor: Cursor) -> str:
    """A string constant, a number or a name: the function gets the text."""
    token = cursor.token
    if token.sort is Sort.STRING:
        return cursor.string()
    if token.sort is Sort.NUMBER:
        cursor.i += 1
        text = cursor.slice(token.start, token.stop)
        return str(int(text)) if text.isdigit() else text
    return cursor.name("an argument", label=True)


def parse_trigger_name(cursor: Cursor, state: State) -> ObjectKey:
    """`name ON table`. Raises MissingObjectError."""
    token = cursor.token
    name = cursor.name("a trigger")
    cursor.expect("ON")
    table = _relation(cursor, state, cursor.qualified("a table"))
    key = ObjectKey(kind=Kind.TRIGGER, schema=table.schema, table=table.name, name=name)
    if key not in state.triggers:
        raise state.missing(cursor, "trigger", f"{name} on {table.path}", token)
    return key


def alter_trigger(cursor: Cursor, state: State) -> None:
    """After the words ALTER TRIGGER."""
    key = parse_trigger_name(cursor, state)
    if is_depends(cursor):
        found = state.triggers[key]
        state.triggers[key] = replace(found, extensions=parse_depends(cursor, state, found.extensions))
        cursor.end()
        return
    cursor.expect("RENAME", "TO")
    token = cursor.token
    moved = replace(state.triggers[key], name=cursor.name("a trigger"))
    cursor.end()
    if moved.key in state.triggers:
        raise state.duplicate(cursor, moved.key, token)
    state.drop_trigger(key)
    state.triggers[moved.key] = moved
    state.places[moved.key] = cursor.place(token)


def drop_trigger(cursor: Cursor, state: State) -> None:
    """After the words DROP TRIGGER."""
    lenient = cursor.take("IF", "EXISTS")
    token = cursor.token
    name = cursor.name("a trigger")
    cursor.expect("ON")
    table = cursor.qualified("a table")
    cursor.take_any("CASCADE", "RESTRICT")
    cursor.end()
    found = state.find_relation(table)
    key = ObjectKey(kind=Kind.TRIGGER, schema=found.schema if found else "", table=table.name, name=name)
    if key in state.triggers:
        state.drop_trigger(key)
    elif not lenient:
        raise state.missing(cursor, "trigger", f"{name} on {table}", token)


#: The words of ALTER TABLE ... TRIGGER, and of ALTER EVENT TRIGGER, to the state that they bring about.
ENABLED: tuple[tuple[tuple[str, ...], str], ...] = (
    (("ENABLE", "REPLICA"), "R"),
    (("ENABLE", "ALWAYS"), "A"),
    (("ENABLE",), "O"),
    (("DISABLE",), "D"),
)


def enable_trigger(cursor: Cursor, state: State, table: ObjectKey, enabled: str) -> None:
    """After ENABLE TRIGGER and the like, within ALTER TABLE."""
    token = cursor.token
    every = cursor.take("ALL")
    if every and enabled != "O" and _has_internal(state, table):
        raise cursor.error(
            UnsupportedError,
            f"all triggers of {table.path}, with those of its constraints",
            token,
            subject=table.path,
            hint="write USER for all but those, or name one",
        )
    own = [k for k in state.triggers if (k.schema, k.table) == (table.schema, table.name)]
    if not every and not cursor.take("USER"):
        name = cursor.name("a trigger")
        own = [k for k in own if k.name == name]
        if not own:
            raise state.missing(cursor, "trigger", f"{name} on {table.path}", token)
    for key in own:
        state.triggers[key] = replace(state.triggers[key], enabled=enabled)


def _has_internal(state: State, key: ObjectKey) -> bool:
    """Whether the server has made triggers on a table: for foreign keys from or to it, and for deferrable keys."""
    return any(
        constraint.references == key or draft.key == key
        if isinstance(constraint, ForeignKey)
        else draft.key == key and isinstance(constraint, PrimaryKey | Unique | Exclusion) and constraint.deferrable
        for draft in state.drafts()
        for constraint in draft.constraints.values()
    )


def move_triggers(state: State, old: ObjectKey, new: ObjectKey) -> None:
    """The triggers of a table, or that refer to one, follow when it is renamed or moved."""
    for key, trigger in list(state.triggers.items()):
        moved = trigger
        if (trigger.schema, trigger.table) == (old.schema, old.name):
            moved = replace(moved, schema=new.schema, table=new.name, uses=(new,))
        if trigger.references == old:
            moved = replace(moved, references=new)
        if moved != trigger:
            place = state.places.pop(key, None)
            del state.triggers[key]
            state.triggers[moved.key] = moved
            if place is not None:
                state.places[moved.key] = place


def rename_in_triggers(cursor: Cursor, state: State, table: ObjectKey, old: str, new: str) -> None:
    """A column of `table` gets another name. Raises UnsupportedError where the WHEN of a trigger may mention it."""
    for key, trigger in state.triggers.items():
        if (trigger.schema, trigger.table) != (table.schema, table.name):
            continue
        if trigger.when is not None and old in trigger.when.text:
            raise cursor.error(
                UnsupportedError,
                f"renaming the column {old}, which {key} mentions",
                hint="create it under its last name",
            )
        columns = tuple(new if c == old else c for c in trigger.columns)
        state.triggers[key] = replace(trigger, columns=columns)


# -- event triggers


def create_event_trigger(cursor: Cursor, state: State) -> None:
    """After the words CREATE EVENT TRIGGER."""
    token = cursor.token
    name = cursor.name("an event trigger")
    cursor.expect("ON")
    event = cursor.name("an event", label=True)
    tags: list[str] = []
    if cursor.take("WHEN"):
        cursor.expect("TAG", "IN")
        tags = [tag.upper() for tag in cursor.listed(cursor.string)]
    cursor.expect("EXECUTE")
    if cursor.take_any("FUNCTION", "PROCEDURE") is None:
        raise cursor.unexpected("expected FUNCTION")
    function = function_key(state, cursor.qualified("a function"))
    cursor.expect("(", ")")
    cursor.end()
    found = EventTrigger(name=name, event=event, tags=tuple(tags), function=function, uses=(function,))
    if name in state.event_triggers:
        raise cursor.error(DuplicateObjectError, f"{found.key} is created twice", token, subject=name)
    state.event_triggers[name] = found
    state.places[found.key] = cursor.place(token)


def alter_event_trigger(cursor: Cursor, state: State) -> None:
    """After the words ALTER EVENT TRIGGER."""
    token = cursor.token
    name = cursor.name("an event trigger")
    found = state.event_triggers.get(name)
    if found is None:
        raise state.missing(cursor, "event trigger", name, token)
    if cursor.take("OWNER", "TO"):
        cursor.name("a role", label=True)
    elif cursor.take("RENAME", "TO"):
        token = cursor.token
        moved = replace(found, name=cursor.name("an event trigger"))
        if moved.name in state.event_triggers:
            raise state.duplicate(cursor, moved.key, token)
        del state.event_triggers[name]
        state.event_triggers[moved.name] = moved
        state.places[moved.key] = cursor.place(token)
    else:
        enabled = next((mark for words, mark in ENABLED if cursor.take(*words)), None)
        if enabled is None:
            raise cursor.unexpected("expected ENABLE or DISABLE")
        state.event_triggers[name] = replace(found, enabled=enabled)
    cursor.end()


def drop_event_trigger(cursor: Cursor, state: State) -> None:
    """After the words DROP EVENT TRIGGER."""
    lenient = cursor.take("IF", "EXISTS")
    token = cursor.token
    name = cursor.name("an event trigger")
    cursor.take_any("CASCADE", "RESTRICT")
    cursor.end()
    found = state.event_triggers.pop(name, None)
    if found is None and not lenient:
        raise state.missing(cursor, "event trigger", name, token)
    if found is not None:
        state.places.pop(found.key, None)
