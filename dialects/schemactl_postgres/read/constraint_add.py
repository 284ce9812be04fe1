"""Constraints join their table: in the server's order, and under the names that it makes up."""

from __future__ import annotations

from dataclasses import replace

from schemactl.errors import SqlSyntaxError
from schemactl.model import Check, Constraint, Exclusion, ForeignKey, Kind, PrimaryKey, Unique
from schemactl_postgres.names import distinct_columns, joined_columns
from schemactl_postgres.read.constraint import Spec
from schemactl_postgres.read.cursor import Cursor
from schemactl_postgres.read.expressions import expression
from schemactl_postgres.read.index import index_options
from schemactl_postgres.read.state import INDEXED, State, TableDraft
from schemactl_postgres.read.tokens import Token


def add_specs(cursor: Cursor, state: State, table: TableDraft, specs: list[Spec], *, new: bool) -> None:
    """Add constraints in the order, and under the names, that the server would: checks, indexes, foreign keys.

    On a new table there is nothing to validate, so NOT VALID says nothing.
    """
    checks = [s for s in specs if isinstance(s.constraint, Check)]
    keys = sorted(
        (s for s in specs if isinstance(s.constraint, INDEXED)), key=lambda s: not isinstance(s.constraint, PrimaryKey)
    )
    foreign = [s for s in specs if isinstance(s.constraint, ForeignKey)]
    for spec in (*checks, *_distinct(keys), *foreign):
        constraint = spec.constraint
        if table.options.foreign is not None and not isinstance(constraint, Check):
            raise cursor.error(
                SqlSyntaxError,
                "a foreign table has no keys: only NOT NULL and CHECK",
                spec.token,
                subject=table.key.path,
            )
        if new and isinstance(constraint, Check | ForeignKey):
            spec.constraint = replace(constraint, validated=constraint.enforced)
        _add_spec(cursor, state, table, spec)


def _distinct(keys: list[Spec]) -> list[Spec]:
    """Keys without those that say again what one before says: the server makes one index of them."""
    kept: list[Spec] = []
    for spec in keys:
        same = next((k for k in kept if _same_index(k.constraint, spec.constraint)), None)
        if same is None:
            kept.append(spec)
        elif not same.constraint.name:
            same.constraint = replace(same.constraint, name=spec.constraint.name)
    return kept


def _same_index(one: Constraint, other: Constraint) -> bool:
    if not (isinstance(one, PrimaryKey | Unique) and isinstance(other, PrimaryKey | Unique)):
        return False
    if not one.columns:
        return False  # takes over an index
    return (
        one.columns == other.columns
        and one.include == other.include
        and one.without_overlaps == other.without_overlaps
        and one.deferrable == other.deferrable
        and one.initially_deferred == other.initially_deferred
        and getattr(one, "nulls_not_distinct", False) == getattr(other, "nulls_not_distinct", False)
    )


def _add_spec(cursor: Cursor, state: State, table: TableDraft, spec: Spec) -> None:
    constraint = spec.constraint
    if spec.using_index:
        _adopt_index(cursor, state, table, spec)
        return
    if isinstance(constraint, Check) and spec.span is not None:
        constraint = replace(constraint, expression=expression(cursor, spec.span, state, table))
        mentioned = [k.name for k in constraint.expression.uses if k.kind is Kind.COLUMN]
        spec.labels = mentioned if len(mentioned) == 1 else []
    if isinstance(constraint, PrimaryKey):
        _make_primary(cursor, table, constraint.columns, spec.token)
    if not constraint.name:
        constraint = replace(constraint, name=_made_up(state, table, constraint, spec.labels), generated_name=True)
    state.add_constraint(table, constraint, cursor, spec.token)
    if spec.target is not None:
        state.targets[table.child(Kind.CONSTRAINT, constraint.name)] = cursor.place(spec.target)


def _made_up(state: State, table: TableDraft, constraint: Constraint, labels: list[str]) -> str:
    column = joined_columns(distinct_columns(labels)) if labels else None
    match constraint:
        case PrimaryKey():
            return state.relation_name(table.schema, table.name, None, "pkey", constraint=True)
        case Unique():
            return state.relation_name(table.schema, table.name, column, "key", constraint=True)
        case Exclusion():
            return state.relation_name(table.schema, table.name, column, "excl", constraint=True)
        case ForeignKey():
            return state.constraint_name(table.schema, table.name, column, "fkey")
        case Check():
            return state.constraint_name(table.schema, table.name, column, "check")


def _make_primary(cursor: Cursor, table: TableDraft, columns: tuple[str, ...], token: Token) -> None:
    if table.primary_key is not None:
        raise cursor.error(SqlSyntaxError, f"the table {table.key.path} has two primary keys", token)
    for name in columns:
        table.columns[name] = replace(table.columns[name], nullable=False)


def _adopt_index(cursor: Cursor, state: State, table: TableDraft, spec: Spec) -> None:
    """ADD CONSTRAINT ... USING INDEX: the index becomes the constraint's, and takes its name."""
    assert spec.using_index is not None
    name, token = spec.using_index
    index = table.indexes.get(name)
    if index is None:
        raise state.missing(cursor, "index", name, token)
    columns = tuple(p.column for p in index.parts if p.column is not None)
    plain = len(columns) == len(index.parts) and not any(
        p.descending or p.nulls_first or p.options for p in index.parts
    )
    if not index.unique or index.predicate is not None or index.method != "btree" or not plain:
        raise cursor.error(
            SqlSyntaxError, f"the index {name} cannot become a constraint: it is not unique over plain columns", token
        )
    storage = getattr(index.options, "storage", ())
    not_distinct = bool(getattr(index.options, "nulls_not_distinct", False))
    fields = {"name": spec.constraint.name or name, "columns": columns, "include": index.include}
    options = index_options(False, storage)
    constraint = replace(spec.constraint, **fields, options=options, comment=index.comment)  # type: ignore[arg-type]
    if isinstance(constraint, PrimaryKey):
        _make_primary(cursor, table, columns, spec.token)
    elif isinstance(constraint, Unique):
        constraint = replace(constraint, nulls_not_distinct=not_distinct)
    state.drop_index(table, name)
    state.add_constraint(table, constraint, cursor, spec.token)
