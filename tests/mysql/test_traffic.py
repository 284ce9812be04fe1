"""A plan that goes online, beside sessions that read and write the table all the while: they see no error, and lose nothing.

How long they have to wait is shown by benchmarks/stalls.py.
"""

from __future__ import annotations

import contextlib
import threading

import pymysql
import pytest

from schemactl import engine
from schemactl.dialect import SourceText
from schemactl.manner import Manner, Online
from schemactl.steps import Hazard
from tests.support.mysql import Database

BEFORE = (
    "CREATE TABLE parent (id int PRIMARY KEY);"
    "CREATE TABLE t (id int PRIMARY KEY, n int NOT NULL DEFAULT 0, p int, a float, s varchar(20), KEY p (p));"
)
TECHNIQUES = {
    "columns": ("a float", "a float, b int DEFAULT 5, c varchar(10)"),
    "a column and a copy": ("a float", "a double, b int"),
    "an index": ("KEY p (p)", "KEY p (p), KEY s (s)"),
    "an index replaced": ("KEY p (p)", "KEY p (p, s)"),
    "a foreign key": ("KEY p (p)", "KEY p (p), CONSTRAINT mine FOREIGN KEY (p) REFERENCES parent (id)"),
    "not null": ("s varchar(20)", "s varchar(20) NOT NULL"),
}
ROWS = 3000


class Session(threading.Thread):
    """Does one thing again and again, and counts how often."""

    def __init__(self, database: Database, statement: str) -> None:
        super().__init__(daemon=True)
        self._database, self._statement = database, statement
        self.done, self.error = 0, ""
        self.stop = threading.Event()

    def run(self) -> None:
        with contextlib.closing(self._database.connect()) as connection, connection.cursor() as cursor:
            while not self.stop.is_set():
                try:
                    cursor.execute(self._statement.format(self.done % ROWS + 1))
                except pymysql.MySQLError as error:
                    self.error = str(error)
                    return
                self.done += 1


@pytest.mark.parametrize("name", TECHNIQUES)
def test_readers_and_writers_go_on(mysql_database: Database, name: str) -> None:
    mysql_database.execute(BEFORE)
    mysql_database.execute("INSERT INTO parent VALUES (1), (2), (3)")
    rows = ",".join(f"({n}, {n % 3 + 1}, 'x{n}')" for n in range(1, ROWS + 1))
    mysql_database.execute(f"INSERT INTO t (id, p, s) VALUES {rows}")
    wanted = [SourceText(name="s", text=BEFORE.replace(*TECHNIQUES[name]))]
    target = engine.target(mysql_database.url, manner=Manner(online=Online.ALWAYS))
    reader = Session(mysql_database, "SELECT * FROM t WHERE id = {}")
    writer = Session(mysql_database, "UPDATE t SET n = n + 1 WHERE id = {}")
    for session in (reader, writer):
        session.start()
    try:
        engine.apply(target, wanted, allow=frozenset(Hazard))
    finally:
        for session in (reader, writer):
            session.stop.set()
            session.join()
    assert (reader.error, writer.error) == ("", "")
    assert mysql_database.query("SELECT SUM(n), COUNT(*) FROM t") == [(str(writer.done), str(ROWS))]
    assert engine.plan(target, wanted).is_empty
