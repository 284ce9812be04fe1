"""What the condition of a guard asks for: `NOT EXISTS (SELECT ... FROM pg_type WHERE typname = 'mood')`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from schemactl.errors import NotDdlError, SourceError
from schemactl.model import Kind, ObjectKey
from schemactl_postgres.read.cursor import Cursor
from schemactl_postgres.read.query import regclass
from schemactl_postgres.read.state import State
from schemactl_postgres.read.tokens import Sort, Token

HINT = (
    "a DO block is read where it makes what is not there:"
    " IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'app') THEN CREATE ROLE app; END IF;"
    " or BEGIN CREATE TYPE ...; EXCEPTION WHEN duplicate_object THEN NULL; END"
)


class _Catalogue(NamedTuple):
    """A catalogue that a guard may look into: the column with the name, and the kinds of what it lists."""

    column: str
    kinds: tuple[Kind, ...]


_RELATIONS = (Kind.TABLE, Kind.VIEW, Kind.SEQUENCE, Kind.INDEX)
_CATALOGUES: dict[str, _Catalogue] = {
    "columns": _Catalogue("column_name", (Kind.COLUMN,)),
    "pg_authid": _Catalogue("rolname", (Kind.ROLE,)),
    "pg_class": _Catalogue("relname", _RELATIONS),
    "pg_collation": _Catalogue("collname", (Kind.COLLATION,)),
    "pg_constraint": _Catalogue("conname", (Kind.CONSTRAINT,)),
    "pg_event_trigger": _Catalogue("evtname", (Kind.EVENT_TRIGGER,)),
    "pg_extension": _Catalogue("extname", (Kind.EXTENSION,)),
    "pg_group": _Catalogue("groname", (Kind.ROLE,)),
    "pg_indexes": _Catalogue("indexname", (Kind.INDEX,)),
    "pg_matviews": _Catalogue("matviewname", (Kind.VIEW,)),
    "pg_namespace": _Catalogue("nspname", (Kind.SCHEMA,)),
    "pg_policies": _Catalogue("policyname", (Kind.POLICY,)),
    "pg_policy": _Catalogue("polname", (Kind.POLICY,)),
    "pg_proc": _Catalogue("proname", (Kind.ROUTINE,)),
    "pg_roles": _Catalogue("rolname", (Kind.ROLE,)),
    "pg_sequences": _Catalogue("sequencename", (Kind.SEQUENCE,)),
    "pg_shadow": _Catalogue("usename", (Kind.ROLE,)),
    "pg_tables": _Catalogue("tablename", (Kind.TABLE,)),
    "pg_trigger": _Catalogue("tgname", (Kind.TRIGGER,)),
    "pg_type": _Catalogue("typname", (Kind.TYPE,)),
    "pg_user": _Catalogue("usename", (Kind.ROLE,)),
    "pg_views": _Catalogue("viewname", (Kind.VIEW,)),
    "routines": _Catalogue("routine_name", (Kind.ROUTINE,)),
    "schemata": _Catalogue("schema_name", (Kind.SCHEMA,)),
    "sequences": _Catalogue("sequence_name", (Kind.SEQUENCE,)),
    "table_constraints": _Catalogue("constraint_name", (Kind.CONSTRAINT,)),
    "tables": _Catalogue("table_name", (Kind.TABLE, Kind.VIEW)),
    "triggers": _Catalogue("trigger_name", (Kind.TRIGGER,)),
    "views": _Catalogue("table_name", (Kind.VIEW,)),
}
_INFORMATION = frozenset(name for name in _CATALOGUES if not name.startswith("pg_"))
#: Catalogues that list only roles that can log in, or only those that cannot.
LOGIN = {"pg_group": False, "pg_shadow": True, "pg_user": True}
#: Columns that hold the schema's name or, as an oid, the schema.
_SCHEMAS = frozenset(
    "schemaname table_schema constraint_schema routine_schema sequence_schema trigger_schema event_object_schema"
    " relnamespace typnamespace connamespace pronamespace collnamespace".split()
)
#: Columns that hold the name of the table that something stands in or, as an oid, the table.
_TABLES = frozenset("table_name tablename event_object_table conrelid tgrelid polrelid".split())
#: What kinds of things a column of one letter tells apart, by the letter.
_LETTERS: dict[str, dict[str, tuple[Kind, ...]]] = {
    "relkind": {
        "r": (Kind.TABLE,),
        "p": (Kind.TABLE,),
        "v": (Kind.VIEW,),
        "m": (Kind.VIEW,),
        "S": (Kind.SEQUENCE,),
        "i": (Kind.INDEX,),
    },
    "typtype": dict.fromkeys("ecdr", (Kind.TYPE,)),
    "contype": dict.fromkeys("cfpux", (Kind.CONSTRAINT,)),
}


class Guard(NamedTuple):
    """What must not be there: things of these kinds with this name; of this schema and table, where not empty.

    `catalogue` is the one that it looks into.
    """

    catalogue: str
    kinds: tuple[Kind, ...]
    name: str
    schema: str
    table: str
    token: Token

    @property
    def path(self) -> str:
        return ".".join(part for part in (self.schema, self.table, self.name) if part)

    def covers(self, key: ObjectKey) -> bool:
        name = key.name.partition("(")[0] if key.kind is Kind.ROUTINE else key.name
        if key.kind not in self.kinds or name != self.name:
            return False
        if key.kind is not Kind.SCHEMA and self.schema and key.schema != self.schema:
            return False
        return not self.table or key.table == self.table

    def covered(self, keys: Iterable[ObjectKey]) -> bool:
        return any(self.covers(key) for key in keys)


def guard(cursor: Cursor, state: State) -> Guard:
    """After NOT EXISTS: `( SELECT ... FROM catalogue [JOIN ...] WHERE column = value [AND ...] )`."""
    return _Reader(cursor, state).read()


def not_read(cursor: Cursor, message: str, token: Token | None = None) -> SourceError:
    return cursor.error(NotDdlError, message, token, hint=HINT)


class _Reader:
    def __init__(self, cursor: Cursor, state: State) -> None:
        self.cursor, self.state = cursor, state
        self.asked: _Catalogue | None = None
        self.catalogue = ""
        self.kinds: tuple[Kind, ...] = ()
        self.found: dict[str, tuple[str, Token]] = {}

    def read(self) -> Guard:
        cursor = self.cursor
        start = cursor.token
        cursor.expect("(")
        cursor.expect("SELECT")
        if cursor.word != "FROM" and not cursor.take("*"):
            cursor.next()  # 1, or a column: whatever it is, only whether there is a row counts
            if cursor.take("."):
                cursor.next()
        cursor.expect("FROM")
        self.asked = self._catalogue()
        self.catalogue = next(name for name, known in _CATALOGUES.items() if known is self.asked)
        self.kinds = self.asked.kinds
        while self._joins():
            pass
        cursor.expect("WHERE")
        self._condition()
        while cursor.take("AND"):
            self._condition()
        if cursor.take("LIMIT"):
            cursor.integer()
        if not cursor.take(")"):
            raise not_read(cursor, "this guard is not understood from here on")
        if "name" not in self.found:
            raise not_read(cursor, f"this guard does not say which {self.asked.column} it looks for", start)
        name, token = self.found["name"]
        schema, table = (self.found[what][0] if what in self.found else "" for what in ("schema", "table"))
        return Guard(self.catalogue, self.kinds, name, schema, table, token)

    def _catalogue(self) -> _Catalogue:
        cursor = self.cursor
        token = cursor.token
        name = cursor.qualified("a catalogue")
        home = "information_schema" if name.name in _INFORMATION else "pg_catalog"
        found = _CATALOGUES.get(name.name)
        if found is None or (name.schema or ("" if home == "information_schema" else home)) != home:
            raise not_read(cursor, f"a guard that looks into {name}", token)
        cursor.take("AS")
        if cursor.token.sort is Sort.WORD and cursor.word not in ("WHERE", "JOIN", "INNER"):
            cursor.name("an alias")
        return found

    def _joins(self) -> bool:
        """A join by oid to the schema, or to the table, that the thing stands in."""
        cursor = self.cursor
        cursor.take("INNER")
        if not cursor.take("JOIN"):
            return False
        token = cursor.token
        joined = self._catalogue()
        if joined.column not in ("nspname", "relname"):
            raise not_read(cursor, "a guard with this join", token)
        cursor.expect("ON")
        sides = {self._column()}
        cursor.expect("=")
        sides.add(self._column())
        link = sides - {"oid"}
        wanted = _SCHEMAS if joined.column == "nspname" else _TABLES
        if "oid" not in sides or not link or not link <= wanted:
            raise not_read(cursor, "a guard with this join", token)
        return True

    def _column(self) -> str:
        return self.cursor.qualified("a column").name

    def _condition(self) -> None:
        cursor = self.cursor
        token = cursor.token
        column = self._column()
        cursor.expect("=")
        assert self.asked is not None
        if column in _LETTERS:
            self._narrow(column)
            return
        if column == self.asked.column:
            what = "name"
        elif column in _SCHEMAS or column == "nspname":
            what = "schema"
        elif column in _TABLES or column == "relname":
            what = "table"
        else:
            raise not_read(cursor, f"a guard that tests {column}", token)
        if what in self.found:
            raise not_read(cursor, f"a guard that tests {column} besides", token)
        at = cursor.token
        schema, name = self._value()
        self.found[what] = name, at
        if schema and what == "table":
            self.found.setdefault("schema", (schema, at))

    def _narrow(self, column: str) -> None:
        token = self.cursor.token
        letter = self.cursor.string()
        kinds = _LETTERS[column].get(letter)
        if kinds is None or not set(kinds) & set(self.kinds):
            raise not_read(self.cursor, f"a guard that tests {column} = '{letter}'", token)
        self.kinds = kinds

    def _value(self) -> tuple[str, str]:
        """The schema, where it is said, and the name that a value means."""
        cursor = self.cursor
        token = cursor.token
        if cursor.take("CURRENT_SCHEMA"):
            if cursor.take("("):
                cursor.expect(")")
            if cursor.take("::"):
                cursor.expect("REGNAMESPACE")
            return "", self.state.search_path[0] if self.state.search_path else ""
        if cursor.take("(", "SELECT", "OID", "FROM"):
            found = self._catalogue()
            if found.column not in ("nspname", "relname"):
                raise not_read(cursor, "a guard with this query", token)
            cursor.expect("WHERE", found.column.upper(), "=")
            value = cursor.string()
            cursor.expect(")")
            return "", value
        if cursor.token.sort is not Sort.STRING:
            raise not_read(cursor, "a guard that compares with no constant", token)
        value = cursor.string()
        if not cursor.take("::"):
            return "", value
        cast = cursor.qualified("a type").name
        if cast in ("regclass", "regnamespace", "regtype"):
            name = regclass(cursor, token)
            if name is None:
                raise not_read(cursor, f"{value!r} is no name", token)
            return name.schema or "", name.name
        if cast not in ("name", "text"):
            raise not_read(cursor, f"a guard that casts to {cast}", token)
        return "", value
