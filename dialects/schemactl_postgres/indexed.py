"""A materialized view seen as a table, so that its indexes are treated as a table's are."""

from __future__ import annotations

from dataclasses import replace

from schemactl.model import Column, DataType, Table, View


def as_table(view: View, like: View | None = None) -> Table:
    """A table of the view's name and indexes. Its columns are those that are known of `like`, if of any."""
    columns = like.columns if like is not None and like.columns is not None else ()
    return Table(
        schema=view.schema,
        name=view.name,
        columns=tuple(Column(name=c.name, type=DataType(text=c.type), collation=c.collation) for c in columns),
        indexes=view.indexes,
    )


def with_indexes(view: View, table: Table) -> View:
    """The view with the indexes of that table."""
    return view if view.indexes == table.indexes else replace(view, indexes=table.indexes)
