"""CREATE FUNCTION and CREATE PROCEDURE, their attributes in any order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from schemactl.errors import SqlSyntaxError, UnsupportedError
from schemactl.model import Aggregate, Argument, DataType, Expression, Kind, ObjectKey, Routine
from schemactl.model.routines import INPUT
from schemactl_postgres.read.arguments import parse_aggregate_arguments, parse_arguments, parse_columns
from schemactl_postgres.read.cursor import Cursor, Name
from schemactl_postgres.read.located import located
from schemactl_postgres.read.routine_type import parse_routine_type, resolved_row
from schemactl_postgres.read.settings import parse_setting, with_setting
from schemactl_postgres.read.state import State
from schemactl_postgres.read.tokens import Sort
from schemactl_postgres.sql import quoted

_RECORD = DataType(text="record")


def create_routine(cursor: Cursor, state: State, *, procedure: bool, replaces: bool) -> None:
    """After the words CREATE [OR REPLACE] FUNCTION or PROCEDURE."""
    name = cursor.qualified("a procedure" if procedure else "a function")
    schema = state.home(name, cursor)
    arguments = parse_arguments(cursor, state)
    routine = Routine(schema=schema, name=name.name, language="", arguments=arguments, procedure=procedure)
    if not procedure:
        routine = _returns(cursor, state, routine, name)
    given: set[str] = set()
    while not cursor.done:
        token = cursor.token
        routine, clause = _clause(cursor, state, routine)
        if clause in given:
            raise cursor.error(SqlSyntaxError, "this attribute is given twice", token)
        given |= {clause} if clause else set()
    routine = _complete(cursor, routine, name)
    before = state.routines.get(routine.key)
    if before is not None and not replaces:
        raise state.duplicate(cursor, routine.key, name.token)
    if before is not None:
        routine = replace(routine, comment=before.comment)
    state.routines[routine.key] = routine
    state.routine_paths[routine.key] = state.search_path
    state.places[routine.key] = cursor.place(name.token)


def _returns(cursor: Cursor, state: State, routine: Routine, name: Name) -> Routine:
    outputs = [a for a in routine.arguments if a.mode in ("OUT", "INOUT")]
    implied = outputs[0].type if len(outputs) == 1 else _RECORD if outputs else None
    if not cursor.take("RETURNS"):
        if implied is None:
            raise cursor.error(SqlSyntaxError, f"the function {name} says not what it returns", name.token)
        return replace(routine, returns=implied)
    if cursor.take("TABLE"):
        columns = parse_columns(cursor, state)
        returns = columns[0].type if len(columns) == 1 else _RECORD
        return replace(routine, arguments=(*routine.arguments, *columns), returns=returns, returns_set=True)
    many = cursor.take("SETOF")
    token = cursor.token
    returns = parse_routine_type(cursor, state)
    if implied is not None and implied != returns:
        raise cursor.error(SqlSyntaxError, f"its OUT arguments make the result {implied}, not {returns}", token)
    return replace(routine, returns=returns, returns_set=many)


def _complete(cursor: Cursor, routine: Routine, name: Name) -> Routine:
    what = f"the {'procedure' if routine.procedure else 'function'} {name}"
    if routine.sql_body is not None:
        routine = replace(routine, language=routine.language or "sql")
        if routine.body is not None or routine.language != "sql":
            raise cursor.error(SqlSyntaxError, f"{what} has two bodies, or one that is not SQL", name.token)
    elif routine.body is None:
        raise cursor.error(SqlSyntaxError, f"{what} has no body", name.token)
    if not routine.language:
        raise cursor.error(SqlSyntaxError, f"{what} has no LANGUAGE", name.token)
    if routine.language == "c" and routine.library is None:
        # AS 'file' alone: the symbol is called like the function.
        routine = replace(routine, library=routine.body, body=routine.name)
    elif routine.library is not None and routine.language != "c":
        raise cursor.error(SqlSyntaxError, "only a function in C has two strings after AS", name.token)
    return with_defaults(routine)


def with_defaults(routine: Routine) -> Routine:
    """COST and ROWS are None where they say what the server assumes anyway."""
    cost = 1.0 if routine.language in ("c", "internal") else 100.0
    return replace(
        routine,
        cost=None if routine.cost == cost else routine.cost,
        rows=None if routine.rows == 1000.0 else routine.rows,
    )


def _clause(cursor: Cursor, state: State, routine: Routine) -> tuple[Routine, str]:
    """One clause of CREATE; the name of the attribute that it sets, empty for one that may come again."""
    token = cursor.token
    if cursor.take("LANGUAGE"):
        language = cursor.string() if cursor.token.sort is Sort.STRING else cursor.name("a language")
        return replace(routine, language=language.lower()), "language"
    if cursor.take("AS"):
        first = cursor.string("the body")
        if cursor.take(","):
            return replace(routine, library=first, body=cursor.string("a symbol")), "as"
        return replace(routine, body=first), "as"
    if cursor.take("WINDOW"):
        return replace(routine, window=True), "window"
    if cursor.at("TRANSFORM"):
        raise cursor.error(UnsupportedError, "a function with TRANSFORM", token, subject=routine.key.path)
    if cursor.at("RETURN") or cursor.at("BEGIN", "ATOMIC"):
        return replace(routine, sql_body=_sql_body(cursor, state)), "body"
    found = attribute(cursor, state, routine)
    if found is None:
        raise cursor.unexpected()
    return found


def _sql_body(cursor: Cursor, state: State) -> Expression:
    """All that is left: nothing stands behind such a body."""
    first = cursor.i
    if cursor.at("BEGIN") and cursor.tokens[-2].word != "END":
        raise cursor.error(SqlSyntaxError, "a body that begins with BEGIN ATOMIC ends with END", cursor.token)
    cursor.i = len(cursor.tokens) - 1
    text = located(cursor, (first, cursor.i), state)
    return Expression(text=text, canonical=text)


def attribute(cursor: Cursor, state: State, routine: Routine) -> tuple[Routine, str] | None:
    """An attribute that ALTER can change too; None if what comes next is none. The second is which one it is."""
    for words, name, value in _WORDS:
        if cursor.take(*words):
            return replace(routine, **{name: value}), name
    if cursor.take("PARALLEL"):
        level = cursor.name("SAFE, RESTRICTED or UNSAFE", label=True).upper()
        if level not in ("SAFE", "RESTRICTED", "UNSAFE"):
            raise cursor.error(SqlSyntaxError, "PARALLEL is SAFE, RESTRICTED or UNSAFE", cursor.tokens[cursor.i - 1])
        return replace(routine, parallel=level), "parallel"
    if cursor.take("COST"):
        return replace(routine, cost=_number(cursor)), "cost"
    if cursor.take("ROWS"):
        return replace(routine, rows=_number(cursor)), "rows"
    if cursor.take("SUPPORT"):
        return replace(routine, support=function_text(cursor.qualified("a function"), state)), "support"
    if cursor.take("SET"):
        setting, new = parse_setting(cursor)
        return replace(routine, settings=with_setting(routine.settings, setting, new)), ""
    return None


_WORDS: tuple[tuple[tuple[str, ...], str, Any], ...] = (
    (("IMMUTABLE",), "volatility", "IMMUTABLE"),
    (("STABLE",), "volatility", "STABLE"),
    (("VOLATILE",), "volatility", "VOLATILE"),
    (("NOT", "LEAKPROOF"), "leakproof", False),
    (("LEAKPROOF",), "leakproof", True),
    (("CALLED", "ON", "NULL", "INPUT"), "strict", False),
    (("RETURNS", "NULL", "ON", "NULL", "INPUT"), "strict", True),
    (("STRICT",), "strict", True),
    (("EXTERNAL", "SECURITY", "DEFINER"), "security_definer", True),
    (("EXTERNAL", "SECURITY", "INVOKER"), "security_definer", False),
    (("SECURITY", "DEFINER"), "security_definer", True),
    (("SECURITY", "INVOKER"), "security_definer", False),
)


def _number(cursor: Cursor) -> float:
    first = cursor.i
    while cursor.token.sort is Sort.NUMBER or cursor.word == ".":
        cursor.i += 1
    try:
        value = float(cursor.text(first, cursor.i))
    except ValueError:
        raise cursor.unexpected("expected a number") from None
    if value <= 0:
        raise cursor.error(SqlSyntaxError, "COST and ROWS must be positive", cursor.tokens[first])
    return value


# -- finding

_OF_KIND: dict[str, Callable[[Routine | Aggregate], bool]] = {
    "FUNCTION": lambda r: isinstance(r, Routine) and not r.procedure,
    "PROCEDURE": lambda r: isinstance(r, Routine) and r.procedure,
    "ROUTINE": lambda r: True,
    "AGGREGATE": lambda r: isinstance(r, Aggregate),
}


def find_routines(state: State, name: Name, kind: str = "ROUTINE") -> list[ObjectKey]:
    """All of that name in the first schema of the search_path that has one."""
    for schema in state.schemas_of(name):
        found = [
            key
            for key, routine in state.routines.items()
            if key.schema == schema and routine.name == name.name and _OF_KIND[kind](routine)
        ]
        if found:
            return found
    return []


def matching(state: State, name: Name, arguments: tuple[Argument, ...] | None, kind: str) -> list[ObjectKey]:
    """The routines that `f(integer)` means, or `f` where `arguments` is None."""
    found = find_routines(state, name, kind)
    if arguments is None:
        return found
    given = tuple(resolved_row(a.type, state.search_path, state).text for a in arguments if a.mode != "OUT")
    return [key for key in found if _types(state.routines[key], given)]


def _types(routine: Routine | Aggregate, given: tuple[str, ...]) -> bool:
    lists = [routine.arguments]
    if isinstance(routine, Aggregate):
        lists = [routine.inputs, routine.arguments + (routine.ordered or ())]
    return any(_same_types(tuple(a.type.text for a in each if a.mode in INPUT), given) for each in lists)


def _same_types(own: tuple[str, ...], given: tuple[str, ...]) -> bool:
    # A type that was made between the two statements is known by its schema in the later one alone.
    return len(own) == len(given) and all(a == b or b.endswith(f".{a}") for a, b in zip(own, given, strict=True))


def parse_signature(cursor: Cursor, state: State, kind: str) -> tuple[Name, list[ObjectKey]]:
    """`f` or `f(integer, text)`, as ALTER, DROP and COMMENT name a routine, and what it means: at most one.

    Raises SqlSyntaxError where the bare name means more than one.
    """
    name = cursor.qualified(f"a {kind.lower()}")
    arguments = None
    if cursor.at("("):
        arguments = _signature(cursor, state, kind)
    found = matching(state, name, arguments, kind)
    if len(found) > 1:
        raise cursor.error(
            SqlSyntaxError,
            f"{name} names more than one {kind.lower()}",
            name.token,
            subject=str(name),
            hint=f"write the types of the arguments: {found[0].name}",
        )
    return name, found


def _signature(cursor: Cursor, state: State, kind: str) -> tuple[Argument, ...]:
    if kind == "AGGREGATE":
        direct, ordered = parse_aggregate_arguments(cursor, state)
        return direct + (ordered or ())
    return parse_arguments(cursor, state, defaults=False)


def function_key(state: State, name: Name) -> ObjectKey:
    """The key of the function without arguments that a trigger calls. One that the script does not make is the
    server's own if it is known, else taken to stand where a new one would."""
    for schema in state.schemas_of(name):
        key = ObjectKey(kind=Kind.ROUTINE, schema=schema, name=f"{name.name}()")
        if key in state.routines:
            return key
    schema = name.schema or ("pg_catalog" if name.name in _SERVERS_TRIGGERS else state.search_path[0])
    return ObjectKey(kind=Kind.ROUTINE, schema=schema, name=f"{name.name}()")


_SERVERS_TRIGGERS = frozenset(
    ["suppress_redundant_updates_trigger", "tsvector_update_trigger", "tsvector_update_trigger_column"]
)


def function_text(name: Name, state: State) -> str:
    """A function that another object rests on, as `schema.name` in SQL; the server's own without a schema."""
    if name.schema == "pg_catalog":
        return quoted(name.name)
    if name.schema is not None:
        return f"{quoted(name.schema)}.{quoted(name.name)}"
    found = find_routines(state, name)
    return f"{quoted(found[0].schema)}.{quoted(name.name)}" if found else quoted(name.name)
