"""Whether two queries are one: the server resolves both, and prints what it made of them.

Neither server can make a temporary view, and a view made and dropped would be seen. But the optimizer's trace holds
each query as it stands once names are resolved and before anything is optimised ("expanded_query"), in the words in
which a view's definition is kept. EXPLAIN runs nothing and locks nothing but the definition of the tables it names,
for as long as it takes. Measured on MySQL 9.7, MariaDB 10.11 and 11.8.

Derived tables are not merged meanwhile: a column of one would be printed as that of the table beneath it, and two
queries that differ in which of the two they mean as one. Nor are views: an empty temporary table stands for each that
the query names. Where that cannot be (a temporary table is opened once in a query), the views themselves are asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager

import pymysql
from sqlalchemy import Connection

from schemactl.model import ObjectKey, View
from schemactl.reading import Sort, Token
from schemactl_mysql.confirm_references import relations
from schemactl_mysql.flavour import Flavour
from schemactl_mysql.read.scanner import Lexical, tokens_of
from schemactl_mysql.session import execute, is_lock_timeout
from schemactl_mysql.sql import qualified, quoted

# The trace is no JSON where MariaDB has to escape: its texts are taken as they stand.
_EXPANDED = re.compile(r'"expanded_query": "((?:[^"\\]|\\.)*)"')
#: Words that end a list of what is selected.
_BEHIND = frozenset({"FROM", "WHERE", "GROUP", "HAVING", "ORDER", "LIMIT", "UNION", "EXCEPT", "INTERSECT", "WINDOW"})
#: Words after which a name is no alias.
_BEFORE_NAME = frozenset({".", "COLLATE", "SELECT", "DISTINCT", "ALL", "INTERVAL", "NOT", "AND", "OR", "@", "@@"})


def same_query(
    connection: Connection, view: View, live: View, flavour: Flavour, views: Mapping[tuple[str, str], ObjectKey]
) -> bool:
    """Whether the server makes the same of both. Where it cannot tell, they are not the same.

    `views` are the live ones, by database and name in lower case.
    """
    under = {views[name] for it in (view, live) for name in relations(it) if name in views}

    def asked() -> tuple[list[str], list[str]]:
        return traced(connection, named(view, flavour)), traced(connection, named(live, flavour))

    with _shadowed(connection, under):
        wanted, found = asked()
    if under and not (wanted and found):
        wanted, found = asked()
    return bool(wanted) and wanted == found


@contextmanager
def _shadowed(connection: Connection, views: Iterable[ObjectKey]) -> Iterator[None]:
    """Empty temporary tables with the columns of these views, where the server makes them."""
    made = []
    try:
        for key in sorted(views):
            try:
                name = qualified(key)
                execute(connection, f"CREATE TEMPORARY TABLE {name} AS SELECT * FROM {name} LIMIT 0")  # noqa: S608
                made.append(name)
            except pymysql.MySQLError as error:
                if is_lock_timeout(error):
                    raise
        yield
    finally:
        for name in made:
            execute(connection, f"DROP TEMPORARY TABLE {name}")


def traced(connection: Connection, query: str) -> list[str]:
    """What the server makes of a query; nothing where it takes it not."""
    execute(
        connection,
        "SET SESSION optimizer_trace = 'enabled=on', SESSION optimizer_trace_max_mem_size = 16777216,"
        " SESSION optimizer_switch = 'derived_merge=off'",
    )
    try:
        return _outermost(_expanded(connection, query))
    finally:
        execute(
            connection,
            "SET SESSION optimizer_trace = 'enabled=off', SESSION optimizer_switch = 'derived_merge=default'",
        )


def _expanded(connection: Connection, query: str) -> list[str]:
    try:
        execute(connection, f"EXPLAIN {query}")
    except pymysql.MySQLError as error:
        if is_lock_timeout(error):
            raise  # somebody has locked a table: nothing is known of the query
        return []  # it rests on what is not there yet, or any more
    rows = connection.exec_driver_sql("SELECT TRACE FROM information_schema.OPTIMIZER_TRACE").all()
    return [text for row in rows for text in _EXPANDED.findall(row[0])]


def _outermost(texts: list[str]) -> list[str]:
    """Without those that stand in another: MariaDB puts LIMIT 1 to what EXISTS asks only once it prints the whole."""
    return [t for i, t in enumerate(texts) if not any(t in other for k, other in enumerate(texts) if k != i)]


def named(view: View, flavour: Flavour) -> str:
    """The query, where each column has the name that a list before it gives it."""
    text = view.query.text
    if not view.names:
        return text
    tokens = tokens_of(text, Lexical(flavour=flavour))
    items = _selected(tokens)
    if len(items) != len(view.names):
        return text
    for (first, last), name in reversed(list(zip(items, view.names, strict=True))):
        end = tokens[last - 1].stop
        alias = _alias(tokens[first:last])
        start = tokens[last - alias].start if alias else end
        text = f"{text[:start].rstrip()} AS {quoted(name)}{text[end:]}"
    return text


def _selected(tokens: list[Token]) -> list[tuple[int, int]]:
    """Where each of what the first SELECT selects begins and ends, as numbers of tokens."""
    depth, start = 0, -1
    items: list[tuple[int, int]] = []
    for i, token in enumerate(tokens):
        depth += {"(": 1, ")": -1}.get(token.word, 0)
        if depth == 0 and start < 0 and token.word == "SELECT":
            start = i + 1
            while start < len(tokens) and tokens[start].word in ("DISTINCT", "ALL", "SQL_NO_CACHE", "STRAIGHT_JOIN"):
                start += 1
        elif depth == 0 and start >= 0 and i >= start and (token.word == "," or token.word in _BEHIND):
            items.append((start, i))
            start = i + 1
            if token.word != ",":
                return items
    return [*items, (start, len(tokens))] if start >= 0 else []


def _alias(item: list[Token]) -> int:
    """Of how many tokens the alias at the end of an item is."""
    if len(item) < 2 or item[-1].sort not in (Sort.WORD, Sort.QUOTED, Sort.STRING):
        return 0
    before = item[-2]
    if before.word == "AS":
        return 2
    if before.word in _BEFORE_NAME or item[-1].word == "END" or (len(item) > 2 and item[-3].word == "INTERVAL"):
        return 0
    return 1 if before.sort is not Sort.OPERATOR or before.word == ")" else 0
