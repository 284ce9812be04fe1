"""Which of the server's own types have a cast to which others: pg_cast of Postgres 15, what later ones added left out.

Casts to and from text are not here: the server converts each type to text and back by its input and output.
"""

from __future__ import annotations

_CASTS: dict[str, str] = {
    "bigint": "bit, double precision, integer, money, numeric, oid, real, smallint",
    "bit": "bigint, bit varying, integer",
    "bit varying": "bit",
    "boolean": "integer",
    "box": "circle, lseg, point, polygon",
    "cidr": "inet",
    "circle": "box, point, polygon",
    "date": "timestamp without time zone, timestamp with time zone",
    "daterange": "datemultirange",
    "double precision": "bigint, integer, numeric, real, smallint",
    "inet": "cidr",
    "int4range": "int4multirange",
    "int8range": "int8multirange",
    "integer": "bigint, bit, boolean, double precision, money, numeric, oid, real, smallint",
    "interval": "time without time zone",
    "json": "jsonb",
    "jsonb": "bigint, boolean, double precision, integer, json, numeric, real, smallint",
    "lseg": "point",
    "macaddr": "macaddr8",
    "macaddr8": "macaddr",
    "money": "numeric",
    "numeric": "bigint, double precision, integer, money, real, smallint",
    "numrange": "nummultirange",
    "oid": "bigint, integer",
    "path": "polygon",
    "point": "box",
    "polygon": "box, circle, path, point",
    "real": "bigint, double precision, integer, numeric, smallint",
    "smallint": "bigint, double precision, integer, numeric, oid, real",
    "time with time zone": "time without time zone",
    "time without time zone": "interval, time with time zone",
    "timestamp with time zone": "date, time with time zone, time without time zone, timestamp without time zone",
    "timestamp without time zone": "date, time without time zone, timestamp with time zone",
    "tsrange": "tsmultirange",
    "tstzrange": "tstzmultirange",
    "xid8": "xid",
}
_KNOWN = {source: frozenset(targets.split(", ")) for source, targets in _CASTS.items()}


def has_cast(before: str, after: str) -> bool:
    """Whether `value::after` takes a value of the base type `before`; both without modifiers and array brackets."""
    return before == after or after in _KNOWN.get(before, ())
