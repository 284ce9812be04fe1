"""The grammar of types: every spelling that the server takes, to the one that it prints."""

from __future__ import annotations

from dataclasses import dataclass

from schemactl.errors import UnknownTypeError, UnsupportedError
from schemactl.model import DataType, Kind, ObjectKey
from schemactl_postgres import types
from schemactl_postgres.read.cursor import Cursor
from schemactl_postgres.read.reserved import RESERVED
from schemactl_postgres.read.state import State
from schemactl_postgres.read.tokens import Sort, Token
from schemactl_postgres.sql import qualified, quoted


@dataclass(frozen=True, slots=True)
class TypeName:
    """A type as read. `serial` marks SERIAL and its like, whose `type` is the integer beneath."""

    type: DataType
    serial: bool = False


#: SQL's own words, longest first where one begins another, to the server's inner name.
_WORDS: dict[str, tuple[tuple[tuple[str, ...], str], ...]] = {
    "INT": (((), "int4"),),
    "INTEGER": (((), "int4"),),
    "SMALLINT": (((), "int2"),),
    "BIGINT": (((), "int8"),),
    "REAL": (((), "float4"),),
    "DOUBLE": ((("PRECISION",), "float8"),),
    "DECIMAL": (((), "numeric"),),
    "DEC": (((), "numeric"),),
    "NUMERIC": (((), "numeric"),),
    "BOOLEAN": (((), "bool"),),
    "BIT": ((("VARYING",), "varbit"), ((), "bit")),
    "VARCHAR": (((), "varchar"),),
    "CHARACTER": ((("VARYING",), "varchar"), ((), "bpchar")),
    "CHAR": ((("VARYING",), "varchar"), ((), "bpchar")),
    "NCHAR": ((("VARYING",), "varchar"), ((), "bpchar")),
    "NATIONAL": (
        (("CHARACTER", "VARYING"), "varchar"),
        (("CHAR", "VARYING"), "varchar"),
        (("CHARACTER",), "bpchar"),
        (("CHAR",), "bpchar"),
    ),
}
#: These are one long when no length is said.
_ONE_LONG = frozenset({"bpchar", "bit"})
_FIELDS = ("YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND")
#: Which fields may follow TO, by the first one.
_RANGES = {"YEAR": ("MONTH",), "DAY": ("HOUR", "MINUTE", "SECOND"), "HOUR": ("MINUTE", "SECOND"), "MINUTE": ("SECOND",)}


def parse_type(cursor: Cursor, state: State) -> TypeName:
    """Read a type. Raises SqlSyntaxError, or UnknownTypeError for one that no server can have."""
    first = cursor.token
    if first.word == "SETOF":
        raise cursor.error(UnknownTypeError, "a column cannot be of a SETOF type", first)
    serial = False
    if first.sort is Sort.WORD and first.word in _WORDS and cursor.ahead().word != ".":
        data = _sql_words(cursor, first)
    elif first.word in ("TIMESTAMP", "TIME") and cursor.ahead().word != ".":
        data = _time(cursor, first)
    elif first.word == "INTERVAL" and cursor.ahead().word != ".":
        data = _interval(cursor, first)
    elif first.word == "FLOAT" and cursor.ahead().word != ".":
        data = _float(cursor, first)
    else:
        data, serial = _named(cursor, state, first)
    if _is_array(cursor):
        if serial:
            raise cursor.error(UnknownTypeError, "an array of serial does not exist", first)
        data = DataType(text=f"{data.text}[]", uses=data.uses)
    return TypeName(data, serial)


def _builtin(cursor: Cursor, token: Token, name: str, modifiers: list[int], fields: str = "") -> DataType:
    try:
        return DataType(text=types.printed(name, modifiers, fields))
    except ValueError as error:
        raise cursor.error(UnknownTypeError, str(error), token) from None


def _sql_words(cursor: Cursor, first: Token) -> DataType:
    cursor.i += 1
    for rest, name in _WORDS[first.word]:
        if not rest or cursor.take(*rest):
            modifiers = _modifiers(cursor)
            if not modifiers and name in _ONE_LONG:
                modifiers = [1]
            return _builtin(cursor, first, name, modifiers)
    raise cursor.unexpected(f"expected {_WORDS[first.word][0][0][0]}")


