"""The objects of a schema. What is special to one database hangs on `options`, a frozen class of that dialect."""

from __future__ import annotations

from dataclasses import dataclass, field

from schemactl.model.collations import Collation
from schemactl.model.constraints import Constraint, NotNull
from schemactl.model.definitions import Definition
from schemactl.model.expressions import DataType, Expression
from schemactl.model.foreign import ForeignServer, ForeignWrapper
from schemactl.model.indexes import Index, IndexPart
from schemactl.model.keys import Kind, ObjectKey
from schemactl.model.options import Options
from schemactl.model.policies import Policy
from schemactl.model.privileges import DefaultPrivileges, Privileges
from schemactl.model.programs import Program
from schemactl.model.publications import Publication, PublishedTable
from schemactl.model.roles import Role
from schemactl.model.routines import Aggregate, Routine
from schemactl.model.rules import Rule
from schemactl.model.statistics import Statistics
from schemactl.model.triggers import EventTrigger, Trigger
from schemactl.model.types import Attribute, Composite, Domain, Range
from schemactl.model.views import View

__all__ = [
    "Attribute",
    "Collation",
    "Column",
    "Composite",
    "DataType",
    "Domain",
    "Enum",
    "Expression",
    "Extension",
    "Generated",
    "Identity",
    "Index",
    "IndexPart",
    "Options",
    "Range",
    "Schema",
    "SchemaObject",
    "Sequence",
    "SequenceOptions",
    "Statistics",
    "Table",
    "UserType",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class SequenceOptions:
    """All numbers spelled out: the reader resolves NO MINVALUE and the like by the sequence's type."""

    start: int
    increment: int
    minimum: int
    maximum: int
    cache: int = 1
    cycle: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """GENERATED { ALWAYS | BY DEFAULT } AS IDENTITY. `sequence` is None where the server chose its name."""

    always: bool
    options: SequenceOptions
    sequence: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Generated:
    """GENERATED ALWAYS AS (expression) STORED, or VIRTUAL."""

    expression: Expression
    stored: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column. `collation` is None where it is the type's own; else quoted as in SQL, schema first.

    `not_null` says more of the NOT NULL than that it is there: None where there is nothing to say, for its name is the
    one that the server makes up, or the server has no names for them.
    """

    name: str
    type: DataType
    nullable: bool = True
    not_null: NotNull | None = None
    default: Expression | None = None
    identity: Identity | None = None
    generated: Generated | None = None
    collation: str | None = None
    comment: str | None = None
    options: Options | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table with all that lives in it. Columns stand in their order; constraints and indexes sorted by name."""

    schema: str
    name: str
    columns: tuple[Column, ...] = ()
    constraints: tuple[Constraint, ...] = ()
    indexes: tuple[Index, ...] = ()
    comment: str | None = None
    options: Options | None = None

    @property
    def key(self) -> ObjectKey:
        return ObjectKey(kind=Kind.TABLE, schema=self.schema, name=self.name)

    def child(self, kind: Kind, name: str) -> ObjectKey:
        """The key of a column, constraint or index of this table."""
        return ObjectKey(kind=kind, schema=self.schema, table=self.name, name=name)

    def column(self, name: str) -> Column | None:
        return next((c for c in self.columns if c.name == name), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Schema:
    name: str
    comment: str | None = None
    options: Options | None = None

    @property
    def key(self) -> ObjectKey:
        return ObjectKey(kind=Kind.SCHEMA, name=self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Extension:
    """An extension. `schema`, `version` and `comment` are None where the desired text leaves them to the server."""

    name: str
    schema: str | None = None
    version: str | None = None
    comment: str | None = None

    @property
    def key(self) -> ObjectKey:
        return ObjectKey(kind=Kind.EXTENSION, name=self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Enum:
    schema: str
    name: str
    values: tuple[str, ...]
    comment: str | None = None

    @property
    def key(self) -> ObjectKey:
        return ObjectKey(kind=Kind.TYPE, schema=self.schema, name=self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sequence:
    """A sequence that is not an identity's. `generated_name` marks one that SERIAL made, whose name nobody stated."""

    schema: str
    name: str
    type: DataType
    options: SequenceOptions
    owned_by: ObjectKey | None = None
    unlogged: bool = False
    comment: str | None = None
    generated_name: bool = field(default=False, compare=False)

    @property
    def key(self) -> ObjectKey:
        return ObjectKey(kind=Kind.SEQUENCE, schema=self.schema, name=self.name)


UserType = Composite | Domain | Enum | Range
SchemaObject = (
    Aggregate
    | Collation
    | DefaultPrivileges
    | Definition
    | EventTrigger
    | Extension
    | ForeignServer
    | ForeignWrapper
    | Policy
    | Privileges
    | Program
    | Publication
    | PublishedTable
    | Role
    | Routine
    | Rule
    | Schema
    | Sequence
    | Statistics
    | Table
    | Trigger
    | UserType
    | View
)
