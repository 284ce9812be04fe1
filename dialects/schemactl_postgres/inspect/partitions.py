"""The keys of partitioned tables."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from schemactl.model import IndexPart
from schemactl_postgres.bounds import split
from schemactl_postgres.inspect.draft import Draft
from schemactl_postgres.inspect.rows import PartitionKeyRow
from schemactl_postgres.inspect.values import expression, in_sql, printed_collations
from schemactl_postgres.options import PartitionKey, PartOptions


def add_partition_keys(drafts: Mapping[int, Draft], rows: Iterable[PartitionKeyRow]) -> None:
    """`rows` in the order of each key's parts; those of tables that are not drawn up are passed over."""
    keys: defaultdict[int, list[PartitionKeyRow]] = defaultdict(list)
    for row in rows:
        keys[row.relation].append(row)
    for relation, parts in keys.items():
        if draft := drafts.get(relation):
            draft.partition_by = PartitionKey(method=parts[0].method, parts=tuple(_parts(parts)))


def _parts(rows: list[PartitionKeyRow]) -> Iterator[IndexPart]:
    texts = iter(split(rows[0].expressions or ""))
    keys = [(row.column, next(texts).strip() if row.column is None else None) for row in rows]
    printed = printed_collations(rows[0].definition.partition(" ")[2], keys)
    for place, (row, (_, text)) in enumerate(zip(rows, keys, strict=True)):
        yield _part(row, text, printed.get(place, True))


def _part(row: PartitionKeyRow, text: str | None, collation_is_printed: bool) -> IndexPart:
    opclass = in_sql(row.opclass_schema, row.opclass_name)
    return IndexPart(
        column=row.column,
        expression=expression(text) if text is not None else None,
        collation=in_sql(row.collation_schema, row.collation_name) if collation_is_printed else None,
        options=PartOptions(opclass=opclass) if opclass else None,
    )
