"""Indexes: their parts and their options."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from schemactl.errors import SqlSyntaxError
from schemactl.model import Index, IndexPart, Kind
from schemactl.reading import Sort, Token
from schemactl_mysql.options import IndexOptions, PartOptions
from schemactl_mysql.read.cursor import Cursor
from schemactl_mysql.read.expressions import in_parentheses
from schemactl_mysql.read.state import State, TableDraft
from schemactl_mysql.sql import literal

#: Options that are kept as they stand, by their names in SHOW CREATE TABLE: MariaDB's in backticks.
_KEPT = ("ENGINE_ATTRIBUTE", "SECONDARY_ENGINE_ATTRIBUTE", "CLUSTERING", "DISTANCE", "M")


class Body(NamedTuple):
    """What an index says behind its name."""

    parts: tuple[IndexPart, ...]
    options: IndexOptions
    comment: str | None


def index_name(cursor: Cursor) -> tuple[str | None, Token]:
    """`[IF NOT EXISTS] [name]`, up to USING or the parenthesis."""
    cursor.take("IF", "NOT", "EXISTS")
    token = cursor.token
    if cursor.at_name and not (cursor.at("USING") or (cursor.at("TYPE") and cursor.ahead().word in ("BTREE", "HASH"))):
        return cursor.name("the name of the index"), token
    return None, token


def index_body(cursor: Cursor, *, before: IndexOptions | None = None) -> Body:
    """`[USING method] (part, ...) [option ...]`."""
    options = before or IndexOptions()
    if cursor.take_any("USING", "TYPE"):
        options = replace(options, using=cursor.next().word.lower())
    overlaps: list[str] = []
    parts = tuple(p for p in cursor.listed(lambda: _part(cursor, overlaps)) if p is not None)
    if overlaps:
        options = replace(options, without_overlaps=overlaps[0])
    return _with_options(cursor, parts, options)


def _part(cursor: Cursor, overlaps: list[str]) -> IndexPart | None:
    if cursor.at("("):
        part = IndexPart(expression=in_parentheses(cursor))
    else:
        column = cursor.name("a column name")
        if cursor.take("WITHOUT", "OVERLAPS"):
            overlaps.append(column)
            return None
        length = None
        if cursor.take("("):
            length = cursor.integer()
            cursor.expect(")")
        part = IndexPart(column=column, options=PartOptions(length=length) if length else None)
    if cursor.take_any("ASC", "DESC") == "DESC":
        return replace(part, descending=True)
    return part


def _with_options(cursor: Cursor, parts: tuple[IndexPart, ...], options: IndexOptions) -> Body:
    comment: str | None = None
    other: list[tuple[str, str]] = []
    spelled: list[tuple[str, str]] = []
    while True:
        if cursor.take("COMMENT"):
            comment = cursor.string("a comment") or None
        elif cursor.take_any("USING", "TYPE"):
            options = replace(options, using=cursor.next().word.lower())
        elif cursor.take("WITH", "PARSER"):
            options = replace(options, parser=cursor.name("a parser"))
        elif cursor.take("KEY_BLOCK_SIZE"):
            cursor.take("=")
            options = replace(options, key_block_size=cursor.integer() or None)
        elif word := cursor.take_any("VISIBLE", "INVISIBLE", "IGNORED"):
            options = replace(options, invisible=word != "VISIBLE")
        elif cursor.take("NOT", "IGNORED"):
            options = replace(options, invisible=False)
        elif (option := _option(cursor)) in _KEPT:
            cursor.i += 1
            cursor.take("=")
            value = _kept(cursor)
            spelled.append((option, value))
            other.append((option, value.lower() if cursor.lexical.flavour.mariadb else value))
        else:
            break
    options = replace(options, other=tuple(sorted(other)), spelled=tuple(spelled))
    return Body(parts, options, comment)


def _option(cursor: Cursor) -> str:
    """The word that comes next, in quotes or not."""
    return cursor.slice(cursor.token.start, cursor.token.stop).strip("`").upper()


def _kept(cursor: Cursor) -> str:
    """The value of an option: a string, or else a word or number, which MariaDB takes as a string too, in any case."""
    if cursor.token.sort is not Sort.STRING:
        token = cursor.next()
        return cursor.slice(token.start, token.stop)
    value = cursor.string()
    return value if cursor.lexical.flavour.mariadb else literal(value)


def add_index(
    cursor: Cursor, table: TableDraft, name: str | None, token: Token, body: Body, *, method: str, unique: bool
) -> Index:
    """Put an index into the table; one without a name gets the server's. Raises DuplicateObjectError."""
    parts, options, comment = body
    stated = name is not None
    if name is None:
        first = parts[0].column
        name = table.free_name(first if first is not None else "functional_index")
    elif name.lower() in table.indexes:
        raise cursor.error(
            SqlSyntaxError, f"the table has two indexes called {name}", token, hint="give one of them another name"
        )
    index = Index(
        name=name,
        parts=parts,
        unique=unique,
        method=method,
        comment=comment,
        options=options if options != IndexOptions() else None,
        generated_name=not stated,
    )
    table.indexes[name.lower()] = index
    return index


def create_index(cursor: Cursor, state: State) -> None:
    """`CREATE [UNIQUE|FULLTEXT|SPATIAL|VECTOR] INDEX name [USING method] ON table (part, ...) [option ...]`."""
    word = cursor.take_any("UNIQUE", "FULLTEXT", "SPATIAL", "VECTOR")
    cursor.expect("INDEX")
    cursor.take("IF", "NOT", "EXISTS")
    token = cursor.token
    name = cursor.name("the name of the index")
    before = IndexOptions(using=cursor.next().word.lower()) if cursor.take_any("USING", "TYPE") else None
    cursor.expect("ON")
    table = state.table(cursor, cursor.qualified("a table"))
    body = index_body(cursor, before=before)
    while cursor.take_any("ALGORITHM", "LOCK"):  # how to build it now is no property of it
        cursor.take("=")
        cursor.next()
    cursor.end()
    method = word.lower() if word not in (None, "UNIQUE") else "btree"
    index = add_index(cursor, table, name, token, body, method=method, unique=word == "UNIQUE")
    state.places[table.child(Kind.INDEX, index.name)] = cursor.place(token)
