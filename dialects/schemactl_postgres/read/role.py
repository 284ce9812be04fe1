"""Roles where a statement names them, spelled as in SQL: a word such as PUBLIC is no name, a quoted one is."""

from __future__ import annotations

from schemactl_postgres.read.cursor import Cursor
from schemactl_postgres.sql import quoted

#: Who it is, only the session tells.
SESSION = {"CURRENT_USER": "CURRENT_USER", "CURRENT_ROLE": "CURRENT_USER", "SESSION_USER": "SESSION_USER"}


def role(cursor: Cursor, *, public: bool = True) -> str:
    """One role. `public` tells whether PUBLIC may stand here."""
    if cursor.word in SESSION:
        return SESSION[cursor.next().word]
    start = cursor.i
    name = cursor.name("a role")
    # The server takes these for key words in whatever quotes.
    if name in ("public", "none"):
        if not public or name == "none":
            cursor.i = start
            raise cursor.unexpected("expected a role")
        return "PUBLIC"
    return quoted(name)


def roles(cursor: Cursor) -> tuple[str, ...]:
    """`a, b`: sorted, each once; PUBLIC makes the others mean nothing where a policy names them."""
    found = {role(cursor)}
    while cursor.take(","):
        found.add(role(cursor))
    return tuple(sorted(found))
