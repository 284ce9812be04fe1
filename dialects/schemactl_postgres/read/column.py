"""Columns: their grammar, and what the server makes of SERIAL and IDENTITY."""

from __future__ import annotations

from dataclasses import dataclass, field

from schemactl.errors import SqlSyntaxError, UnsupportedError
from schemactl.model import (
    Column,
    DataType,
    Expression,
    ForeignOptions,
    Generated,
    Identity,
    Kind,
    NotNull,
    ObjectKey,
    Sequence,
)
from schemactl_postgres.options import ColumnOptions
from schemactl_postgres.read.collation import parse_collation
from schemactl_postgres.read.constraint import (
    Spec,
    apply_attributes,
    column_check,
    primary_key_spec,
    reference_spec,
    unique_spec,
)
from schemactl_postgres.read.cursor import Cursor
from schemactl_postgres.read.expressions import (
    default_expression,
    default_span,
    expression,
    is_dropped_null,
    is_null,
    nextval,
)
from schemactl_postgres.read.foreign_options import parse_options as parse_foreign_options
from schemactl_postgres.read.index import parse_nulls_distinct
from schemactl_postgres.read.not_null import own_in_child, stated
from schemactl_postgres.read.sequence import Given, parse_options, resolved
from schemactl_postgres.read.state import State, TableDraft
from schemactl_postgres.read.tokens import Sort, Token
from schemactl_postgres.read.type_name import parse_type
from schemactl_postgres.types import default_storage

_STORAGES = ("PLAIN", "EXTERNAL", "EXTENDED", "MAIN", "DEFAULT")


@dataclass(slots=True)
class ColumnSpec:
    """A column as read. Spans are of tokens; what they mean may need all columns of the table."""

    name: str
    token: Token
    type: DataType
    serial: bool
    nullable: bool | None = None
    not_null: NotNull | None = None
    default: tuple[int, int] | None = None
    generated: tuple[int, int] | None = None
    stored: bool = True
    identity: tuple[bool, Given] | None = None
    collation: str | None = None
    storage: str | None = None
    compression: str | None = None
    foreign: ForeignOptions = ()
    constraints: list[Spec] = field(default_factory=list)


def parse_column(cursor: Cursor, state: State, table: TableDraft) -> ColumnSpec:
    """`name type clause ...`, up to what is no clause of a column."""
    token = cursor.token
    name = cursor.column_name()
    read = parse_type(cursor, state)
    spec = ColumnSpec(name=name, token=token, type=read.type, serial=read.serial)
    if table.options.foreign is not None and cursor.take("OPTIONS"):
        spec.foreign = parse_foreign_options(cursor)
    _parse_clauses(cursor, state, table, spec)
    return spec


def parse_override(cursor: Cursor, state: State, table: TableDraft) -> ColumnSpec:
    """`name [WITH OPTIONS] clause ...`: what a partition has otherwise than its parent."""
    token = cursor.token
    name = cursor.column_name()
    column = table.columns.get(name)
    if column is None:
        raise state.missing(cursor, "column", f"{table.key.path}.{name}", token)
    cursor.take("WITH", "OPTIONS")
    spec = ColumnSpec(name=name, token=token, type=column.type, serial=False)
    _parse_clauses(cursor, state, table, spec)
    if spec.identity is not None:
        raise cursor.error(SqlSyntaxError, "a column of a partition cannot be an identity", token)
    return spec


def _parse_clauses(cursor: Cursor, state: State, table: TableDraft, spec: ColumnSpec) -> None:
    while cursor.token.sort is Sort.WORD:
        label, at = "", cursor.token
        if cursor.take("CONSTRAINT"):
            at = cursor.token
            label = cursor.name("a constraint")
        if not (_constraint(cursor, state, table, spec, label, at) or (not label and _attribute(cursor, state, spec))):
            raise cursor.unexpected()


