"""Types that a schema makes for itself: enums apart, which stand in objects.py.

`uses` of each is what it rests on: other types, routines, collations.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from schemactl.model.constraints import Check
from schemactl.model.expressions import DataType, Expression
from schemactl.model.keys import Kind, ObjectKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Domain:
    """A type over another, with rules. `collation` is None where it is the base type's own.

    Checks speak of VALUE, and stand sorted by name.
    """

    schema: str
    name: str
    type: DataType
    collation: str | None = None
    default: Expression | None = None
    nullable: bool = True
    constraints: tuple[Check, ...] = ()
    comment: str | None = None
    uses: tuple[ObjectKey, ...] = field(default=(), compare=False)

    @property
    def key(self) -> ObjectKey:
        return ObjectKey(kind=Kind.TYPE, schema=self.schema, name=self.name)

    def child(self, name: str) -> ObjectKey:
        """The key of a check. Types and tables share a namespace, so none of a table's can be the same."""
        return ObjectKey(kind=Kind.CONSTRAINT, schema=self.schema, table=self.name, name=name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribute:
    """A part of a composite type. `collation` is None where it is the type's own."""

    name: str
    type: DataType
    collation: str | None = None
    comment: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Composite:
    """A composite type made by CREATE TYPE. The order of its attributes counts."""

    schema: str
    name: str
    attributes: tuple[Attribute, ...] = ()
    comment: str | None = None
    uses: tuple[ObjectKey, ...] = field(default=(), compare=False)

    @property
    def key(self) -> ObjectKey:
        return ObjectKey(kind=Kind.TYPE, schema=self.schema, name=self.name)

    def child(self, name: str) -> ObjectKey:
        """The key of an attribute, which the server treats as a column."""
        return ObjectKey(kind=Kind.COLUMN, schema=self.schema, table=self.name, name=name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """A range type. Names are written as in SQL; None where they are the subtype's own, or none is given.

    `multirange` is the name of the multirange type, which stands in the same schema.
    """

    schema: str
    name: str
    subtype: DataType
    multirange: str
    opclass: str | None = None
    collation: str | None = None
    canonical: str | None = None
    subtype_diff: str | None = None
    comment: str | None = None
    uses: tuple[ObjectKey, ...] = field(default=(), compare=False)

    @property
    def key(self) -> ObjectKey:
        return ObjectKey(kind=Kind.TYPE, schema=self.schema, name=self.name)
