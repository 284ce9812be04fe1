"""The argument list of a routine: `([mode] [name] type [DEFAULT expression], ...)`."""

from __future__ import annotations

from schemactl.model import Argument, Expression
from schemactl_postgres.read.cursor import Cursor
from schemactl_postgres.read.expressions import expression, whole_span
from schemactl_postgres.read.reserved import RESERVED
from schemactl_postgres.read.routine_type import parse_routine_type
from schemactl_postgres.read.state import State
from schemactl_postgres.read.tokens import Sort

#: Words that begin a type and cannot be the name of an argument.
_TYPE_WORDS = frozenset(
    """
    BETWEEN BIGINT BIT BOOLEAN CHAR CHARACTER COALESCE DEC DECIMAL EXISTS EXTRACT FLOAT GREATEST GROUPING INOUT INT
    INTEGER INTERVAL LEAST NATIONAL NCHAR NONE NORMALIZE NULLIF NUMERIC OUT OVERLAY POSITION PRECISION REAL ROW SETOF
    SMALLINT SUBSTRING TIME TIMESTAMP TREAT TRIM VALUES VARCHAR
    """.split()
)
#: What stands behind a type, and so never behind a name.
_AFTER_TYPE = frozenset([",", ")", ".", "(", "[", "=", ":=", "%", "DEFAULT", "ARRAY", "ORDER"])


def parse_arguments(cursor: Cursor, state: State, *, defaults: bool = True) -> tuple[Argument, ...]:
    """The list in parentheses, which may be empty."""
    if cursor.at("(", ")"):
        cursor.expect("(", ")")
        return ()
    return tuple(cursor.listed(lambda: parse_argument(cursor, state, defaults=defaults)))


def parse_argument(cursor: Cursor, state: State, *, defaults: bool = True) -> Argument:
    mode = _mode(cursor)
    name = None
    if _is_name(cursor):
        name = cursor.name("the name of an argument")
        mode = mode or _mode(cursor)
    type_ = parse_routine_type(cursor, state)
    default: Expression | None = None
    if cursor.at("DEFAULT") or cursor.at("=") or cursor.at(":="):
        if not defaults:
            raise cursor.unexpected()
        cursor.i += 1
        default = expression(cursor, whole_span(cursor), state)
    return Argument(mode=mode or "IN", name=name, type=type_, default=default)


def _mode(cursor: Cursor) -> str:
    if cursor.take("IN", "OUT"):
        return "INOUT"
    return cursor.take_any("IN", "OUT", "INOUT", "VARIADIC") or ""


def _is_name(cursor: Cursor) -> bool:
    token, after = cursor.token, cursor.ahead()
    if token.sort is Sort.QUOTED:
        return after.word not in _AFTER_TYPE
    if token.sort is not Sort.WORD or token.word in RESERVED or token.word in _TYPE_WORDS:
        return False
    if token.word == "DOUBLE" and after.word == "PRECISION":
        return False
    return after.word not in _AFTER_TYPE and after.sort is not Sort.END


def parse_columns(cursor: Cursor, state: State) -> tuple[Argument, ...]:
    """`TABLE (name type, ...)`, after the word TABLE."""

    def column() -> Argument:
        name = cursor.name("a column name")
        return Argument(mode="TABLE", name=name, type=parse_routine_type(cursor, state))

    return tuple(cursor.listed(column))


def parse_aggregate_arguments(cursor: Cursor, state: State) -> tuple[tuple[Argument, ...], tuple[Argument, ...] | None]:
    """`(*)`, `(type, ...)` or `(type, ... ORDER BY type, ...)`: the direct arguments, and the ordered ones."""
    cursor.expect("(")
    if cursor.take("*"):
        cursor.expect(")")
        return (), None
    direct: list[Argument] = []
    ordered: list[Argument] | None = None
    while True:
        if ordered is None and cursor.take("ORDER", "BY"):
            ordered = []
        (direct if ordered is None else ordered).append(parse_argument(cursor, state, defaults=False))
        if not cursor.take(",") and not (ordered is None and cursor.at("ORDER", "BY")):
            break
    cursor.expect(")")
    return tuple(direct), None if ordered is None else tuple(ordered)
