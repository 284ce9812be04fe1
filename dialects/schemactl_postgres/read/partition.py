"""PARTITION BY, PARTITION OF, INHERITS, ATTACH and DETACH."""

from __future__ import annotations

from dataclasses import replace

from schemactl.errors import SqlSyntaxError
from schemactl.model import Expression, IndexPart, Kind, ObjectKey
from schemactl_postgres.options import Bound, Partition, PartitionKey
from schemactl_postgres.read.cursor import Cursor
from schemactl_postgres.read.expressions import whole_span
from schemactl_postgres.read.index import parse_part
from schemactl_postgres.read.inherit import give_parts, own_again
from schemactl_postgres.read.not_null import own_in_child
from schemactl_postgres.read.state import State, TableDraft
from schemactl_postgres.read.tokens import Token

_METHODS = ("RANGE", "LIST", "HASH")


def parse_partition_key(cursor: Cursor, state: State, table: TableDraft) -> PartitionKey:
    """After the words PARTITION BY; all columns are known."""
    method = cursor.take_any(*_METHODS)
    if method is None:
        raise cursor.unexpected("expected RANGE, LIST or HASH")
    # Default operator classes are those of the index method that finds a row's partition.
    kind = "hash" if method == "HASH" else "btree"

    def part() -> IndexPart:
        token = cursor.token
        found = parse_part(cursor, state, table, kind, [])
        if found.descending or found.nulls_first:
            raise cursor.error(SqlSyntaxError, "a partition key has no order", token)
        return found

    parts = tuple(cursor.listed(part))
    return PartitionKey(method=method.lower(), parts=parts)


def skip_partition_key(cursor: Cursor) -> int:
    """Step over what follows PARTITION BY, which needs the columns; the number of its first token."""
    first = cursor.i
    if cursor.take_any(*_METHODS) is None:
        raise cursor.unexpected("expected RANGE, LIST or HASH")
    cursor.parenthesised()
    return first


def parse_bound(cursor: Cursor) -> Bound:
    """FOR VALUES ..., or DEFAULT."""
    if cursor.take("DEFAULT"):
        return Bound(form="DEFAULT")
    cursor.expect("FOR", "VALUES")
    if cursor.take("IN"):
        return Bound(form="IN", values=tuple(cursor.listed(lambda: _value(cursor))))
    if cursor.take("FROM"):
        token = cursor.token
        lower = tuple(cursor.listed(lambda: _value(cursor)))
        cursor.expect("TO")
        upper = tuple(cursor.listed(lambda: _value(cursor)))
        if len(lower) != len(upper):
            raise cursor.error(SqlSyntaxError, "FROM and TO need as many values as the key has parts", token)
        return Bound(form="FROM", values=lower, upper=upper)
    if not cursor.take("WITH"):
        raise cursor.unexpected("expected FROM, IN or WITH")
    token = cursor.token
    numbers = dict(cursor.listed(lambda: _number(cursor)))
    if numbers.keys() != {"MODULUS", "REMAINDER"}:
        raise cursor.error(SqlSyntaxError, "a hash partition needs MODULUS and REMAINDER", token)
    values = tuple(Expression(text=t, canonical=t) for t in (numbers["MODULUS"], numbers["REMAINDER"]))
    return Bound(form="WITH", values=values)


def _value(cursor: Cursor) -> Expression:
    word = cursor.take_any("MINVALUE", "MAXVALUE")
    text = word or cursor.text(*whole_span(cursor))
    return Expression(text=text, canonical=text)


def _number(cursor: Cursor) -> tuple[str, str]:
    word = cursor.take_any("MODULUS", "REMAINDER")
    if word is None:
        raise cursor.unexpected("expected MODULUS or REMAINDER")
    return word, str(cursor.integer())


def refuse_bound(cursor: Cursor, parent: TableDraft, bound: Bound, token: Token) -> None:
    """Raise SqlSyntaxError where the parent's key does not take such a bound."""
    key = parent.options.partition_by
    if key is None:
        raise cursor.error(
            SqlSyntaxError,
            f"{parent.key.path} is not partitioned",
            token,
            subject=parent.key.path,
            hint="write PARTITION BY ... behind its columns",
        )
    form = {"range": "FROM", "list": "IN", "hash": "WITH"}[key.method]
    if bound.form not in (form, "DEFAULT") or (bound.form == "DEFAULT" and key.method == "hash"):
        raise cursor.error(SqlSyntaxError, f"{parent.key.path} is partitioned by {key.method.upper()}", token)
    if bound.form == "FROM" and len(bound.values) != len(key.parts):
        raise cursor.error(
            SqlSyntaxError,
            f"the key of {parent.key.path} has {len(key.parts)} parts, the bound {len(bound.values)}",
            token,
        )


