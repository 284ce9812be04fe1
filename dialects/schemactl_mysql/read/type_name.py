"""Reading a type, with the clauses that belong to it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from schemactl.errors import SqlSyntaxError, UnknownTypeError
from schemactl.reading import Sort, Token
from schemactl_mysql.flavour import Flavour
from schemactl_mysql.read.cursor import Cursor
from schemactl_mysql.types import (
    BINARY_TWIN,
    CHARACTER,
    MARIADB,
    PLAIN,
    SYNONYMS,
    WIDTHS,
    base,
    charset_name,
    integer,
    member,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadType:
    """A type as it was read. `charset` and `binary` are clauses that belong to the type; `serial` is SERIAL.

    `values` are those of an enum or set, where they stand.
    `json` marks MariaDB's alias, which brings a collation and a check of its own. `compressed` is MariaDB's as well:
    the method or nothing, and stands before CHARACTER SET where the server prints it.
    """

    text: str
    charset: str | None = None
    binary: bool = False
    serial: bool = False
    json: bool = False
    collation: str | None = None
    values: tuple[tuple[str, Token], ...] = ()
    compressed: str | None = None


def parse_type(cursor: Cursor) -> ReadType:
    """Read a type with its own clauses: length, UNSIGNED, CHARACTER SET. Raises UnknownTypeError."""
    token = cursor.token
    if token.sort is not Sort.WORD:
        raise cursor.unexpected("expected a type")
    flavour = cursor.lexical.flavour
    name = next((to for words, to in SYNONYMS if cursor.take(*words)), None)
    if name is None:
        name = cursor.slice(token.start, token.stop).lower()
        cursor.i += 1
    if name == "serial":
        return ReadType(text=integer("bigint", None, flavour, unsigned=True), serial=True)
    if name in ("enum", "set"):
        values = cursor.listed(lambda: (cursor.token, cursor.string(f"a value of the {name}").rstrip(" ")))
        listed = f"{name}({','.join(member(v) for _, v in values)})"
        return replace(_with_clauses(cursor, name, listed, flavour), values=tuple((v, t) for t, v in values))
    text = _body(cursor, name, flavour)
    if text is None:
        raise cursor.error(UnknownTypeError, f"there is no type {name}", token, subject=name)
    return _with_clauses(cursor, name, text, flavour)


def _body(cursor: Cursor, name: str, flavour: Flavour) -> str | None:
    """The type with what stands in its parentheses; None if nobody knows it."""
    if name in WIDTHS:
        return integer(name, _length(cursor), flavour, **_signs(cursor))
    match name:
        case "decimal" | "number" | "float" | "double":
            return _signed(cursor, _fraction(cursor, name))
        case "char" | "nchar" | "binary" | "varchar" | "nvarchar" | "varbinary" | "text" | "blob" | "bit" | "vector":
            return _with_length(cursor, name)
        case "time" | "datetime" | "timestamp":
            digits = _length(cursor)
            return f"{name}({digits})" if digits else name
        case "year":
            _length(cursor)
            return "year(4)" if flavour.mariadb else "year"
        case _:
            return _plain(name, flavour)


def _plain(name: str, flavour: Flavour) -> str | None:
    if name == "boolean":
        return "tinyint(1)"
    if name == "geometrycollection" and not flavour.mariadb:
        return "geomcollection"
    if name == "json" and flavour.mariadb:
        return "longtext"
    return name if name in PLAIN and (flavour.mariadb or name not in MARIADB) else None


#: The length that a type has where none is stated; None where it then has none, or must have one.
_LENGTHS = {"bit": 1, "char": 1, "binary": 1, "vector": 2048, "text": None, "blob": None}


def _with_length(cursor: Cursor, name: str) -> str:
    name = {"nchar": "char", "nvarchar": "varchar"}.get(name, name)
    length = _length(cursor)
    if length is None and name not in _LENGTHS:
        raise cursor.unexpected(f"expected the length of {name}", hint=f"write {name}(255)")
    length = _LENGTHS[name] if length is None else length
    return name if length is None else f"{name}({length})"


def _length(cursor: Cursor) -> int | None:
    if not cursor.take("("):
        return None
    length = cursor.integer()
    cursor.expect(")")
    return length


def _fraction(cursor: Cursor, name: str) -> str:
    numbers = cursor.listed(cursor.integer) if cursor.at("(") else []
    if name in ("decimal", "number"):
        precision, scale = (*numbers, 0)[:2] if numbers else (10, 0)
        return f"decimal({precision},{scale})"
    if len(numbers) == 1 and name == "float":
        if not 0 <= numbers[0] <= 53:
            raise cursor.error(SqlSyntaxError, "the precision of float goes from 0 to 53")
        return "float" if numbers[0] <= 24 else "double"
    return f"{name}({numbers[0]},{numbers[1]})" if len(numbers) == 2 else name


def _signs(cursor: Cursor) -> dict[str, bool]:
    unsigned = zerofill = False
    while word := cursor.take_any("UNSIGNED", "ZEROFILL", "SIGNED"):
        unsigned |= word == "UNSIGNED"
        zerofill |= word == "ZEROFILL"
    return {"unsigned": unsigned, "zerofill": zerofill}


def _signed(cursor: Cursor, text: str) -> str:
    signs = _signs(cursor)
    unsigned = " unsigned" if signs["unsigned"] or signs["zerofill"] else ""
    return text + unsigned + (" zerofill" if signs["zerofill"] else "")


def _with_clauses(cursor: Cursor, name: str, text: str, flavour: Flavour) -> ReadType:
    charset: str | None = "utf8mb3" if name in ("nchar", "nvarchar") else None
    binary = False
    compressed: str | None = None
    if name == "json" and flavour.mariadb:
        return ReadType(text=text, json=True, collation="utf8mb4_bin")
    if base(text) not in CHARACTER:
        return ReadType(text=text)
    while True:
        if cursor.take("CHARACTER", "SET") or cursor.take("CHAR", "SET") or cursor.take("CHARSET"):
            charset = charset_name(cursor.word_or_string("a character set"))
        elif cursor.take("ASCII"):
            charset = "latin1"
        elif cursor.take("UNICODE"):
            charset = "ucs2"
        elif cursor.take("BYTE"):
            charset = "binary"
        elif cursor.take("BINARY"):
            binary = True
        elif cursor.take("COMPRESSED"):
            compressed = compression(cursor)
        else:
            break
    if charset == "binary" and name in BINARY_TWIN:
        twin = BINARY_TWIN[base(text)]
        return ReadType(text=text.replace(base(text), twin, 1), compressed=compressed)
    return ReadType(text=text, charset=charset, binary=binary, compressed=compressed)


def compression(cursor: Cursor) -> str:
    """`[=method]` behind COMPRESSED; the server knows one, and prints none."""
    return cursor.name("a method").lower() if cursor.take("=") else ""
