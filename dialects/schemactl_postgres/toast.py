"""Storage parameters of TOAST tables, which the server takes and forgets where there is no such table."""

from __future__ import annotations

from dataclasses import replace

from schemactl.model import Catalog, Column, SchemaObject, Table, View
from schemactl_postgres.options import ColumnOptions, MaterializedOptions, Storage, Surroundings, TableOptions


def without_forgotten(desired: Catalog, actual: Catalog) -> Catalog:
    """`desired` without the toast.* parameters of what has no TOAST table, and gets none by what is to change of it.

    Only a new column gives a table one, or one that takes another type or storage. `desired` is confirmed: what means
    the same has the same words.
    """
    who = actual.surroundings
    if not isinstance(who, Surroundings) or not who.toastless:
        return desired
    live = {key: o for key, o in actual.by_key().items() if key in who.toastless}
    return replace(desired, objects=tuple(_settled(o, live[o.key]) if o.key in live else o for o in desired.objects))


def _settled(it: SchemaObject, live: SchemaObject) -> SchemaObject:
    match it, live:
        case Table(options=TableOptions() as options), Table():
            there = set(map(_stored, live.columns))
            if all(_stored(column) in there for column in it.columns):
                kept = replace(options, storage=_kept(options.storage))
                return replace(it, options=None if kept == TableOptions() else kept)
        case View(options=MaterializedOptions() as said), View() if it.query == live.query:
            held = replace(said, storage=_kept(said.storage))
            return replace(it, options=None if held == MaterializedOptions() else held)
    return it


def _kept(storage: Storage) -> Storage:
    return tuple((name, value) for name, value in storage if not name.startswith("toast."))


def _stored(column: Column) -> tuple[object, ...]:
    """What tells whether values of a column can be too long for a row."""
    options = column.options if isinstance(column.options, ColumnOptions) else ColumnOptions()
    return column.name, column.type, options.storage, column.generated is not None and not column.generated.stored
