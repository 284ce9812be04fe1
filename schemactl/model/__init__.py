"""What a schema is: plain, frozen values that name each other by key."""

from schemactl.model.catalog import Catalog, Desired, Unsupported
from schemactl.model.constraints import Check, Constraint, Exclusion, ForeignKey, PrimaryKey, Unique
from schemactl.model.keys import Kind, ObjectKey
from schemactl.model.objects import (
    Column,
    DataType,
    Enum,
    Expression,
    Extension,
    Generated,
    Identity,
    Index,
    IndexPart,
    Options,
    Schema,
    SchemaObject,
    Sequence,
    SequenceOptions,
    Table,
)
from schemactl.model.routines import Aggregate, Argument, Routine
from schemactl.model.triggers import EventTrigger, Trigger

__all__ = [
    "Aggregate",
    "Argument",
    "Catalog",
    "Check",
    "Column",
    "Constraint",
    "DataType",
    "Desired",
    "Enum",
    "EventTrigger",
    "Exclusion",
    "Expression",
    "Extension",
    "ForeignKey",
    "Generated",
    "Identity",
    "Index",
    "IndexPart",
    "Kind",
    "ObjectKey",
    "Options",
    "PrimaryKey",
    "Routine",
    "Schema",
    "SchemaObject",
    "Sequence",
    "SequenceOptions",
    "Table",
    "Trigger",
    "Unique",
    "Unsupported",
]
