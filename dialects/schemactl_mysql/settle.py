"""The desired catalog in the words of this server."""

from __future__ import annotations

from dataclasses import replace

from schemactl.model import Catalog, Column, Desired, Table
from schemactl_mysql.canonical import canonicalise
from schemactl_mysql.options import ColumnOptions, Surroundings
from schemactl_mysql.settle_partitions import partitioning_as_it_is
from schemactl_mysql.settle_programs import in_live_order, left_open


def settle(desired: Desired, actual: Catalog) -> Catalog:
    around = actual.surroundings
    if not isinstance(around, Surroundings):
        return desired.catalog
    live = {t.key: t for t in actual.tables()}
    catalog = canonicalise(desired.catalog, around)
    known = actual.by_key()
    objects = [
        _table(o, live.get(o.key)) if isinstance(o, Table) else left_open(o, known, around) for o in catalog.objects
    ]
    return replace(catalog, objects=tuple(in_live_order(objects, actual)))


def _table(table: Table, live: Table | None) -> Table:
    """What the text leaves open is as it is."""
    table = partitioning_as_it_is(table, live) if live else table
    return replace(table, columns=tuple(_column(c, live.column(c.name) if live else None) for c in table.columns))


def _column(column: Column, live: Column | None) -> Column:
    options = column.options
    if not isinstance(options, ColumnOptions) or options.explicit is not None:
        return column
    before = live.options if live is not None and live.collation == column.collation else ColumnOptions(explicit=True)
    explicit = isinstance(before, ColumnOptions) and bool(before.explicit)
    options = replace(options, explicit=explicit)
    return replace(column, options=options if options != ColumnOptions() else None)
