"""How long others have to wait while schemactl changes a big table: the plain statement beside the online way.

    python -m benchmarks.stalls [--rows 5000000] [--only NAME] [--url URL] [--copy-with COMMAND]

Two sessions work on the table all the while, one reading a row, one writing it, each again and again; the longest that
either of them had to wait is its stall. They work on the half of the rows that every technique leaves in the table.
Prints a Markdown table. Starts an embedded Postgres unless `--url` names a server to make a database on, which may be a
MySQL or MariaDB too.
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
TABLES = (
    "CREATE TABLE parent (id bigint PRIMARY KEY);\n"
    f"CREATE TABLE big ({COLUMNS}, CONSTRAINT big_pkey PRIMARY KEY (id));\n"
)
INDEX = "CREATE INDEX big_kind ON big (kind);\n"
ROWS = """
INSERT INTO parent SELECT i FROM generate_series(1, 1000) i;
INSERT INTO big SELECT i, i % 1000, i % 7 + 1, 'note ' || i, i % 1000 + 1 FROM generate_series(1, {rows}) i;
"""
PARTED = (
    "CREATE TABLE parent (id bigint PRIMARY KEY);\n"
    f"CREATE TABLE big ({COLUMNS}, CONSTRAINT big_pkey PRIMARY KEY (id)) PARTITION BY RANGE (id);\n"
    "CREATE TABLE big_1 PARTITION OF big FOR VALUES FROM (1) TO ({half});\n"
)
SECOND = "CREATE TABLE big_2 PARTITION OF big FOR VALUES FROM ({half}) TO (1000000000000);\n"
REST = "CREATE TABLE big_rest PARTITION OF big DEFAULT;\n"
APART = f"CREATE TABLE big_2 ({COLUMNS}, CONSTRAINT big_2_pkey PRIMARY KEY (id));\n"
# Every row fits, for there is one remainder; only the server does not know it.
WHOLE = f"CREATE TABLE whole ({COLUMNS}, CONSTRAINT whole_pkey PRIMARY KEY (id)) PARTITION BY HASH (id);\n"
HASHED = (
    "CREATE TABLE parent (id bigint PRIMARY KEY);\n"
    + WHOLE
    + "CREATE TABLE big PARTITION OF whole FOR VALUES WITH (MODULUS 1, REMAINDER 0);\n"
)


@dataclass(frozen=True, kw_only=True)
class Technique:
    """What stands before, in which ROWS are put; what is desired. `{half}` is the middle of the rows.

    `moved`: half of the rows are put into big_2 instead, which stands by itself.
    """

    before: str = TABLES + INDEX
    after: str
    moved: bool = False


TECHNIQUES = {
    "index": Technique(after=TABLES + INDEX + "CREATE INDEX big_note ON big (note);"),
    "index replaced": Technique(after=TABLES + "CREATE INDEX big_kind ON big (kind, amount);"),
    "index dropped": Technique(after=TABLES),
    "check": Technique(after=TABLES + INDEX + "ALTER TABLE big ADD CONSTRAINT positive CHECK (amount > 0);"),
    "foreign key": Technique(
        after=TABLES + INDEX + "ALTER TABLE big ADD CONSTRAINT mine FOREIGN KEY (other) REFERENCES parent;"
    ),
    "not null": Technique(after=TABLES.replace("kind integer", "kind integer NOT NULL") + INDEX),
    "unique": Technique(after=TABLES + INDEX + "ALTER TABLE big ADD CONSTRAINT once UNIQUE (id, kind);"),
    "primary key": Technique(
        after=TABLES.replace("big_pkey PRIMARY KEY (id)", "big_pkey PRIMARY KEY (id, other)") + INDEX
    ),
    "column, volatile default": Technique(
        after=TABLES.replace(
            "other bigint NOT NULL", "other bigint NOT NULL, token uuid NOT NULL DEFAULT gen_random_uuid()"
        )
        + INDEX
    ),
    "serial column": Technique(
        after=TABLES.replace("other bigint NOT NULL", "other bigint NOT NULL, nr bigserial") + INDEX
    ),
    "partitioned: index": Technique(
        before=PARTED + SECOND, after=PARTED + SECOND + "CREATE INDEX big_kind ON big (kind);"
    ),
    "partitioned: foreign key": Technique(
        before=PARTED + SECOND,
        after=PARTED + SECOND + "ALTER TABLE big ADD CONSTRAINT mine FOREIGN KEY (other) REFERENCES parent;",
    ),
    "partitioned: index, of what is there": Technique(
        before=PARTED + SECOND + "CREATE INDEX big_1_kind ON big_1 (kind);",
        after=PARTED + SECOND + "CREATE INDEX big_kind ON big (kind);",
    ),
    "partitioned: key": Technique(
        before=PARTED + SECOND,
        after=PARTED + SECOND + "ALTER TABLE big ADD CONSTRAINT once UNIQUE (id, kind);",
    ),
    "partition by hash comes": Technique(before=TABLES + WHOLE, after=HASHED),
    "partition comes": Technique(before=PARTED + APART, after=PARTED + SECOND, moved=True),
    "partition beside default": Technique(
        before=PARTED + REST,
        after=PARTED + REST + "CREATE TABLE big_3 PARTITION OF big FOR VALUES FROM (1000000000000) TO (2000000000000);",
    ),
    "partition leaves": Technique(before=PARTED + SECOND, after=PARTED + APART),
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
    name: Technique(before=MY_TABLES, after=after)
    for name, after in {
        "column": MY_TABLES.replace("other bigint NOT NULL", "other bigint NOT NULL, more int DEFAULT 5"),
        "column and copy": MY_TABLES.replace("amount int", "amount bigint, more int"),
        "index": MY_TABLES.replace("KEY other", "KEY big_note (note), KEY other"),
        "index replaced": MY_TABLES.replace("KEY big_kind (kind)", "KEY big_kind (kind, amount)"),
        "foreign key": MY_TABLES.replace(
            "KEY other", "CONSTRAINT mine FOREIGN KEY (other) REFERENCES parent (id), KEY other"
        ),
        "not null": MY_TABLES.replace("kind int", "kind int NOT NULL"),
        "copied": MY_TABLES.replace("kind int", "kind bigint"),
    }.items()
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
        Worker(url, "SELECT kind, note FROM big WHERE id = %s", rows),
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


def filled(url: str, technique: Technique, rows: int) -> None:
    """The tables of a technique, with their rows, from scratch."""
    half = rows // 2
    with session(url) as connection, connection.cursor() as cursor:
        if url.startswith("postgresql"):
            cursor.execute("DROP TABLE IF EXISTS big, big_1, big_2, big_3, big_rest, whole, parent CASCADE")
            cursor.execute(technique.before.replace("{half}", str(half)).encode())
            cursor.execute(ROWS.format(rows=half - 1 if technique.moved else rows).encode())
            if technique.moved:
                cursor.execute(
                    f"INSERT INTO big_2 SELECT i, i % 1000, 1, 'note', 1 FROM generate_series({half}, {rows}) i".encode()
                )
            cursor.execute("VACUUM ANALYZE")
            return
        depth = "max_recursive_iterations" if url.startswith("mariadb") else "cte_max_recursion_depth"
        script = MY_ROWS.replace("cte_max_recursion_depth", depth).format(rows=rows)
        cursor.execute(f"DROP TABLE IF EXISTS big, parent; {technique.before} {script} ANALYZE TABLE big")
        while cursor.nextset():
            pass


@contextmanager
def place(url: str | None) -> Iterator[tuple[str, dict[str, Technique]]]:
    """The URL of a new, empty database, and what there is to try on such a server."""
    if url is None or DatabaseUrl.parse(url).dialect_name == "postgresql":
        with database(url) as made:
            yield made, TECHNIQUES
        return
    with mysql.database(url, "SELECT 1") as made:
        yield made, MY_TECHNIQUES


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=5_000_000)
    parser.add_argument("--only", action="append", choices=sorted({*TECHNIQUES, *MY_TECHNIQUES}))
    parser.add_argument("--url", help="a server to use instead of an embedded Postgres")
    parser.add_argument("--copy-with", default="", help="as of `schemactl plan`: what MySQL would copy, online")
    options = parser.parse_args()
    with place(options.url) as (url, techniques):
        print(f"| {options.rows:,} rows | plain: took | reader | writer | online: took | reader | writer |")
        print("|---|---|---|---|---|---|---|")
        for name in options.only or techniques:
            technique, cells = techniques[name], []
            for online in (Online.NEVER, Online.ALWAYS):
                filled(url, technique, options.rows)
                after = technique.after.replace("{half}", str(options.rows // 2))
                with traffic(url, options.rows // 2 - 1) as workers:
                    took = applied(url, after, online, tuple(shlex.split(options.copy_with)))
                if failed := [w.error for w in workers if w.error]:
                    raise SystemExit(f"{name}: {failed}")
                cells += [f"{took:.2f} s", *(f"{worker.stall:.3f} s" for worker in workers)]
            print(f"| {name} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
