"""Views, plain and materialized."""

from __future__ import annotations

from dataclasses import dataclass, field

from schemactl.model.expressions import Expression
from schemactl.model.indexes import Index
from schemactl.model.keys import Kind, ObjectKey
from schemactl.model.options import Options


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewColumn:
    """A column as the query yields it. `collation` is None where it is the type's own."""

    name: str
    type: str
    collation: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A view. Its names of columns are part of what `query.canonical` says.

    `names` is the column list that stands before the query in the desired text, empty where there is none. `columns`
    is what the query yields, None where no server has told. `column_comments` are (column, text), sorted. Only a
    materialized view has indexes and can be without data.
    """

    schema: str
    name: str
    query: Expression
    materialized: bool = False
    names: tuple[str, ...] = field(default=(), compare=False)
    columns: tuple[ViewColumn, ...] | None = field(default=None, compare=False)
    column_comments: tuple[tuple[str, str], ...] = ()
    indexes: tuple[Index, ...] = ()
    with_data: bool = field(default=True, compare=False)
    comment: str | None = None
    options: Options | None = None
    uses: tuple[ObjectKey, ...] = field(default=(), compare=False)

    @property
    def key(self) -> ObjectKey:
        return ObjectKey(kind=Kind.VIEW, schema=self.schema, name=self.name)

    def child(self, kind: Kind, name: str) -> ObjectKey:
        """The key of a column or index of this view."""
        return ObjectKey(kind=kind, schema=self.schema, table=self.name, name=name)
