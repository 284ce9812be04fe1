"""Kinds of objects and statements that are named and refused: not managed yet, or no description of a schema."""

from __future__ import annotations

from schemactl.errors import SourceError, UnsupportedError
from schemactl_postgres.read.cursor import Cursor
from schemactl_postgres.read.state import State
from schemactl_postgres.read.tokens import Sort

#: The words after CREATE, ALTER or DROP, to what a user calls the thing. Longest first where one begins another.
KINDS: tuple[tuple[tuple[str, ...], str], ...] = (
    (("MATERIALIZED", "VIEW"), "a materialized view"),
    (("RECURSIVE", "VIEW"), "a view"),
    (("VIEW",), "a view"),
    (("DOMAIN",), "a domain"),
    (("POLICY",), "a policy"),
    (("RULE",), "a rule"),
    (("OPERATOR", "CLASS"), "an operator class"),
    (("OPERATOR", "FAMILY"), "an operator family"),
    (("OPERATOR",), "an operator"),
    (("CAST",), "a cast"),
    (("COLLATION",), "a collation"),
    (("CONVERSION",), "a conversion"),
    (("STATISTICS",), "extended statistics"),
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
        "DO",
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
    ]
)
_FIRST_WORDS = frozenset(words[0] for words, _ in KINDS)
_HINT = "leave it out of the desired schema, and exclude it from the live one"
#: Whose names follow later in the statement, or are none.
_ON_TABLE = frozenset({"a policy", "a rule"})


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
            raise cursor.error(
                UnsupportedError, f"{phrase}: {name}" if name else phrase, token, subject=name, hint=_HINT
            )


def _name(cursor: Cursor, state: State, phrase: str) -> str:
    if cursor.token.sort not in (Sort.WORD, Sort.QUOTED):
        return ""
    try:
        name = cursor.qualified()
    except SourceError:
        return ""
    if name.schema is None and phrase in _ON_TABLE:
        return name.name
    schema = name.schema or (state.search_path[0] if state.search_path else "")
    return f"{schema}.{name.name}" if schema and phrase not in _GLOBAL else name.name


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


def refuse_privileges(cursor: Cursor, state: State) -> None:
    """GRANT, REVOKE, ALTER DEFAULT PRIVILEGES: nobody would keep what they say."""
    first = cursor.tokens[0]
    subject = ""
    while not cursor.done:
        if cursor.take("ON"):
            cursor.take_any("TABLE", "SEQUENCE", "SCHEMA", "TYPE", "FUNCTION", "DATABASE")
            if cursor.token.sort in (Sort.WORD, Sort.QUOTED):
                start = cursor.i
                while not cursor.done and cursor.word not in ("TO", "FROM"):
                    cursor.i += 1
                subject = cursor.text(start, cursor.i)
            break
        cursor.i += 1
    what = f"privileges on {subject}" if subject else "privileges"
    raise cursor.error(
        UnsupportedError, what, first, subject=subject, hint="privileges are not managed: keep them in another place"
    )
