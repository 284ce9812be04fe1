"""What the script has made so far: the catalog under construction, and how names are found in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from schemactl.errors import DuplicateObjectError, MissingObjectError, Place
from schemactl.model import (
    Aggregate,
    Collation,
    Column,
    Composite,
    Constraint,
    Definition,
    Domain,
    Enum,
    EventTrigger,
    Exclusion,
    Extension,
    ForeignServer,
    ForeignWrapper,
    Index,
    Kind,
    ObjectKey,
    Policy,
    PrimaryKey,
    Publication,
    PublishedTable,
    Range,
    Role,
    Routine,
    Schema,
    Sequence,
    Statistics,
    Trigger,
    Unique,
    UserType,
)
from schemactl_postgres.names import generated_name
from schemactl_postgres.options import Said, TableOptions
from schemactl_postgres.read.cursor import Cursor, Name
from schemactl_postgres.read.tokens import Token

if TYPE_CHECKING:
    from schemactl_postgres.read.privileges import DefaultStatement
    from schemactl_postgres.read.rule import RuleDraft
    from schemactl_postgres.read.view import ViewDraft

#: Constraints that rest on an index of their own, whose name is taken among tables too.
INDEXED = (PrimaryKey, Unique, Exclusion)


@dataclass(slots=True)
class TableDraft:
    """A table while the script goes on. Parts are frozen and replaced; `columns` keeps their order."""

    schema: str
    name: str
    columns: dict[str, Column] = field(default_factory=dict)
    constraints: dict[str, Constraint] = field(default_factory=dict)
    indexes: dict[str, Index] = field(default_factory=dict)
    policies: dict[str, Policy] = field(default_factory=dict)
    #: What publications say of it, by their names.
    publications: dict[str, PublishedTable] = field(default_factory=dict)
    #: The sequence beneath each identity column.
    identities: dict[str, str] = field(default_factory=dict)
    statistics: dict[ObjectKey, Statistics] = field(default_factory=dict)
    #: Keys and indexes from the parent, by their names here: the name there, and the part.
    inherited: dict[str, tuple[str, Constraint | Index]] = field(default_factory=dict)
    #: The columns that a table with INHERITS has not from its parents alone.
    own: set[str] = field(default_factory=set)
    comment: str | None = None
    options: TableOptions = field(default_factory=TableOptions)

    @property
    def key(self) -> ObjectKey:
        return ObjectKey(kind=Kind.TABLE, schema=self.schema, name=self.name)

    def child(self, kind: Kind, name: str) -> ObjectKey:
        return ObjectKey(kind=kind, schema=self.schema, table=self.name, name=name)

    @property
    def primary_key(self) -> PrimaryKey | None:
        return next((c for c in self.constraints.values() if isinstance(c, PrimaryKey)), None)


class State:
    """The catalog so far. Methods that take a cursor raise with the place of the token they are given."""

    def __init__(self, default_schema: str) -> None:
        self.default_schema = default_schema
        self.search_path: tuple[str, ...] = (default_schema,)
        #: default_table_access_method, None for heap: pg_dump says it so of tables and materialized views.
        self.access_method: str | None = None
        self.schemas: dict[str, Schema] = {}
        self.extensions: dict[str, Extension] = {}
        self.enums: dict[ObjectKey, Enum] = {}
        #: Types that are no enums: composites, domains, ranges.
        self.types: dict[ObjectKey, Composite | Domain | Range] = {}
        self.sequences: dict[ObjectKey, Sequence] = {}
        self.tables: dict[ObjectKey, TableDraft] = {}
        self.collations: dict[ObjectKey, Collation] = {}
        self.definitions: dict[ObjectKey, Definition] = {}
        #: The search_path that a definition was made under: what it names may be made later.
        self.paths: dict[ObjectKey, tuple[str, ...]] = {}
        self.rules: dict[ObjectKey, RuleDraft] = {}
        self.views: dict[ObjectKey, ViewDraft] = {}
        self.routines: dict[ObjectKey, Routine | Aggregate] = {}
        #: The search_path that a routine was made under: types it names may be made later.
        self.routine_paths: dict[ObjectKey, tuple[str, ...]] = {}
        self.triggers: dict[ObjectKey, Trigger] = {}
        self.event_triggers: dict[str, EventTrigger] = {}
        self.wrappers: dict[str, ForeignWrapper] = {}
        self.servers: dict[str, ForeignServer] = {}
        self.publications: dict[str, Publication] = {}
        self.roles: dict[ObjectKey, Role] = {}
        self.places: dict[ObjectKey, Place] = {}
        #: What was said of an object, in order, each time with the grantee.
        self.privileges: dict[ObjectKey, list[tuple[str, Said]]] = {}
        self.default_privileges: list[DefaultStatement] = []
        self.states: set[Kind] = set()
        #: Whether any table has a parent: few scripts have one, and every index asks.
        self.has_children = False
        #: Where a foreign key names the table that it goes to, by the foreign key.
        self.targets: dict[ObjectKey, Place] = {}
        #: Tables, sequences and indexes share one namespace in a schema.
        self.relations: dict[tuple[str, str], ObjectKey] = {}
        #: How many constraints of a schema bear a name: the server makes up none that is in use.
        self.constraint_names: Counter[tuple[str, str]] = Counter()
        #: The table that an index belongs to, by the index's own schema and name.
        self.index_tables: dict[tuple[str, str], TableDraft] = {}

    # -- finding

    def home(self, name: Name, cursor: Cursor) -> str:
        """The schema in which a new object of this name is made."""
        if name.schema is not None:
            return name.schema
        if not self.search_path:
            raise cursor.error(
                MissingObjectError,
                "no schema to create in: the search_path is empty",
                name.token,
                hint="write the schema's name before it",
            )
        return self.search_path[0]

    def schemas_of(self, name: Name) -> tuple[str, ...]:
        """The schemas in which a name may be found, in order."""
        return (name.schema,) if name.schema is not None else self.search_path

    def find_table(self, name: Name) -> TableDraft | None:
        for schema in self.schemas_of(name):
            found = self.tables.get(ObjectKey(kind=Kind.TABLE, schema=schema, name=name.name))
            if found:
                return found
        return None

    def table(self, name: Name, cursor: Cursor) -> TableDraft:
        found = self.find_table(name)
        if found is None:
            raise self.missing(cursor, "table", name)
        return found

    def indexable(self, name: Name, cursor: Cursor) -> TableDraft:
        """The table, or the materialized view, that an index is to stand on."""
        for schema in self.schemas_of(name):
            view = self.views.get(ObjectKey(kind=Kind.VIEW, schema=schema, name=name.name))
            if view is not None and view.materialized:
                return view
        return self.table(name, cursor)

    def find_relation(self, name: Name) -> ObjectKey | None:
        for schema in self.schemas_of(name):
            found = self.relations.get((schema, name.name))
            if found:
                return found
        return None

    def find_sequence(self, name: Name) -> Sequence | None:
        for schema in self.schemas_of(name):
            found = self.sequences.get(ObjectKey(kind=Kind.SEQUENCE, schema=schema, name=name.name))
            if found:
                return found
        return None

    def find_type(self, name: Name) -> UserType | None:
        for schema in self.schemas_of(name):
            key = ObjectKey(kind=Kind.TYPE, schema=schema, name=name.name)
            found = self.enums.get(key) or self.types.get(key)
            if found:
                return found
        return None

    def find_multirange(self, name: Name) -> Range | None:
        """The range whose multirange has this name."""
        ranges = [t for t in self.types.values() if isinstance(t, Range) and t.multirange == name.name]
        return next((r for schema in self.schemas_of(name) for r in ranges if r.schema == schema), None)

    def find_index(self, name: Name) -> tuple[TableDraft, str] | None:
        """The table of an index, and the index's name; also of an index beneath a constraint."""
        for schema in self.schemas_of(name):
            found = self.index_tables.get((schema, name.name))
            if found:
                return found, name.name
        return None

    def missing(self, cursor: Cursor, what: str, name: Name | str, token: Token | None = None) -> Exception:
        at = token or (name.token if isinstance(name, Name) else None)
        return cursor.error(
            MissingObjectError,
            f"{'an' if what[0] in 'aeiou' else 'a'} {what} {name} is not created by the desired schema",
            at,
            subject=str(name),
            hint="create it before this statement, or correct the name",
        )

    # -- making

    def claim(self, schema: str, name: str, key: ObjectKey, cursor: Cursor, token: Token) -> None:
        """Take a name among the tables, sequences and indexes of a schema."""
        taken = self.relations.get((schema, name))
        if taken is not None:
            raise self.duplicate(cursor, key, token, taken)
        self.relations[schema, name] = key

    def duplicate(self, cursor: Cursor, key: ObjectKey, token: Token, taken: ObjectKey | None = None) -> Exception:
        known = self.places.get(taken or key)
        before = f" at {known}" if known else ""
        message = f"{key} is created twice; first{before}" if known else f"{key} is created twice"
        if taken is not None and taken.kind is not key.kind:
            message = f"{key} has the name of a {taken.kind} created before{before}"
        return cursor.error(
            DuplicateObjectError, message, token, subject=key.path, hint="remove or rename one of the two"
        )

    def refuse_taken_type(self, cursor: Cursor, key: ObjectKey, token: Token) -> None:
        """Raise DuplicateObjectError where a type or table of this name has been made."""
        if key in self.enums or key in self.types:
            raise self.duplicate(cursor, key, token)
        taken = self.relations.get((key.schema, key.name))
        if taken is not None and taken.kind in (Kind.TABLE, Kind.VIEW):
            raise self.duplicate(cursor, key, token, taken)

    def add_constraint(self, table: TableDraft, constraint: Constraint, cursor: Cursor, token: Token) -> None:
        key = table.child(Kind.CONSTRAINT, constraint.name)
        if constraint.name in table.constraints:
            raise self.duplicate(cursor, key, token)
        if isinstance(constraint, INDEXED):
            self.claim(table.schema, constraint.name, key, cursor, token)
            self.index_tables[table.schema, constraint.name] = table
        table.constraints[constraint.name] = constraint
        self.constraint_names[table.schema, constraint.name] += 1
        self.places[key] = cursor.place(token)

    def drop_constraint(self, table: TableDraft, name: str) -> None:
        constraint = table.constraints.pop(name)
        self.constraint_names[table.schema, name] -= 1
        if isinstance(constraint, INDEXED):
            self._forget_index(table, name)
        self.places.pop(table.child(Kind.CONSTRAINT, name), None)

    def add_index(self, table: TableDraft, index: Index, cursor: Cursor, token: Token) -> None:
        key = table.child(Kind.INDEX, index.name)
        self.claim(table.schema, index.name, key, cursor, token)
        self.index_tables[table.schema, index.name] = table
        table.indexes[index.name] = index
        self.places[key] = cursor.place(token)

    def drop_index(self, table: TableDraft, name: str) -> None:
        del table.indexes[name]
        self._forget_index(table, name)
        self.places.pop(table.child(Kind.INDEX, name), None)

    def _forget_index(self, table: TableDraft, name: str) -> None:
        for child in self.children(table):
            for own in [n for n, (theirs, _) in child.inherited.items() if theirs == name]:
                del child.inherited[own]
                self._forget_index(child, own)
        self.relations.pop((table.schema, name), None)
        self.index_tables.pop((table.schema, name), None)
        if table.options.clustered_on == name:
            table.options = replace(table.options, clustered_on=None)
        if table.options.replica_identity == name:
            table.options = replace(table.options, replica_identity="n")

    def drop_sequence(self, key: ObjectKey) -> None:
        self.sequences.pop(key)
        self.privileges.pop(key, None)
        self.relations.pop((key.schema, key.name), None)
        self.places.pop(key, None)

    def drop_rules(self, table: TableDraft) -> None:
        for key in [k for k, rule in self.rules.items() if rule.owner is table]:
            del self.rules[key]
            self.places.pop(key, None)

    def drop_table(self, table: TableDraft) -> None:
        self.drop_rules(table)
        for child in self.children(table):
            self.drop_table(child)
        for name in list(table.inherited):
            del table.inherited[name]
            self._forget_index(table, name)
        for column in list(table.columns):
            self.drop_owned_sequences(table.child(Kind.COLUMN, column))
            self.drop_identity(table, column)
        for constraint in list(table.constraints):
            self.drop_constraint(table, constraint)
        for index in list(table.indexes):
            self.drop_index(table, index)
        for key in table.statistics:
            self.places.pop(key, None)
        for column in table.columns:
            self.places.pop(table.child(Kind.COLUMN, column), None)
        for policy in table.policies:
            self.places.pop(table.child(Kind.POLICY, policy), None)
        for publication in table.publications:
            self.places.pop(table.child(Kind.PUBLISHED_TABLE, publication), None)
        self.drop_triggers(table.schema, table.name)
        del self.tables[table.key]
        self.privileges.pop(table.key, None)
        self.relations.pop((table.schema, table.name), None)
        self.places.pop(table.key, None)

    def drop_triggers(self, schema: str, table: str) -> None:
        """What goes with a table or view: the triggers on it."""
        for key in [k for k in self.triggers if (k.schema, k.table) == (schema, table)]:
            self.drop_trigger(key)

    def drop_routines(self, schema: str) -> None:
        """What goes with a schema: its routines, and the triggers that call them."""
        for key in [k for k in self.routines if k.schema == schema]:
            for trigger in [k for k, t in self.triggers.items() if t.function == key]:
                self.drop_trigger(trigger)
            del self.routines[key]
            self.places.pop(key, None)

    def drop_trigger(self, key: ObjectKey) -> None:
        self.triggers.pop(key)
        self.places.pop(key, None)

    def drop_owned_sequences(self, column: ObjectKey) -> None:
        """What goes with a column: the sequences that it owns."""
        for key in [k for k, s in self.sequences.items() if s.owned_by == column]:
            self.drop_sequence(key)

    def drop_identity(self, table: TableDraft, column: str) -> None:
        """Let go of the name of an identity's sequence, if the column has one."""
        name = table.identities.pop(column, None)
        if name is not None:
            self.relations.pop((table.schema, name), None)
            self.privileges.pop(ObjectKey(kind=Kind.SEQUENCE, schema=table.schema, name=name), None)

    def move_privileges(self, old: ObjectKey, new: ObjectKey) -> None:
        """What was said of an object goes with it to its new name."""
        if old in self.privileges:
            self.privileges[new] = self.privileges.pop(old)

    # -- names that nobody stated

    def relation_name(self, schema: str, table: str, column: str | None, label: str, *, constraint: bool) -> str:
        """A free name for an index or sequence, numbered as the server does where it is taken."""

        def taken(name: str) -> bool:
            return (schema, name) in self.relations or (constraint and self.constraint_names[schema, name] > 0)

        return _numbered(table, column, label, taken)

    def constraint_name(self, schema: str, table: str, column: str | None, label: str) -> str:
        """A free name for a foreign key or check."""
        return _numbered(table, column, label, lambda name: self.constraint_names[schema, name] > 0)

    # -- walking

    def children(self, table: TableDraft) -> list[TableDraft]:
        """The partitions of a table, and the tables that inherit from it."""
        if not self.has_children:
            return []
        key = table.key
        return [t for t in self.tables.values() if key in t.options.parents]

    def drafts(self, schema: str | None = None) -> Iterator[TableDraft]:
        return (t for t in list(self.tables.values()) if schema is None or t.schema == schema)


def _numbered(table: str, column: str | None, label: str, taken: Callable[[str], bool]) -> str:
    name, count = generated_name(table, column, label), 0
    while taken(name):
        count += 1
        name = generated_name(table, column, f"{label}{count}")
    return name
