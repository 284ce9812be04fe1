"""Stored programs: functions, procedures, triggers, events. Their bodies are slices, and are never looked into."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from schemactl.errors import SqlSyntaxError
from schemactl.model import Kind, ObjectKey, Options, Program
from schemactl.reading import Token
from schemactl_mysql.options import EventOptions, Parameter, RoutineOptions, TriggerOptions
from schemactl_mysql.read.cursor import Cursor, Name
from schemactl_mysql.read.state import State
from schemactl_mysql.read.type_name import parse_type
from schemactl_mysql.types import charset_name, collation_name

Reader = Callable[..., None]
_ACCESS = (("CONTAINS", "SQL"), ("NO", "SQL"), ("READS", "SQL", "DATA"), ("MODIFIES", "SQL", "DATA"))
_STATUS = (
    ("ENABLE",),
    ("DISABLE", "ON", "SLAVE"),
    ("DISABLE", "ON", "REPLICA"),
    ("DISABLE",),
)


def create_program(cursor: Cursor, state: State, *, definer: str | None, replaces: bool) -> bool:
    """A function, procedure, trigger or event; False if what comes next is none."""
    aggregate = cursor.take("AGGREGATE")
    if cursor.at("FUNCTION") or cursor.at("PROCEDURE"):
        kind = Kind(cursor.next().word.lower())
        options = RoutineOptions(definer=definer, aggregate=aggregate, sql_mode=state.sql_mode)
        _routine(cursor, state, kind, options, replaces=replaces)
    elif aggregate:
        raise cursor.unexpected("expected FUNCTION")
    elif cursor.take("TRIGGER"):
        _trigger(cursor, state, definer, replaces=replaces)
    elif cursor.take("EVENT"):
        _event(cursor, state, definer, replaces=replaces)
    else:
        return False
    return True


def _put(state: State, cursor: Cursor, made: Program, token: Token, *, replaces: bool, there: bool) -> None:
    key = made.key
    if key in state.objects and not replaces:
        if there:
            return
        raise state.duplicate(cursor, key, token)
    state.objects[key] = made
    state.places[key] = cursor.place(token)


def _body(cursor: Cursor, *, headed: bool = False) -> str:
    """All that is left of the statement; `headed` with the comments before it, where the server keeps them."""
    if cursor.done:
        raise cursor.unexpected("expected a body")
    first, cursor.i = cursor.i, len(cursor.tokens) - 1
    head = cursor.slice(cursor.tokens[first - 1].stop, cursor.tokens[first].start) if headed else ""
    return head.lstrip() + cursor.text(first, cursor.i)


def _routine(cursor: Cursor, state: State, kind: Kind, options: RoutineOptions, *, replaces: bool) -> None:
    there = cursor.take("IF", "NOT", "EXISTS")
    name = cursor.qualified(f"a {kind}")
    first = cursor.token.stop
    options = replace(options, parameters=_parameters(cursor, kind))
    parameters, returns = cursor.slice(first, cursor.tokens[cursor.i - 1].start), ""
    if kind is Kind.FUNCTION:
        cursor.expect("RETURNS")
        first = cursor.i
        options = replace(options, returns=_typed(cursor, ""))
        returns = cursor.text(first, cursor.i)
    options = replace(options, written=(parameters, returns))
    options, comment = _characteristics(cursor, state, options)
    made = Program(
        kind=kind,
        schema=state.schema(name),
        name=name.name,
        body=_body(cursor),
        options=options,
        comment=comment,
    )
    _put(state, cursor, made, name.token, replaces=replaces, there=there)


def _parameters(cursor: Cursor, kind: Kind) -> tuple[Parameter, ...]:
    cursor.expect("(")
    found: list[Parameter] = []
    while not cursor.take(")"):
        if found:
            cursor.expect(",")
        mode = "IN"
        if cursor.word in ("IN", "OUT", "INOUT") and cursor.ahead().word not in (",", ")"):
            mode = cursor.next().word
        found.append(replace(_typed(cursor, cursor.name("a parameter")), mode=mode))
    return tuple(found)


def _typed(cursor: Cursor, name: str) -> Parameter:
    read = parse_type(cursor)
    collation = collation_name(cursor.word_or_string("a collation")) if cursor.take("COLLATE") else read.collation
    if collation is None and read.charset is not None:
        collation = charset_name(read.charset)  # settled into the character set's own collation
    return Parameter(name=name, type=read.text, collation=collation)


def _characteristics(cursor: Cursor, state: State, options: RoutineOptions) -> tuple[RoutineOptions, str | None]:
    comment: str | None = None
    while True:
        if cursor.take("COMMENT"):
            comment = _comment(cursor, state)
        elif cursor.take("LANGUAGE"):
            if not cursor.take("SQL"):
                raise cursor.unexpected("expected SQL", hint="only routines in SQL can be managed")
        elif cursor.take("NOT", "DETERMINISTIC"):
            options = replace(options, deterministic=False)
        elif cursor.take("DETERMINISTIC"):
            options = replace(options, deterministic=True)
        elif words := next((w for w in _ACCESS if cursor.take(*w)), None):
            options = replace(options, data=" ".join(words))
        elif cursor.take("SQL", "SECURITY"):
            options = replace(options, invoker=cursor.take_any("DEFINER", "INVOKER") == "INVOKER")
        else:
            return options, comment


def _comment(cursor: Cursor, state: State) -> str | None:
    lexical = cursor.lexical
    if state.printed:
        cursor.lexical = replace(lexical, no_backslash_escapes=False)
    text = cursor.string("a comment")
    cursor.lexical = lexical
    return text or None


def _trigger(cursor: Cursor, state: State, definer: str | None, *, replaces: bool) -> None:
    there = cursor.take("IF", "NOT", "EXISTS")
    name = cursor.qualified("a trigger")
    timing = cursor.take_any("BEFORE", "AFTER")
    event = cursor.take_any("INSERT", "UPDATE", "DELETE")
    if timing is None or event is None:
        raise cursor.unexpected("expected BEFORE or AFTER, and INSERT, UPDATE or DELETE")
    cursor.expect("ON")
    table = state.table(cursor, cursor.qualified("a table"))
    cursor.expect("FOR", "EACH", "ROW")
    order = state.trigger_order.setdefault((table.key, timing, event), [])
    at = len(order)
    if word := cursor.take_any("FOLLOWS", "PRECEDES"):
        other, token = cursor.token, cursor.name("a trigger")
        if token not in order:
            raise cursor.error(SqlSyntaxError, f"the table has no such trigger {token} before this", other)
        at = order.index(token) + (word == "FOLLOWS")
    made = Program(
        kind=Kind.TRIGGER,
        schema=table.schema,
        table=table.name,
        name=name.name,
        body=_body(cursor, headed=not cursor.lexical.flavour.mariadb),
        options=TriggerOptions(timing=timing, event=event, definer=definer, sql_mode=state.sql_mode),
    )
    _put(state, cursor, made, name.token, replaces=replaces, there=there)
    if name.name not in order:
        order.insert(at, name.name)


def _event(cursor: Cursor, state: State, definer: str | None, *, replaces: bool) -> None:
    there = cursor.take("IF", "NOT", "EXISTS")
    name = cursor.qualified("an event")
    cursor.expect("ON", "SCHEDULE")
    options = _schedule(cursor, EventOptions(definer=definer, sql_mode=state.sql_mode))
    comment: str | None = None
    while not cursor.take("DO"):
        if cursor.take("ON", "COMPLETION"):
            options = replace(options, preserve=not cursor.take("NOT"))
            cursor.expect("PRESERVE")
        elif words := next((w for w in _STATUS if cursor.take(*w)), None):
            options = replace(options, status=" ".join(words))
        elif cursor.take("COMMENT"):
            comment = _comment(cursor, state)
        else:
            raise cursor.unexpected("expected DO")
    made = Program(
        kind=Kind.EVENT,
        schema=state.schema(name),
        name=name.name,
        body=_body(cursor, headed=True),
        options=options,
        comment=comment,
    )
    _put(state, cursor, made, name.token, replaces=replaces, there=there)


def _schedule(cursor: Cursor, options: EventOptions) -> EventOptions:
    if cursor.take("AT"):
        return replace(options, at=_until(cursor, "ON", "ENABLE", "DISABLE", "COMMENT", "DO"))
    cursor.expect("EVERY")
    options = replace(options, every=" ".join(_until(cursor, "STARTS", "ENDS", *_AFTER).split()))
    if cursor.take("STARTS"):
        options = replace(options, starts=_until(cursor, "ENDS", *_AFTER))
    if cursor.take("ENDS"):
        options = replace(options, ends=_until(cursor, *_AFTER))
    return options


#: What may stand behind a schedule.
_AFTER = ("ON", "ENABLE", "DISABLE", "COMMENT", "DO")


def _until(cursor: Cursor, *words: str) -> str:
    first = cursor.i
    while not cursor.done and cursor.word not in words:
        if cursor.at("("):
            cursor.parenthesised()
        else:
            cursor.i += 1
    if first == cursor.i:
        raise cursor.unexpected("expected a time or an interval")
    return cursor.text(first, cursor.i)


def drop_program(cursor: Cursor, state: State, kind: Kind) -> None:
    """`DROP kind [IF EXISTS] name`. Raises MissingObjectError."""
    forgiving = cursor.take("IF", "EXISTS")
    name = cursor.qualified(f"a {kind}")
    key = _found(state, kind, name)
    if key is not None:
        del state.objects[key]
        state.places.pop(key, None)
        for order in state.trigger_order.values():
            if kind is Kind.TRIGGER and name.name in order:
                order.remove(name.name)
    elif not forgiving:
        raise state.missing(cursor, state.key(kind, name), name.token)
    cursor.end()


def _found(state: State, kind: Kind, name: Name) -> ObjectKey | None:
    """The key of a program: a trigger's names its table, which DROP does not say."""
    schema = state.schema(name)
    return next((k for k in state.objects if (k.kind, k.schema, k.name) == (kind, schema, name.name)), None)


def ordered(state: State) -> dict[ObjectKey, Options]:
    """The options of each trigger with the one that it follows."""
    result: dict[ObjectKey, Options] = {}
    for (table, _, _), names in state.trigger_order.items():
        for before, name in zip([None, *names], names, strict=False):
            key = ObjectKey(kind=Kind.TRIGGER, schema=table.schema, table=table.name, name=name)
            made = state.objects.get(key)
            if isinstance(made, Program) and isinstance(made.options, TriggerOptions):
                result[key] = replace(made.options, follows=before)
    return result
