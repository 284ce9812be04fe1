"""Defaults of NULL, of which the server stores but a few."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from schemactl.model import Column, DataType, Domain, Expression, ObjectKey, SchemaObject, Table

#: The canonical text of any default that is NULL, whatever it is cast to.
NULL = "NULL"

IsDomain = Callable[[ObjectKey], bool | None]
"""Whether the type of a key is a domain; None where nobody knows."""


def stores_null(data: DataType, is_domain: IsDomain) -> bool | None:
    """Whether the server stores DEFAULT NULL for a type; None where its kind is not known.

    It stores what is more than a bare NULL: one that must be cast to a length, and one that goes through a domain, whose
    own default it overrides (AddRelationNewConstraints in src/backend/catalog/heap.c).
    """
    if "(" in data.text:
        return True
    if data.uses is None or data.text.endswith("[]"):
        return False
    return is_domain(data.uses)


def without_dropped_nulls(thing: SchemaObject, is_domain: IsDomain) -> SchemaObject:
    """`thing` without the defaults that the server does not store; what is not known stays."""

    def kept(owner: Column | Domain) -> Expression | None:
        default = owner.default
        dropped = default is not None and default.canonical == NULL and stores_null(owner.type, is_domain) is False
        return None if dropped else default

    match thing:
        case Domain():
            return replace(thing, default=kept(thing))
        case Table() if any(column.default is not None for column in thing.columns):
            return replace(thing, columns=tuple(replace(c, default=kept(c)) for c in thing.columns))
        case _:
            return thing
