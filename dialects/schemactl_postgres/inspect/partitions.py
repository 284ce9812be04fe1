"""The keys of partitioned tables."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from schemactl.model import IndexPart
from schemactl_postgres.bounds import split
from schemactl_postgres.inspect.draft import Draft
from schemactl_postgres.inspect.rows import PartitionKeyRow
from schemactl_postgres.inspect.values import expression, in_sql
from schemactl_postgres.options import PartitionKey, PartOptions
from schemactl_postgres.sql import quoted

#: Behind an expression, which stands in parentheses unless it is a call.
_COLLATED = re.compile(r"\)? COLLATE ")


def add_partition_keys(drafts: Mapping[int, Draft], rows: Iterable[PartitionKeyRow]) -> None:
    """`rows` in the order of each key's parts; those of tables that are not drawn up are passed over."""
    keys: defaultdict[int, list[PartitionKeyRow]] = defaultdict(list)
    for row in rows:
        keys[row.relation].append(row)
    for relation, parts in keys.items():
        if draft := drafts.get(relation):
            draft.partition_by = PartitionKey(method=parts[0].method, parts=tuple(_parts(parts)))


def _parts(rows: list[PartitionKeyRow]) -> Iterator[IndexPart]:
    texts, definition = iter(split(rows[0].expressions or "")), rows[0].definition
    at = definition.index("(") + 1
    for row in rows:
        text = next(texts) if row.column is None else quoted(row.column)
        at = definition.index(text, at) + len(text)
        printed = row.column is not None or _COLLATED.match(definition, at) is not None
        yield _part(row, text, printed)


def _part(row: PartitionKeyRow, text: str, collation_is_printed: bool) -> IndexPart:
    opclass = in_sql(row.opclass_schema, row.opclass_name)
    return IndexPart(
        column=row.column,
        expression=expression(text) if row.column is None else None,
        collation=in_sql(row.collation_schema, row.collation_name) if collation_is_printed else None,
        options=PartOptions(opclass=opclass) if opclass else None,
    )
