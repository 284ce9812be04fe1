"""Constraints."""

from __future__ import annotations

from dataclasses import replace

from schemactl.model import (
    Check,
    Constraint,
    Exclusion,
    ForeignKey,
    IndexPart,
    Kind,
    NotNull,
    ObjectKey,
    PrimaryKey,
    Unique,
)
from schemactl_postgres.inspect.draft import Draft
from schemactl_postgres.inspect.indexes import LiveIndex
from schemactl_postgres.inspect.rows import ConstraintRow
from schemactl_postgres.inspect.values import expression, optional_expression
from schemactl_postgres.names import generated_name

#: pg_constraint.confupdtype, confdeltype, confmatchtype.
ACTIONS = {"a": "NO ACTION", "r": "RESTRICT", "c": "CASCADE", "n": "SET NULL", "d": "SET DEFAULT"}
MATCHES = {"s": "SIMPLE", "f": "FULL", "p": "PARTIAL"}


def add_constraint(draft: Draft, row: ConstraintRow, backing: LiveIndex | None) -> None:
    """`backing` is the index behind a primary key, a unique or an exclusion constraint."""
    if row.type == "n":
        _name_not_null(draft, row)
        return
    # A check that an heir states as well as its parent is its own: it outlives the parent's.
    inherited = row.inherited and (row.type != "c" or not row.own or draft.row.bound is not None)
    if inherited and row.comment is not None:
        draft.refuse(Kind.CONSTRAINT, row.name, "a comment on a constraint that comes from the parent table")
    if found := _constraint(draft, row, backing):
        (draft.given_constraints if inherited else draft.constraints).append(found)
    if backing is not None and (backing.statistics or backing.row.extensions):
        draft.refuse(Kind.INDEX, row.name, "a statistics target or an extension of the index of a constraint")
    if backing is not None and backing.row.comment is not None:
        draft.refuse(Kind.INDEX, row.name, "a comment on the index of a constraint")


def _name_not_null(draft: Draft, row: ConstraintRow) -> None:
    """From 18 on a NOT NULL is an object. A plain one under the name that the server made up needs no mention.

    In a child each is mentioned, for it tells whether the NOT NULL stays when the parent's goes.
    """
    (column,) = draft.named(row.columns)
    usual = generated_name(draft.row.name, column, "not_null")
    found = NotNull(
        name=row.name,
        no_inherit=row.no_inherit,
        validated=row.validated,
        comment=row.comment,
        local=row.own,
        generated_name=row.name == usual,
    )
    if found != NotNull(name=usual) or draft.row.parent_names:
        draft.columns = [replace(c, not_null=found) if c.name == column else c for c in draft.columns]


def _constraint(draft: Draft, row: ConstraintRow, backing: LiveIndex | None) -> Constraint | None:
    match row.type:
        case "c":
            return Check(
                name=row.name,
                expression=expression(row.expression or ""),
                no_inherit=row.no_inherit,
                validated=row.validated,
                enforced=row.enforced,
                comment=row.comment,
            )
        case "f":
            return _foreign_key(draft, row)
        case "x" if backing:
            return _exclusion(row, backing)
        case "p" | "u" if backing:
            return _key(draft, row, backing)
    draft.refuse(Kind.CONSTRAINT, row.name, f"a constraint of the unknown type {row.type!r}")
    return None


def _foreign_key(draft: Draft, row: ConstraintRow) -> ForeignKey:
    return ForeignKey(
        name=row.name,
        columns=draft.named(row.columns),
        references=ObjectKey(kind=Kind.TABLE, schema=row.referenced_schema or "", name=row.referenced_table or ""),
        referenced_columns=tuple(row.referenced_columns or ()),
        on_update=ACTIONS[row.on_update],
        on_delete=ACTIONS[row.on_delete],
        on_delete_columns=draft.named(row.on_delete_columns),
        match=MATCHES[row.match],
        period=row.temporal,
        deferrable=row.deferrable,
        initially_deferred=row.initially_deferred,
        validated=row.validated,
        enforced=row.enforced,
        comment=row.comment,
    )


def _key(draft: Draft, row: ConstraintRow, backing: LiveIndex) -> PrimaryKey | Unique | None:
    columns = tuple(part.column for part in backing.parts if part.column is not None)
    if backing.parts != tuple(IndexPart(column=column) for column in columns):
        draft.refuse(Kind.CONSTRAINT, row.name, "a key whose index has an order or a collation of its own")
        return None
    if row.type == "p":
        return PrimaryKey(
            name=row.name,
            columns=columns,
            include=backing.include,
            without_overlaps=row.temporal,
            deferrable=row.deferrable,
            initially_deferred=row.initially_deferred,
            comment=row.comment,
            options=backing.options(),
            valid=backing.row.valid,
        )
    return Unique(
        name=row.name,
        columns=columns,
        include=backing.include,
        without_overlaps=row.temporal,
        nulls_not_distinct=backing.row.nulls_not_distinct,
        deferrable=row.deferrable,
        initially_deferred=row.initially_deferred,
        comment=row.comment,
        options=backing.options(),
        valid=backing.row.valid,
    )


def _exclusion(row: ConstraintRow, backing: LiveIndex) -> Exclusion:
    operators = row.operators or []
    return Exclusion(
        name=row.name,
        parts=tuple(replace(part, operator=o) for part, o in zip(backing.parts, operators, strict=True)),
        method=backing.row.method,
        include=backing.include,
        predicate=optional_expression(backing.row.predicate),
        deferrable=row.deferrable,
        initially_deferred=row.initially_deferred,
        comment=row.comment,
        options=backing.options(),
        valid=backing.row.valid,
    )
