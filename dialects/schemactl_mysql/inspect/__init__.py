"""The live catalog: what SHOW CREATE prints, read by the same grammar as the desired text.

SHOW CREATE is the server's own canonical text: with one grammar for both sides nothing can be held on one side and
lost on the other.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from sqlalchemy import Connection

from schemactl.model import Catalog, Schema, SchemaObject
from schemactl.model.catalog import sorted_catalog
from schemactl_mysql.canonical import canonicalise
from schemactl_mysql.inspect.printed import printed_objects
from schemactl_mysql.inspect.server import surroundings
from schemactl_mysql.inspect.shapes import with_reference_systems
from schemactl_mysql.inspect.triggers import triggers
from schemactl_mysql.options import SchemaOptions, Surroundings
from schemactl_mysql.read import read_printed
from schemactl_mysql.read.scanner import Lexical
from schemactl_mysql.session import as_we_write

#: Databases of the server's own.
SYSTEM = frozenset({"information_schema", "mysql", "ndbinfo", "performance_schema", "sys"})


def inspect(connection: Connection, *, schemas: Sequence[str] | None) -> Catalog:
    """The catalog of these databases; where none are named, of the connection's, or of all but the server's own."""
    around = surroundings(connection)
    names = list(schemas) if schemas else [around.database] if around.database else list(around.collations)
    names = [n for n in names if n.lower() not in SYSTEM and n in around.collations]
    with as_we_write(connection):
        catalogs = [_database(connection, name, around) for name in names]
    objects = [o for catalog in catalogs for o in catalog.objects]
    unsupported = tuple(u for catalog in catalogs for u in catalog.unsupported)
    whole = replace(sorted_catalog(objects), unsupported=unsupported, surroundings=around)
    return canonicalise(whole, around, printed=True)


def _database(connection: Connection, name: str, around: Surroundings) -> Catalog:
    schema = Schema(name=name, options=SchemaOptions(collation=around.collations[name]))
    found = printed_objects(connection, name)
    read_back = read_printed(found.texts, database=name, lexical=Lexical(flavour=around.flavour))
    tables: Iterable[SchemaObject] = read_back.catalog.objects
    if around.flavour.mariadb:
        tables = with_reference_systems(connection, name, tables)
    objects = [schema, *tables, *triggers(connection, name, around.flavour)]
    return replace(sorted_catalog(objects), unsupported=found.unsupported)
