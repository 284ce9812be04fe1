"""Small values out of rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

from schemactl.model import DataType, Expression, Kind, ObjectKey
from schemactl_postgres.options import Storage
from schemactl_postgres.sql import quoted


def pairs(settings: Iterable[str] | None) -> Storage:
    """`["fillfactor=70"]` as pairs, in the server's order."""
    if not settings:
        return ()
    return tuple((name, value) for name, _, value in (s.partition("=") for s in settings))


def stored(settings: Iterable[str] | None, toast: Iterable[str] | None) -> Storage:
    """The storage parameters of a table or a materialized view, with those of its TOAST table as SQL names them."""
    return pairs(settings) + tuple((f"toast.{name}", value) for name, value in pairs(toast))


def expression(text: str) -> Expression:
    return Expression(text=text, canonical=text)


def optional_expression(text: str | None) -> Expression | None:
    return None if text is None else expression(text)


def in_sql(schema: str | None, name: str | None) -> str | None:
    """The quoted name, behind its schema unless that is pg_catalog; None where there is none."""
    if schema is None or name is None:
        return None
    return quoted(name) if schema == "pg_catalog" else f"{quoted(schema)}.{quoted(name)}"


@lru_cache(maxsize=4096)
def data_type(text: str, schema: str | None, name: str | None) -> DataType:
    """Schemas hold few types and many columns: equal ones are one value."""
    if schema is None or name is None:
        return DataType(text=text)
    return DataType(text=text, uses=ObjectKey(kind=Kind.TYPE, schema=schema, name=name))


def printed_collations(definition: str, keys: Sequence[tuple[str | None, str | None]]) -> dict[int, bool]:
    """By place of an expression among the `keys` (column, expression): whether the server prints a COLLATE behind it.

    It does so where the key's collation is not the expression's own, which no catalogue holds: the text of the whole
    has to tell. Each key is looked for behind the one before.
    """
    at, found = 0, {}
    for place, (column, text) in enumerate(keys):
        printed = text if text is not None else in_sql("pg_catalog", column) or ""
        at = definition.index(printed, at) + len(printed)
        if text is not None:
            found[place] = definition.startswith((" COLLATE ", ") COLLATE "), at)
    return found
