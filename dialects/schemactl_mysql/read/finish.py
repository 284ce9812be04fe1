"""Drafts into a catalog, once the whole text has been read: foreign keys find their columns and their indexes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from schemactl.errors import DuplicateObjectError, Place
from schemactl.model import (
    Column,
    Constraint,
    Desired,
    ForeignKey,
    Index,
    IndexPart,
    Kind,
    ObjectKey,
    Program,
    SchemaObject,
    Table,
)
from schemactl.model.catalog import sorted_catalog
from schemactl_mysql.flavour import Flavour
from schemactl_mysql.options import IndexOptions, TableOptions
from schemactl_mysql.read.hints import Subject
from schemactl_mysql.read.programs import ordered
from schemactl_mysql.read.state import State, TableDraft
from schemactl_mysql.read.versions import settle_versions
from schemactl_mysql.types import members


def finished(state: State, renames: Mapping[Subject, str]) -> Desired:
    """`renames` are what hints tell of."""
    for subject, old in renames.items():
        if subject.value is not None:
            _rename_value(state, subject, old)
    for key, options in ordered(state).items():
        trigger = state.objects[key]
        assert isinstance(trigger, Program)
        state.objects[key] = replace(trigger, options=options)
    objects: list[SchemaObject] = [*state.schemas.values(), *state.objects.values()]
    objects += [_table(draft, state) for draft in state.tables.values()]
    named = {s.key: replace(s.key, name=old) for s, old in renames.items() if s.value is None}
    return Desired(catalog=sorted_catalog(objects), places=dict(state.places), renames=named)


def things(state: State) -> dict[Subject, Place]:
    """All that a hint may belong to, where it is written."""
    found = {Subject(key): place for key, place in state.places.items()}
    for table, column, value, place in state.values:
        found[Subject(table.child(Kind.ENUM_VALUE, column), value)] = place
    return found


def _rename_value(state: State, subject: Subject, old: str) -> None:
    key = subject.key
    table = state.tables.get(ObjectKey(kind=Kind.TABLE, schema=key.schema, name=key.table))
    column = table.columns.get(key.name) if table is not None else None
    if table is None or column is None or subject.value is None:
        return
    if old in members(column.type.text):
        raise DuplicateObjectError(
            f"{subject} is said to be {old!r} renamed, but both are desired",
            place=things(state)[subject],
            subject=key.path,
            hint="remove the hint, or one of the two",
        )
    renamed = (*table.options.renamed_values, (column.name, old, subject.value))
    table.options = replace(table.options, renamed_values=renamed)


def _table(draft: TableDraft, state: State) -> Table:
    settle_versions(draft)
    keys = tuple(_spelled(k, draft, state) for k in draft.foreign_keys.values())
    _add_implied_indexes(draft, state.lexical.flavour)
    primary = draft.primary_key
    constraints: list[Constraint] = [*keys, *draft.checks.values()]
    if primary is not None:
        constraints.append(replace(primary, columns=tuple(_column(draft, c) for c in primary.columns)))
    return Table(
        schema=draft.schema,
        name=draft.name,
        columns=tuple(_with_key(draft, c) for c in draft.columns.values()),
        constraints=tuple(sorted(constraints, key=lambda c: c.name)),
        indexes=tuple(sorted((_index(draft, i) for i in draft.indexes.values()), key=lambda i: i.name)),
        comment=draft.comment,
        options=draft.options if draft.options != TableOptions() or _says_more(draft.options) else None,
    )


def _says_more(options: TableOptions) -> bool:
    """What is no difference, and yet is known."""
    return bool(options.auto_increment or options.renamed_values)


def _with_key(draft: TableDraft, column: Column) -> Column:
    """A column of the primary key is never NULL, whatever it says."""
    keyed = draft.primary_key is not None and column.name.lower() in {c.lower() for c in draft.primary_key.columns}
    return replace(column, nullable=False) if keyed else column


def _column(draft: TableDraft, name: str) -> str:
    """The name as the column itself spells it."""
    found = draft.columns.get(name.lower())
    return found.name if found else name


def _index(draft: TableDraft, index: Index) -> Index:
    parts = tuple(replace(p, column=_column(draft, p.column)) if p.column else p for p in index.parts)
    return replace(index, parts=parts)


def _spelled(key: ForeignKey, draft: TableDraft, state: State) -> ForeignKey:
    target = state.tables.get(key.references)
    referenced = key.referenced_columns
    if target is not None:
        if not referenced and target.primary_key is not None:
            referenced = target.primary_key.columns
        referenced = tuple(_column(target, c) for c in referenced)
    return replace(key, columns=tuple(_column(draft, c) for c in key.columns), referenced_columns=referenced)


def _add_implied_indexes(draft: TableDraft, flavour: Flavour) -> None:
    """A foreign key needs an index that begins with its columns; where none does, the server makes one.

    It drops one that it made itself for one that begins as that does: of two as long, the later stays.
    """
    implied: dict[str, list[str]] = {}
    for name, key in draft.foreign_keys.items():
        columns = [c.lower() for c in key.columns]
        equal = [index for index, found in implied.items() if found == columns]
        if not equal and any(_begins(found, columns) for found in _heads(draft, flavour)):
            continue
        for index in [index for index, found in implied.items() if _begins(columns, found)]:
            del draft.indexes[index], implied[index]
        wanted = draft.index_names.get(name) or draft.free_name(_column(draft, key.columns[0]))
        implied[wanted.lower()] = columns
        draft.indexes[wanted.lower()] = Index(
            name=wanted,
            parts=tuple(IndexPart(column=_column(draft, c)) for c in key.columns),
            generated_name=True,
        )


def _heads(draft: TableDraft, flavour: Flavour) -> list[list[str]]:
    """The columns of each index up to the first part that is an expression or a prefix, or descends on MySQL."""
    keys = [index.parts for index in draft.indexes.values() if index.method == "btree"]
    if primary := draft.primary_key:
        told = primary.options.parts if isinstance(primary.options, IndexOptions) else ()
        keys.append(told or tuple(IndexPart(column=c) for c in primary.columns))
    found = []
    for parts in keys:
        head: list[str] = []
        for part in parts:
            if part.column is None or part.options is not None or (part.descending and not flavour.mariadb):
                break
            head.append(part.column.lower())
        found.append(head)
    return found


def _begins(head: list[str], columns: list[str]) -> bool:
    return head[: len(columns)] == columns
