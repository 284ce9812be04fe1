"""What a query will be over once a plan is carried out: temporary tables and views in place of those that change.

They only serve to learn the columns that the query will yield.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from schemactl.model import Kind, ObjectKey, PrimaryKey, SchemaObject, Table, View
from schemactl_postgres.read.query import relations_in
from schemactl_postgres.sql import names, quoted

_IDENTIFIER = re.compile(r'"(?:[^"]|"")*"|[\w$]+')


class StandIns(NamedTuple):
    """The statements that make them, each with its semicolon, and the query over them."""

    before: str
    query: str


def stand_ins(
    view: View, desired: Mapping[ObjectKey, SchemaObject], changes: Callable[[ObjectKey], bool]
) -> StandIns | None:
    """None where they cannot be made: names that are the same but for the schema, a query that is not understood."""
    beneath = list(dict.fromkeys(_beneath(view, desired, changes, frozenset())))
    found = {(key.schema, key.name) for key in beneath}
    if len({name for _, name in found}) < len(found):
        return None
    statements = []
    for key in beneath:
        thing = desired[key]
        if isinstance(thing, Table):
            statements.append(_table(thing))
        elif isinstance(thing, View):
            query = _moved(thing.query.text, found)
            if query is None:
                return None
            listed = f" ({names(thing.names)})" if thing.names else ""
            statements.append(f"CREATE TEMPORARY VIEW {quoted(thing.name)}{listed} AS {query}\n;")
    query = _moved(view.query.text, found)
    return None if query is None else StandIns("".join(statements), query)


def _beneath(
    view: View,
    desired: Mapping[ObjectKey, SchemaObject],
    changes: Callable[[ObjectKey], bool],
    above: frozenset[ObjectKey],
) -> Iterator[ObjectKey]:
    """The tables and views beneath a view that change, the lowest first."""
    for key in view.uses:
        thing = desired.get(key)
        if key in above or key.kind not in (Kind.TABLE, Kind.VIEW) or not changes(key):
            continue
        if isinstance(thing, View):
            yield from _beneath(thing, desired, changes, above | {view.key})
        if thing is not None:
            yield key


def _table(table: Table) -> str:
    parts = [f"{quoted(c.name)} {c.type.text}{f' COLLATE {c.collation}' if c.collation else ''}" for c in table.columns]
    parts += [f"PRIMARY KEY ({names(c.columns)})" for c in table.constraints if isinstance(c, PrimaryKey)]
    return f"CREATE TEMPORARY TABLE {quoted(table.name)} ({', '.join(parts)});"


def _moved(query: str, found: set[tuple[str, str]]) -> str | None:
    """The query, where names with the schema of what has a stand-in mean that."""
    relations = relations_in(query)
    if relations is None:
        return None
    for mention in sorted(relations, key=lambda m: -m.start):
        if mention.schema is not None and (mention.schema, mention.name) in found:
            schema = _IDENTIFIER.match(query, mention.start)
            if schema is None:
                return None
            query = f"{query[: schema.start()]}pg_temp{query[schema.end() :]}"
    return query