def _time(cursor: Cursor, first: Token) -> DataType:
    cursor.i += 1
    modifiers = _modifiers(cursor)
    zone = ""
    if cursor.at("WITH", "TIME") or cursor.at("WITHOUT", "TIME"):
        zone = "tz" if cursor.next().word == "WITH" else ""
        cursor.expect("TIME", "ZONE")
    return _builtin(cursor, first, first.word.lower() + zone, modifiers)


def _interval(cursor: Cursor, first: Token) -> DataType:
    cursor.i += 1
    if cursor.at("("):
        return _builtin(cursor, first, "interval", _modifiers(cursor))
    start = cursor.take_any(*_FIELDS)
    if not start:
        return _builtin(cursor, first, "interval", [])
    fields = [start]
    if cursor.take("TO"):
        end = cursor.take_any(*_RANGES.get(start, ()))
        if not end:
            raise cursor.unexpected("expected a field of an interval")
        fields += ["TO", end]
    modifiers = _modifiers(cursor) if fields[-1] == "SECOND" else []
    return _builtin(cursor, first, "interval", modifiers, " ".join(fields).lower())


def _float(cursor: Cursor, first: Token) -> DataType:
    cursor.i += 1
    modifiers = _modifiers(cursor)
    bits = modifiers[0] if modifiers else 53
    if len(modifiers) > 1 or not 1 <= bits <= 53:
        raise cursor.error(UnknownTypeError, "the precision of float must be between 1 and 53 bits", first)
    return DataType(text="real" if bits <= 24 else "double precision")


def _named(cursor: Cursor, state: State, first: Token) -> tuple[DataType, bool]:
    """A type called by a name: a user's, or a built-in one under its inner name."""
    if first.sort is Sort.WORD and first.word in RESERVED:
        raise cursor.unexpected("expected a type")
    if first.sort not in (Sort.WORD, Sort.QUOTED):
        raise cursor.unexpected("expected a type")
    name = cursor.qualified("a type")
    if cursor.take("%"):
        raise cursor.error(UnsupportedError, "a type taken from a column (%TYPE)", first, hint="write the type itself")
    if name.schema is None and name.name in types.SERIAL:
        return DataType(text=types.SERIAL[name.name]), True
    own = state.find_type(name) or state.find_multirange(name) or state.find_table(name)
    # pg_catalog comes first on any search_path, so a built-in name means the built-in type.
    if name.schema == "pg_catalog" or (name.schema is None and name.name in types.BUILTIN):
        if name.name not in types.BUILTIN:
            raise cursor.error(UnknownTypeError, f"the server has no type {name}", name.token, subject=str(name))
        return _builtin(cursor, first, name.name, _modifiers(cursor)), False
    modifiers = _raw_modifiers(cursor)
    # A table's rows are of a type of its name, and a range brings a multirange.
    schema = own.schema if own is not None else name.schema or ""
    key = ObjectKey(kind=Kind.TYPE, schema=schema, name=name.name)
    text = qualified(key) if key.schema else quoted(key.name)
    return DataType(text=text + modifiers, uses=key), False


def _modifiers(cursor: Cursor) -> list[int]:
    return cursor.listed(cursor.integer) if cursor.at("(") else []


def _raw_modifiers(cursor: Cursor) -> str:
    """The modifiers of a stranger's type, as format_type prints them: `(3)`, `(Point,4326)`."""
    if not cursor.at("("):
        return ""
    first, last = cursor.parenthesised()
    return "(" + "".join(cursor.text(i, i + 1) for i in range(first, last)) + ")"


def _is_array(cursor: Cursor) -> bool:
    """`[]`, `[3][]`, `ARRAY`, `ARRAY[3]`: the server keeps neither number nor size of dimensions."""
    if cursor.take("ARRAY"):
        if cursor.take("["):
            cursor.integer()
            cursor.expect("]")
        return True
    found = False
    while cursor.take("["):
        found = True
        if not cursor.at("]"):
            cursor.integer()
        cursor.expect("]")
    return found
