"""The server's own types: what they are called inside, how format_type prints them, what modifiers they take."""

from __future__ import annotations

from collections.abc import Sequence

#: Internal name to what stands before and after the modifiers, where format_type prints something else.
_PRINTED: dict[str, tuple[str, str]] = {
    "bool": ("boolean", ""),
    "bpchar": ("character", ""),
    "char": ('"char"', ""),
    "float4": ("real", ""),
    "float8": ("double precision", ""),
    "int2": ("smallint", ""),
    "int4": ("integer", ""),
    "int8": ("bigint", ""),
    "time": ("time", " without time zone"),
    "timetz": ("time", " with time zone"),
    "timestamp": ("timestamp", " without time zone"),
    "timestamptz": ("timestamp", " with time zone"),
    "varbit": ("bit varying", ""),
    "varchar": ("character varying", ""),
}

#: Without a modifier these are not what their SQL name says (BIT is bit(1)), so the server prints the inner name.
_UNMODIFIED = {"bit": '"bit"', "bpchar": "bpchar"}

#: How many modifiers a type takes, at most. A type not named here takes none.
_MODIFIERS = {
    "bit": 1,
    "bpchar": 1,
    "interval": 1,
    "numeric": 2,
    "time": 1,
    "timetz": 1,
    "timestamp": 1,
    "timestamptz": 1,
    "varbit": 1,
    "varchar": 1,
}

_FRACTIONAL = frozenset({"interval", "time", "timetz", "timestamp", "timestamptz"})

#: Kept in the main table whole, whatever their size.
_PLAIN = frozenset(
    [
        "aclitem",
        "bool",
        "box",
        "char",
        "cid",
        "circle",
        "date",
        "float4",
        "float8",
        "gtsvector",
        "int2",
        "int4",
        "int8",
        "interval",
        "line",
        "lseg",
        "macaddr",
        "macaddr8",
        "money",
        "name",
        "oid",
        "pg_lsn",
        "point",
        "regclass",
        "regcollation",
        "regconfig",
        "regdictionary",
        "regnamespace",
        "regoper",
        "regoperator",
        "regproc",
        "regprocedure",
        "regrole",
        "regtype",
        "tid",
        "time",
        "timestamp",
        "timestamptz",
        "timetz",
        "tsquery",
        "uuid",
        "xid",
        "xid8",
    ]
)
_MAIN = frozenset({"cidr", "inet", "numeric"})
_EXTENDED = frozenset(
    [
        "bit",
        "bpchar",
        "bytea",
        "datemultirange",
        "daterange",
        "int2vector",
        "int4multirange",
        "int4range",
        "int8multirange",
        "int8range",
        "json",
        "jsonb",
        "jsonpath",
        "nummultirange",
        "numrange",
        "oidvector",
        "path",
        "pg_snapshot",
        "polygon",
        "refcursor",
        "text",
        "tsmultirange",
        "tsrange",
        "tstzmultirange",
        "tstzrange",
        "tsvector",
        "txid_snapshot",
        "varbit",
        "varchar",
        "xml",
    ]
)

#: Every type of pg_catalog that a column of a user's table may have, by its internal name.
BUILTIN = _PLAIN | _MAIN | _EXTENDED

#: What SERIAL and its like stand for.
SERIAL = {
    "smallserial": "smallint",
    "serial2": "smallint",
    "serial": "integer",
    "serial4": "integer",
    "bigserial": "bigint",
    "serial8": "bigint",
}

_INTERNAL = {"".join(ends): name for name, ends in _PRINTED.items()} | {"bit": "bit"}


def printed(name: str, modifiers: Sequence[int] = (), fields: str = "") -> str:
    """A built-in type as format_type prints it. `fields` is INTERVAL's: `day to second`.

    Raises ValueError, with a sentence for the user, for modifiers that the type cannot have.
    """
    allowed = _MODIFIERS.get(name, 0)
    if len(modifiers) > allowed:
        if not allowed:
            raise ValueError(f"the type {name} takes no modifier")
        raise ValueError(f"the type {name} takes at most {allowed} modifier{'s' if allowed > 1 else ''}")
    values = _checked(name, modifiers)
    if name == "interval":
        precision = f"({values[0]})" if values else ""
        return f"interval {fields}{precision}" if fields else f"interval{precision}"
    if not values and name in _UNMODIFIED:
        return _UNMODIFIED[name]
    before, after = _PRINTED.get(name, (name, ""))
    return f"{before}({','.join(map(str, values))}){after}" if values else before + after


def _checked(name: str, modifiers: Sequence[int]) -> list[int]:
    values = list(modifiers)
    if name == "numeric" and values:
        if not 1 <= values[0] <= 1000:
            raise ValueError(f"the precision of numeric must be between 1 and 1000, not {values[0]}")
        values = [*values, 0][:2]
        if not -1000 <= values[1] <= 1000:
            raise ValueError(f"the scale of numeric must be between -1000 and 1000, not {values[1]}")
    elif name in _FRACTIONAL and values:
        if values[0] < 0:
            raise ValueError(f"the precision of {name} must not be negative")
        values = [min(values[0], 6)]  # the server warns, and takes 6
    elif values and not 1 <= values[0] <= (10_485_760 if name in ("varchar", "bpchar") else 83_886_080):
        raise ValueError(f"the length of {_PRINTED.get(name, (name,))[0]} is out of range: {values[0]}")
    return values


def internal(text: str) -> str | None:
    """The internal name of a printed built-in type, without its modifiers: `varchar` of `character varying(9)`.

    None for arrays and for types that are not the server's own.
    """
    if text.endswith("[]"):
        return None
    head, _, rest = text.partition("(")
    bare = head + rest.partition(")")[2]
    if bare.startswith("interval"):
        return "interval"
    bare = _INTERNAL.get(bare.replace('"bit"', "bit"), bare)
    return bare if bare in BUILTIN else None


#: Of those, the ones whose values are of some collation (pg_type.typcollation).
_COLLATED = frozenset({"bpchar", "name", "text", "varchar"})


def has_no_collation(text: str) -> bool:
    """Whether values of a printed type are compared in one way alone, as is known of the server's own types."""
    name = internal(text.removesuffix("[]"))
    return name is not None and name not in _COLLATED


def default_storage(text: str) -> str | None:
    """The STORAGE of a column of this printed type when nothing is said; None where the type is a stranger."""
    if text.endswith("[]"):
        return "EXTENDED"
    name = internal(text)
    if name is None:
        return None
    return "PLAIN" if name in _PLAIN else "MAIN" if name in _MAIN else "EXTENDED"
