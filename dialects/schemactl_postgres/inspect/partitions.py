"""The keys of partitioned tables."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from schemactl.model import IndexPart
from schemactl_postgres.bounds import split
from schemactl_postgres.inspect.draft import Draft
from schemactl_postgres.inspect.rows import PartitionKeyRow
from schemactl_postgres.inspect.values import expression, in_sql
from schemactl_postgres.options import PartitionKey, PartOptions


def add_partition_keys(drafts: Mapping[int, Draft], rows: Iterable[PartitionKeyRow]) -> None:
    """`rows` in the order of each key's parts; those of tables that are not drawn up are passed over."""
    keys: defaultdict[int, list[PartitionKeyRow]] = defaultdict(list)
    for row in rows:
        keys[row.relation].append(row)
    for relation, parts in keys.items():
        if draft := drafts.get(relation):
            texts = iter(split(parts[0].expressions or ""))
            draft.partition_by = PartitionKey(method=parts[0].method, parts=tuple(_part(part, texts) for part in parts))


def _part(row: PartitionKeyRow, texts: Iterator[str]) -> IndexPart:
    opclass = in_sql(row.opclass_schema, row.opclass_name)
    return IndexPart(
        column=row.column,
        expression=expression(next(texts)) if row.column is None else None,
        collation=in_sql(row.collation_schema, row.collation_name),
        options=PartOptions(opclass=opclass) if opclass else None,
    )
