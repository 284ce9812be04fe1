"""What the desired text leaves open of a definition: schemas of names and types, and links that others make."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from schemactl.model import DataType, Definition, Kind, ObjectKey, SchemaObject
from schemactl_postgres.defined import LINKS, link
from schemactl_postgres.read.routine_finish import type_keys

Resolve = Callable[[DataType, ObjectKey], DataType]


def settled_definition(
    found: Definition,
    desired: Mapping[ObjectKey, SchemaObject],
    live: Mapping[ObjectKey, SchemaObject],
    resolve: Resolve,
) -> Definition:
    """Raises what `resolve` raises."""
    types = tuple(t if t.text == "NONE" else resolve(t, found.key) for t in found.types)
    if types != found.types:
        uses = [key for t in types if t.uses is not None for key in type_keys(t.uses)]
        found = replace(found, types=types, uses=tuple(dict.fromkeys((*uses, *found.uses))))
    twin = live.get(found.key)
    if not isinstance(twin, Definition) or twin == found:
        return found
    known = dict(twin.properties)
    # A dump prints operators in another order than they were made in, and the order decides about such links.
    stated = ((name, value) for name, value in found.properties if name in known or name not in found.implied)
    given = {name: _named(value, known.get(name, value)) for name, value in stated}
    given |= {sort: known[sort] for sort in LINKS if sort not in given and _is_linked(twin, sort, desired)}
    return replace(found, properties=tuple(sorted(given.items())))


def _named(written: str, live: str) -> str:
    """The live name, or list of names, where only schemas were left out."""
    ours, theirs = written.split(", "), live.split(", ")
    if len(ours) != len(theirs):
        return written
    return live if all(_is_same(a, b) for a, b in zip(ours, theirs, strict=True)) else written


def _is_same(written: str, live: str) -> bool:
    if live.startswith("OPERATOR("):
        return written == live or live.endswith(f".{written})")
    return written == live or ("'" not in live and live.endswith(f".{written}"))


def _is_linked(twin: Definition, sort: str, desired: Mapping[ObjectKey, SchemaObject]) -> bool:
    """Whether the live link is to an operator that is desired to link here: whichever was made last, made both."""
    key = link(twin, sort)
    other = desired.get(key) if key is not None else None
    return isinstance(other, Definition) and other.kind is Kind.OPERATOR and link(other, sort) == twin.key
