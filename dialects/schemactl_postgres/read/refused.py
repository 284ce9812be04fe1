"""Kinds of objects and statements that are named and refused: not managed yet, or no description of a schema."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from schemactl.errors import SourceError, UnsupportedError
from schemactl_postgres.read.create_role import GUARD_HINT
from schemactl_postgres.read.cursor import Cursor
from schemactl_postgres.read.state import State
from schemactl_postgres.read.tokens import Sort

#: The words after CREATE, ALTER or DROP, to what a user calls the thing. Longest first where one begins another.
KINDS: tuple[tuple[tuple[str, ...], str], ...] = (
    (("USER", "MAPPING"), "a user mapping"),
    (("SUBSCRIPTION",), "a subscription"),
    (("ROLE",), "a role"),
    (("USER",), "a role"),
    (("GROUP",), "a role"),
    (("DATABASE",), "a database"),
    (("OWNED",), "what a role owns"),
    (("TABLESPACE",), "a tablespace"),
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
_CREDENTIALS = "it holds credentials, and so is never managed: leave it out, and a live one is left alone"
#: Where there is more to say.
_HINTS = {
    "a database": "the database itself is not managed: dump without --create",
    "a large object": "large objects are data: dump with --schema-only",
    "a role": "roles are shared by all databases of a server: keep them in another place",
    "a subscription": _CREDENTIALS,
    "a user mapping": _CREDENTIALS,
}


def phrase_of(cursor: Cursor) -> str:
    """What the words that come next name, if it is a kind that is not managed; else nothing."""
    return next((phrase for words, phrase in KINDS if cursor.at(*words)), "")


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
            hint = GUARD_HINT if guarded else _HINTS.get(phrase, _HINT)
            error = cursor.error(UnsupportedError, message, token, subject=name, hint=hint)
            if phrase in _SECRET and error.place is not None:
                error.place = replace(error.place, excerpt="")
            raise error


#: Whose statements may hold a password, which must not be shown.
_SECRET = frozenset({"a role", "a subscription", "a user mapping"})


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


def _user_mapping(cursor: Cursor, state: State) -> str:
    cursor.expect("FOR")
    who = cursor.name("a role", label=True)
    cursor.expect("SERVER")
    return f"{who} ON {cursor.name('a server')}"


_SPECIAL: dict[str, Callable[[Cursor, State], str]] = {
    "a user mapping": _user_mapping,
}
_GLOBAL = frozenset(
    {
        "a role",
        "a database",
        "a tablespace",
        "a user mapping",
        "a subscription",
        "a server setting",
    }
)
