"""What a table hands down to its children: columns, constraints and indexes, as the server does it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from schemactl.errors import SqlSyntaxError
from schemactl.model import Check, Column, Constraint, Exclusion, ForeignKey, Index, Kind, PrimaryKey, Unique
from schemactl_postgres.inheritance import follow, is_inherited, merged, same_definition, stands_for
from schemactl_postgres.inheritance import given as given_column
from schemactl_postgres.names import distinct_columns, joined_columns
from schemactl_postgres.read.cursor import Cursor
from schemactl_postgres.read.drop import drop_column
from schemactl_postgres.read.state import INDEXED, State, TableDraft
from schemactl_postgres.read.tokens import Token


def inherit_columns(cursor: Cursor, table: TableDraft, parent: TableDraft, token: Token) -> None:
    """The columns of a new table from one of its parents, before those that it states itself."""
    for name, column in parent.columns.items():
        mine = _moved(given_column(column), parent, table)
        if name in table.columns:
            _refuse_other_type(cursor, table, table.columns[name], mine, token)
            mine = merged(table.columns[name], mine)
        table.columns[name] = mine


def own_column(cursor: Cursor, table: TableDraft, inherited: Column, own: Column, token: Token) -> Column:
    """A column that a table states which it also inherits."""
    _refuse_other_type(cursor, table, inherited, own, token)
    return merged(inherited, own)


def _refuse_other_type(cursor: Cursor, table: TableDraft, one: Column, other: Column, token: Token) -> None:
    if one.type != other.type:
        raise cursor.error(
            SqlSyntaxError,
            f"the column {one.name} of {table.key.path} is {one.type} in one parent and {other.type} in the other",
            token,
            subject=table.key.path,
        )


def _moved(column: Column, parent: TableDraft, table: TableDraft) -> Column:
    """The column with what its generated value mentions said of the child."""
    if column.generated is None:
        return column
    old = column.generated.expression
    uses = tuple(table.child(Kind.COLUMN, k.name) if k.parent == parent.key else k for k in old.uses)
    return replace(column, generated=replace(column.generated, expression=replace(old, uses=uses)))


def give_parts(cursor: Cursor, state: State, parent: TableDraft, child: TableDraft, token: Token) -> None:
    """All constraints and indexes of a parent to a table that becomes its child."""
    state.has_children = True
    partition = child.options.partition_of is not None
    for constraint in list(parent.constraints.values()):
        if is_inherited(constraint, partition=partition):
            give(cursor, state, child, constraint.name, constraint, token)
    if partition:
        for index in list(parent.indexes.values()):
            give(cursor, state, child, index.name, index, token)
    for name, (_, part) in list(parent.inherited.items()):
        if partition:
            give(cursor, state, child, name, part, token)
    for constraint in _from_ancestors(state, parent):
        give(cursor, state, child, constraint.name, constraint, token)


def give_checks(cursor: Cursor, state: State, parent: TableDraft, child: TableDraft, token: Token) -> None:
    """The parent's checks once more: those that the child states under the same names are merged with them."""
    found = [c for c in parent.constraints.values() if isinstance(c, Check) and not c.no_inherit]
    for constraint in (*found, *_from_ancestors(state, parent)):
        if isinstance(constraint, Check):
            give(cursor, state, child, constraint.name, constraint, token)


def _from_ancestors(state: State, table: TableDraft) -> Iterator[Check | ForeignKey]:
    """Checks and foreign keys that a table has from its parents, which are not listed with it."""
    for key in table.options.parents:
        partition = table.options.partition_of is not None
        if parent := state.tables.get(key):
            for constraint in parent.constraints.values():
                if isinstance(constraint, Check | ForeignKey) and is_inherited(constraint, partition=partition):
                    yield constraint
            yield from _from_ancestors(state, parent)


def give_new(cursor: Cursor, state: State, parent: TableDraft, part: Constraint | Index, token: Token) -> None:
    """A part that a table got just now to all children that it has."""
    for child in state.children(parent):
        partition = child.options.partition_of is not None
        inherited = partition if isinstance(part, Index) else is_inherited(part, partition=partition)
        if inherited:
            give(cursor, state, child, part.name, part, token)


