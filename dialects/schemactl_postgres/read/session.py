"""Statements that set up a session: SET, set_config, BEGIN, and psql's own lines."""

from __future__ import annotations

from schemactl.errors import NotDdlError, SourceError
from schemactl_postgres.read.cursor import Cursor
from schemactl_postgres.read.state import State
from schemactl_postgres.read.tokens import Sort

#: Settings that pg_dump prints and that change nothing about what is read; None where any value will do.
_HARMLESS: dict[str, frozenset[str] | None] = {
    "statement_timeout": None,
    "lock_timeout": None,
    "idle_in_transaction_session_timeout": None,
    "transaction_timeout": None,
    "client_encoding": frozenset({"utf8", "utf-8", "unicode"}),
    "standard_conforming_strings": frozenset({"on"}),
    "check_function_bodies": None,
    "xmloption": None,
    "client_min_messages": None,
    "row_security": None,
    "default_tablespace": frozenset({""}),
    # What a column without COMPRESSION is stored with is decided when it is written: the catalogue does not say.
    "default_toast_compression": None,
    "escape_string_warning": None,
    "default_with_oids": frozenset({"false", "off"}),
}
#: Beside these, the settings that are kept while a script is read.
_KEPT = frozenset({"default_table_access_method", "search_path"})

#: Functions that dumps of more than a schema call, by how their names begin, and what to do instead.
_CALLS = {
    "binary_upgrade_": "dump without --binary-upgrade",
    "lo_": "large objects are data: dump with --schema-only",
    "lowrite": "large objects are data: dump with --schema-only",
    "pg_restore_": "planner statistics are not managed: dump without --statistics",
    "setval": "the position of a sequence is data: dump with --schema-only",
}


#: What to do instead of statements that describe no schema, where there is more to say.
_INSTEAD = {
    "COPY": "rows are data: dump with --schema-only",
    "IMPORT": "what it makes, only the other server tells: write the foreign tables out",
}


def set_(cursor: Cursor, state: State) -> None:
    """After the word SET."""
    token = cursor.token
    for words in (("SESSION", "AUTHORIZATION"), ("LOCAL", "SESSION", "AUTHORIZATION"), ("ROLE",)):
        if cursor.at(*words):
            raise cursor.error(
                NotDdlError,
                f"SET {' '.join(words)}: who owns what is made is not managed",
                token,
                hint="dump without --use-set-session-authorization; what another role granted must be granted anew",
            )
    cursor.take_any("SESSION", "LOCAL")
    name = cursor.name("a setting", label=True)
    if name not in _KEPT and name not in _HARMLESS:
        raise cursor.error(
            NotDdlError, f"SET {name}: a setting that could change what is read", token, hint="remove the statement"
        )
    if not cursor.take("="):
        cursor.expect("TO")
    if name == "search_path" and cursor.take("DEFAULT"):
        values = [state.default_schema]
    else:
        values = [_value(cursor)]
        while cursor.take(","):
            values.append(_value(cursor))
    cursor.end()
    if name == "search_path":
        state.search_path = _path(values)
        return
    if name == "default_table_access_method":
        state.access_method = None if values in (["heap"], ["default"]) else ", ".join(values)
        return
    allowed = _HARMLESS[name]
    if allowed is not None and not (len(values) == 1 and values[0].lower() in allowed):
        raise cursor.error(
            NotDdlError,
            f"SET {name} to {', '.join(values) or 'nothing'}: a setting that could change what is read",
            token,
            hint="remove the statement",
        )


def _value(cursor: Cursor) -> str:
    token = cursor.token
    if token.sort is Sort.STRING:
        return cursor.string()
    if token.sort in (Sort.WORD, Sort.QUOTED):
        return cursor.name("a value", label=True)
    return str(cursor.integer())


def _path(values: list[str]) -> tuple[str, ...]:
    """The schemas of a search_path. "$user" is left out, as are the server's own, which come first anyway."""
    return tuple(v for v in values if v and v not in ("$user", "pg_catalog", "pg_temp"))


def select(cursor: Cursor, state: State) -> None:
    """After the word SELECT: only set_config('search_path', ...), as pg_dump has it."""
    cursor.take("*", "FROM")
    if cursor.take("PG_CATALOG"):
        cursor.take(".")
    called = cursor.word.lower() if cursor.ahead().word == "(" else ""
    if cursor.take("SET_CONFIG", "(") and cursor.string() == "search_path" and cursor.take(","):
        value = cursor.string()
        cursor.expect(",")
        cursor.next()
        cursor.expect(")")
        cursor.end()
        state.search_path = _path([part.strip().strip('"') for part in value.split(",")])
        return
    hint = next((hint for name, hint in _CALLS.items() if called.startswith(name)), "")
    raise not_ddl(cursor, f"SELECT {called}()" if hint else "SELECT", hint)


def not_ddl(cursor: Cursor, word: str, hint: str = "") -> SourceError:
    """The error for a statement that describes no schema."""
    return cursor.error(
        NotDdlError,
        f"{word} describes no schema",
        cursor.tokens[0],
        hint=hint or _INSTEAD.get(word, "move data and one-off commands out of the schema files"),
    )


def ignored(cursor: Cursor, state: State) -> None:
    """BEGIN, COMMIT and the like: a script is read as one whole anyway."""
    cursor.take_any("TRANSACTION", "WORK")
    cursor.end()