def attach(cursor: Cursor, state: State, table: TableDraft) -> None:
    """After ALTER TABLE parent ATTACH PARTITION."""
    name = cursor.qualified("a table")
    child = state.table(name, cursor)
    token = cursor.token
    bound = parse_bound(cursor)
    refuse_bound(cursor, table, bound, token)
    if child.options.parents or child is table:
        raise cursor.error(SqlSyntaxError, f"{child.key.path} is a child of a table already", name.token)
    _refuse_other_columns(cursor, table, child, name.token)
    child.options = replace(child.options, partition_of=Partition(parent=table.key, bound=bound))
    give_parts(cursor, state, table, child, name.token)


def _refuse_other_columns(cursor: Cursor, parent: TableDraft, child: TableDraft, token: Token) -> None:
    if parent.options.partition_by and (more := child.columns.keys() - parent.columns.keys()):
        raise cursor.error(
            SqlSyntaxError, f"{child.key.path} has the column {min(more)}, which {parent.key.path} has not", token
        )
    for column in parent.columns.values():
        mine = child.columns.get(column.name)
        if mine is None:
            raise cursor.error(
                SqlSyntaxError, f"{child.key.path} has no column {column.name}, as {parent.key.path} has", token
            )
        if mine.type != column.type or (mine.nullable and not column.nullable):
            raise cursor.error(
                SqlSyntaxError, f"the column {column.name} is another in {child.key.path} and {parent.key.path}", token
            )


def detach(cursor: Cursor, state: State, table: TableDraft) -> None:
    """After ALTER TABLE parent DETACH PARTITION."""
    name = cursor.qualified("a table")
    child = state.table(name, cursor)
    cursor.take_any("CONCURRENTLY", "FINALIZE")
    if child.options.partition_of is None or child.options.partition_of.parent != table.key:
        raise cursor.error(SqlSyntaxError, f"{child.key.path} is no partition of {table.key.path}", name.token)
    own_again(cursor, state, child, table, name.token)
    child.options = replace(child.options, partition_of=None)


def inherit(cursor: Cursor, state: State, table: TableDraft) -> None:
    """After ALTER TABLE child INHERIT."""
    name = cursor.qualified("a table")
    parent = state.table(name, cursor)
    if parent.key in table.options.parents or parent is table or table.options.partition_of:
        raise cursor.error(SqlSyntaxError, f"{table.key.path} cannot inherit from {parent.key.path}", name.token)
    _refuse_other_columns(cursor, parent, table, name.token)
    table.own |= table.columns.keys() - {
        n for k in table.options.inherits if k in state.tables for n in state.tables[k].columns
    }
    table.options = replace(table.options, inherits=(*table.options.inherits, parent.key))
    for column in list(table.columns.values()):
        if not column.nullable:
            mine = column.not_null or own_in_child(table, column.name, None)
            table.columns[column.name] = replace(column, not_null=mine)
    give_parts(cursor, state, parent, table, name.token)


def no_inherit(cursor: Cursor, state: State, table: TableDraft) -> None:
    """After ALTER TABLE child NO INHERIT."""
    name = cursor.qualified("a table")
    parent = state.table(name, cursor)
    if parent.key not in table.options.inherits:
        raise cursor.error(SqlSyntaxError, f"{table.key.path} does not inherit from {parent.key.path}", name.token)
    own_again(cursor, state, table, parent, name.token)
    table.options = replace(table.options, inherits=tuple(k for k in table.options.inherits if k != parent.key))
    others = [state.tables[k] for k in table.options.inherits if k in state.tables]
    table.own |= {n for n in parent.columns if not any(n in o.columns for o in others)}


def attach_index(cursor: Cursor, state: State, table: TableDraft, name: str) -> None:
    """After ALTER INDEX parents_index ATTACH PARTITION: the child's index becomes what the parent gave it."""
    target = cursor.qualified("an index")
    found = state.find_index(target)
    if found is None:
        raise state.missing(cursor, "index", target)
    child, own = found
    if child.options.partition_of is None or child.options.partition_of.parent != table.key:
        raise cursor.error(SqlSyntaxError, f"{child.key.path} is no partition of {table.key.path}", target.token)
    part = table.constraints.get(name) or table.indexes.get(name)
    if part is None and name in table.inherited:
        part = table.inherited[name][1]
    assert part is not None
    if own in child.inherited:
        if child.inherited[own][0] != name:
            raise cursor.error(SqlSyntaxError, f"the index {own} is attached to another index", target.token)
        return
    if own in child.indexes:
        mine = child.indexes.pop(own)
        child.inherited[own] = (name, mine)
    elif name not in table.indexes:
        child.inherited[own] = (name, child.constraints.pop(own))
    # else a key of the child's own serves as a partition of a plain index, and stays its own


def parent_of(cursor: Cursor, state: State) -> TableDraft:
    """A table to inherit from."""
    return state.table(cursor.qualified("a table"), cursor)


def is_child_column(state: State, table: TableDraft, column: str) -> ObjectKey | None:
    """The parent that a column comes from; None where it is the table's own."""
    for key in table.options.parents:
        parent = state.tables.get(key)
        if parent is not None and column in parent.columns and column not in table.own:
            return parent.child(Kind.COLUMN, column)
    return None
