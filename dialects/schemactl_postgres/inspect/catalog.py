"""Rows into a catalog."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Sequence as Sequence_
from dataclasses import replace
from typing import TYPE_CHECKING

from schemactl.model import Catalog, Kind, ObjectKey, SchemaObject, Unsupported
from schemactl_postgres.inspect import objects, routines, rows
from schemactl_postgres.inspect.definitions import definitions
from schemactl_postgres.inspect.foreign import foreign, unmanaged
from schemactl_postgres.inspect.outsiders import outsiders
from schemactl_postgres.inspect.policies import policies
from schemactl_postgres.inspect.privileges import access
from schemactl_postgres.inspect.publications import publications, published
from schemactl_postgres.inspect.rules import rules
from schemactl_postgres.inspect.session import Snapshot, snapshot
from schemactl_postgres.inspect.statistics import collations, statistics
from schemactl_postgres.inspect.tables import tables
from schemactl_postgres.inspect.types import user_types
from schemactl_postgres.inspect.views import views

if TYPE_CHECKING:
    from sqlalchemy import Connection


def inspect(connection: Connection, *, schemas: Sequence_[str] | None) -> Catalog:
    """The live catalog of `schemas`, or of every schema that neither the server nor an extension brought.

    Extensions count to the schema that they stand in; what stands in no schema is looked at only without `schemas`.
    What rests on them from other schemas is among the `outsiders`.
    A schema that does not exist is no error: it is not in the catalog. The connection is left as it was, in the
    caller's transaction or in none. Raises whatever the driver raises.
    """
    with snapshot(connection) as view:
        in_scope = [
            row for row in view.rows(rows.SCHEMAS) if (not row.of_extension if schemas is None else row.name in schemas)
        ]
        view.choose([row.oid for row in in_scope])
        sequences = view.rows(rows.SEQUENCES)
        enums, known_types = objects.types(view.rows(rows.TYPES))
        identities = {(row.owner, row.owner_position): row for row in sequences if row.dependency == "i"}
        held, refused, toastless = tables(view, identities)
        types, refused_types = user_types(view)
        ruled, refused_rules = rules(view)
        seen, refused_views, toastless_views = views(view)
        rights = access(view, everything=schemas is None)
        refused += rights.refused
        called, refused_called = routines.called(view)
        refused += refused_called
        things, refused_foreign = foreign(view) if schemas is None else ([], [])
        refused += refused_foreign
        left_alone = tuple(sorted(unmanaged(view), key=lambda u: (u.what, u.key))) if schemas is None else ()
        found: list[SchemaObject] = [
            *called,
            *objects.schemas(in_scope),
            *objects.extensions(view.rows(rows.EXTENSIONS)),
            *enums,
            *policies(view),
            *(publications(view) if schemas is None else ()),
            *published(view),
            *things,
            *rights.objects,
            *objects.sequences(sequences),
            *held,
            *types,
            *definitions(view, schemas),
            *statistics(view.rows(rows.STATISTICS)),
            *collations(view.rows(rows.COLLATIONS)),
            *ruled,
            *seen,
        ]
        refused += refused_types
        refused += objects.refused_sequences(sequences)
        refused += refused_rules + refused_views
        refused += _unsupported(view, schemas is None)
        outside = outsiders(view) if schemas is not None else ()
    return Catalog(
        objects=tuple(sorted(found, key=lambda o: o.key)),
        unsupported=tuple(sorted(set(refused), key=lambda u: (u.key, u.what))),
        known_types=known_types,
        outsiders=outside,
        surroundings=replace(rights.surroundings, toastless=toastless | toastless_views),
        unmanaged=left_alone,
    )


def _unsupported(view: Snapshot, everything: bool) -> Iterable[Unsupported]:
    named = view.rows(rows.UNSUPPORTED)
    if everything:
        named += view.rows(rows.UNSUPPORTED_ANYWHERE)
    for row in named:
        key = ObjectKey(kind=Kind(row.kind), schema=row.schema, table=row.on_table, name=row.name)
        yield Unsupported(key=key, what=row.what)