def _constraint(cursor: Cursor, state: State, table: TableDraft, spec: ColumnSpec, label: str, at: Token) -> bool:
    """One of the clauses that the grammar lets bear a name."""
    if cursor.take("NOT", "NULL"):
        _set_nullable(cursor, spec, False, at)
        _note_not_null(cursor, table, spec, label, at)
    elif cursor.take("NULL"):
        _set_nullable(cursor, spec, True, at)
    elif cursor.take("DEFAULT"):
        _only_source(cursor, spec, at)
        spec.default = default_span(cursor)
    elif cursor.take("GENERATED"):
        _generated(cursor, spec, at)
    elif cursor.word in ("CHECK", "UNIQUE", "PRIMARY", "REFERENCES"):
        found = _keyed(cursor, state, table, spec, label, at)
        apply_attributes(cursor, found)
        spec.constraints.append(found)
    else:
        return False
    return True


def _keyed(cursor: Cursor, state: State, table: TableDraft, spec: ColumnSpec, label: str, at: Token) -> Spec:
    columns = (spec.name,)
    if cursor.take("CHECK"):
        return column_check(cursor, label, at)
    if cursor.take("UNIQUE"):
        distinct = parse_nulls_distinct(cursor)
        return unique_spec(cursor, state, table, label, at, columns, distinct)
    if cursor.take("PRIMARY"):
        cursor.expect("KEY")
        if spec.nullable:
            raise cursor.error(SqlSyntaxError, f"the column {spec.name} of a primary key cannot be NULL", at)
        return primary_key_spec(cursor, state, table, label, at, columns)
    cursor.expect("REFERENCES")
    return reference_spec(cursor, state, table, label, at, columns)


def _attribute(cursor: Cursor, state: State, spec: ColumnSpec) -> bool:
    at = cursor.token
    if cursor.take("COLLATE"):
        if spec.collation is not None:
            raise cursor.error(SqlSyntaxError, f"the column {spec.name} has two collations", at)
        spec.collation = parse_collation(cursor, state)
    elif cursor.take("STORAGE"):
        spec.storage = parse_storage(cursor, spec.type)
    elif cursor.take("COMPRESSION"):
        spec.compression = parse_compression(cursor)
    else:
        return False
    return True


def parse_storage(cursor: Cursor, data: DataType) -> str | None:
    """The STORAGE of a column: None where it is the type's own."""
    word = cursor.take_any(*_STORAGES)
    if word is None:
        raise cursor.unexpected("expected PLAIN, EXTERNAL, EXTENDED, MAIN or DEFAULT")
    return None if word in ("DEFAULT", default_storage(data.text)) else word


def parse_compression(cursor: Cursor) -> str | None:
    if cursor.take("DEFAULT"):
        return None
    return cursor.name("a compression method")


def _set_nullable(cursor: Cursor, spec: ColumnSpec, nullable: bool, at: Token) -> None:
    conflict = spec.nullable is not None and spec.nullable != nullable
    if conflict or (nullable and (spec.serial or spec.identity is not None)):
        raise cursor.error(SqlSyntaxError, f"the column {spec.name} is both NULL and NOT NULL", at)
    spec.nullable = nullable


def _note_not_null(cursor: Cursor, table: TableDraft, spec: ColumnSpec, label: str, at: Token) -> None:
    found = stated(table, spec.name, label, no_inherit=cursor.take("NO", "INHERIT"))
    known = spec.not_null
    if known is not None and found is not None and known != found:
        raise cursor.error(SqlSyntaxError, f"the column {spec.name} has two NOT NULL that differ", at)
    spec.not_null = known or found


def _only_source(cursor: Cursor, spec: ColumnSpec, at: Token) -> None:
    if spec.serial or spec.default is not None or spec.generated is not None or spec.identity is not None:
        raise cursor.error(
            SqlSyntaxError, f"the column {spec.name} has two sources of its value: defaults, SERIAL or GENERATED", at
        )


