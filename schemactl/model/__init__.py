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
from schemactl.model.policies import Policy
from schemactl.model.privileges import DefaultPrivileges, Grant, Privileges
from schemactl.model.routines import Aggregate, Argument, Routine
from schemactl.model.rules import Rule
from schemactl.model.triggers import EventTrigger, Trigger
from schemactl.model.views import View, ViewColumn

__all__ = [
    "Aggregate",
    "Argument",
    "Catalog",
    "Check",
    "Column",
    "Constraint",
    "DataType",
    "DefaultPrivileges",
    "Desired",
    "Enum",
    "EventTrigger",
    "Exclusion",
    "Expression",
    "Extension",
    "ForeignKey",
    "Generated",
    "Grant",
    "Identity",
    "Index",
    "IndexPart",
    "Kind",
    "ObjectKey",
    "Options",
    "Policy",
    "PrimaryKey",
    "Privileges",
    "Routine",
    "Rule",
    "Schema",
    "SchemaObject",
    "Sequence",
    "SequenceOptions",
    "Table",
    "Trigger",
    "Unique",
    "Unsupported",
    "View",
    "ViewColumn",
]
