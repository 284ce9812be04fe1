"""Publications, and what each of them says of a table."""

from __future__ import annotations

from dataclasses import dataclass, field

from schemactl.model.expressions import Expression
from schemactl.model.keys import Kind, ObjectKey

#: All that can be published, in the order in which it is written.
PUBLISHABLE = ("insert", "update", "delete", "truncate")


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """A publication without its tables, which are objects of their own.

    `publish` in the order of PUBLISHABLE. `schemas`, sorted, are those of FOR TABLES IN SCHEMA.
    `generated_columns`: none or stored.
    """

    name: str
    all_tables: bool = False
    schemas: tuple[str, ...] = ()
    publish: tuple[str, ...] = PUBLISHABLE
    via_partition_root: bool = False
    generated_columns: str = "none"
    comment: str | None = None

    @property
    def key(self) -> ObjectKey:
        return ObjectKey(kind=Kind.PUBLICATION, name=self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedTable:
    """A table in the publication called `name`. `columns`, sorted, empty for all; `where` is the row filter.

    `uses`: the publication, the table, and the columns that are listed or filtered by.
    """

    schema: str
    table: str
    name: str
    columns: tuple[str, ...] = ()
    where: Expression | None = None
    uses: tuple[ObjectKey, ...] = field(default=(), compare=False)

    @property
    def key(self) -> ObjectKey:
        return ObjectKey(kind=Kind.PUBLISHED_TABLE, schema=self.schema, table=self.table, name=self.name)

    @property
    def on(self) -> ObjectKey:
        """The table."""
        return ObjectKey(kind=Kind.TABLE, schema=self.schema, name=self.table)

    @property
    def publication(self) -> ObjectKey:
        return ObjectKey(kind=Kind.PUBLICATION, name=self.name)
