"""CREATE ROLE behind a guard, which says that the role is there. Without one it is refused: a server may have it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from schemactl.errors import SourceError, SqlSyntaxError, UnsupportedError
from schemactl.model import ObjectKey, Role
from schemactl_postgres.read.cursor import Cursor
from schemactl_postgres.read.role import role
from schemactl_postgres.read.state import State
from schemactl_postgres.read.tokens import Token
from schemactl_postgres.roles import role_key
from schemactl_postgres.sql import literal

GUARD_HINT = (
    "roles belong to the whole server, which may have it; say that it shall be there:"
    " DO $$ BEGIN CREATE ROLE ...; EXCEPTION WHEN duplicate_object THEN NULL; END $$;"
)
_WORDS = ("SUPERUSER", "CREATEDB", "CREATEROLE", "INHERIT", "LOGIN", "REPLICATION", "BYPASSRLS")
_OPTIONS = {**{word: word for word in _WORDS}, **{f"NO{word}": word for word in _WORDS}}


def at_create_role(cursor: Cursor) -> bool:
    role_word = cursor.ahead().word in ("ROLE", "USER", "GROUP")
    return cursor.at("CREATE") and role_word and cursor.ahead(2).word != "MAPPING"


def create_role(cursor: Cursor, state: State) -> Role:
    """The whole statement; the role that it asks for. One that was asked for before stays as it was asked for first."""
    try:
        made = _role(cursor, state)
    except SourceError as error:
        if error.place is not None:  # the line may hold a password
            error.place = replace(error.place, excerpt="")
        raise
    state.roles.setdefault(made.key, made)
    return made


def _role(cursor: Cursor, state: State) -> Role:
    cursor.expect("CREATE")
    user = cursor.next().word == "USER"
    token = cursor.token
    spelled = role(cursor, state, public=False)
    key = role_key(spelled)
    if key is None:
        raise cursor.error(SqlSyntaxError, "expected the name of a role", token)
    cursor.take("WITH")
    seen: set[str] = set()
    options: list[str] = []
    uses: list[ObjectKey] = []
    while not cursor.done:
        at = cursor.token
        option, said, named = _option(cursor, state)
        if option in seen:
            raise cursor.error(SqlSyntaxError, f"{option} is said twice of the role {key.name}", at, subject=key.name)
        seen.add(option)
        options.append(said)
        uses += named
    if user and "LOGIN" not in seen:
        options.insert(0, "LOGIN")
    return Role(name=key.name, options=tuple(options), uses=tuple(uses))


def _option(cursor: Cursor, state: State) -> tuple[str, str, list[ObjectKey]]:
    """Which option it is, how it is said, and the roles that it names."""
    token = cursor.token
    word = cursor.next().word
    if word in _OPTIONS:
        return _OPTIONS[word], word, []
    if word in ("PASSWORD", "ENCRYPTED", "UNENCRYPTED"):
        raise _password(cursor, token)
    if word == "CONNECTION" and cursor.take("LIMIT"):
        return "CONNECTION LIMIT", f"CONNECTION LIMIT {cursor.integer()}", []
    if word == "VALID" and cursor.take("UNTIL"):
        return "VALID UNTIL", f"VALID UNTIL {literal(cursor.string()).strip()}", []
    if word == "IN" and cursor.take_any("ROLE", "GROUP"):
        word = "IN ROLE"
    elif word == "USER":
        word = "ROLE"
    if word in ("IN ROLE", "ROLE", "ADMIN"):
        names = list(_names(cursor, state))
        return word, f"{word} {', '.join(names)}", [k for n in names if (k := role_key(n)) is not None]
    cursor.i -= 1
    raise cursor.unexpected()


def _names(cursor: Cursor, state: State) -> Iterator[str]:
    yield role(cursor, state, public=False)
    while cursor.take(","):
        yield role(cursor, state, public=False)


def _password(cursor: Cursor, token: Token) -> SourceError:
    return cursor.error(
        UnsupportedError,
        "a role's password",
        token,
        hint="a secret does not belong in a schema: leave it out, and set it on the server with ALTER ROLE",
    )
