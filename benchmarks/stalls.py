"""How long others have to wait while schemactl changes a big table: the plain statement beside the online way.

    python -m benchmarks.stalls [--rows 5000000] [--only NAME] [--url URL] [--copy-with COMMAND]

Two sessions work on the table all the while, one reading a row, one writing it, each again and again; the longest that
either of them had to wait is its stall. Every technique starts from the same tables. Starts an embedded Postgres unless
`--url` names a server to make a database on, which may be a MySQL or MariaDB too.
"""

from __future__ import annotations

import argparse
import random
import shlex
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg
import pymysql

from benchmarks import mysql
from benchmarks.__main__ import database
from schemactl import engine
from schemactl.dialect import SourceText
from schemactl.manner import Manner, Online
from schemactl.steps import Hazard
from schemactl.urls import DatabaseUrl

COLUMNS = "id bigint NOT NULL, kind integer, amount integer, note text, other bigint NOT NULL"
TABLES = f"CREATE TABLE parent (id bigint PRIMARY KEY);\nCREATE TABLE big ({COLUMNS}, CONSTRAINT big_pkey PRIMARY KEY (id));\n"
INDEX = "CREATE INDEX big_kind ON big (kind);\n"
ROWS = """
INSERT INTO parent SELECT i FROM generate_series(1, 1000) i;
INSERT INTO big SELECT i, i % 1000, i % 7 + 1, 'note ' || i, i % 1000 + 1 FROM generate_series(1, {rows}) i;
"""
#: What is desired, by the name of the technique; all start from TABLES and INDEX.
TECHNIQUES = {
    "index": TABLES + INDEX + "CREATE INDEX big_note ON big (note);",
    "index replaced": TABLES + "CREATE INDEX big_kind ON big (kind, amount);",
    "index dropped": TABLES,
    "check": TABLES + INDEX + "ALTER TABLE big ADD CONSTRAINT positive CHECK (amount > 0);",
    "foreign key": TABLES + INDEX + "ALTER TABLE big ADD CONSTRAINT mine FOREIGN KEY (other) REFERENCES parent;",
    "not null": TABLES.replace("kind integer", "kind integer NOT NULL") + INDEX,
    "unique": TABLES + INDEX + "ALTER TABLE big ADD CONSTRAINT once UNIQUE (id, kind);",
    "primary key": TABLES.replace("big_pkey PRIMARY KEY (id)", "big_pkey PRIMARY KEY (id, other)") + INDEX,
}


#: The same on MySQL and MariaDB.
MY_COLUMNS = "id bigint NOT NULL, kind int, amount int, note varchar(50), other bigint NOT NULL"
MY_TABLES = (
    "CREATE TABLE parent (id bigint PRIMARY KEY);\n"
    f"CREATE TABLE big ({MY_COLUMNS}, PRIMARY KEY (id), KEY big_kind (kind), KEY other (other));\n"
)
MY_ROWS = """
SET SESSION cte_max_recursion_depth = 1000;
INSERT INTO parent WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000) SELECT i FROM n;
INSERT INTO big SELECT a.id + 1000 * (b.id - 1), a.id, a.id % 7 + 1, CONCAT('note ', a.id), a.id
  FROM parent a CROSS JOIN parent b WHERE b.id <= {rows} / 1000;
INSERT INTO big SELECT id + 1000000 * n.i, kind, amount, note, other FROM big
  CROSS JOIN (WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows} DIV 1000000 - 1) SELECT i FROM n) n
  WHERE {rows} >= 2000000;
"""
MY_TECHNIQUES = {
    "column": MY_TABLES.replace("other bigint NOT NULL", "other bigint NOT NULL, more int DEFAULT 5"),
    "column and copy": MY_TABLES.replace("amount int", "amount bigint, more int"),
    "index": MY_TABLES.replace("KEY other", "KEY big_note (note), KEY other"),
    "index replaced": MY_TABLES.replace("KEY big_kind (kind)", "KEY big_kind (kind, amount)"),
    "foreign key": MY_TABLES.replace(
        "KEY other", "CONSTRAINT mine FOREIGN KEY (other) REFERENCES parent (id), KEY other"
    ),
    "not null": MY_TABLES.replace("kind int", "kind int NOT NULL"),
    "copied": MY_TABLES.replace("kind int", "kind bigint"),
}


