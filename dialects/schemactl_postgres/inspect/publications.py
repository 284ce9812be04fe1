"""Publications, and what they say of the tables in the chosen schemas."""

from __future__ import annotations

from collections.abc import Iterator

from schemactl.model import Kind, ObjectKey, Publication, PublishedTable
from schemactl.model.publications import PUBLISHABLE
from schemactl_postgres.inspect import rows
from schemactl_postgres.inspect.session import Snapshot
from schemactl_postgres.inspect.values import optional_expression

#: pg_publication.pubgencols.
_GENERATED = {"n": "none", "s": "stored"}


def publications(view: Snapshot) -> Iterator[Publication]:
    for row in view.rows(rows.PUBLICATIONS):
        yield Publication(
            name=row.name,
            all_tables=row.all_tables,
            schemas=tuple(sorted(row.schemas)),
            publish=tuple(p for p in PUBLISHABLE if p in row.publish),
            via_partition_root=row.via_partition_root,
            generated_columns=_GENERATED[row.generated_columns],
            comment=row.comment,
        )


def published(view: Snapshot) -> Iterator[PublishedTable]:
    for row in view.rows(rows.PUBLISHED_TABLES):
        one = PublishedTable(
            schema=row.schema,
            table=row.on_table,
            name=row.name,
            columns=tuple(sorted(row.columns)),
            where=optional_expression(row.filter),
        )
        columns = (ObjectKey(kind=Kind.COLUMN, schema=one.schema, table=one.table, name=c) for c in row.uses)
        yield PublishedTable(
            schema=one.schema,
            table=one.table,
            name=one.name,
            columns=one.columns,
            where=one.where,
            uses=(one.publication, one.on, *columns),
        )
