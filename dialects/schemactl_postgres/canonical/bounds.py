"""The bounds of partitions: each value is one of the type of its part of the parent's key."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from schemactl.model import Expression, IndexPart, SchemaObject, Table
from schemactl_postgres.canonical.expression import canonical
from schemactl_postgres.canonical.resolve import Context
from schemactl_postgres.canonical.typenames import path_of, type_of
from schemactl_postgres.options import Bound, PartitionKey, TableOptions

_NAMELESS = Context({}, "", "", {})


def bounded(objects: Iterable[SchemaObject]) -> Iterator[SchemaObject]:
    """`objects`, where the bounds of partitions are canonical. That of a parent that is not among them stays."""
    found = list(objects)
    parents = {o.key: o for o in found if isinstance(o, Table)}
    for thing in found:
        options = thing.options if isinstance(thing, Table) else None
        if isinstance(thing, Table) and isinstance(options, TableOptions) and options.partition_of is not None:
            parent = parents.get(options.partition_of.parent)
            if parent is not None:
                bound = bound_in(options.partition_of.bound, parent)
                options = replace(options, partition_of=replace(options.partition_of, bound=bound))
                thing = replace(thing, options=options)
        yield thing


def bound_in(bound: Bound, parent: Table) -> Bound:
    """A bound with its values canonical."""
    key = parent.options.partition_by if isinstance(parent.options, TableOptions) else None
    if key is None or bound.form in ("WITH", "DEFAULT"):
        return bound
    types = _types(key, parent)
    if bound.form == "IN":
        values = [_value(v, types[0]) for v in bound.values]
        unique = {v.canonical: v for v in values}
        return replace(
            bound, values=tuple(unique[text] for text in sorted(unique)), written=bound.written or bound.values
        )
    return replace(
        bound,
        values=tuple(_value(v, t) for v, t in zip(bound.values, types, strict=False)),
        upper=tuple(_value(v, t) for v, t in zip(bound.upper, types, strict=False)),
    )


def _types(key: PartitionKey, parent: Table) -> list[str | None]:
    return [_type(part, parent) for part in key.parts]


def _type(part: IndexPart, parent: Table) -> str | None:
    column = parent.column(part.column) if part.column else None
    found = type_of(column.type.text) if column else None
    return path_of(found) if found else None


def _value(value: Expression, target: str | None) -> Expression:
    if value.text in ("MINVALUE", "MAXVALUE"):
        return value
    found = canonical(value.text, _NAMELESS, target)
    return replace(value, canonical=found.text, uses=found.uses)
