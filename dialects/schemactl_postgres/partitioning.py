"""How partition keys and bounds are written in SQL."""

from __future__ import annotations

from schemactl.model import IndexPart
from schemactl_postgres.options import Bound, PartitionKey, PartOptions
from schemactl_postgres.sql import quoted


def key_sql(key: PartitionKey) -> str:
    """`RANGE (a, (lower(b)))`."""
    return f"{key.method.upper()} ({', '.join(map(_part, key.parts))})"


def _part(part: IndexPart) -> str:
    words = [f"({part.expression.text})" if part.expression is not None else quoted(part.column or "")]
    if part.collation:
        words.append(f"COLLATE {part.collation}")
    if isinstance(part.options, PartOptions) and part.options.opclass:
        words.append(part.options.opclass)
    return " ".join(words)


def bound_sql(bound: Bound) -> str:
    """`FOR VALUES ...`, or `DEFAULT`."""
    values = ", ".join(value.text for value in bound.written or bound.values)
    match bound.form:
        case "DEFAULT":
            return "DEFAULT"
        case "IN":
            return f"FOR VALUES IN ({values})"
        case "WITH":
            modulus, remainder = bound.values
            return f"FOR VALUES WITH (MODULUS {modulus}, REMAINDER {remainder})"
        case _:
            upper = ", ".join(value.text for value in bound.upper)
            return f"FOR VALUES FROM ({values}) TO ({upper})"
