"""CREATE, ALTER and DROP PUBLICATION. What a publication says of a table is kept with the table, as its policies are."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import NamedTuple

from schemactl.errors import DuplicateObjectError, SqlSyntaxError
from schemactl.model import Kind, ObjectKey, Publication, PublishedTable
from schemactl.model.publications import PUBLISHABLE
from schemactl_postgres.read.cursor import Cursor
from schemactl_postgres.read.expressions import expression
from schemactl_postgres.read.state import State, TableDraft
from schemactl_postgres.read.tokens import Sort, Token

_TRUTH = {"": True, "true": True, "on": True, "1": True, "false": False, "off": False, "0": False}


class _Listed(NamedTuple):
    """What stands behind FOR, ADD, SET or DROP: tables, each with the token of its name, and schemas."""

    tables: list[tuple[TableDraft, PublishedTable, Token]]
    schemas: list[str]


def create_publication(cursor: Cursor, state: State) -> None:
    """After the words CREATE PUBLICATION. Raises MissingObjectError for a table that is not there."""
    token = cursor.token
    found = Publication(name=cursor.name("a publication"))
    if found.name in state.publications:
        raise cursor.error(DuplicateObjectError, f"{found.key} is created twice", token, subject=found.name)
    listed = _Listed([], [])
    if cursor.take("FOR"):
        if cursor.take("ALL", "TABLES"):
            found = replace(found, all_tables=True)
        else:
            listed = _objects(cursor, state, found.name)
    if cursor.take("WITH"):
        found = _parameters(cursor, found)
    cursor.end()
    state.publications[found.name] = replace(found, schemas=tuple(sorted(set(listed.schemas))))
    _publish(cursor, state, listed)
    state.places[found.key] = cursor.place(token)


def alter_publication(cursor: Cursor, state: State) -> None:
    """After the words ALTER PUBLICATION."""
    token = cursor.token
    name = cursor.name("a publication")
    found = _known(cursor, state, name, token)
    if cursor.take("OWNER", "TO"):
        cursor.name("a role", label=True)
    elif cursor.take("RENAME", "TO"):
        token = cursor.token
        _rename(cursor, state, found, cursor.name("a publication"), token)
    elif cursor.at("SET", "("):
        cursor.i += 1
        state.publications[name] = _parameters(cursor, found)
    elif word := cursor.take_any("ADD", "SET", "DROP"):
        _refuse_all_tables(cursor, found, token)
        if word == "DROP":
            _drop_objects(cursor, state, found)
        else:
            listed = _objects(cursor, state, name)
            if word == "SET":
                forget_publication(state, name)
                found = replace(found, schemas=())
            _add_schemas(cursor, state, found, listed.schemas, token)
            _publish(cursor, state, listed)
    else:
        raise cursor.unexpected("expected ADD, SET, DROP, RENAME TO or OWNER TO")
    cursor.end()


def drop_publication(cursor: Cursor, state: State) -> None:
    """After the words DROP PUBLICATION."""
    lenient = cursor.take("IF", "EXISTS")
    names = _listed(cursor, lambda: (cursor.token, cursor.name("a publication")))
    cursor.take_any("CASCADE", "RESTRICT")
    cursor.end()
    for token, name in names:
        if name not in state.publications and lenient:
            continue
        key = _known(cursor, state, name, token).key
        forget_publication(state, name)
        del state.publications[name]
        state.places.pop(key, None)


def comment_on_publication(cursor: Cursor, state: State) -> Callable[[str | None], None]:
    """After the words COMMENT ON PUBLICATION: what takes the text."""
    token = cursor.token
    found = _known(cursor, state, cursor.name("a publication"), token)

    def keep(text: str | None) -> None:
        state.publications[found.name] = replace(found, comment=text)

    return keep


def published_by(table: TableDraft, column: ObjectKey) -> list[str]:
    """The publications that list a column of a table, or filter by it."""
    return [
        p.name
        for p in table.publications.values()
        if column.name in p.columns or (p.where is not None and column in p.where.uses)
    ]


def forget_publication(state: State, name: str) -> None:
    """Take all tables out of a publication."""
    for table in state.drafts():
        withdraw(state, table, name)


def withdraw(state: State, table: TableDraft, name: str) -> None:
    """Take a table out of a publication, if it is in it."""
    if table.publications.pop(name, None) is not None:
        state.places.pop(table.child(Kind.PUBLISHED_TABLE, name), None)


def frozen_published(table: TableDraft) -> Iterator[PublishedTable]:
    """What publications say of a table, under the name that it has in the end."""
    for one in table.publications.values():
        one = replace(one, schema=table.schema, table=table.name)
        columns = tuple(table.child(Kind.COLUMN, c) for c in one.columns)
        yield replace(one, uses=(one.publication, one.on, *columns))


def _known(cursor: Cursor, state: State, name: str, token: Token) -> Publication:
    found = state.publications.get(name)
    if found is None:
        raise state.missing(cursor, "publication", name, token)
    return found


def _refuse_all_tables(cursor: Cursor, found: Publication, token: Token) -> None:
    if found.all_tables:
        raise cursor.error(SqlSyntaxError, f"{found.key} is for all tables: it has no list", token, subject=found.name)


def _rename(cursor: Cursor, state: State, found: Publication, name: str, token: Token) -> None:
    moved = replace(found, name=name)
    if name in state.publications:
        raise state.duplicate(cursor, moved.key, token)
    del state.publications[found.name]
    state.publications[name] = moved
    for table in state.drafts():
        if (one := table.publications.get(found.name)) is not None:
            withdraw(state, table, found.name)
            table.publications[name] = replace(one, name=name)
            state.places[table.child(Kind.PUBLISHED_TABLE, name)] = cursor.place(token)
    state.places.pop(found.key, None)
    state.places[moved.key] = cursor.place(token)


# the lists


def _objects(cursor: Cursor, state: State, name: str) -> _Listed:
    """`TABLE a, b, TABLES IN SCHEMA c, d`: a kind holds until another one is named."""
    found = _Listed([], [])
    in_schemas: bool | None = None
    while True:
        if cursor.take("TABLES"):
            cursor.expect("IN", "SCHEMA")
            in_schemas = True
        elif cursor.take("TABLE"):
            in_schemas = False
        if in_schemas is None:
            raise cursor.unexpected("expected TABLE or TABLES IN SCHEMA")
        if in_schemas:
            found.schemas.append(_schema(cursor, state))
        else:
            found.tables.extend(_table(cursor, state, name))
        if not cursor.take(","):
            return found


def _schema(cursor: Cursor, state: State) -> str:
    if cursor.take("CURRENT_SCHEMA"):
        return state.search_path[0] if state.search_path else state.default_schema
    return cursor.name("a schema")


def _table(cursor: Cursor, state: State, name: str) -> Iterator[tuple[TableDraft, PublishedTable, Token]]:
    """A table with its columns and filter; without ONLY, the tables that inherit from it have the same."""
    only = cursor.take("ONLY")
    brackets = only and cursor.take("(")
    token = cursor.token
    table = state.table(cursor.qualified("a table"), cursor)
    if brackets:
        cursor.expect(")")
    cursor.take("*")
    columns: tuple[str, ...] = ()
    if cursor.at("("):
        token_of_list = cursor.token
        columns = cursor.names()
        for column in columns:
            if column not in table.columns:
                raise state.missing(cursor, "column", f"{table.key.path}.{column}", token_of_list)
        if len(set(columns)) < len(columns):
            raise cursor.error(SqlSyntaxError, "a column is listed twice", token_of_list)
    span = cursor.parenthesised() if cursor.take("WHERE") else None
    tables = [table]
    for one in tables:
        if one.options.foreign is not None:
            raise cursor.error(SqlSyntaxError, f"a foreign table cannot be published: {one.key.path}", token)
        where = expression(cursor, span, state, one) if span is not None else None
        listed = tuple(sorted(columns))
        yield one, PublishedTable(schema=one.schema, table=one.name, name=name, columns=listed, where=where), token
        if not only and one.options.partition_by is None:
            tables += [child for child in state.children(one) if child not in tables]


def _publish(cursor: Cursor, state: State, listed: _Listed) -> None:
    for table, one, token in listed.tables:
        if one.name in table.publications:
            raise state.duplicate(cursor, one.key, token)
        table.publications[one.name] = one
        state.places[one.key] = cursor.place(token)


def _add_schemas(cursor: Cursor, state: State, found: Publication, schemas: list[str], token: Token) -> None:
    if twice := sorted(set(schemas) & set(found.schemas)):
        message = f"{found.key} has the tables of the schema {twice[0]} already"
        raise cursor.error(DuplicateObjectError, message, token, subject=found.name)
    state.publications[found.name] = replace(found, schemas=tuple(sorted({*found.schemas, *schemas})))


def _drop_objects(cursor: Cursor, state: State, found: Publication) -> None:
    listed = _objects(cursor, state, found.name)
    for table, one, token in listed.tables:
        if one.columns or one.where is not None:
            raise cursor.error(SqlSyntaxError, "a table is dropped without its columns and filter", token)
        if found.name not in table.publications:
            raise state.missing(cursor, "table", f"{table.key.path} in {found.key}", token)
        withdraw(state, table, found.name)
    for schema in listed.schemas:
        if schema not in found.schemas:
            raise state.missing(cursor, "schema", f"{schema} in {found.key}")
    kept = tuple(s for s in found.schemas if s not in listed.schemas)
    state.publications[found.name] = replace(found, schemas=kept)


# the parameters


def _parameters(cursor: Cursor, found: Publication) -> Publication:
    """`(publish = 'insert, update', publish_via_partition_root)`: the publication with these."""
    seen: set[str] = set()

    def one() -> None:
        nonlocal found
        token = cursor.token
        name = cursor.name("a parameter", label=True)
        if name in seen:
            raise cursor.error(SqlSyntaxError, f"the parameter {name} is given twice", token)
        seen.add(name)
        at, value = cursor.token, ""
        if cursor.take("="):
            at = cursor.token
            value = _value(cursor)
        if name == "publish":
            found = replace(found, publish=_actions(cursor, value, at))
        elif name == "publish_via_partition_root" and value.lower() in _TRUTH:
            found = replace(found, via_partition_root=_TRUTH[value.lower()])
        elif name == "publish_generated_columns" and value.lower() in ("none", "stored"):
            found = replace(found, generated_columns=value.lower())
        else:
            raise cursor.error(SqlSyntaxError, f"{name} is no parameter of a publication, or has no such value", token)

    cursor.listed(one)
    return found


def _value(cursor: Cursor) -> str:
    if cursor.token.sort is Sort.STRING:
        return cursor.string()
    return str(cursor.integer()) if cursor.token.sort is Sort.NUMBER else cursor.name("a value", label=True)


def _actions(cursor: Cursor, value: str, at: Token) -> tuple[str, ...]:
    words = {word.strip().lower() for word in value.split(",")} - {""}
    if unknown := sorted(words - set(PUBLISHABLE)):
        raise cursor.error(
            SqlSyntaxError, f"{unknown[0]} cannot be published", at, hint=f"there are: {', '.join(PUBLISHABLE)}"
        )
    return tuple(word for word in PUBLISHABLE if word in words)


def _listed(cursor: Cursor, item: Callable[[], tuple[Token, str]]) -> list[tuple[Token, str]]:
    items = [item()]
    while cursor.take(","):
        items.append(item())
    return items