def give(
    cursor: Cursor, state: State, child: TableDraft, parents_name: str, part: Constraint | Index, token: Token
) -> None:
    """One part to one child, and on to the children of that. A part of the child's own that fits is taken for it."""
    if child.options.foreign is not None and not isinstance(part, Check):
        if isinstance(part, Index) and not part.unique:
            return  # a foreign table has no indexes, and needs none
        raise cursor.error(
            SqlSyntaxError,
            f"the foreign table {child.key.path} cannot have {part.name}, as a partition of its parent would",
            token,
            subject=child.key.path,
            hint="a foreign table has no keys: drop the parent's, or make the partition an ordinary table",
        )
    if isinstance(part, Check):
        if child.options.partition_of is not None:
            child.constraints.pop(part.name, None)
        for grandchild in state.children(child):
            give(cursor, state, grandchild, part.name, part, token)
        return
    if isinstance(part, ForeignKey):
        for mine in list(child.constraints.values()):
            if isinstance(mine, ForeignKey) and same_definition(mine, part):
                child.constraints.pop(mine.name)
                break
        for grandchild in state.children(child):
            give(cursor, state, grandchild, part.name, part, token)
        return
    if isinstance(part, PrimaryKey):
        for column in part.columns:
            child.columns[column] = replace(child.columns[column], nullable=False)
    taken = _taken_over(child, part)
    name = taken.name if taken else _made(cursor, state, child, part, token)
    if name is not None:
        child.inherited[name] = (parents_name, taken or replace(part, name=name, generated_name=True))
    for grandchild in state.children(child):
        give(cursor, state, grandchild, name or parents_name, part, token)


def _taken_over(child: TableDraft, part: Constraint | Index) -> Constraint | Index | None:
    for index in list(child.indexes.values()):
        if stands_for(index, part):
            return child.indexes.pop(index.name)
    for constraint in list(child.constraints.values()):
        if not isinstance(part, Index) and stands_for(constraint, part):
            return child.constraints.pop(constraint.name)
    return None


def _made(cursor: Cursor, state: State, child: TableDraft, part: Constraint | Index, token: Token) -> str | None:
    """The name that the server makes up; None where a key of the child's own serves, and stays its own."""
    if isinstance(part, Index) and any(stands_for(c, part) for c in child.constraints.values()):
        return None
    name = make_name(state, child, part)
    key = child.child(Kind.INDEX if isinstance(part, Index) else Kind.CONSTRAINT, name)
    state.claim(child.schema, name, key, cursor, token)
    state.index_tables[child.schema, name] = child
    return name


def make_name(state: State, table: TableDraft, part: Constraint | Index) -> str:
    """The name that the server makes up for a key or an index that it copies."""
    if isinstance(part, PrimaryKey):
        return state.relation_name(table.schema, table.name, None, "pkey", constraint=True)
    if isinstance(part, Unique):
        labels = [*part.columns, *part.include]
    else:
        assert isinstance(part, Index | Exclusion)
        labels = [*(p.column or "expr" for p in part.parts), *part.include]
    label = {Unique: "key", Exclusion: "excl"}.get(type(part), "idx")
    column = joined_columns(distinct_columns(labels))
    return state.relation_name(table.schema, table.name, column, label, constraint=label != "idx")


def follow_columns(cursor: Cursor, state: State, parent: TableDraft, before: dict[str, Column], token: Token) -> None:
    """After an ALTER TABLE: the children's columns follow those of the parent, which were `before`."""
    if parent.columns == before:
        return
    for child in state.children(parent):
        others = [state.tables[k] for k in child.options.parents if k in state.tables and k != parent.key]
        kept = frozenset(child.own) | {name for other in others for name in other.columns}
        if child.options.partition_of is not None:
            kept = frozenset()
        old = dict(child.columns)
        after = {name: _moved(column, parent, child) for name, column in parent.columns.items()}
        now = follow(child.columns, before, after, kept=kept)
        for name in old.keys() - now.keys():
            if name in child.columns:
                drop_column(cursor, state, child, name, cascade=True, token=token)
        child.columns = {name: now[name] for name in now if name in child.columns or name not in old}
        follow_columns(cursor, state, child, old, token)


def own_again(cursor: Cursor, state: State, child: TableDraft, parent: TableDraft, token: Token) -> None:
    """After DETACH or NO INHERIT: what came from the parent is the table's own."""
    partition = child.options.partition_of is not None
    for name, (_, part) in child.inherited.items():
        if isinstance(part, Index):
            child.indexes[name] = replace(part, generated_name=True)
        else:
            child.constraints[name] = replace(part, generated_name=True)
    child.inherited = {}
    for constraint in parent.constraints.values():
        if isinstance(constraint, INDEXED) or not is_inherited(constraint, partition=partition):
            continue
        if constraint.name not in child.constraints:
            state.add_constraint(child, replace(constraint, comment=None), cursor, token)