@dataclass
class Worker(threading.Thread):
    """A session that does one thing again and again. `stall` is the longest that it took, in seconds."""

    url: str
    statement: str
    rows: int
    stall: float = 0.0
    done: int = 0
    error: str = ""
    stop: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        super().__init__(daemon=True)

    def run(self) -> None:
        with session(self.url) as connection, connection.cursor() as cursor:
            while not self.stop.is_set():
                start = time.monotonic()
                try:
                    cursor.execute(self.statement, (random.randint(1, self.rows),))
                except (psycopg.Error, pymysql.MySQLError) as error:
                    self.error = str(error)
                    return
                self.stall = max(self.stall, time.monotonic() - start)
                self.done += 1

    __hash__ = threading.Thread.__hash__


@contextmanager
def session(url: str) -> Iterator[Any]:
    """A connection in autocommit."""
    parsed = DatabaseUrl.parse(url)
    if parsed.dialect_name == "postgresql":
        with psycopg.connect(url, autocommit=True) as connection:
            yield connection
        return
    with closing(mysql.connect(parsed.url, parsed.database)) as other:
        yield other


@contextmanager
def traffic(url: str, rows: int) -> Iterator[tuple[Worker, Worker]]:
    """A reader and a writer at work."""
    workers = (
        Worker(url, "SELECT * FROM big WHERE id = %s", rows),
        Worker(url, "UPDATE big SET note = note WHERE id = %s", rows),
    )
    for worker in workers:
        worker.start()
    try:
        time.sleep(1)
        for worker in workers:
            worker.stall = 0.0
        yield workers
    finally:
        for worker in workers:
            worker.stop.set()
        for worker in workers:
            worker.join()


def applied(url: str, text: str, online: Online, copy_with: tuple[str, ...] = ()) -> float:
    """Bring the database to `text`; how many seconds that took."""
    target = engine.target(url, manner=Manner(online=online, copy_with=copy_with))
    start = time.monotonic()
    engine.apply(target, [SourceText(name="stalls.sql", text=text)], allow=frozenset(Hazard))
    return time.monotonic() - start


@dataclass(frozen=True)
class Engine:
    """What is particular to a family of servers: the tables and rows, what is desired, and what settles a table."""

    tables: str
    rows: str
    techniques: dict[str, str]
    settle: str


POSTGRES = Engine(TABLES + INDEX, ROWS, TECHNIQUES, "VACUUM ANALYZE")
MYSQL = Engine(MY_TABLES, MY_ROWS, MY_TECHNIQUES, "ANALYZE TABLE big")


@contextmanager
def filled(url: str | None, rows: int) -> Iterator[tuple[str, Engine]]:
    """The URL of a database of so many rows."""
    if url is None or DatabaseUrl.parse(url).dialect_name == "postgresql":
        with database(url) as made:
            with session(made) as connection:
                connection.execute((POSTGRES.tables + POSTGRES.rows.format(rows=rows)).encode())
                connection.execute(POSTGRES.settle)
            yield made, POSTGRES
        return
    script = MYSQL.rows.format(rows=rows)
    if url.startswith("mariadb"):
        script = script.replace("cte_max_recursion_depth", "max_recursive_iterations")
    with mysql.database(url, MYSQL.tables + script) as made:
        yield made, MYSQL


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=5_000_000)
    parser.add_argument("--only", action="append", choices=sorted({*TECHNIQUES, *MY_TECHNIQUES}))
    parser.add_argument("--url", help="a server to use instead of an embedded Postgres")
    parser.add_argument("--copy-with", default="", help="as of `schemactl plan`: what MySQL would copy, online")
    options = parser.parse_args()
    with filled(options.url, options.rows) as (url, server):
        print(f"{options.rows} rows{'':12} |  plain: took, reader, writer  |  online: took, reader, writer")
        for name in options.only or server.techniques:
            cells = []
            for online in (Online.NEVER, Online.ALWAYS):
                with traffic(url, options.rows) as workers:
                    took = applied(url, server.techniques[name], online, tuple(shlex.split(options.copy_with)))
                if failed := [w.error for w in workers if w.error]:
                    raise SystemExit(f"{name}: {failed}")
                cells.append(f"{took:7.2f} s  {workers[0].stall:7.3f} s  {workers[1].stall:7.3f} s")
                applied(url, server.tables, Online.NEVER)
                with session(url) as connection, connection.cursor() as cursor:
                    cursor.execute(server.settle)
            print(f"{name:24} | {cells[0]} | {cells[1]}", flush=True)


if __name__ == "__main__":
    main()