def _generated(cursor: Cursor, spec: ColumnSpec, at: Token) -> None:
    _only_source(cursor, spec, at)
    if cursor.take("BY"):
        cursor.expect("DEFAULT", "AS", "IDENTITY")
        spec.identity = (False, _identity_options(cursor))
    else:
        cursor.expect("ALWAYS", "AS")
        if cursor.take("IDENTITY"):
            spec.identity = (True, _identity_options(cursor))
        else:
            spec.generated = cursor.parenthesised()
            # Postgres 18 takes VIRTUAL for granted; before it, STORED has to be said.
            spec.stored = cursor.take_any("STORED", "VIRTUAL") == "STORED"
    if spec.identity is not None and spec.nullable:
        raise cursor.error(SqlSyntaxError, f"the column {spec.name} is both NULL and NOT NULL", at)


def _identity_options(cursor: Cursor) -> Given:
    if not cursor.take("("):
        return Given()
    given = parse_options(cursor)
    cursor.expect(")")
    return given


def build_column(cursor: Cursor, state: State, table: TableDraft, spec: ColumnSpec) -> Column:
    """The column of a spec, with its sequence made; `generated` is left for when all columns are known."""
    default: Expression | None = None
    identity: Identity | None = None
    nullable = True if spec.nullable is None else spec.nullable
    if spec.serial:
        default, nullable = _serial_default(cursor, state, table, spec), False
    elif spec.default is not None and not (is_null(cursor, spec.default) and is_dropped_null(spec.type)):
        default = default_expression(cursor, spec.default, state)
    if spec.identity is not None:
        always, given = spec.identity
        identity, nullable = make_identity(cursor, state, table, spec.name, spec.type, always, given, spec.token), False
    options = None
    if spec.storage is not None or spec.compression is not None or spec.foreign:
        options = ColumnOptions(storage=spec.storage, compression=spec.compression, foreign=spec.foreign)
    return Column(
        name=spec.name,
        type=spec.type,
        nullable=nullable,
        not_null=None if nullable else spec.not_null or own_in_child(table, spec.name, None),
        default=default,
        identity=identity,
        collation=spec.collation,
        options=options,
    )


def generated_of(cursor: Cursor, state: State, table: TableDraft, spec: ColumnSpec) -> Generated | None:
    if spec.generated is None:
        return None
    return Generated(expression=expression(cursor, spec.generated, state, table), stored=spec.stored)


def _serial_default(cursor: Cursor, state: State, table: TableDraft, spec: ColumnSpec) -> Expression:
    name = state.relation_name(table.schema, table.name, spec.name, "seq", constraint=False)
    key = ObjectKey(kind=Kind.SEQUENCE, schema=table.schema, name=name)
    state.claim(table.schema, name, key, cursor, spec.token)
    state.sequences[key] = Sequence(
        schema=table.schema,
        name=name,
        type=spec.type,
        options=resolved(cursor, spec.token, Given(), spec.type.text),
        owned_by=table.child(Kind.COLUMN, spec.name),
        unlogged=table.options.unlogged,
        generated_name=True,
    )
    state.places[key] = cursor.place(spec.token)
    text = nextval(key)
    return Expression(text=text, canonical=text, uses=(key,))


def make_identity(
    cursor: Cursor,
    state: State,
    table: TableDraft,
    column: str,
    data: DataType,
    always: bool,
    given: Given,
    token: Token,
) -> Identity:
    """An identity, with the name of its sequence taken among the relations of the schema."""
    if data.text not in ("smallint", "integer", "bigint"):
        raise cursor.error(SqlSyntaxError, "an identity column is of type smallint, integer or bigint", token)
    if given.type is not None or given.owner is not None:
        raise cursor.error(SqlSyntaxError, "AS and OWNED BY are no options of an identity", token)
    if given.name is not None:
        if given.name.schema not in (None, table.schema):
            raise cursor.error(
                UnsupportedError,
                "an identity whose sequence is in another schema than its table",
                given.name.token,
                subject=f"{table.key.path}.{column}",
            )
        name = given.name.name
    else:
        name = state.relation_name(table.schema, table.name, column, "seq", constraint=False)
    key = ObjectKey(kind=Kind.SEQUENCE, schema=table.schema, name=name)
    state.claim(table.schema, name, key, cursor, given.name.token if given.name else token)
    table.identities[column] = name
    return Identity(always=always, options=resolved(cursor, token, given, data.text))
