"""What SHOW CREATE prints of the objects of a database."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Connection

from schemactl.model import Kind, ObjectKey, Unsupported
from schemactl_mysql.inspect.server import query
from schemactl_mysql.sql import quoted

#: Where the text stands among the columns of SHOW CREATE, by the word behind it.
_COLUMN = {"TABLE": 1, "VIEW": 1, "SEQUENCE": 1, "FUNCTION": 2, "PROCEDURE": 2, "EVENT": 3}
_TABLES = {"BASE TABLE": "TABLE", "SYSTEM VERSIONED": "TABLE", "VIEW": "VIEW", "SEQUENCE": "SEQUENCE"}


class Printed(NamedTuple):
    """The statements, each with what it is of, and the sql_mode it is kept under; and what the user may not see."""

    texts: list[tuple[str, str, str | None]]
    unsupported: tuple[Unsupported, ...]


def printed_objects(connection: Connection, database: str) -> Printed:
    """Tables, views, sequences, routines and events."""
    shown = connection.exec_driver_sql(_plain(f"SHOW FULL TABLES FROM {quoted(database)}")).all()
    wanted = [(_TABLES[kind], name) for name, kind in shown if kind in _TABLES]
    wanted += [(kind, name) for kind, name in connection.exec_driver_sql(query("programs"), (database, database)).all()]
    texts: list[tuple[str, str, str | None]] = []
    unsupported = [
        Unsupported(key=_key(Kind.TABLE, database, name), what=f"a {kind.lower()}")
        for name, kind in shown
        if kind not in _TABLES
    ]
    for word, name in wanted:
        sql = f"SHOW CREATE {word} {quoted(database)}.{quoted(name)}"
        row = connection.exec_driver_sql(_plain(sql)).one()
        text = row[_COLUMN[word]]
        if text is None:
            what = f"a {word.lower()} whose text this user may not see"
            unsupported.append(Unsupported(key=_key(Kind(word.lower()), database, name), what=what))
        else:
            texts.append((f"{word.lower()} {database}.{name}", text, row[1] if _COLUMN[word] > 1 else None))
    return Printed(texts, tuple(unsupported))


def _key(kind: Kind, database: str, name: str) -> ObjectKey:
    return ObjectKey(kind=kind, schema=database, name=name)


def _plain(sql: str) -> str:
    # The driver takes a percent sign for a parameter.
    return sql.replace("%", "%%")
