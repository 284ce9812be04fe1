"""CREATE CAST and CREATE TRANSFORM."""

from __future__ import annotations

from schemactl.errors import SqlSyntaxError
from schemactl.model import Definition, Kind
from schemactl_postgres.read.cursor import Cursor
from schemactl_postgres.read.define import add, reference, signature
from schemactl_postgres.read.state import State


def create_cast(cursor: Cursor, state: State) -> None:
    """After the words CREATE CAST."""
    cast = reference(Kind.CAST, cursor, state)
    given: dict[str, str] = {}
    types = cast.types
    if cursor.take("WITHOUT", "FUNCTION"):
        pass
    elif cursor.take("WITH", "INOUT"):
        given["inout"] = ""
    else:
        cursor.expect("WITH", "FUNCTION")
        given["function"], arguments = signature(cursor, state)
        types += arguments
    if cursor.take("AS"):
        context = cursor.take_any("IMPLICIT", "ASSIGNMENT")
        if context is None:
            raise cursor.unexpected("expected IMPLICIT or ASSIGNMENT")
        given["as"] = context
    cursor.end()
    it = Definition(kind=Kind.CAST, types=types, properties=tuple(sorted(given.items())))
    add(cursor, state, it, cast.name.token)


def create_transform(cursor: Cursor, state: State, *, replaces: bool) -> None:
    """After the words CREATE [OR REPLACE] TRANSFORM. Each function takes the one argument of type internal."""
    transform = reference(Kind.TRANSFORM, cursor, state)
    given: dict[str, str] = {}

    def side() -> None:
        token = cursor.token
        option = "from_sql" if cursor.take("FROM") else "to_sql"
        if option == "to_sql":
            cursor.expect("TO")
        cursor.expect("SQL", "WITH", "FUNCTION")
        if option in given:
            raise cursor.error(SqlSyntaxError, "said twice", token)
        given[option], _ = signature(cursor, state)

    cursor.listed(side)
    cursor.end()
    it = Definition(
        kind=Kind.TRANSFORM,
        name=transform.name.name,
        types=transform.types,
        properties=tuple(sorted(given.items())),
    )
    add(cursor, state, it, transform.name.token, replaces=replaces)
