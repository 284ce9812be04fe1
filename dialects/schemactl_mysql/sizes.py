"""How big the tables of a live server are, and how often they can still be altered instantly."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy.exc import DBAPIError

from schemactl.manner import Size
from schemactl.model import Kind, ObjectKey
from schemactl_mysql.flavour import Flavour, parse_version

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

# InnoDB counts pages some seconds behind its rows; a row takes 20 bytes, were there nothing in it.
_TABLES = """
SELECT TABLE_SCHEMA, TABLE_NAME, GREATEST(DATA_LENGTH, COALESCE(TABLE_ROWS, 0) * 20), TABLE_ROWS
FROM information_schema.TABLES
WHERE TABLE_TYPE IN ('BASE TABLE', 'SYSTEM VERSIONED') AND DATA_LENGTH IS NOT NULL
  AND TABLE_SCHEMA NOT IN ('information_schema', 'mysql', 'performance_schema', 'sys')
"""

#: What InnoDB calls a table, and how many columns it was given or taken since its rows were last written anew.
_VERSIONS = "SELECT NAME, TOTAL_ROW_VERSIONS FROM information_schema.INNODB_TABLES WHERE TOTAL_ROW_VERSIONS > 0"
#: How many of them a table can have: since which version of MySQL. MariaDB knows no such limit.
_MOST_VERSIONS = (((9, 1), 255), ((8, 0, 29), 64))
_NOT_ALLOWED = 1227


def sizes(connection: Connection) -> dict[ObjectKey, Size]:
    """The size of every table, by its key. MySQL would show what it last counted, a day ago at most: it counts anew."""
    flavour = parse_version(str(connection.exec_driver_sql("SELECT VERSION()").scalar_one()))
    with _in_a_hurry(connection, flavour):
        rows = connection.exec_driver_sql(_TABLES).all()
    left = _instant_left(connection, flavour)
    connection.rollback()
    return {_key(s, n): Size(bytes=int(b), rows=r, instant_left=left.get(_key(s, n))) for s, n, b, r in rows}


def _key(schema: str, name: str) -> ObjectKey:
    return ObjectKey(kind=Kind.TABLE, schema=schema, name=name)


def _instant_left(connection: Connection, flavour: Flavour) -> dict[ObjectKey, int]:
    """How many more ALTERs can add or drop columns instantly, of tables that had some. Empty where the user may not ask."""
    most = next((most for since, most in _MOST_VERSIONS if flavour.version >= since), None)
    if flavour.mariadb or most is None:
        return {}
    try:
        rows = connection.exec_driver_sql(_VERSIONS).all()
    except DBAPIError as error:
        if error.orig is not None and error.orig.args[0] == _NOT_ALLOWED:  # it takes PROCESS
            return {}
        raise
    found: dict[ObjectKey, int] = {}
    for name, versions in rows:
        schema, _, table = re.sub("@([0-9a-f]{4})", lambda m: chr(int(m[1], 16)), name).partition("/")
        key = _key(schema, re.split("#[pP]#", table)[0])
        found[key] = min(found.get(key, most), most - versions)
    return found


@contextmanager
def _in_a_hurry(connection: Connection, flavour: Flavour) -> Iterator[None]:
    """Wait for nobody's lock longer than the servers let a session say."""
    wanted = {"lock_wait_timeout": 1} | ({} if flavour.mariadb else {"information_schema_stats_expiry": 0})
    before = connection.exec_driver_sql(f"SELECT {', '.join(f'@@{name}' for name in wanted)}").one()
    _set(connection, wanted)
    try:
        yield
    finally:
        _set(connection, dict(zip(wanted, before, strict=True)))


def _set(connection: Connection, values: dict[str, int]) -> None:
    connection.exec_driver_sql("SET " + ", ".join(f"SESSION {name} = {value}" for name, value in values.items()))
