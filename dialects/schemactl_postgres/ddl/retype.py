"""What a change of a column's type does: whether it can lose data, whether it rewrites, whether it needs USING."""

from __future__ import annotations

import re
from dataclasses import dataclass

from schemactl_postgres.ddl.casts import has_cast

_MODIFIED = re.compile(
    r"(?P<base>[^()]+?) ?(?:\((?P<args>[^()]*)\))?(?P<tail> with(?:out)? time zone)?(?P<array>(?:\[\])*)"
)

_TEXT = frozenset({"character varying", "text", "character", "bpchar", "name"})
_NUMBERS = ("smallint", "integer", "bigint", "numeric")
_FLOATS = ("real", "double precision")

#: Base types that take every value of the key, unchanged.
_WIDER: dict[str, frozenset[str]] = {
    "smallint": frozenset({"integer", "bigint", "numeric", "real", "double precision"}),
    "integer": frozenset({"bigint", "numeric", "double precision"}),
    "bigint": frozenset({"numeric"}),
    "real": frozenset({"double precision"}),
    "character varying": frozenset({"text"}),
    "text": frozenset({"character varying"}),
    "date": frozenset({"timestamp without time zone", "timestamp with time zone"}),
    "cidr": frozenset({"inet"}),
    "bit": frozenset({"bit varying"}),
}

#: Base types that the server turns into one another without writing a row.
_SAME_BYTES = frozenset(
    {
        ("character varying", "text"),
        ("text", "character varying"),
        ("character varying", "citext"),
        ("text", "citext"),
        ("citext", "text"),
        ("citext", "character varying"),
        ("cidr", "inet"),
        ("bit", "bit varying"),
        ("xml", "text"),
    }
)

#: Types whose modifier is one number, of which a larger one, or none, holds more.
_LENGTHS = frozenset(
    {
        "character varying",
        "bit varying",
        "timestamp without time zone",
        "timestamp with time zone",
        "time without time zone",
        "time with time zone",
        "interval",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Retype:
    """`lossless`: every value survives as it is. `free`: no row is written. `using`: a cast must be spelled out."""

    lossless: bool
    free: bool
    using: bool


def family(type_: str) -> str:
    """Types of one family take each other's operators, so that an expression over one still works over the other."""
    base, _, array = taken_apart(type_)
    if base in _TEXT:
        return "text" + array
    if base in _NUMBERS or base in _FLOATS:
        return "number" + array
    return base + array


def is_castable(before: str, after: str) -> bool:
    """Whether a value of the one type can be cast to the other without going through text, or one of them is text."""
    (base, _, array), (new_base, _, new_array) = taken_apart(before), taken_apart(after)
    if (not array and base in _TEXT) or (not new_array and new_base in _TEXT):
        return True
    return array == new_array and (has_cast(base, new_base) or base in _TEXT or new_base in _TEXT)


def taken_apart(type_: str) -> tuple[str, str, str]:
    """`numeric(5,2)[]` as ("numeric", "5,2", "[]")."""
    match = _MODIFIED.fullmatch(type_)
    if not match:
        return type_, "", ""
    return match["base"] + (match["tail"] or ""), match["args"] or "", match["array"]


def retype(before: str, after: str) -> Retype:
    """Judge a change between two types in format_type's spelling."""
    base, args, array = taken_apart(before)
    new_base, new_args, new_array = taken_apart(after)
    if array != new_array:
        return Retype(lossless=False, free=False, using=True)
    if base == new_base:
        wider = _wider_modifier(base, args, new_args)
        # An array is written anew even where its elements would not be.
        return Retype(lossless=wider, free=wider and not array and base not in ("character", "bit"), using=False)
    lossless = (new_base in _WIDER.get(base, ()) and not new_args) or (new_base == "text" and not new_args)
    free = (_bare(base), _bare(new_base)) in _SAME_BYTES and not new_args and not array
    return Retype(lossless=lossless, free=free, using=family(before) != family(after))


def _bare(base: str) -> str:
    """`citext` in whatever schema its extension stands."""
    return "citext" if base.endswith(".citext") else base


def _wider_modifier(base: str, args: str, new_args: str) -> bool:
    if not new_args:
        return True
    if base == "numeric" and args:
        precision, scale = (int(x) for x in args.split(","))
        new_precision, new_scale = (int(x) for x in new_args.split(","))
        return new_scale == scale and new_precision >= precision
    if base in _LENGTHS and args.isdigit() and new_args.isdigit():
        return int(new_args) >= int(args)
    if base == "character" and args.isdigit() and new_args.isdigit():
        return int(new_args) >= int(args)
    return False
