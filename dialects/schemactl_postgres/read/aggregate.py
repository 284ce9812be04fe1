"""CREATE AGGREGATE, in the current form and in the old one with BASETYPE."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from schemactl.errors import SqlSyntaxError
from schemactl.model import Aggregate, Argument, ObjectKey
from schemactl_postgres.read.arguments import parse_aggregate_arguments
from schemactl_postgres.read.cursor import Cursor
from schemactl_postgres.read.routine import find_routines, function_text
from schemactl_postgres.read.routine_type import parse_routine_type
from schemactl_postgres.read.state import State
from schemactl_postgres.read.tokens import Sort, Token
from schemactl_postgres.sql import literal, quoted

_FUNCTIONS = frozenset(
    ["sfunc", "finalfunc", "combinefunc", "serialfunc", "deserialfunc", "msfunc", "minvfunc", "mfinalfunc"]
)
_TYPES = frozenset(["stype", "mstype", "basetype"])
_FLAGS = frozenset(["finalfunc_extra", "mfinalfunc_extra", "hypothetical"])
_MODIFY = frozenset(["finalfunc_modify", "mfinalfunc_modify"])
#: Older names of parts.
_ALIASES = {"sfunc1": "sfunc", "stype1": "stype", "initcond1": "initcond"}


def create_aggregate(cursor: Cursor, state: State, *, replaces: bool) -> None:
    """After the words CREATE [OR REPLACE] AGGREGATE."""
    name = cursor.qualified("an aggregate")
    schema = state.home(name, cursor)
    old_form = cursor.at("(") and cursor.ahead(2).word == "="
    direct: tuple[Argument, ...] = ()
    ordered = None
    if not old_form:
        direct, ordered = parse_aggregate_arguments(cursor, state)
    options: dict[str, str] = {}
    uses: list[ObjectKey] = []
    base: list[Argument] = []

    def option() -> None:
        token = cursor.token
        found = cursor.name("a part of an aggregate", label=True)
        found = _ALIASES.get(found, found)
        if found in options:
            raise cursor.error(SqlSyntaxError, f"{found} is given twice", token)
        if found == "basetype":
            cursor.expect("=")
            base.extend(_base_type(cursor, state))
        else:
            options[found] = _value(cursor, state, found, token, uses)

    cursor.listed(option)
    cursor.end()
    aggregate = Aggregate(
        schema=schema,
        name=name.name,
        arguments=direct or tuple(base),
        ordered=ordered,
        hypothetical=options.pop("hypothetical", None) is not None,
        options=_plain(options, ordered is not None),
        uses=tuple(uses),
    )
    for part in ("sfunc", "stype"):
        if part not in options:
            raise cursor.error(SqlSyntaxError, f"the aggregate {name} has no {part.upper()}", name.token)
    before = state.routines.get(aggregate.key)
    if before is not None and not replaces:
        raise state.duplicate(cursor, aggregate.key, name.token)
    state.routines[aggregate.key] = replace(aggregate, comment=before.comment if before else None)
    state.routine_paths[aggregate.key] = state.search_path
    state.places[aggregate.key] = cursor.place(name.token)


def _plain(options: dict[str, str], ordered: bool) -> tuple[tuple[str, str], ...]:
    """Sorted, without what the server assumes anyway."""
    assumed = {"sspace": "0", "msspace": "0", "parallel": "unsafe"}
    assumed |= dict.fromkeys(_MODIFY, "read_write" if ordered else "read_only")
    return tuple(sorted((name, value) for name, value in options.items() if assumed.get(name) != value))


def _base_type(cursor: Cursor, state: State) -> Iterator[Argument]:
    if cursor.token.sort is Sort.QUOTED and cursor.slice(cursor.token.start, cursor.token.stop) == '"ANY"':
        cursor.i += 1
    elif not cursor.take("ANY") and not (cursor.token.sort is Sort.STRING and cursor.string().upper() == "ANY"):
        yield Argument(type=parse_routine_type(cursor, state))


def _value(cursor: Cursor, state: State, name: str, token: Token, uses: list[ObjectKey]) -> str:
    """The value of a part in SQL, as the inspector reads it; empty for a part that has none."""
    if name in _FLAGS:
        if cursor.take("=") and not cursor.take_any("TRUE", "ON"):
            raise cursor.unexpected("expected true")
        return ""
    cursor.expect("=")
    if name in _FUNCTIONS:
        function = cursor.qualified("a function")
        uses += find_routines(state, function)
        return function_text(function, state)
    if name in _TYPES:
        data = parse_routine_type(cursor, state)
        uses += [data.uses] if data.uses is not None else []
        return data.text
    if name in ("initcond", "minitcond"):
        return _condition(cursor)
    if name in ("sspace", "msspace"):
        return str(cursor.integer())
    if name in _MODIFY or name == "parallel":
        return (cursor.string() if cursor.token.sort is Sort.STRING else cursor.name("a value", label=True)).lower()
    if name == "sortop":
        return _operator(cursor)
    raise cursor.error(SqlSyntaxError, f"{name} is no part of an aggregate", token)


def _condition(cursor: Cursor) -> str:
    if cursor.token.sort is Sort.STRING:
        return literal(cursor.string())
    if cursor.token.sort is Sort.NUMBER or cursor.word == "-":
        first = cursor.i
        cursor.take("-")
        cursor.i += 1
        return literal(cursor.text(first, cursor.i))
    return literal(cursor.name("a value", label=True))


def _operator(cursor: Cursor) -> str:
    """`OPERATOR(schema.<)` or a bare operator, which is the server's own."""
    schema = "pg_catalog"
    stated = cursor.take("OPERATOR", "(")
    if stated and cursor.token.sort in (Sort.WORD, Sort.QUOTED):
        schema = cursor.name("a schema")
        cursor.expect(".")
    first = cursor.i
    while cursor.token.sort is Sort.OPERATOR and cursor.word not in (")", ","):
        cursor.i += 1
    if cursor.i == first:
        raise cursor.unexpected("expected an operator")
    text = "".join(cursor.text(i, i + 1) for i in range(first, cursor.i))
    if stated:
        cursor.expect(")")
    return f"operator({quoted(schema)}.{text})"
