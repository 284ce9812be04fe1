"""What becomes of a routine after it was made: ALTER, DROP, COMMENT."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from schemactl.errors import SqlSyntaxError, UnsupportedError
from schemactl.model import Aggregate, Check, ObjectKey, Routine
from schemactl_postgres.read.cursor import Cursor, Name
from schemactl_postgres.read.depends import is_depends, parse_depends
from schemactl_postgres.read.routine import attribute, parse_signature, with_defaults
from schemactl_postgres.read.state import State
from schemactl_postgres.read.tokens import Token

KINDS = ("FUNCTION", "PROCEDURE", "ROUTINE", "AGGREGATE")


def alter_routine(cursor: Cursor, state: State, kind: str) -> None:
    """After the words ALTER FUNCTION, PROCEDURE, ROUTINE or AGGREGATE."""
    name, found = parse_signature(cursor, state, kind)
    if not found:
        raise state.missing(cursor, kind.lower(), name)
    routine = state.routines[found[0]]
    if cursor.take("OWNER", "TO"):
        cursor.name("a role", label=True)
    elif cursor.take("RENAME", "TO"):
        token = cursor.token
        _move(cursor, state, routine, routine.schema, cursor.name("a name"), token)
    elif cursor.take("SET", "SCHEMA"):
        token = cursor.token
        _move(cursor, state, routine, cursor.name("a schema"), routine.name, token)
    elif isinstance(routine, Aggregate):
        raise cursor.unexpected()
    elif is_depends(cursor):
        extensions = parse_depends(cursor, state, routine.extensions)
        state.routines[routine.key] = replace(routine, extensions=extensions)
    else:
        _attributes(cursor, state, routine)
    cursor.end()


def _attributes(cursor: Cursor, state: State, routine: Routine) -> None:
    key = routine.key
    while True:
        if cursor.take("RESET", "ALL"):
            routine = replace(routine, settings=())
        elif cursor.take("RESET"):
            name = cursor.name("a setting", label=True)
            routine = replace(routine, settings=tuple(s for s in routine.settings if s[0] != name))
        else:
            found = attribute(cursor, state, routine)
            if found is None:
                raise cursor.unexpected()
            routine = found[0]
        if cursor.done or cursor.take("RESTRICT"):
            break
    state.routines[key] = with_defaults(routine)


def _move(cursor: Cursor, state: State, routine: Routine | Aggregate, schema: str, name: str, token: Token) -> None:
    old = routine.key
    moved = replace(routine, schema=schema, name=name)
    if moved.key in state.routines:
        raise state.duplicate(cursor, moved.key, token)
    if any(routine.name in text for text in _expressions(state)):
        raise cursor.error(
            UnsupportedError,
            f"renaming {old}, which an expression may call",
            token,
            subject=old.path,
            hint="create it under its last name",
        )
    del state.routines[old]
    state.routines[moved.key] = moved
    state.routine_paths[moved.key] = state.routine_paths.pop(old, state.search_path)
    state.places.pop(old, None)
    state.places[moved.key] = cursor.place(token)
    for key, trigger in state.triggers.items():
        if trigger.function == old:
            state.triggers[key] = replace(trigger, function=moved.key)


def _expressions(state: State) -> Iterator[str]:
    for table in state.drafts():
        for column in table.columns.values():
            yield from (e.text for e in (column.default, column.generated and column.generated.expression) if e)
        yield from (c.expression.text for c in table.constraints.values() if isinstance(c, Check))
        for index in table.indexes.values():
            yield from (e.text for e in (*(p.expression for p in index.parts), index.predicate) if e)


def drop_routine(cursor: Cursor, state: State, kind: str) -> None:
    """After the words DROP FUNCTION and the like."""
    lenient = cursor.take("IF", "EXISTS")
    found: list[tuple[Name, list[ObjectKey]]] = [parse_signature(cursor, state, kind)]
    while cursor.take(","):
        found.append(parse_signature(cursor, state, kind))
    cascade = cursor.take_any("CASCADE", "RESTRICT") == "CASCADE"
    cursor.end()
    for name, keys in found:
        if not keys and not lenient:
            raise state.missing(cursor, kind.lower(), name)
        for key in keys:
            for user in [t for t in state.triggers.values() if t.function == key]:
                if not cascade:
                    raise cursor.error(
                        SqlSyntaxError,
                        f"{key} cannot be dropped: {user.key} needs it",
                        name.token,
                        hint="drop that first, or say CASCADE",
                    )
                state.drop_trigger(user.key)
            del state.routines[key]
            state.routine_paths.pop(key, None)
            state.places.pop(key, None)
