"""The index beneath a key, as an index by itself."""

from __future__ import annotations

from dataclasses import replace

from schemactl.model import Index, IndexPart, PrimaryKey, Unique
from schemactl_postgres.options import IndexOptions


def index_of(it: PrimaryKey | Unique, name: str) -> Index:
    """The unique index that can become the key's, under that name."""
    options = it.options if isinstance(it.options, IndexOptions) else IndexOptions()
    if isinstance(it, Unique) and it.nulls_not_distinct:
        options = replace(options, nulls_not_distinct=True)
    return Index(
        name=name,
        parts=tuple(IndexPart(column=column) for column in it.columns),
        unique=True,
        include=it.include,
        options=None if options == IndexOptions() else options,
    )
