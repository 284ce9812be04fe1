"""Views and MariaDB's sequences."""

from __future__ import annotations

from schemactl.errors import UnsupportedError
from schemactl.model import DataType, Kind, Sequence, SequenceOptions, View
from schemactl_mysql.options import ViewOptions
from schemactl_mysql.read.cursor import Cursor
from schemactl_mysql.read.expressions import expression
from schemactl_mysql.read.state import State

_CHECKS = (("WITH", "CASCADED", "CHECK", "OPTION"), ("WITH", "LOCAL", "CHECK", "OPTION"), ("WITH", "CHECK", "OPTION"))
_HIGHEST = 9223372036854775806


def create_view(cursor: Cursor, state: State, options: ViewOptions, *, replaces: bool) -> None:
    """What stands behind VIEW: `[IF NOT EXISTS] name [(columns)] AS query [WITH CHECK OPTION]`."""
    there = cursor.take("IF", "NOT", "EXISTS")
    name = cursor.qualified("a view")
    names = cursor.names() if cursor.at("(") else ()
    cursor.expect("AS")
    first = cursor.i
    end = len(cursor.tokens) - 1
    check = None
    for words in _CHECKS:
        cursor.i = end - len(words)
        if cursor.i > first and cursor.at(*words):
            check = "LOCAL" if "LOCAL" in words else "CASCADED"
            end -= len(words)
            break
    cursor.i = len(cursor.tokens) - 1
    key = state.key(Kind.VIEW, name)
    if (key in state.objects and not replaces) or state.key(Kind.TABLE, name) in state.tables:
        if there:
            return
        raise state.duplicate(cursor, key, name.token)
    state.objects[key] = View(
        schema=key.schema,
        name=key.name,
        query=expression(cursor.text(first, end)),
        names=names,
        options=ViewOptions(
            algorithm=options.algorithm, definer=options.definer, invoker=options.invoker, check_option=check
        ),
    )
    state.places[key] = cursor.place(name.token)


def drop_view(cursor: Cursor, state: State, kind: Kind) -> None:
    """`DROP VIEW [IF EXISTS] a, b`, and so for sequences. Raises MissingObjectError."""
    forgiving = cursor.take("IF", "EXISTS")
    while True:
        name = cursor.qualified(f"a {kind}")
        key = state.key(kind, name)
        if key in state.objects:
            del state.objects[key]
            state.places.pop(key, None)
        elif not forgiving:
            raise state.missing(cursor, key, name.token)
        if not cursor.take(","):
            break
    cursor.take_any("CASCADE", "RESTRICT")
    cursor.end()


def create_sequence(cursor: Cursor, state: State, *, replaces: bool) -> None:
    """`[IF NOT EXISTS] name [option ...]`."""
    if not cursor.lexical.flavour.mariadb:
        raise cursor.error(UnsupportedError, "a sequence, which MySQL does not have")
    there = cursor.take("IF", "NOT", "EXISTS")
    name = cursor.qualified("a sequence")
    key = state.key(Kind.SEQUENCE, name)
    if key in state.objects and not replaces:
        if there:
            return
        raise state.duplicate(cursor, key, name.token)
    found: dict[str, int] = {}
    data, cycle = "bigint(20)", False
    if cursor.take("AS"):
        from schemactl_mysql.read.type_name import parse_type

        data = parse_type(cursor).text
    comment: str | None = None
    while not cursor.done:
        if cursor.take("COMMENT"):
            cursor.take("=")
            comment = cursor.string("a comment") or None
        else:
            cycle = _sequence_option(cursor, found, cycle)
    step = found.get("INCREMENT", 1) or 1
    low = found.get("MINVALUE", 1 if step > 0 else -_HIGHEST - 1)
    high = found.get("MAXVALUE", _HIGHEST if step > 0 else -1)
    state.objects[key] = Sequence(
        schema=key.schema,
        name=key.name,
        type=DataType(text=data),
        options=SequenceOptions(
            start=found.get("START", low if step > 0 else high),
            increment=found.get("INCREMENT", 1),
            minimum=low,
            maximum=high,
            cache=found.get("CACHE", 1000),
            cycle=cycle,
        ),
        comment=comment,
    )
    state.places[key] = cursor.place(name.token)


def _sequence_option(cursor: Cursor, found: dict[str, int], cycle: bool) -> bool:
    """One option, noted in `found`; returns whether the sequence cycles."""
    if cursor.take("NOCYCLE") or cursor.take("NO", "CYCLE"):
        return False
    if cursor.take("CYCLE"):
        return True
    if cursor.take("NOCACHE") or cursor.take("NO", "CACHE"):
        found["CACHE"] = 0
    elif cursor.take_any("NOMINVALUE", "NOMAXVALUE") or cursor.take("NO", "MINVALUE") or cursor.take("NO", "MAXVALUE"):
        pass
    elif word := cursor.take_any("START", "INCREMENT", "MINVALUE", "MAXVALUE", "CACHE"):
        cursor.take_any("WITH", "BY", "=")
        found[word] = cursor.integer()
    elif cursor.take("ENGINE"):
        cursor.take("=")
        cursor.next()
    else:
        raise cursor.unexpected()
    return cycle
