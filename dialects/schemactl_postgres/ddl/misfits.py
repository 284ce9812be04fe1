"""Which values a column's new type does not take, as conditions on the old ones.

By families of types, as the server casts: an assignment refuses what is too long, a cast that is spelled out cuts it.
"""

from __future__ import annotations

from dataclasses import dataclass

from schemactl.model import DataType, Enum
from schemactl.steps import Hazard
from schemactl_postgres.ddl.context import Context
from schemactl_postgres.ddl.retype import retype, taken_apart
from schemactl_postgres.sql import literal

#: From this version on the server tells of a text whether it is one of a type.
INPUT_IS_VALID = 16

_INTEGERS = {"smallint": 15, "integer": 31, "bigint": 63}
_NUMBERS = frozenset({*_INTEGERS, "numeric", "real", "double precision"})
_TEXTS = frozenset({"text", "character varying", "citext"})
_LIMITED = frozenset({"character varying", "character"})
_INTEGER = r"^\s*[-+]?\d+\s*$"
#: What a text has to look like, on servers that cannot be asked; it may still be out of range.
_SHAPES = {
    **dict.fromkeys(_INTEGERS, _INTEGER),
    **dict.fromkeys(
        ("numeric", "real", "double precision"), r"^\s*([-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?|nan|[-+]?inf(inity)?)\s*$"
    ),
    "uuid": r"^\s*\{?([0-9a-f]{4}-?){8}\}?\s*$",
    "boolean": r"^\s*(t|tr|tru|true|f|fa|fal|fals|false|y|ye|yes|n|no|on|of|off|0|1)\s*$",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Misfit:
    """`where` is a condition with {c} for the column, empty where the server cannot be asked; so is `finds` a phrase."""

    where: str
    finds: str
    hazard: Hazard = Hazard.NARROWS_TYPE
    refused: bool = True


def misfit(context: Context, was: DataType, it: DataType) -> Misfit | None:
    """What of the old type the new one does not take; None where it takes all, or rounds, or nothing is known of it."""
    if it.uses is not None and it.uses not in context.created and was.uses is None:
        return _of_enum(context, was, it)
    if was.uses is not None or it.uses is not None or was == it:
        return None
    judged = retype(was.text, it.text)
    (base, _, array), (new, arguments, new_array) = taken_apart(was.text), taken_apart(it.text)
    finds = f"what is no {it.text} in {{c}}"
    if judged.lossless:
        return None
    if array or new_array:
        return _asked(context, it, finds) if base in _TEXTS else None
    if new in _LIMITED and arguments:
        length = f"char_length(rtrim({{c}}::text, ' ')) > {arguments}"
        long = f"a value in {{c}} that is too long for {it.text}"
        return Misfit(where=length, finds=long, refused=not judged.using)
    if base in _NUMBERS and new in _INTEGERS and base != new:
        most = 2 ** _INTEGERS[new]
        where = f"round({{c}}::numeric) NOT BETWEEN {-most} AND {most - 1}"
        if base in ("real", "double precision"):
            # Before version 14 no numeric is infinite.
            where = f"{{c}}::text IN ('NaN', 'Infinity', '-Infinity') OR {where}"
        return Misfit(where=where, finds=f"a value in {{c}} that is outside of {it.text}")
    if base in _NUMBERS and new == "numeric" and arguments:
        digits, _, scale = arguments.partition(",")
        number = "{c}::numeric"
        where = f"{number} <> 'NaN' AND abs(round({number}, {scale or 0})) >= power(10::numeric, {int(digits) - int(scale or 0)})"
        return Misfit(where=where, finds=f"a value in {{c}} that is outside of {it.text}")
    if base in _TEXTS:
        return _asked(context, it, finds)
    return None


def _asked(context: Context, it: DataType, finds: str) -> Misfit:
    if context.server.version[0] >= INPUT_IS_VALID:
        return Misfit(where=f"NOT pg_input_is_valid({{c}}::text, {literal(it.text).strip()})", finds=finds)
    base, arguments, array = taken_apart(it.text)
    shape = _SHAPES.get(base) if not arguments and not array else None
    if shape is None:
        return Misfit(where="", finds=finds)
    matches = f"{{c}}::text ~* {literal(shape).strip()}"
    if base not in _INTEGERS:
        return Misfit(where=f"NOT {matches}", finds=finds)
    most = 2 ** _INTEGERS[base]
    # A CASE, for AND may look at either side first.
    within = f"{{c}}::text::numeric BETWEEN {-most} AND {most - 1}"
    return Misfit(where=f"NOT CASE WHEN {matches} THEN {within} ELSE {{c}} IS NULL END", finds=finds)


def _of_enum(context: Context, was: DataType, it: DataType) -> Misfit | None:
    enum = context.desired.get(it.uses) if it.uses is not None else None
    if not isinstance(enum, Enum) or it.text.endswith("]") or taken_apart(was.text)[0] not in _TEXTS:
        return None
    values = ", ".join(literal(v).strip() for v in enum.values)
    return Misfit(where=f"{{c}}::text NOT IN ({values})", finds=f"what is no value of {it.text} in {{c}}")
