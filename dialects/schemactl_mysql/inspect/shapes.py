"""MariaDB: the reference systems of geometry columns, which SHOW CREATE TABLE does not print."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from sqlalchemy import Connection

from schemactl.model import Column, SchemaObject, Table
from schemactl_mysql.inspect.server import query
from schemactl_mysql.options import ColumnOptions

_BEGINNINGS = ("geometry", "point", "linestring", "polygon", "multi")


def with_reference_systems(
    connection: Connection, database: str, objects: Iterable[SchemaObject]
) -> Iterable[SchemaObject]:
    """The objects, where each column has the reference system that it was made with. Asks only if there are shapes."""
    objects = list(objects)
    if not any(_is_shape(c) for t in objects if isinstance(t, Table) for c in t.columns):
        return objects
    found = {(row[0], row[1]): int(row[2]) for row in connection.exec_driver_sql(query("shapes_mariadb"), (database,))}

    def column(table: Table, it: Column) -> Column:
        srid = found.get((table.name, it.name))
        options = it.options if isinstance(it.options, ColumnOptions) else ColumnOptions()
        return it if srid is None else replace(it, options=replace(options, srid=srid))

    return [replace(o, columns=tuple(column(o, c) for c in o.columns)) if isinstance(o, Table) else o for o in objects]


def _is_shape(column: Column) -> bool:
    return column.type.text.startswith(_BEGINNINGS)
