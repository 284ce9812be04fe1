"""Names in an expression, with the schema that the script's search_path gives them.

The plan runs under a search_path of its own, which begins with the default schema: a bare name that means another
schema's object would mean none there, or a stranger.
"""

from __future__ import annotations

from collections.abc import Iterator

from schemactl.errors import UnsupportedError
from schemactl.model import ObjectKey
from schemactl_postgres.read.cursor import Cursor, Name
from schemactl_postgres.read.query import regclass, relations_in
from schemactl_postgres.read.state import State
from schemactl_postgres.read.tokens import Sort
from schemactl_postgres.sql import literal, qualified, quoted

_BEFORE_TYPES = frozenset({"::", "AS"})
_READS_SEQUENCES = frozenset({"NEXTVAL", "CURRVAL", "SETVAL"})
_QUERIES = frozenset({"SELECT", "TABLE", "INSERT", "UPDATE", "DELETE", "MERGE"})


def located(cursor: Cursor, span: tuple[int, int], state: State) -> str:
    """The text of a span; names that the search_path finds outside of the default schema are qualified.

    Raises UnsupportedError for a query within it that cannot be parsed. The span may be that of an SQL body, too.
    """
    text = cursor.text(*span)
    if all(schema == state.default_schema for schema in state.search_path):
        return text
    origin = cursor.tokens[span[0]].start
    marks = [*_names(cursor, span, state), *_relations(cursor, span, state)]
    for start, stop, replacement in sorted(marks, reverse=True):
        text = text[: start - origin] + replacement + text[stop - origin :]
    return text


def names_a_relation(cursor: Cursor, i: int) -> bool:
    """Whether the string numbered `i` is cast to regclass, or names a sequence to one of its functions."""
    tokens = cursor.tokens
    cast = tokens[i + 1].word == "::" and i + 2 < len(tokens) and tokens[i + 2].word == "REGCLASS"
    return cast or (i > 1 and tokens[i - 1].word == "(" and tokens[i - 2].word in _READS_SEQUENCES)


def _names(cursor: Cursor, span: tuple[int, int], state: State) -> Iterator[tuple[int, int, str]]:
    """(start, stop, what to write there), offsets into the source."""
    tokens = cursor.tokens
    for i in range(*span):
        token = tokens[i]
        if token.sort is Sort.STRING:
            name = regclass(cursor, token) if names_a_relation(cursor, i) else None
            found = state.find_relation(name) if name is not None and name.schema is None else None
            if found is not None and found.schema != state.default_schema:
                yield token.start, token.stop, literal(qualified(found)).strip()
        elif token.sort in (Sort.WORD, Sort.QUOTED) and (i == span[0] or tokens[i - 1].word != "."):
            schema = _schema(cursor, i, span, state)
            if schema is not None and schema != state.default_schema:
                yield token.start, token.start, f"{quoted(schema)}."


def _schema(cursor: Cursor, i: int, span: tuple[int, int], state: State) -> str | None:
    """The schema of what the bare name numbered `i` means; None where it is a column's, a key word, or qualified."""
    probe = Cursor(cursor.source, cursor.tokens)
    probe.i = i
    name = Name(None, probe.name(label=True), cursor.tokens[i])
    after, before = cursor.tokens[i + 1], cursor.tokens[i - 1].word if i > span[0] else ""
    if after.word == ".":
        return None
    if after.word == "(" and before not in _BEFORE_TYPES:
        return _first(state, iter(state.routines), name.name)
    if before == "COLLATE":
        return _first(state, iter(state.collations), name.name)
    if before in _BEFORE_TYPES or after.sort is Sort.STRING:
        table = state.find_table(name)
        found = state.find_type(name) or state.find_multirange(name)
        return found.schema if found is not None else table.schema if table is not None else None
    return None


def _first(state: State, keys: Iterator[ObjectKey], name: str) -> str | None:
    """The first schema of the search_path that has one of the keys by that name."""
    schemas = {key.schema for key in keys if key.name.partition("(")[0] == name}
    return next((schema for schema in state.search_path if schema in schemas), None)


def _relations(cursor: Cursor, span: tuple[int, int], state: State) -> Iterator[tuple[int, int, str]]:
    """As `_names`, for the tables and views of queries: those within an expression, and the statements of a body."""
    for first, last in _statements(cursor, span):
        tokens = cursor.tokens[first:last]
        begins = next((t for t in tokens if t.word in _QUERIES), None)
        if begins is None or not any(_elsewhere(cursor, i, state) for i in range(first, last)):
            continue
        text = cursor.text(first, last)
        whole = tokens[0].word in ("SELECT", "WITH", "VALUES")
        head = "" if whole else "SELECT ("
        found = relations_in(text if whole else f"{head}{text})")
        if found is None:
            raise cursor.error(
                UnsupportedError,
                "a query whose names the search_path completes, which is not understood",
                begins,
                hint="write the schemas before its names",
            )
        for mention in found:
            key = state.find_relation(Name(None, mention.name, begins)) if mention.schema is None else None
            if key is not None and key.schema != state.default_schema:
                start = tokens[0].start + mention.start - len(head)
                yield start, start, f"{quoted(key.schema)}."


def _statements(cursor: Cursor, span: tuple[int, int]) -> Iterator[tuple[int, int]]:
    """The statements of an SQL body, or the span itself."""
    first, last = span
    words = [token.word for token in cursor.tokens[first:last]]
    if words[:2] == ["BEGIN", "ATOMIC"]:
        first, last = first + 2, last - 1
    elif words[:1] == ["RETURN"]:
        first += 1
    for i in range(first, last):
        if cursor.tokens[i].word == ";":
            if i > first:
                yield first, i
            first = i + 1
    if last > first:
        yield first, last


def _elsewhere(cursor: Cursor, i: int, state: State) -> bool:
    """Whether the token numbered `i` may be the bare name of a relation outside of the default schema."""
    token = cursor.tokens[i]
    if token.sort not in (Sort.WORD, Sort.QUOTED) or "." in (cursor.tokens[i - 1].word, cursor.tokens[i + 1].word):
        return False
    probe = Cursor(cursor.source, cursor.tokens)
    probe.i = i
    found = state.find_relation(Name(None, probe.name(label=True), token))
    return found is not None and found.schema != state.default_schema
