"""Types of the user's, with what they are made of resolved against the live catalog."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from schemactl.model import Composite, DataType, Domain, ObjectKey, Range, SchemaObject
from schemactl_postgres.canonical.user_types import type_of_user

Resolve = Callable[[DataType, ObjectKey], DataType]


def settled_type(
    found: Composite | Domain | Range, twin: SchemaObject | None, resolve: Resolve
) -> Composite | Domain | Range:
    """`found` with the schemas of types and of a range's functions. Raises what `resolve` raises."""
    match found:
        case Composite():
            attributes = tuple(replace(a, type=resolve(a.type, found.key)) for a in found.attributes)
            settled: Composite | Domain | Range = replace(found, attributes=attributes)
        case Domain():
            settled = replace(found, type=resolve(found.type, found.key))
        case Range():
            settled = _range(found, twin if isinstance(twin, Range) else None, resolve)
    if settled == found:
        return found
    again = type_of_user(replace(settled, uses=()), {}, "")
    assert isinstance(again, Composite | Domain | Range)
    return again


def _range(found: Range, twin: Range | None, resolve: Resolve) -> Range:
    found = replace(found, subtype=resolve(found.subtype, found.key))
    if twin is None:
        return found
    return replace(
        found,
        opclass=_named(found.opclass, twin.opclass),
        canonical=_named(found.canonical, twin.canonical),
        subtype_diff=_named(found.subtype_diff, twin.subtype_diff),
    )


def _named(name: str | None, live: str | None) -> str | None:
    """The live name where only its schema was left out."""
    return live if name is not None and live is not None and live.endswith("." + name) else name
