"""Putting a question to the server: something temporary is made, read back, and rolled back."""

from __future__ import annotations

from typing import Any

import psycopg
import psycopg.errors

from schemactl_postgres.inspect.session import SETTINGS

_SETTINGS = ", ".join(f"set_config('{name}', '{value}', true)" for name, value in SETTINGS.items())

#: The server's parsers of SQL and of PL/pgSQL, by the names of their sources.
_PARSERS = frozenset({"gram.y", "scan.l", "pl_gram.y", "pl_scanner.c"})


def is_broken_body(error: Exception) -> bool:
    """Whether a function was refused for the syntax of its body, which nothing but another body could mend.

    A body in SQL is first parsed, and then looked at among the tables of the moment, of which some errors have the
    same code: the part of the server that speaks tells them apart. Before 17, `name%TYPE` of what is not there yet is
    a syntax error too, at its percent sign.
    """
    if not isinstance(error, psycopg.errors.SyntaxError) or error.diag.source_file not in _PARSERS:
        return False
    return not (error.diag.message_primary or "").endswith('at or near "%"')


def asked(cursor: psycopg.Cursor[Any], making: str, read: str) -> list[Any]:
    """The rows of `read` after `making` has been run; none where the server refuses it.

    Made under the settings of the session, as the user's script would be, and read under those of the inspector. The
    savepoint leaves no trace of either. Raises what the driver raises when the connection is lost.
    """
    cursor.execute("SAVEPOINT schemactl")  # a message of its own: one with an error of syntax is not begun at all
    try:
        cursor.execute(f"{making}; SELECT {_SETTINGS}; {read}".encode())
        while cursor.nextset():
            pass
        rows = cursor.fetchall()
    except psycopg.Error:
        if cursor.connection.closed:
            raise
        rows = []
    cursor.execute("ROLLBACK TO SAVEPOINT schemactl; RELEASE SAVEPOINT schemactl")
    return rows
