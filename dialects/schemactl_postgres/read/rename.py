"""RENAME and SET SCHEMA of tables and their parts: whoever mentions them follows, as on the server."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from schemactl.model import (
    Check,
    Constraint,
    Exclusion,
    Expression,
    ForeignKey,
    Index,
    IndexPart,
    Kind,
    ObjectKey,
    PrimaryKey,
    Unique,
)
from schemactl_postgres.options import TableOptions
from schemactl_postgres.read.cursor import Cursor
from schemactl_postgres.read.expressions import renamed_column
from schemactl_postgres.read.policy import refuse_queries
from schemactl_postgres.read.sequence import move_sequence
from schemactl_postgres.read.state import INDEXED, State, TableDraft
from schemactl_postgres.read.tokens import Token
from schemactl_postgres.read.trigger import move_triggers, rename_in_triggers
from schemactl_postgres.read.view import refuse_under_views

Rewrite = Callable[[Expression], Expression]
Swap = Callable[[tuple[str, ...]], tuple[str, ...]]


def rename_column(cursor: Cursor, state: State, table: TableDraft, old: str, new: str, token: Token) -> None:
    before, after = table.child(Kind.COLUMN, old), table.child(Kind.COLUMN, new)
    if new in table.columns:
        raise state.duplicate(cursor, after, token)
    refuse_under_views(cursor, state, table.key, token)
    refuse_queries(cursor, table, before, token)
    columns = dict(table.columns)
    rename_in_triggers(cursor, state, table.key, old, new)

    def swap(names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(new if n == old else n for n in names)

    def rewrite(item: Expression) -> Expression:
        if before not in item.uses:
            return item
        uses = tuple(after if k == before else k for k in item.uses)
        return replace(renamed_column(item, columns, old, new), uses=uses)

    table.columns = {new if n == old else n: c for n, c in columns.items()}
    table.columns[new] = replace(table.columns[new], name=new)
    _rewrite_parts(table, swap, rewrite)
    for other in state.drafts():
        for name, constraint in other.constraints.items():
            if isinstance(constraint, ForeignKey) and constraint.references == table.key:
                referenced = swap(constraint.referenced_columns)
                other.constraints[name] = replace(constraint, referenced_columns=referenced)
    for key, sequence in state.sequences.items():
        if sequence.owned_by == before:
            state.sequences[key] = replace(sequence, owned_by=after)
    said = state.privileges.get(table.key, [])
    said[:] = [(grantee, replace(one, columns=swap(one.columns))) for grantee, one in said]
    if old in table.identities:
        table.identities[new] = table.identities.pop(old)
    state.places.pop(before, None)
    state.places[after] = cursor.place(token)


def _rewrite_parts(table: TableDraft, swap: Swap, rewrite: Rewrite) -> None:
    """Put `swap` to every list of columns in a table, and `rewrite` to every expression that may name one."""
    for name, column in table.columns.items():
        if column.generated is not None:
            generated = replace(column.generated, expression=rewrite(column.generated.expression))
            table.columns[name] = replace(column, generated=generated)
    for name, constraint in table.constraints.items():
        table.constraints[name] = _constraint(constraint, swap, rewrite)
    for name, index in table.indexes.items():
        table.indexes[name] = _index(index, swap, rewrite)
    for key, item in table.statistics.items():
        columns, expressions = swap(item.columns), tuple(map(rewrite, item.expressions))
        table.statistics[key] = replace(item, columns=tuple(sorted(columns)), expressions=expressions)
    for name, policy in table.policies.items():
        using = rewrite(policy.using) if policy.using else None
        check = rewrite(policy.check) if policy.check else None
        table.policies[name] = replace(policy, using=using, check=check)
    for name, one in table.publications.items():
        where = rewrite(one.where) if one.where else None
        table.publications[name] = replace(one, columns=tuple(sorted(swap(one.columns))), where=where)


def _constraint(item: Constraint, swap: Swap, rewrite: Rewrite) -> Constraint:
    match item:
        case PrimaryKey() | Unique():
            return replace(item, columns=swap(item.columns), include=swap(item.include))
        case ForeignKey():
            return replace(item, columns=swap(item.columns), on_delete_columns=swap(item.on_delete_columns))
        case Check():
            return replace(item, expression=rewrite(item.expression))
        case Exclusion():
            return replace(
                item,
                parts=_parts(item.parts, swap, rewrite),
                include=swap(item.include),
                predicate=rewrite(item.predicate) if item.predicate else None,
            )


def _index(item: Index, swap: Swap, rewrite: Rewrite) -> Index:
    return replace(
        item,
        parts=_parts(item.parts, swap, rewrite),
        include=swap(item.include),
        predicate=rewrite(item.predicate) if item.predicate else None,
    )


def _parts(parts: tuple[IndexPart, ...], swap: Swap, rewrite: Rewrite) -> tuple[IndexPart, ...]:
    return tuple(
        replace(p, column=swap((p.column,))[0])
        if p.column is not None
        else replace(p, expression=rewrite(p.expression) if p.expression else None)
        for p in parts
    )


def move_table(cursor: Cursor, state: State, table: TableDraft, schema: str, name: str, token: Token) -> None:
    """Give a table another name or schema. Its indexes, constraints and owned sequences go with it."""
    refuse_under_views(cursor, state, table.key, token)
    old_key, old_schema = table.key, table.schema
    new_key = ObjectKey(kind=Kind.TABLE, schema=schema, name=name)
    state.claim(schema, name, new_key, cursor, token)
    state.relations.pop((old_schema, table.name), None)
    del state.tables[old_key]
    state.move_privileges(old_key, new_key)
    old_table = replace(table)
    table.schema, table.name = schema, name
    state.tables[new_key] = table
    move_triggers(state, old_key, new_key)
    _move_names(cursor, state, old_table, table, token)
    _move_mentions(state, old_table, table)
    if old_schema != schema:
        for column in table.columns:
            for sequence in [s for s in state.sequences.values() if s.owned_by == table.child(Kind.COLUMN, column)]:
                move_sequence(cursor, state, sequence, schema, sequence.name, token)
    state.places.pop(old_key, None)
    state.places[new_key] = cursor.place(token)


def _move_names(cursor: Cursor, state: State, old: TableDraft, table: TableDraft, token: Token) -> None:
    """Take the names of indexes, constraints and identity sequences over into the namespace of the new schema."""
    indexes = [
        *table.indexes,
        *table.inherited,
        *(c.name for c in table.constraints.values() if isinstance(c, INDEXED)),
    ]
    for name in indexes:
        kind = Kind.INDEX if name in table.indexes else Kind.CONSTRAINT
        _move_relation(cursor, state, old, table, name, table.child(kind, name), token)
        del state.index_tables[old.schema, name]
        state.index_tables[table.schema, name] = table
    for name in table.identities.values():
        key = ObjectKey(kind=Kind.SEQUENCE, schema=table.schema, name=name)
        state.move_privileges(replace(key, schema=old.schema), key)
        _move_relation(cursor, state, old, table, name, key, token)
    for name in table.constraints:
        state.constraint_names[old.schema, name] -= 1
        state.constraint_names[table.schema, name] += 1
    for kind, names in (
        (Kind.COLUMN, table.columns),
        (Kind.CONSTRAINT, table.constraints),
        (Kind.INDEX, table.indexes),
        (Kind.POLICY, table.policies),
        (Kind.PUBLISHED_TABLE, table.publications),
    ):
        for name in names:
            place = state.places.pop(old.child(kind, name), None)
            if place is not None:
                state.places[table.child(kind, name)] = place


def _move_relation(
    cursor: Cursor, state: State, old: TableDraft, table: TableDraft, name: str, key: ObjectKey, token: Token
) -> None:
    del state.relations[old.schema, name]
    state.claim(table.schema, name, key, cursor, token)


def _move_mentions(state: State, old: TableDraft, table: TableDraft) -> None:
    """Foreign keys to it, sequences it owns, and the keys of its columns in expressions."""

    def follow(key: ObjectKey) -> ObjectKey:
        return table.child(Kind.COLUMN, key.name) if key.parent == old.key and key.kind is Kind.COLUMN else key

    def rewrite(item: Expression) -> Expression:
        return replace(item, uses=tuple(follow(k) for k in item.uses))

    _rewrite_parts(table, lambda names: names, rewrite)
    for other in state.drafts():
        for name, constraint in other.constraints.items():
            if isinstance(constraint, ForeignKey) and constraint.references == old.key:
                other.constraints[name] = replace(constraint, references=table.key)
    for other in state.drafts():
        other.options = moved_parent(other.options, old.key, table.key)
    for key, sequence in state.sequences.items():
        if sequence.owned_by is not None:
            state.sequences[key] = replace(sequence, owned_by=follow(sequence.owned_by))


def moved_parent(options: TableOptions, old: ObjectKey, new: ObjectKey) -> TableOptions:
    """The options of a table, one of whose parents may have moved."""
    if old not in options.parents:
        return options
    if options.partition_of is not None:
        return replace(options, partition_of=replace(options.partition_of, parent=new))
    return replace(options, inherits=tuple(new if k == old else k for k in options.inherits))


def rename_constraint(cursor: Cursor, state: State, table: TableDraft, old: str, new: str, token: Token) -> None:
    constraint = table.constraints[old]
    if new in table.constraints:
        raise state.duplicate(cursor, table.child(Kind.CONSTRAINT, new), token)
    clustered, identity = table.options.clustered_on == old, table.options.replica_identity == old
    order = list(table.constraints)
    children = _let_go(state, table, old)
    state.drop_constraint(table, old)
    renamed = replace(constraint, name=new, generated_name=False)
    state.add_constraint(table, renamed, cursor, token)
    _follow_parent(children, old, new)
    table.constraints = {(new if n == old else n): table.constraints[new if n == old else n] for n in order}
    _keep_marks(table, new, clustered, identity)


def rename_index(cursor: Cursor, state: State, table: TableDraft, old: str, new: str, token: Token) -> None:
    """Rename an index, or the constraint whose index it is."""
    if old in table.constraints:
        rename_constraint(cursor, state, table, old, new, token)
        return
    index = table.indexes[old]
    clustered, identity = table.options.clustered_on == old, table.options.replica_identity == old
    children = _let_go(state, table, old)
    state.drop_index(table, old)
    state.add_index(table, replace(index, name=new, generated_name=False), cursor, token)
    _follow_parent(children, old, new)
    _keep_marks(table, new, clustered, identity)


_Given = list[tuple[TableDraft, dict[str, tuple[str, Constraint | Index]]]]


def _let_go(state: State, table: TableDraft, name: str) -> _Given:
    """Keep the children's parts out of the way while the one that they come from gets another name."""
    kept: _Given = []
    for child in state.children(table):
        kept.append((child, child.inherited))
        child.inherited = {n: entry for n, entry in child.inherited.items() if entry[0] != name}
    return kept


def _follow_parent(kept: _Given, old: str, new: str) -> None:
    for child, inherited in kept:
        child.inherited = {n: (new if p == old else p, part) for n, (p, part) in inherited.items()}


def _keep_marks(table: TableDraft, name: str, clustered: bool, identity: bool) -> None:
    if clustered:
        table.options = replace(table.options, clustered_on=name)
    if identity:
        table.options = replace(table.options, replica_identity=name)
