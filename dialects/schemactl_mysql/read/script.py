"""Which statement it is, and who reads it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from schemactl.model import Kind
from schemactl_mysql.options import ViewOptions
from schemactl_mysql.read.alter import alter_table, drop_index, drop_tables, rename_table
from schemactl_mysql.read.cursor import Cursor
from schemactl_mysql.read.index import create_index
from schemactl_mysql.read.programs import create_program, drop_program
from schemactl_mysql.read.session import (
    alter_database,
    begin,
    create_database,
    do,
    drop_database,
    ignored,
    not_ddl,
    set_,
    use,
)
from schemactl_mysql.read.state import State
from schemactl_mysql.read.table import create_table, refuse_temporary
from schemactl_mysql.read.view import create_sequence, create_view, drop_view

Handler = Callable[[Cursor, State], None]


def play_statement(cursor: Cursor, state: State) -> None:
    """Play one statement. Raises SourceError with the place of the word that is wrong."""
    handler = _STATEMENTS.get(cursor.word)
    if handler is None:
        raise not_ddl(cursor)
    cursor.i += 1
    handler(cursor, state)


def _create(cursor: Cursor, state: State) -> None:
    token = cursor.token
    replaces = cursor.take("OR", "REPLACE")
    refuse_temporary(cursor, token)
    options, invoker = ViewOptions(), False
    if cursor.take("ALGORITHM"):
        cursor.take("=")
        options = replace(options, algorithm=cursor.name("an algorithm").upper())
    if cursor.take("DEFINER"):
        cursor.take("=")
        options = replace(options, definer=cursor.account())
    if cursor.take("SQL", "SECURITY"):
        invoker = cursor.take_any("DEFINER", "INVOKER") == "INVOKER"
    if cursor.take("VIEW"):
        create_view(cursor, state, replace(options, invoker=invoker), replaces=replaces)
    elif create_program(cursor, state, definer=options.definer, replaces=replaces):
        pass
    elif cursor.take("SEQUENCE"):
        create_sequence(cursor, state, replaces=replaces)
    elif cursor.take("TABLE"):
        create_table(cursor, state, replaces=replaces)
    elif cursor.word in ("UNIQUE", "FULLTEXT", "SPATIAL", "VECTOR", "INDEX"):
        create_index(cursor, state)
    elif cursor.take_any("DATABASE", "SCHEMA"):
        create_database(cursor, state)
    else:
        raise cursor.unexpected()


def _alter(cursor: Cursor, state: State) -> None:
    cursor.take("IGNORE")
    if cursor.take("TABLE"):
        alter_table(cursor, state)
    elif cursor.take_any("DATABASE", "SCHEMA"):
        alter_database(cursor, state)
    else:
        raise cursor.unexpected()


def _drop(cursor: Cursor, state: State) -> None:
    refuse_temporary(cursor, cursor.token)
    if cursor.take_any("TABLE", "TABLES"):
        drop_tables(cursor, state)
    elif cursor.take("INDEX"):
        drop_index(cursor, state)
    elif word := cursor.take_any("VIEW", "SEQUENCE"):
        drop_view(cursor, state, Kind(word.lower()))
    elif cursor.take_any("DATABASE", "SCHEMA"):
        drop_database(cursor, state)
    elif word := cursor.take_any("FUNCTION", "PROCEDURE", "TRIGGER", "EVENT"):
        drop_program(cursor, state, Kind(word.lower()))
    else:
        raise cursor.unexpected()


def _rename(cursor: Cursor, state: State) -> None:
    cursor.take_any("TABLE", "TABLES")
    rename_table(cursor, state)


_STATEMENTS: dict[str, Handler] = {
    "ALTER": _alter,
    "BEGIN": begin,
    "COMMIT": ignored,
    "CREATE": _create,
    "DO": do,
    "DROP": _drop,
    "LOCK": ignored,
    "RENAME": _rename,
    "SET": set_,
    "START": ignored,
    "UNLOCK": ignored,
    "USE": use,
}
