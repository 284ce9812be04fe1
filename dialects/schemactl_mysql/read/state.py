"""What the script has made so far: the catalog under construction, and how names are found in it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from schemactl.errors import DuplicateObjectError, MissingObjectError, Place, SourceError
from schemactl.model import Check, Column, ForeignKey, Index, Kind, ObjectKey, PrimaryKey, Schema, SchemaObject
from schemactl.reading import Token
from schemactl_mysql.options import TableOptions
from schemactl_mysql.read.cursor import Cursor, Name
from schemactl_mysql.read.scanner import Lexical

#: What has the names of tables, whose case may count.
RELATIONS = frozenset({Kind.TABLE, Kind.VIEW, Kind.SEQUENCE})


@dataclass(slots=True)
class TableDraft:
    """A table while the script goes on. Parts are frozen and replaced; `columns` keeps their order.

    Names of columns, indexes and constraints are the same in either case, so they are looked up in lower case.
    """

    schema: str
    name: str
    columns: dict[str, Column] = field(default_factory=dict)
    primary_key: PrimaryKey | None = None
    indexes: dict[str, Index] = field(default_factory=dict)
    foreign_keys: dict[str, ForeignKey] = field(default_factory=dict)
    checks: dict[str, Check] = field(default_factory=dict)
    #: The names of indexes that foreign keys asked for, by the foreign key's own.
    index_names: dict[str, str] = field(default_factory=dict)
    comment: str | None = None
    options: TableOptions = field(default_factory=TableOptions)

    @property
    def key(self) -> ObjectKey:
        return ObjectKey(kind=Kind.TABLE, schema=self.schema, name=self.name)

    def child(self, kind: Kind, name: str) -> ObjectKey:
        return ObjectKey(kind=kind, schema=self.schema, table=self.name, name=name)

    def free_name(self, wanted: str) -> str:
        """`wanted`, or with the first number behind it that no index has: what the server calls an unnamed index."""
        taken = self.indexes.keys()
        if wanted.lower() not in taken and wanted.lower() != "primary":
            return wanted
        number = 2
        while f"{wanted}_{number}".lower() in taken:
            number += 1
        return f"{wanted}_{number}"

    def numbered(self, middle: str, taken: Iterable[str]) -> str:
        """`users_ibfk_3`: one above the highest number in use."""
        prefix = f"{self.name}_{middle}_".lower()
        numbers = [int(n[len(prefix) :]) for n in taken if n.startswith(prefix) and n[len(prefix) :].isdigit()]
        return f"{self.name}_{middle}_{max(numbers, default=0) + 1}"


class State:
    """The catalog so far. Methods that take a cursor raise with the place of the token they are given."""

    def __init__(self, default_schema: str, *, lexical: Lexical, lower_case_table_names: int = 0) -> None:
        self.default_schema = default_schema
        #: How text is cut where no SET sql_mode says otherwise.
        self.lexical = lexical
        self._case = lower_case_table_names
        self._spellings: dict[str, str] = {}
        #: The database of unqualified names, which USE moves.
        self.database = default_schema
        #: What SET sql_mode has made of it, None where nothing did: programs are kept under it.
        self.sql_mode: str | None = None
        #: Whether the server printed it: SHOW CREATE escapes comments, whatever the sql_mode of what they are of.
        self.printed = False
        #: Variables in which a sql_mode was kept, to be put back.
        self.kept_modes: dict[str, str | None] = {}
        self.schemas: dict[str, Schema] = {}
        self.tables: dict[ObjectKey, TableDraft] = {}
        #: Whatever is no table: views, routines, triggers, events, sequences.
        self.objects: dict[ObjectKey, SchemaObject] = {}
        #: The triggers of a table by timing and event, in the order in which they fire.
        self.trigger_order: dict[tuple[ObjectKey, str, str], list[str]] = {}
        self.places: dict[ObjectKey, Place] = {}
        #: Where a foreign key names the table that it goes to, by the foreign key.
        self.targets: dict[ObjectKey, Place] = {}
        #: Where the values of enums and sets are written, by the table and column that they are of.
        self.values: list[tuple[TableDraft, str, str, Place]] = []

    def spelled(self, name: str) -> str:
        """The name of a table or database as the server keeps it: as given, in lower case, or as it was first given."""
        if self._case == 1:
            return name.lower()
        return self._spellings.setdefault(name.lower(), name) if self._case else name

    def key(self, kind: Kind, name: Name) -> ObjectKey:
        found = self.spelled(name.name) if kind in RELATIONS else name.name
        return ObjectKey(kind=kind, schema=self.schema(name), name=found)

    def schema(self, name: Name) -> str:
        """The database that a name stands in."""
        return self.spelled(name.schema) if name.schema else self.database

    def table(self, cursor: Cursor, name: Name) -> TableDraft:
        """The table of this name. Raises MissingObjectError."""
        key = self.key(Kind.TABLE, name)
        found = self.tables.get(key)
        if found is None:
            raise self.missing(cursor, key, name.token)
        return found

    def missing(self, cursor: Cursor, key: ObjectKey, token: Token) -> SourceError:
        return cursor.error(MissingObjectError, f"{key} is not created before this", token, subject=str(key))

    def duplicate(self, cursor: Cursor, key: ObjectKey, token: Token) -> SourceError:
        return cursor.error(DuplicateObjectError, f"{key} is created twice", token, subject=str(key))
