"""Typed values: what a server converts by itself, and what an explicit cast makes of a constant."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, cast

from schemactl_postgres.canonical import facts
from schemactl_postgres.canonical.literals import literal

UNKNOWN = "unknown"
NULL = "null"


class Value(NamedTuple):
    """`type` None: not certain. `literal`: its text, of a constant. `elements`: of ARRAY[...]."""

    text: str
    type: str | None = None
    literal: str | None = None
    elements: tuple[Value, ...] | None = None


def untyped(value: str) -> Value:
    return Value("'" + value.replace("'", "''") + "'", UNKNOWN, value)


def array_of(items: tuple[Value, ...], kind: str | None = None) -> Value:
    """ARRAY[...]; the elements stay as they are until a cast, or what stands beside, tells their type."""
    kind = common(items) if kind is None else kind
    if kind is None or kind.endswith("[]"):
        return Value(f"ARRAY[{', '.join(settled(item).text for item in items)}]", None, None, items)
    shown = ", ".join(coerce(item, kind).text for item in items)
    return Value(f"ARRAY[{shown}]::{kind}[]", kind + "[]", None, items)


def element(item: Value, kind: str, conversion: Callable[[Value, str], Value]) -> Value:
    """An element converted. Of `v IN ('a')` over varchar the server makes ('a'::varchar)::text, in three ways."""
    if kind == "text" and item.literal is not None and item.type in facts.TEXTUAL:
        return Value(literal(kind, item.literal), kind, item.literal)
    return conversion(item, kind)


def settled(value: Value) -> Value:
    """What nothing gives a type is text."""
    return coerce(value, "text") if value.type == UNKNOWN else value


def coerce(value: Value, kind: str) -> Value:
    """`value` where the server wants `kind`: only what it converts by itself, and without change of meaning."""
    if value.type == kind:
        return value
    if value.type == UNKNOWN and value.literal is not None:
        return Value(literal(kind, value.literal), kind, value.literal)
    if value.type == NULL:
        return Value(f"NULL::{kind}", kind)
    if value.elements is not None and kind.endswith("[]"):
        items = tuple(element(item, kind[:-2], coerce) for item in value.elements)
        return array_of(items, kind[:-2]) if all(item.type == kind[:-2] for item in items) else value
    if value.type in facts.LADDER and kind in facts.LADDER and facts.LADDER[value.type] < facts.LADDER[kind]:
        return convert(value, kind)
    if value.type == "varchar" and kind == "text":
        return Value(value.text, kind, value.literal) if value.literal is None else value
    return value


def convert(value: Value, kind: str) -> Value:
    """An explicit cast."""
    if value.type == kind:
        return value
    if value.type in (UNKNOWN, NULL):
        return coerce(value, kind)
    if value.elements is not None and kind.endswith("[]"):
        return array_of(tuple(element(item, kind[:-2], convert) for item in value.elements), kind[:-2])
    if (folded := folded_number(value, kind)) is not None:
        return folded
    if (
        value.literal is None
        and value.type in ("varchar", "varchar[]")
        and kind == value.type.replace("varchar", "text")
    ):
        return Value(value.text, kind)
    same = value.literal if value.type == "varchar" and kind == "text" else None
    return Value(f"({value.text})::{kind}", kind, same)


def folded_number(value: Value, kind: str) -> Value | None:
    """A number cast to another type of number, as a literal of that type; None where digits could be lost."""
    if value.literal is None or value.type not in facts.EXACT or kind not in facts.LADDER:
        return None
    if value.literal.lstrip("-").isdigit() or kind not in facts.WHOLE:
        return Value(literal(kind, value.literal), kind, value.literal)
    return None


def operands(left: Value, right: Value, operator: str) -> tuple[Value, Value, str | None]:
    """Both sides of an operator, converted as the server would, and the type of the result."""
    result = "bool" if operator in facts.COMPARISONS or operator in facts.PATTERNS else None
    if operator in facts.PATTERNS:
        return coerce(left, "text"), coerce(right, "text"), result
    if operator in facts.COMPARISONS or operator in facts.ARITHMETIC:
        kind = common((left, right))
        if kind is not None and kind in facts.LADDER:
            left, right, kind = _numbers(left, right, kind)
            return left, right, result or kind
        # varchar has no operators of its own
        kind = "text" if kind == "varchar" else kind
        if operator in facts.COMPARISONS and kind is not None:
            return coerce(left, kind), coerce(right, kind), result
    if operator == "||" and (left.type in facts.TEXTUAL or right.type in facts.TEXTUAL or _both_untyped(left, right)):
        return coerce(left, "text"), coerce(right, "text"), "text"
    if operator in facts.ARRAY_OPERATORS:
        kind = common((left, right))
        if kind is not None and kind.endswith("[]"):
            return coerce(left, kind), coerce(right, kind), "bool"
    return _by_table(left, right, operator, result)


def _by_table(left: Value, right: Value, operator: str, result: str | None) -> tuple[Value, Value, str | None]:
    kind = left.type or ""
    if (kind, operator) in facts.LITERAL_RIGHT:
        wanted, result = facts.LITERAL_RIGHT[kind, operator]
        return left, coerce(right, wanted) if right.type == UNKNOWN or right.elements is not None else right, result
    other = right.type if left.type == UNKNOWN else left.type
    if (other or "", operator) in facts.SAME_TYPE and UNKNOWN in (left.type, right.type):
        wanted = cast(str, other)
        return coerce(left, wanted), coerce(right, wanted), facts.SAME_TYPE[wanted, operator]
    return left, right, result


def _both_untyped(left: Value, right: Value) -> bool:
    return left.type == UNKNOWN and right.type == UNKNOWN


def _numbers(left: Value, right: Value, kind: str) -> tuple[Value, Value, str]:
    kinds = {left.type, right.type}
    # these pairs have operators of their own
    if kinds <= facts.WHOLE or kinds == {"float4", "float8"}:
        return left, right, kind
    if kind == "float4" and kinds & (facts.WHOLE | {"numeric"}):
        # float8 compares and computes with float4 as it is
        wide = [side if side.type == kind else coerce(side, "float8") for side in (left, right)]
        return wide[0], wide[1], "float8"
    return coerce(left, kind), coerce(right, kind), kind


def common(values: tuple[Value, ...] | list[Value]) -> str | None:
    """The type that the server finds for all of them, as for the arms of a CASE; None where that is not certain."""
    kinds = {value.type for value in values} - {UNKNOWN, NULL}
    if not kinds:
        return "text" if any(value.type == UNKNOWN for value in values) else None
    if len(kinds) == 1:
        return kinds.pop()
    if kinds <= facts.LADDER.keys():
        return max(cast("set[str]", kinds), key=facts.LADDER.__getitem__)
    if kinds <= facts.TEXTUAL:
        return "text"
    return None


def together(values: list[Value]) -> tuple[list[Value], str | None]:
    """The arms of COALESCE and CASE brought to their common type."""
    kind = common(values)
    return ([coerce(value, kind) for value in values] if kind is not None else values), kind


def returned(name: str, arguments: list[Value]) -> str | None:
    """The type of what a function of the server returns."""
    first = arguments[0].type if arguments else None
    if name in facts.RETURNS:
        return facts.RETURNS[name]
    if name in facts.TEXT_FUNCTIONS:
        return "text" if first in facts.TEXTUAL or first == UNKNOWN else None
    if name in facts.SAME_FUNCTIONS:
        return first if first in facts.SAME_FUNCTIONS[name] else None
    if name == "timezone" and arguments:
        return {"timestamptz": "timestamp", "timestamp": "timestamptz"}.get(arguments[-1].type or "")
    if name == "date_trunc" and len(arguments) == 2:
        return arguments[1].type if arguments[1].type in ("timestamp", "timestamptz", "interval") else None
    return None
