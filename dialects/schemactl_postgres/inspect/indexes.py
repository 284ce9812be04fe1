"""Indexes and their parts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from schemactl.model import Index, IndexPart, Kind
from schemactl_postgres.inspect.rows import IndexRow, PartRow
from schemactl_postgres.inspect.values import in_sql, optional_expression, pairs, printed_collations
from schemactl_postgres.options import IndexOptions, PartOptions


@dataclass(frozen=True, slots=True)
class LiveIndex:
    """An index as it was read, whether it stands alone or behind a constraint."""

    row: IndexRow
    parts: tuple[IndexPart, ...]
    include: tuple[str, ...]
    statistics: tuple[tuple[int, int], ...]

    def options(self, *, nulls_not_distinct: bool = False) -> IndexOptions | None:
        options = IndexOptions(
            nulls_not_distinct=nulls_not_distinct,
            storage=pairs(self.row.storage),
            statistics=self.statistics,
            extensions=tuple(self.row.extensions),
        )
        return None if options == IndexOptions() else options


class Owner(Protocol):
    """What has indexes: the draft of a table or of a materialized view."""

    clustered_on: str | None
    replica_index: str | None

    def refuse(self, kind: Kind, name: str, what: str) -> None: ...


def live_indexes(
    drafts: Mapping[int, Owner], rows: Iterable[IndexRow], parts: Iterable[PartRow]
) -> dict[int, LiveIndex]:
    """All indexes of the drafts by oid; what each says of its table is noted there."""
    by_index: defaultdict[int, list[PartRow]] = defaultdict(list)
    for part in parts:
        by_index[part.index_oid].append(part)
    found = {}
    for row in rows:
        draft = drafts.get(row.relation)
        if draft is None:
            continue
        if row.clustered:
            draft.clustered_on = row.name
        if row.replica_identity:
            draft.replica_index = row.name
        if row.in_tablespace:
            draft.refuse(Kind.INDEX, row.name, "an index in a tablespace other than the default")
        found[row.oid] = _live_index(row, by_index[row.oid])
    return found


def index(live: LiveIndex) -> Index:
    row = live.row
    return Index(
        name=row.name,
        parts=live.parts,
        unique=row.is_unique,
        method=row.method,
        include=live.include,
        predicate=optional_expression(row.predicate),
        comment=row.comment,
        options=live.options(nulls_not_distinct=row.nulls_not_distinct),
        valid=row.valid,
    )


def _live_index(row: IndexRow, parts: list[PartRow]) -> LiveIndex:
    keys = [part for part in parts if not part.included]
    printed = _printed_collations(row, keys) if row.definition else {}
    return LiveIndex(
        row=row,
        parts=tuple(_part(key, printed.get(place, True)) for place, key in enumerate(keys)),
        include=tuple(part.column for part in parts if part.included and part.column is not None),
        statistics=tuple((n, part.statistics) for n, part in enumerate(keys, 1) if part.statistics is not None),
    )


def _part(row: PartRow, collation_is_printed: bool) -> IndexPart:
    opclass = in_sql(row.opclass_schema, row.opclass_name)
    return IndexPart(
        column=row.column,
        expression=optional_expression(row.expression),
        collation=in_sql(row.collation_schema, row.collation_name) if collation_is_printed else None,
        descending=row.descending,
        nulls_first=row.nulls_first,
        options=None if opclass is None else PartOptions(opclass=opclass, parameters=pairs(row.opclass_parameters)),
    )


def _printed_collations(row: IndexRow, keys: list[PartRow]) -> dict[int, bool]:
    definition = row.definition or ""
    start = definition.index(f" USING {row.method} (")
    return printed_collations(definition[start:], [(key.column, key.expression) for key in keys])
