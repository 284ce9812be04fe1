"""What periods and system versioning bring along without a word, in MariaDB."""

from __future__ import annotations

from dataclasses import replace

from schemactl.model import Column, IndexPart
from schemactl_mysql.options import ColumnOptions, IndexOptions
from schemactl_mysql.read.state import TableDraft


def settle_versions(draft: TableDraft) -> None:
    """Columns of a period are NOT NULL, versioned columns version their table, keys end with the end of a row."""
    _versioned(draft)
    for period in draft.options.periods:
        for name in (period.begin, period.end):
            found = draft.columns.get(name.lower())
            if found is not None:
                draft.columns[name.lower()] = replace(found, nullable=False)
    end = next((c.name for c in draft.columns.values() if _options(c).row == "END"), None)
    if end is not None and draft.options.system_versioned:
        _lengthen_keys(draft, end)


def _options(column: Column) -> ColumnOptions:
    return column.options if isinstance(column.options, ColumnOptions) else ColumnOptions()


def _versioned(draft: TableDraft) -> None:
    """A column that says WITH SYSTEM VERSIONING of a table that does not leaves all others out of the history."""
    stated = {n for n, c in draft.columns.items() if _options(c).versioned}
    alone = bool(stated) and not draft.options.system_versioned
    for name, column in draft.columns.items():
        options = _options(column)
        versioned = options.versioned
        if name in stated:
            versioned = None
        elif alone and options.row is None:
            versioned = False
        if versioned != options.versioned:
            options = replace(options, versioned=versioned)
            draft.columns[name] = replace(column, options=options if options != ColumnOptions() else None)
    if alone:
        draft.options = replace(draft.options, system_versioned=True)


def _lengthen_keys(draft: TableDraft, end: str) -> None:
    """Old and current rows share the values of a key, and differ in when they end."""
    primary = draft.primary_key
    if primary is not None and end.lower() not in {c.lower() for c in primary.columns}:
        options = primary.options if isinstance(primary.options, IndexOptions) else None
        if options is not None and options.parts:
            options = replace(options, parts=(*options.parts, IndexPart(column=end)))
        draft.primary_key = replace(primary, columns=(*primary.columns, end), options=options)
    for name, index in draft.indexes.items():
        if index.unique and not any(p.column and p.column.lower() == end.lower() for p in index.parts):
            draft.indexes[name] = replace(index, parts=(*index.parts, IndexPart(column=end)))
