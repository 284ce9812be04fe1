"""What stays though the desired text does not create it: schemas that things stand in, and extensions."""

from __future__ import annotations

from collections.abc import Iterable

from schemactl.errors import MissingObjectError
from schemactl.model import Catalog, Desired, Extension, Schema
from schemactl.model.catalog import sorted_catalog


def with_live_extensions(desired: Catalog, actual: Catalog) -> Catalog:
    """`desired` with the live extensions that it does not name.

    An extension is often the platform's, and what goes with it cannot be seen from the schema: it is created where
    it is asked for, and never dropped for not being mentioned.
    """
    stated = {o.key for o in desired.objects}
    kept = [o for o in actual.objects if isinstance(o, Extension) and o.key not in stated]
    homes = {o.schema for o in kept}
    kept_schemas = [o for o in actual.objects if isinstance(o, Schema) and o.name in homes and o.key not in stated]
    return sorted_catalog((*desired.objects, *kept, *kept_schemas)) if kept else desired


def framed(desired: Desired, actual: Catalog, *, frame: Iterable[str]) -> Catalog:
    """The desired catalog with the schemas it stands in.

    `frame` names the schemas that are there by agreement: the default one, and those the user gave to manage. They
    are created where something is to stand in them, and never dropped. Any other schema that the desired text uses
    without creating it must be live, or MissingObjectError is raised.
    """
    stated = {o.name for o in desired.catalog.objects if isinstance(o, Schema)}
    live = {o.name: o for o in actual.objects if isinstance(o, Schema)}
    agreed = set(frame)
    extra: dict[str, Schema] = {}
    used = {o.key.schema for o in desired.catalog.objects}
    for name in agreed - stated:
        if name in live or name in used:
            extra[name] = live.get(name) or Schema(name=name)
    for thing in desired.catalog.objects:
        name = thing.key.schema
        if not name or name in stated or name in extra:
            continue
        if name not in live:
            raise MissingObjectError(
                f"{thing.key} stands in a schema that is nowhere created",
                place=desired.places.get(thing.key),
                subject=str(thing.key),
                hint=f"add: CREATE SCHEMA {name};",
            )
        extra[name] = live[name]
    return sorted_catalog((*desired.catalog.objects, *extra.values()))
