"""What a query names: tables, views and functions, so that it is made after them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from schemactl.model import Kind, ObjectKey

if TYPE_CHECKING:
    from schemactl_mysql.ddl.context import Context


def mentioned(context: Context, query: str, database: str) -> frozenset[ObjectKey]:
    """The keys of the desired tables, views and functions that a query names, as far as sqlglot can read it.

    What it cannot read is taken to name whatever has a name that occurs in it.
    """
    known: dict[tuple[str, str], list[ObjectKey]] = {}
    for it in context.desired.objects:
        if it.key.kind in (Kind.TABLE, Kind.VIEW, Kind.FUNCTION):
            known.setdefault((it.key.schema, it.key.name.lower()), []).append(it.key)
    found: set[ObjectKey] = set()
    for schema, name in _names(query):
        found.update(known.get((schema or database, name.lower()), ()))
    return frozenset(found)


def _names(query: str) -> list[tuple[str, str]]:
    try:
        tree = sqlglot.parse_one(query, read="mysql")
    except SqlglotError:
        words = query.replace("`", " ").replace("(", " ").replace(",", " ").replace(".", " ").split()
        return [("", word) for word in words]
    tables = [(t.db, t.name) for t in tree.find_all(exp.Table)]
    calls = [("", c.name) for c in tree.find_all(exp.Anonymous)]
    return tables + calls
