"""Types of columns in the spelling of SHOW CREATE TABLE, by flavour and version.

Sources: the manuals' chapters on data types, and SHOW CREATE TABLE of MySQL 9.7, MariaDB 10.11 and 11.8.
"""

from __future__ import annotations

import re

from schemactl_mysql.flavour import Flavour

#: More than one name for one type. Longest first where one begins another.
SYNONYMS: tuple[tuple[tuple[str, ...], str], ...] = (
    (("NATIONAL", "CHARACTER", "VARYING"), "nvarchar"),
    (("NATIONAL", "CHAR", "VARYING"), "nvarchar"),
    (("NCHAR", "VARYING"), "nvarchar"),
    (("NATIONAL", "VARCHARACTER"), "nvarchar"),
    (("NATIONAL", "VARCHAR"), "nvarchar"),
    (("NCHAR", "VARCHARACTER"), "nvarchar"),
    (("NCHAR", "VARCHAR"), "nvarchar"),
    (("NATIONAL", "CHARACTER"), "nchar"),
    (("NATIONAL", "CHAR"), "nchar"),
    (("CHARACTER", "VARYING"), "varchar"),
    (("CHAR", "VARYING"), "varchar"),
    (("LONG", "CHARACTER", "VARYING"), "mediumtext"),
    (("LONG", "CHAR", "VARYING"), "mediumtext"),
    (("LONG", "VARCHARACTER"), "mediumtext"),
    (("LONG", "VARCHAR"), "mediumtext"),
    (("LONG", "VARBINARY"), "mediumblob"),
    (("LONG",), "mediumtext"),
    (("DOUBLE", "PRECISION"), "double"),
    (("BOOL",), "boolean"),
    (("INTEGER",), "int"),
    (("INT1",), "tinyint"),
    (("INT2",), "smallint"),
    (("INT3",), "mediumint"),
    (("MIDDLEINT",), "mediumint"),
    (("INT4",), "int"),
    (("INT8",), "bigint"),
    (("DEC",), "decimal"),
    (("FIXED",), "decimal"),
    (("NUMERIC",), "decimal"),
    (("NUMBER",), "number"),
    (("FLOAT4",), "float"),
    (("FLOAT8",), "double"),
    (("REAL",), "double"),
    (("CHARACTER",), "char"),
    (("VARCHARACTER",), "varchar"),
    (("GEOMCOLLECTION",), "geometrycollection"),
)
#: The width that an integer is shown with where none is stated: signed, unsigned.
WIDTHS = {"tinyint": (4, 3), "smallint": (6, 5), "mediumint": (9, 8), "int": (11, 10), "bigint": (20, 20)}
CHARACTER = frozenset({"char", "varchar", "tinytext", "text", "mediumtext", "longtext", "enum", "set"})
BINARY_TWIN = {"char": "binary", "varchar": "varbinary", "tinytext": "tinyblob", "text": "blob"} | {
    "mediumtext": "mediumblob",
    "longtext": "longblob",
}
#: What a text or blob type holds, in bytes.
SIZES = (("tiny", 255), ("", 65535), ("medium", 16777215), ("long", 4294967295))
PLAIN = frozenset(
    "date json tinytext mediumtext longtext tinyblob mediumblob longblob geometry point linestring polygon multipoint"
    " multilinestring multipolygon geometrycollection uuid inet4 inet6 xmltype".split()
)
_NUMERIC = frozenset({*WIDTHS, "decimal", "float", "double"})
_MEMBER = re.compile(r"'((?:[^'\\]|''|\\.)*)'", re.S)
_UNESCAPED = re.compile(r"\\(.)|''", re.S)
#: Types of MariaDB's between which, and to and from numbers, bits and times, ALTER knows no way, be the table empty.
#: To and from strings there is one. Measured on 10.11 and 11.8, all pairs.
_GEOMETRIES = "geometry point linestring polygon multipoint multilinestring multipolygon geometrycollection"
_APART = {**dict.fromkeys(_GEOMETRIES.split(), "geometry"), "uuid": "uuid", "vector": "vector"}
_APART |= {"inet4": "inet4", "inet6": "inet6"}
_STRINGS = frozenset({*BINARY_TWIN.values(), "binary", "varbinary", *CHARACTER, "json"})
MARIADB = frozenset({"uuid", "inet4", "inet6", "xmltype"})


def base(text: str) -> str:
    """`varchar` of `varchar(10)`, `bigint` of `bigint(20) unsigned`."""
    return text.partition("(")[0].partition(" ")[0]


def is_character(text: str) -> bool:
    """Whether a type has a character set."""
    return base(text) in CHARACTER


def has_way(old: str, new: str, flavour: Flavour) -> bool:
    """Whether ALTER can turn a column of the one type into the other."""
    one, other = base(old), base(new)
    if not flavour.mariadb or one in _STRINGS or other in _STRINGS:
        return True
    if {one, other} == {"inet4", "inet6"}:
        return flavour.version >= (11, 3)
    return _APART.get(one) == _APART.get(other)


def member(value: str) -> str:
    """A value of an enum or set as the server prints it; it keeps no blanks at the end."""
    return "'" + value.rstrip(" ").replace("\\", "\\\\").replace("'", "''") + "'"


def members(text: str) -> list[str]:
    """The values of an enum or set, of its type in the server's spelling."""
    return [_UNESCAPED.sub(lambda m: m[1] or "'", m[1]) for m in _MEMBER.finditer(text)]


def integer(name: str, width: int | None, flavour: Flavour, *, unsigned: bool = False, zerofill: bool = False) -> str:
    """An integer type. MySQL shows the width only of tinyint(1) and of what is filled with zeros."""
    if width is None and (flavour.has("display width") or zerofill):
        width = WIDTHS[name][unsigned or zerofill]
    shown = flavour.has("display width") or zerofill or (name == "tinyint" and width == 1 and not unsigned)
    text = f"{name}({width})" if shown else name
    return text + (" unsigned" if unsigned or zerofill else "") + (" zerofill" if zerofill else "")


def charset_name(name: str) -> str:
    """utf8 has been utf8mb3 by another name since long, and both servers print it so now."""
    name = name.lower()
    return "utf8mb3" if name == "utf8" else name


def collation_name(name: str) -> str:
    """`utf8_bin` is `utf8mb3_bin` by another name."""
    name = name.lower()
    return "utf8mb3_" + name.removeprefix("utf8_") if name.startswith("utf8_") else name
