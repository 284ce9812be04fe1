"""CREATE STATISTICS and ALTER STATISTICS. They hang on the draft of their table, with which they go."""

from __future__ import annotations

from dataclasses import replace

from schemactl.errors import SqlSyntaxError
from schemactl.model import Expression, Kind, ObjectKey, Statistics
from schemactl_postgres.names import generated_name, joined_columns
from schemactl_postgres.read.cursor import Cursor, Name
from schemactl_postgres.read.expressions import expression
from schemactl_postgres.read.state import State, TableDraft
from schemactl_postgres.read.tokens import Token

KINDS = ("dependencies", "mcv", "ndistinct")


def create_statistics(cursor: Cursor, state: State) -> None:
    """After the words CREATE STATISTICS."""
    lenient = cursor.take("IF", "NOT", "EXISTS")
    at = cursor.token
    name = None if cursor.at("(") or cursor.at("ON") else cursor.qualified("statistics")
    kinds = tuple(sorted(set(cursor.listed(lambda: _kind(cursor))))) if cursor.at("(") else ()
    cursor.expect("ON")
    first = cursor.i
    while not cursor.done and cursor.word != "FROM":
        if cursor.word == "(":
            cursor.parenthesised()
        else:
            cursor.next()
    cursor.expect("FROM")
    table = state.table(cursor.qualified("a table"), cursor)
    cursor.end()
    cursor.i = first
    columns, expressions, labels = _items(cursor, state, table)
    if len(labels) == 1 and (columns or kinds):
        raise cursor.error(SqlSyntaxError, "statistics are of at least two columns, or of one expression", at)
    if len(labels) > 1 and not kinds:
        kinds = KINDS
    schema = state.home(name, cursor) if name is not None else table.schema
    key = ObjectKey(kind=Kind.STATISTICS, schema=schema, name=name.name if name else _free(state, table, labels))
    if _find(state, Name(key.schema, key.name, at)) is not None:
        if lenient:
            return
        raise state.duplicate(cursor, key, at)
    table.statistics[key] = Statistics(
        schema=key.schema,
        name=key.name,
        table=table.key,
        kinds=kinds,
        columns=tuple(sorted(columns)),
        expressions=tuple(expressions),
        generated_name=name is None,
    )
    state.places[key] = cursor.place(name.token if name is not None else at)


def _kind(cursor: Cursor) -> str:
    token = cursor.token
    kind = cursor.name("a kind of statistics")
    if kind not in KINDS:
        raise cursor.error(SqlSyntaxError, f"{kind} is no kind of statistics", token, hint=f"one of {', '.join(KINDS)}")
    return kind


def _items(cursor: Cursor, state: State, table: TableDraft) -> tuple[list[str], list[Expression], list[str]]:
    """Columns, expressions, and what a generated name is made of."""
    columns: list[str] = []
    expressions: list[Expression] = []
    labels: list[str] = []
    while True:
        token = cursor.token
        if cursor.at("("):
            expressions.append(expression(cursor, cursor.parenthesised(), state, table))
            labels.append("expr")
        elif cursor.ahead().word == "(":
            first = cursor.i
            cursor.next()
            cursor.parenthesised()
            expressions.append(expression(cursor, (first, cursor.i), state, table))
            labels.append("expr")
        else:
            name = cursor.column_name()
            if name not in table.columns:
                raise state.missing(cursor, "column", f"{table.key.path}.{name}", token)
            if name in columns:
                raise cursor.error(SqlSyntaxError, f"the column {name} stands twice", token)
            columns.append(name)
            labels.append(name)
        if not cursor.take(","):
            return columns, expressions, labels


def _free(state: State, table: TableDraft, labels: list[str]) -> str:
    """A name as the server makes it up."""
    taken = {key.name for draft in state.drafts() for key in draft.statistics if key.schema == table.schema}
    name, count = generated_name(table.name, joined_columns(labels), "stat"), 0
    while name in taken:
        count += 1
        name = generated_name(table.name, joined_columns(labels), f"stat{count}")
    return name


def copy_statistics(
    cursor: Cursor, state: State, source: TableDraft, table: TableDraft, token: Token, *, comments: bool
) -> None:
    """LIKE ... INCLUDING STATISTICS: all of `source` once more, under names that the server makes up, but no target."""
    for it in list(source.statistics.values()):
        columns = [name for name in source.columns if name in it.columns]
        name = _free(state, table, [*columns, *("expr" for _ in it.expressions)])
        made = replace(
            it,
            schema=table.schema,
            name=name,
            table=table.key,
            expressions=tuple(moved_expression(e, source, table) for e in it.expressions),
            target=None,
            comment=it.comment if comments else None,
            generated_name=True,
        )
        table.statistics[made.key] = made
        state.places[made.key] = cursor.place(token)


def moved_expression(source: Expression, origin: TableDraft, table: TableDraft) -> Expression:
    """An expression of one table said of another with the same columns."""
    uses = tuple(table.child(Kind.COLUMN, k.name) if k.parent == origin.key else k for k in source.uses)
    return replace(source, uses=uses)


def _find(state: State, name: Name) -> tuple[TableDraft, Statistics] | None:
    for schema in state.schemas_of(name):
        key = ObjectKey(kind=Kind.STATISTICS, schema=schema, name=name.name)
        for table in state.drafts():
            if key in table.statistics:
                return table, table.statistics[key]
    return None


def alter_statistics(cursor: Cursor, state: State) -> None:
    """After the words ALTER STATISTICS."""
    lenient = cursor.take("IF", "EXISTS")
    name = cursor.qualified("statistics")
    found = _find(state, name)
    if found is None:
        if lenient:
            return
        raise state.missing(cursor, "statistics object", name)
    table, it = found
    if cursor.take("OWNER", "TO"):
        cursor.name("a role", label=True)
    elif cursor.take("RENAME", "TO"):
        token = cursor.token
        _move(cursor, state, table, it, replace(it, name=cursor.name(), generated_name=False), token)
    elif cursor.take("SET", "SCHEMA"):
        token = cursor.token
        _move(cursor, state, table, it, replace(it, schema=cursor.name("a schema")), token)
    else:
        cursor.expect("SET", "STATISTICS")
        value = -1 if cursor.take("DEFAULT") else cursor.integer()
        table.statistics[it.key] = replace(it, target=None if value < 0 else min(value, 10_000))
    cursor.end()


def _move(cursor: Cursor, state: State, table: TableDraft, old: Statistics, new: Statistics, token: Token) -> None:
    if _find(state, Name(new.schema, new.name, token)) is not None:
        raise state.duplicate(cursor, new.key, token)
    del table.statistics[old.key]
    table.statistics[new.key] = new
    state.places.pop(old.key, None)
    state.places[new.key] = cursor.place(token)


def drop_statistics(cursor: Cursor, state: State, name: Name, cascade: bool) -> bool:
    found = _find(state, name)
    if found is None:
        return False
    table, it = found
    del table.statistics[it.key]
    state.places.pop(it.key, None)
    return True


def comment_on_statistics(cursor: Cursor, state: State, name: Name, text: str | None) -> None:
    found = _find(state, name)
    if found is None:
        raise state.missing(cursor, "statistics object", name)
    table, it = found
    table.statistics[it.key] = replace(it, comment=text)
