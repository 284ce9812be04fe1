"""How objects are named: by a key, never by a reference."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """A namespace of names.

    Enums, domains, composites and ranges share TYPE; views and materialized views VIEW; functions, procedures and
    aggregates ROUTINE, where the name carries the types of the arguments: `total(integer, text)`; where names are not
    overloaded, functions and procedures are kinds of their own, FUNCTION and PROCEDURE. TRIGGER, POLICY and
    RULE stand in a table or view, as COLUMN, CONSTRAINT and INDEX; ENUM_VALUE stands in an enum. PUBLISHED_TABLE is what a
    publication says of a table, and stands in that table under the publication's name. PRIVILEGES is all that one role
    may do with one object, DEFAULT_PRIVILEGES with those that another role will make. The names of operators, casts,
    transforms, operator classes and families say what tells them apart: types, or the index method.
    """

    SCHEMA = "schema"
    EXTENSION = "extension"
    ROLE = "role"
    TYPE = "type"
    SEQUENCE = "sequence"
    TABLE = "table"
    COLUMN = "column"
    ENUM_VALUE = "enum value"
    CONSTRAINT = "constraint"
    INDEX = "index"
    VIEW = "view"
    ROUTINE = "routine"
    FUNCTION = "function"
    PROCEDURE = "procedure"
    EVENT = "event"
    TRIGGER = "trigger"
    POLICY = "policy"
    RULE = "rule"
    STATISTICS = "statistics"
    EVENT_TRIGGER = "event trigger"
    COLLATION = "collation"
    OPERATOR = "operator"
    OPERATOR_CLASS = "operator class"
    OPERATOR_FAMILY = "operator family"
    FAMILY_MEMBER = "member of an operator family"
    CAST = "cast"
    CONVERSION = "conversion"
    TRANSFORM = "transform"
    LANGUAGE = "language"
    ACCESS_METHOD = "access method"
    SEARCH_CONFIGURATION = "text search configuration"
    SEARCH_DICTIONARY = "text search dictionary"
    SEARCH_PARSER = "text search parser"
    SEARCH_TEMPLATE = "text search template"
    FOREIGN_WRAPPER = "foreign data wrapper"
    FOREIGN_SERVER = "foreign server"
    PUBLICATION = "publication"
    PUBLISHED_TABLE = "published table"
    DEFAULT_PRIVILEGES = "default privileges"
    PRIVILEGES = "privileges"
    OTHER = "object"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class ObjectKey:
    """The identity of an object. `table` is set for what lives in a table: columns, constraints, indexes."""

    kind: Kind
    schema: str = ""
    table: str = ""
    name: str

    def __str__(self) -> str:
        """`column public.users.email`: for people, not for SQL."""
        return f"{self.kind} {self.path}"

    @property
    def path(self) -> str:
        """`public.users.email`: the dotted name without the kind."""
        return ".".join(part for part in (self.schema, self.table, self.name) if part)

    @property
    def parent(self) -> ObjectKey | None:
        """The table of a column, constraint or index; else the schema; None for what stands in no schema."""
        if self.table:
            return ObjectKey(kind=Kind.TABLE, schema=self.schema, name=self.table)
        if self.schema:
            return ObjectKey(kind=Kind.SCHEMA, name=self.schema)
        return None
