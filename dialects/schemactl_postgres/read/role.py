"""Roles where a statement names them, spelled as in SQL: a word such as PUBLIC is no name, a quoted one is."""

from __future__ import annotations

from schemactl_postgres.read.cursor import Cursor
from schemactl_postgres.read.state import State
from schemactl_postgres.roles import role_key
from schemactl_postgres.sql import quoted

#: Who it is, only the session tells.
SESSION = {"CURRENT_USER": "CURRENT_USER", "CURRENT_ROLE": "CURRENT_USER", "SESSION_USER": "SESSION_USER"}


def role(cursor: Cursor, state: State, *, public: bool = True) -> str:
    """One role, whose place is noted. `public` tells whether PUBLIC may stand here."""
    if cursor.word in SESSION:
        return SESSION[cursor.next().word]
    start, token = cursor.i, cursor.token
    name = cursor.name("a role")
    # The server takes these for key words in whatever quotes.
    if name in ("public", "none"):
        if not public or name == "none":
            cursor.i = start
            raise cursor.unexpected("expected a role")
        return "PUBLIC"
    spelled = quoted(name)
    key = role_key(spelled)
    if key is not None:
        state.places.setdefault(key, cursor.place(token))
    return spelled


def roles(cursor: Cursor, state: State) -> tuple[str, ...]:
    """`a, b`: sorted, each once; PUBLIC makes the others mean nothing where a policy names them."""
    found = {role(cursor, state)}
    while cursor.take(","):
        found.add(role(cursor, state))
    return tuple(sorted(found))
