"""What a schema is: plain, frozen values that name each other by key."""

from schemactl.model.catalog import Catalog, Desired, Outsider, Unmanaged, Unsupported
from schemactl.model.constraints import Check, Constraint, Exclusion, ForeignKey, NotNull, PrimaryKey, Unique
from schemactl.model.definitions import Definition
from schemactl.model.foreign import ForeignOptions, ForeignServer, ForeignWrapper
from schemactl.model.keys import Kind, ObjectKey
from schemactl.model.objects import (
    Attribute,
    Collation,
    Column,
    Composite,
    DataType,
    Domain,
    Enum,
    Expression,
    Extension,
    Generated,
    Identity,
    Index,
    IndexPart,
    Options,
    Range,
    Schema,
    SchemaObject,
    Sequence,
    SequenceOptions,
    Statistics,
    Table,
    UserType,
)
from schemactl.model.policies import Policy
from schemactl.model.privileges import DefaultPrivileges, Grant, Privileges
from schemactl.model.programs import Program
from schemactl.model.publications import Publication, PublishedTable
from schemactl.model.roles import Role
from schemactl.model.routines import Aggregate, Argument, Routine
from schemactl.model.rules import Rule
from schemactl.model.triggers import EventTrigger, Trigger
from schemactl.model.views import View, ViewColumn

__all__ = [
    "Aggregate",
    "Argument",
    "Attribute",
    "Catalog",
    "Check",
    "Collation",
    "Column",
    "Composite",
    "Constraint",
    "DataType",
    "DefaultPrivileges",
    "Definition",
    "Desired",
    "Domain",
    "Enum",
    "EventTrigger",
    "Exclusion",
    "Expression",
    "Extension",
    "ForeignKey",
    "ForeignOptions",
    "ForeignServer",
    "ForeignWrapper",
    "Generated",
    "Grant",
    "Identity",
    "Index",
    "IndexPart",
    "Kind",
    "NotNull",
    "ObjectKey",
    "Options",
    "Outsider",
    "Policy",
    "PrimaryKey",
    "Privileges",
    "Program",
    "Publication",
    "PublishedTable",
    "Range",
    "Role",
    "Routine",
    "Rule",
    "Schema",
    "SchemaObject",
    "Sequence",
    "SequenceOptions",
    "Statistics",
    "Table",
    "Trigger",
    "Unique",
    "Unmanaged",
    "Unsupported",
    "UserType",
    "View",
    "ViewColumn",
]
