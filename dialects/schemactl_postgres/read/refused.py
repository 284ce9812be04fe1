"""Kinds of objects and statements that are named and refused: not managed yet, or no description of a schema."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from schemactl.errors import SourceError, UnsupportedError
from schemactl_postgres.read.create_role import GUARD_HINT
from schemactl_postgres.read.cursor import Cursor
from schemactl_postgres.read.state import State
from schemactl_postgres.read.tokens import Sort
from schemactl_postgres.read.type_name import parse_type

#: The words after CREATE, ALTER or DROP, to what a user calls the thing. Longest first where one begins another.
KINDS: tuple[tuple[tuple[str, ...], str], ...] = (
    (("OPERATOR", "CLASS"), "an operator class"),
    (("OPERATOR", "FAMILY"), "an operator family"),
    (("OPERATOR",), "an operator"),
    (("CAST",), "a cast"),
    (("CONVERSION",), "a conversion"),
    (("DEFAULT", "CONVERSION"), "a conversion"),
    (("FOREIGN", "DATA", "WRAPPER"), "a foreign data wrapper"),
    (("FOREIGN", "TABLE"), "a foreign table"),
    (("SERVER",), "a foreign server"),
    (("USER", "MAPPING"), "a user mapping"),
    (("PUBLICATION",), "a publication"),
    (("SUBSCRIPTION",), "a subscription"),
    (("ROLE",), "a role"),
    (("USER",), "a role"),
    (("GROUP",), "a role"),
    (("DATABASE",), "a database"),
    (("TABLESPACE",), "a tablespace"),
    (("TEXT", "SEARCH", "CONFIGURATION"), "a text search configuration"),
    (("TEXT", "SEARCH", "DICTIONARY"), "a text search dictionary"),
    (("TEXT", "SEARCH", "PARSER"), "a text search parser"),
    (("TEXT", "SEARCH", "TEMPLATE"), "a text search template"),
    (("TRANSFORM",), "a transform"),
    (("ACCESS", "METHOD"), "an access method"),
    (("LANGUAGE",), "a language"),
    (("TRUSTED", "LANGUAGE"), "a language"),
    (("PROCEDURAL", "LANGUAGE"), "a language"),
    (("LARGE", "OBJECT"), "a large object"),
    (("SYSTEM",), "a server setting"),
)
#: Statements that describe no schema at all, by their first word.
NOT_DDL = frozenset(
    [
        "INSERT",
        "UPDATE",
        "DELETE",
        "MERGE",
        "SELECT",
        "VALUES",
        "TABLE",
        "WITH",
        "COPY",
        "CALL",
        "TRUNCATE",
        "EXPLAIN",
        "ANALYZE",
        "ANALYSE",
        "VACUUM",
        "REINDEX",
        "CLUSTER",
        "LOCK",
        "EXECUTE",
        "PREPARE",
        "DEALLOCATE",
        "DECLARE",
        "FETCH",
        "MOVE",
        "CLOSE",
        "LISTEN",
        "NOTIFY",
        "UNLISTEN",
        "LOAD",
        "CHECKPOINT",
        "DISCARD",
        "REFRESH",
        "SHOW",
        "RESET",
        "ROLLBACK",
        "ABORT",
        "SAVEPOINT",
        "RELEASE",
        "IMPORT",
        "REASSIGN",
    ]
)
_FIRST_WORDS = frozenset(words[0] for words, _ in KINDS)
_HINT = "leave it out of the desired schema, and exclude it from the live one"


def refuse_kind(cursor: Cursor, state: State) -> None:
    """Raise UnsupportedError if the words that come next name a kind that is not managed."""
    if cursor.word not in _FIRST_WORDS:
        return
    for words, phrase in KINDS:
        if cursor.at(*words):
            token = cursor.token
            cursor.i += len(words)
            cursor.take("IF", "NOT", "EXISTS")
            cursor.take("IF", "EXISTS")
            name = _name(cursor, state, phrase)
            message = f"{phrase}: {name}" if name else phrase
            guarded = phrase == "a role" and cursor.tokens[0].word == "CREATE"
            error = cursor.error(UnsupportedError, message, token, subject=name, hint=GUARD_HINT if guarded else _HINT)
            if phrase in _SECRET and error.place is not None:
                error.place = replace(error.place, excerpt="")
            raise error


#: Whose statements may hold a password, which must not be shown.
_SECRET = frozenset({"a role", "a subscription", "a user mapping", "a foreign server"})


def _name(cursor: Cursor, state: State, phrase: str) -> str:
    if phrase == "a server setting":
        return ""
    if phrase in _SPECIAL:
        try:
            return _SPECIAL[phrase](cursor, state)
        except SourceError:
            return ""
    if cursor.token.sort not in (Sort.WORD, Sort.QUOTED):
        return ""
    try:
        name = cursor.qualified()
    except SourceError:
        return ""
    schema = name.schema or (state.search_path[0] if state.search_path else "")
    return f"{schema}.{name.name}" if schema and phrase not in _GLOBAL else name.name


def _operator(cursor: Cursor, state: State) -> str:
    schema = state.search_path[0] if state.search_path else ""
    if cursor.ahead().word == ".":
        schema = cursor.name("a schema")
        cursor.expect(".")
    first = cursor.i  # of several tokens, for there is no such operator in the language
    while not cursor.done and not cursor.at("("):
        cursor.i += 1
    name = cursor.text(first, cursor.i).strip()
    return f"{schema}.{name}" if schema else name


def _cast(cursor: Cursor, state: State) -> str:
    """`a AS b`, as the inspector names it."""
    cursor.expect("(")
    source = parse_type(cursor, state).type.text
    cursor.expect("AS")
    return f"{source} AS {parse_type(cursor, state).type.text}"


def _transform(cursor: Cursor, state: State) -> str:
    cursor.expect("FOR")
    data = parse_type(cursor, state).type.text
    cursor.expect("LANGUAGE")
    return f"{data} FOR {cursor.name('a language')}"


def _user_mapping(cursor: Cursor, state: State) -> str:
    cursor.expect("FOR")
    who = cursor.name("a role", label=True)
    cursor.expect("SERVER")
    return f"{who} ON {cursor.name('a server')}"


_SPECIAL: dict[str, Callable[[Cursor, State], str]] = {
    "a cast": _cast,
    "a transform": _transform,
    "a user mapping": _user_mapping,
    "an operator": _operator,
}
_GLOBAL = frozenset(
    {
        "a role",
        "a database",
        "a tablespace",
        "a language",
        "a foreign server",
        "a foreign data wrapper",
        "a user mapping",
        "a publication",
        "a subscription",
        "an access method",
        "a server setting",
        "a cast",
        "a transform",
    }
)
