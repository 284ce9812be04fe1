"""Which statement it is, and who reads it."""

from __future__ import annotations

from collections.abc import Callable

from schemactl.errors import NotDdlError
from schemactl_mysql.read.cursor import Cursor
from schemactl_mysql.read.index import create_index
from schemactl_mysql.read.state import State
from schemactl_mysql.read.table import create_table, refuse_temporary

Handler = Callable[[Cursor, State], None]


def play_statement(cursor: Cursor, state: State) -> None:
    """Play one statement. Raises SourceError with the place of the word that is wrong."""
    handler = _STATEMENTS.get(cursor.word)
    if handler is None:
        raise cursor.error(
            NotDdlError, f"{cursor.word or 'this'} describes no schema", hint="move it out of the schema files"
        )
    cursor.i += 1
    handler(cursor, state)


def _create(cursor: Cursor, state: State) -> None:
    token = cursor.token
    refuse_temporary(cursor, token)
    if cursor.take("TABLE"):
        create_table(cursor, state)
    elif cursor.word in ("UNIQUE", "FULLTEXT", "SPATIAL", "VECTOR", "INDEX"):
        create_index(cursor, state)
    else:
        raise cursor.unexpected()


_STATEMENTS: dict[str, Handler] = {"CREATE": _create}
