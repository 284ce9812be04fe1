"""Columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from schemactl.model import Column, ForeignOptions, Generated, Identity, Kind
from schemactl_postgres.inspect.draft import Draft
from schemactl_postgres.inspect.foreign import foreign_options, refusal
from schemactl_postgres.inspect.objects import identity
from schemactl_postgres.inspect.rows import ColumnRow, SequenceRow
from schemactl_postgres.inspect.values import data_type, expression, in_sql, optional_expression, pairs
from schemactl_postgres.options import ColumnOptions

#: pg_attribute.attstorage and attcompression, in the words of ALTER TABLE.
STORAGE = {"p": "PLAIN", "e": "EXTERNAL", "m": "MAIN", "x": "EXTENDED"}
COMPRESSION = {"p": "pglz", "l": "lz4"}

#: By (oid of the table, attnum): the sequences of identity columns.
Identities = Mapping[tuple[int | None, int | None], SequenceRow]


def add_columns(drafts: Mapping[int, Draft], rows: Iterable[ColumnRow], identities: Identities) -> None:
    """`rows` in the order of each table's columns; those of tables that are not drawn up are passed over."""
    for row in rows:
        draft = drafts.get(row.relation)
        if draft is None:
            continue
        draft.positions[row.position] = row.name
        if row.own:
            draft.own.append(row.name)
        foreign = foreign_options(row.foreign_options)
        if what := refusal("column", foreign):
            draft.refuse(Kind.COLUMN, row.name, what)
            foreign = ()
        draft.columns.append(
            Column(
                name=row.name,
                type=data_type(row.type, row.element_schema, row.element_name),
                nullable=not row.not_null,
                default=optional_expression(row.expression) if row.generated is None else None,
                identity=_identity(row, identities),
                generated=_generated(row),
                collation=in_sql(row.collation_schema, row.collation_name),
                comment=row.comment,
                options=_options(row, foreign),
            )
        )


def _identity(row: ColumnRow, identities: Identities) -> Identity | None:
    """None for a partition, which from 17 on counts along with its parent and has no sequence of its own."""
    sequence = identities.get((row.relation, row.position))
    return identity(sequence, row.identity) if row.identity and sequence else None


def _generated(row: ColumnRow) -> Generated | None:
    if row.generated is None:
        return None
    return Generated(expression=expression(row.expression or ""), stored=row.generated == "s")


def _options(row: ColumnRow, foreign: ForeignOptions) -> ColumnOptions | None:
    options = ColumnOptions(
        storage=STORAGE[row.storage] if row.storage else None,
        compression=COMPRESSION[row.compression] if row.compression else None,
        statistics=row.statistics,
        foreign=foreign,
        settings=pairs(row.settings),
    )
    return None if options == ColumnOptions() else options
