"""DROP, applied to what the script has made so far."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from schemactl.errors import SourceError, SqlSyntaxError
from schemactl.model import (
    Check,
    Composite,
    Constraint,
    Domain,
    Exclusion,
    Expression,
    ForeignKey,
    Index,
    IndexPart,
    Kind,
    ObjectKey,
    PrimaryKey,
    Statistics,
    Unique,
)
from schemactl_postgres.read.collation import drop_collation
from schemactl_postgres.read.cursor import Cursor, Name
from schemactl_postgres.read.define import drop_in_schema
from schemactl_postgres.read.move_type import beneath
from schemactl_postgres.read.policy import forget_policy, policies_on
from schemactl_postgres.read.publication import published_by, withdraw
from schemactl_postgres.read.state import State, TableDraft
from schemactl_postgres.read.statistics import drop_statistics
from schemactl_postgres.read.tokens import Token
from schemactl_postgres.read.view import drop_view, find_view, views_over


def drop(cursor: Cursor, state: State, words: tuple[str, ...]) -> None:
    """After the words DROP <kind>: a list of names, [CASCADE | RESTRICT]."""
    if words == ("INDEX",):
        cursor.take("CONCURRENTLY")
    lenient = cursor.take("IF", "EXISTS")
    names = [cursor.qualified()]
    while cursor.take(","):
        names.append(cursor.qualified())
    cascade = cursor.take("CASCADE")
    if not cascade:
        cursor.take("RESTRICT")
    cursor.end()
    for name in names:
        if not _DROPPERS[words](cursor, state, name, cascade) and not lenient:
            raise state.missing(cursor, " ".join(words).lower(), name)


def _needed(cursor: Cursor, token: Token, what: str, by: str) -> SourceError:
    return cursor.error(
        SqlSyntaxError, f"{what} cannot be dropped: {by} needs it", token, hint="drop that first, or say CASCADE"
    )


def _drop_table(cursor: Cursor, state: State, name: Name, cascade: bool) -> bool:
    table = state.find_table(name)
    if table is None:
        return False
    for other in state.drafts():
        if other is table:
            continue
        for constraint in list(other.constraints.values()):
            if isinstance(constraint, ForeignKey) and constraint.references == table.key:
                if not cascade:
                    raise _needed(cursor, name.token, str(table.key), f"the foreign key {constraint.name}")
                state.drop_constraint(other, constraint.name)
    _drop_views_over(cursor, state, name, table.key, cascade)
    for child in state.children(table):
        if child.options.inherits and not cascade:
            raise _needed(cursor, name.token, str(table.key), str(child.key))
    state.drop_table(table)
    return True


def _drop_foreign_table(cursor: Cursor, state: State, name: Name, cascade: bool) -> bool:
    table = state.find_table(name)
    if table is not None and table.options.foreign is None:
        raise cursor.error(SqlSyntaxError, f"{table.key.path} is no foreign table", name.token)
    return _drop_table(cursor, state, name, cascade)


def _drop_index(cursor: Cursor, state: State, name: Name, cascade: bool) -> bool:
    found = state.find_index(name)
    if found is None:
        return False
    table, index = found
    if index in table.constraints:
        raise _needed(cursor, name.token, f"the index {index}", f"the constraint {index}")
    state.drop_index(table, index)
    return True


def _drop_sequence(cursor: Cursor, state: State, name: Name, cascade: bool) -> bool:
    sequence = state.find_sequence(name)
    if sequence is None:
        return False
    for table in state.drafts():
        for column in table.columns.values():
            if column.default is not None and sequence.key in column.default.uses:
                if not cascade:
                    raise _needed(cursor, name.token, str(sequence.key), f"the default of {column.name}")
                table.columns[column.name] = replace(column, default=None)
    state.drop_sequence(sequence.key)
    return True


def _drop_type(cursor: Cursor, state: State, name: Name, cascade: bool) -> bool:
    found = state.find_type(name)
    if found is None:
        return False
    _drop_users_of_type(cursor, state, found.key, cascade, name.token)
    state.enums.pop(found.key, None)
    state.types.pop(found.key, None)
    state.privileges.pop(found.key, None)
    state.places.pop(found.key, None)
    if isinstance(found, Composite):
        state.relations.pop((found.schema, found.name), None)
    if isinstance(found, Domain):
        for check in found.constraints:
            state.constraint_names[found.schema, check.name] -= 1
            state.places.pop(found.child(check.name), None)
    return True


def _drop_users_of_type(cursor: Cursor, state: State, key: ObjectKey, cascade: bool, token: Token) -> None:
    """What is of a type goes with it: columns, attributes of composites, domains and ranges."""
    for table in [t for t in state.drafts() if t.options.of_type == key]:
        if not cascade:
            raise _needed(cursor, token, str(key), str(table.key))
        _drop_table(cursor, state, Name(table.schema, table.name, token), True)
    for table in state.drafts():
        for column in list(table.columns.values()):
            if column.type.uses == key:
                if not cascade:
                    raise _needed(cursor, token, str(key), f"the column {table.key.path}.{column.name}")
                drop_column(cursor, state, table, column.name, cascade=True, token=token)
    for other in list(state.types.values()):
        if not any(data.uses == key for data in beneath(other)):
            continue
        if not cascade:
            raise _needed(cursor, token, str(key), str(other.key))
        if isinstance(other, Composite):
            kept = tuple(a for a in other.attributes if a.type.uses != key)
            state.types[other.key] = replace(other, attributes=kept)
        else:
            _drop_type(cursor, state, Name(other.schema, other.name, token), True)


def _drop_view(materialized: bool) -> Callable[[Cursor, State, Name, bool], bool]:
    def dropper(cursor: Cursor, state: State, name: Name, cascade: bool) -> bool:
        view = find_view(state, name)
        if view is None or view.materialized != materialized:
            return False
        _drop_views_over(cursor, state, name, view.key, cascade)
        drop_view(state, view)
        return True

    return dropper


def _drop_views_over(cursor: Cursor, state: State, name: Name, key: ObjectKey, cascade: bool) -> None:
    for view in views_over(state, key):
        if not cascade:
            raise _needed(cursor, name.token, str(key), f"the view {view.key.path}")
        if view.key in state.views:
            _drop_views_over(cursor, state, name, view.key, cascade)
            drop_view(state, view)


def _drop_schema(cursor: Cursor, state: State, name: Name, cascade: bool) -> bool:
    inside = [t for t in state.tables if t.schema == name.name]
    things = (*state.routines, *state.sequences, *state.enums, *state.types, *state.views)
    inside += [k for k in things if k.schema == name.name]
    if name.schema is not None or (name.name not in state.schemas and not inside):
        return False
    if inside and not cascade:
        raise _needed(cursor, name.token, f"schema {name.name}", str(inside[0]))
    for key in [k for k in state.views if k.schema == name.name]:
        _drop_view(state.views[key].materialized)(cursor, state, Name(key.schema, key.name, name.token), True)
    drop_in_schema(state, name.name)
    state.drop_routines(name.name)
    for table in state.drafts(name.name):
        _drop_table(cursor, state, Name(table.schema, table.name, name.token), True)
    for key in [k for k in (*state.enums, *state.types) if k.schema == name.name]:
        _drop_type(cursor, state, Name(key.schema, key.name, name.token), True)
    for key in [k for k in state.sequences if k.schema == name.name]:
        _drop_sequence(cursor, state, Name(key.schema, key.name, name.token), True)
    found = state.schemas.pop(name.name, None)
    state.privileges.pop(ObjectKey(kind=Kind.SCHEMA, name=name.name), None)
    if found is not None:
        state.places.pop(found.key, None)
    return True


def _drop_extension(cursor: Cursor, state: State, name: Name, cascade: bool) -> bool:
    found = state.extensions.pop(name.name, None) if name.schema is None else None
    if found is not None:
        state.places.pop(found.key, None)
    return found is not None


_DROPPERS: dict[tuple[str, ...], Callable[[Cursor, State, Name, bool], bool]] = {
    ("COLLATION",): drop_collation,
    ("DOMAIN",): _drop_type,
    ("TABLE",): _drop_table,
    ("INDEX",): _drop_index,
    ("SEQUENCE",): _drop_sequence,
    ("TYPE",): _drop_type,
    ("SCHEMA",): _drop_schema,
    ("EXTENSION",): _drop_extension,
    ("STATISTICS",): drop_statistics,
    ("FOREIGN", "TABLE"): _drop_foreign_table,
    ("MATERIALIZED", "VIEW"): _drop_view(True),
    ("VIEW",): _drop_view(False),
}
DROPPABLE = frozenset(_DROPPERS)


def drop_column(cursor: Cursor, state: State, table: TableDraft, column: str, *, cascade: bool, token: Token) -> None:
    """Drop a column with what goes along: indexes and constraints that mention it, sequences that it owns."""
    key = table.child(Kind.COLUMN, column)
    for other in table.columns.values():
        if other.name != column and other.generated is not None and key in other.generated.expression.uses:
            if not cascade:
                raise _needed(cursor, token, str(key), f"the generated column {other.name}")
            drop_column(cursor, state, table, other.name, cascade=True, token=token)
            drop_column(cursor, state, table, column, cascade=True, token=token)
            return
    for policy in policies_on(table, key):
        if not cascade:
            raise _needed(cursor, token, str(key), f"the policy {policy}")
        forget_policy(state, table, policy)
    for publication in published_by(table, key):
        if not cascade:
            raise _needed(cursor, token, str(key), f"the publication {publication}")
        withdraw(state, table, publication)
    _drop_references(cursor, state, table, (column,), cascade, token)
    for constraint in [c for c in table.constraints.values() if mentions(c, column, key)]:
        state.drop_constraint(table, constraint.name)
    for index in [i for i in table.indexes.values() if mentions(i, column, key)]:
        state.drop_index(table, index.name)
    for statistics in [s for s in table.statistics.values() if _of_column(s, column, key)]:
        del table.statistics[statistics.key]
        state.places.pop(statistics.key, None)
    state.drop_owned_sequences(key)
    state.drop_identity(table, column)
    del table.columns[column]
    state.places.pop(key, None)


def _of_column(it: Statistics, column: str, key: ObjectKey) -> bool:
    return column in it.columns or any(key in e.uses for e in it.expressions)


def _drop_references(
    cursor: Cursor, state: State, table: TableDraft, columns: tuple[str, ...], cascade: bool, token: Token
) -> None:
    primary = table.primary_key
    for other in state.drafts():
        for constraint in list(other.constraints.values()):
            if not isinstance(constraint, ForeignKey) or constraint.references != table.key or other is table:
                continue
            referenced = constraint.referenced_columns or (primary.columns if primary else ())
            if set(columns) & set(referenced):
                if not cascade:
                    raise _needed(
                        cursor, token, f"column {table.key.path}.{columns[0]}", f"the foreign key {constraint.name}"
                    )
                state.drop_constraint(other, constraint.name)


def mentions(item: Constraint | Index, column: str, key: ObjectKey) -> bool:
    """Whether a constraint or index rests on a column."""

    def used(text: Expression | None) -> bool:
        return text is not None and key in text.uses

    def in_parts(parts: tuple[IndexPart, ...]) -> bool:
        return any(p.column == column or used(p.expression) for p in parts)

    match item:
        case PrimaryKey() | Unique():
            return column in (*item.columns, *item.include)
        case ForeignKey():
            same_table = item.references == key.parent and column in item.referenced_columns
            return column in item.columns or same_table
        case Check():
            return used(item.expression)
        case Exclusion() | Index():
            return in_parts(item.parts) or column in item.include or used(item.predicate)
