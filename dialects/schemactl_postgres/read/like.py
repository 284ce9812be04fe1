"""LIKE in CREATE TABLE: what is taken over from another table, once and for all."""

from __future__ import annotations

from dataclasses import dataclass, replace

from schemactl.model import Check, Column, Exclusion, Index, Kind, ObjectKey, PrimaryKey, Unique
from schemactl_postgres.options import ColumnOptions
from schemactl_postgres.read.cursor import Cursor
from schemactl_postgres.read.inherit import make_name
from schemactl_postgres.read.state import State, TableDraft
from schemactl_postgres.read.statistics import copy_statistics, moved_expression
from schemactl_postgres.read.tokens import Token

#: What INCLUDING and EXCLUDING name.
_PARTS = (
    "COMMENTS",
    "COMPRESSION",
    "CONSTRAINTS",
    "DEFAULTS",
    "GENERATED",
    "IDENTITY",
    "INDEXES",
    "STATISTICS",
    "STORAGE",
)


@dataclass(slots=True)
class Like:
    source: TableDraft
    token: Token
    including: frozenset[str]


def parse_like(cursor: Cursor, state: State) -> Like:
    """After the word LIKE."""
    token = cursor.token
    source = state.table(cursor.qualified("a table"), cursor)
    including: set[str] = set()
    while word := cursor.take_any("INCLUDING", "EXCLUDING"):
        named = cursor.take_any("ALL", *_PARTS)
        if named is None:
            raise cursor.unexpected(f"expected ALL, {', '.join(_PARTS)}")
        parts = set(_PARTS) if named == "ALL" else {named}
        including = including | parts if word == "INCLUDING" else including - parts
    return Like(source, token, frozenset(including))


def copy_columns(cursor: Cursor, state: State, table: TableDraft, like: Like) -> None:
    for name, column in like.source.columns.items():
        if name in table.columns:
            raise state.duplicate(cursor, table.child(Kind.COLUMN, name), like.token)
        table.columns[name] = _column(cursor, state, table, like, column)
        state.places[table.child(Kind.COLUMN, name)] = cursor.place(like.token)


def _column(cursor: Cursor, state: State, table: TableDraft, like: Like, column: Column) -> Column:
    generated = column.generated if "GENERATED" in like.including else None
    if generated is not None:
        generated = replace(generated, expression=moved_expression(generated.expression, like.source, table))
    identity = column.identity if "IDENTITY" in like.including else None
    if identity is not None:
        name = state.relation_name(table.schema, table.name, column.name, "seq", constraint=False)
        key = ObjectKey(kind=Kind.SEQUENCE, schema=table.schema, name=name)
        state.claim(table.schema, name, key, cursor, like.token)
        table.identities[column.name] = name
        identity = replace(identity, sequence=None)
    options = column.options if isinstance(column.options, ColumnOptions) else ColumnOptions()
    kept = ColumnOptions(
        storage=options.storage if "STORAGE" in like.including else None,
        compression=options.compression if "COMPRESSION" in like.including else None,
    )
    not_null = column.not_null
    if not_null is not None:
        comment = not_null.comment if "COMMENTS" in like.including else None
        not_null = replace(not_null, comment=comment, local=True, validated=True)
    return replace(
        column,
        not_null=not_null,
        default=column.default if "DEFAULTS" in like.including else None,
        generated=generated,
        identity=identity,
        comment=column.comment if "COMMENTS" in like.including else None,
        options=None if kept == ColumnOptions() else kept,
    )


def copy_parts(cursor: Cursor, state: State, table: TableDraft, like: Like) -> None:
    """Checks under their own names; keys and indexes under names that the server makes up."""
    source, comments = like.source, "COMMENTS" in like.including
    for constraint in source.constraints.values():
        kept = replace(constraint, comment=constraint.comment if comments else None)
        if isinstance(kept, Check) and "CONSTRAINTS" in like.including:
            kept = replace(kept, expression=moved_expression(kept.expression, source, table), validated=kept.enforced)
            state.add_constraint(table, kept, cursor, like.token)
        elif isinstance(kept, PrimaryKey | Unique | Exclusion) and "INDEXES" in like.including:
            _copy_key(cursor, state, table, like, kept)
    if "INDEXES" in like.including:
        given = [part for _, part in source.inherited.values() if isinstance(part, Index)]
        for index in [*source.indexes.values(), *given]:
            name = make_name(state, table, index)
            comment = index.comment if comments else None
            made = replace(index, name=name, comment=comment, generated_name=True)
            state.add_index(table, made, cursor, like.token)
        for _, part in list(source.inherited.values()):
            if isinstance(part, PrimaryKey | Unique | Exclusion):
                _copy_key(cursor, state, table, like, part)
    if "STATISTICS" in like.including:
        copy_statistics(cursor, state, source, table, like.token, comments=comments)


def _copy_key(
    cursor: Cursor, state: State, table: TableDraft, like: Like, key: PrimaryKey | Unique | Exclusion
) -> None:
    made = replace(key, name=make_name(state, table, key), generated_name=True)
    state.add_constraint(table, made, cursor, like.token)
