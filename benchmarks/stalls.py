"""How long others have to wait while schemactl changes a big table: the plain statement beside the online way.

    python -m benchmarks.stalls [--rows 5000000] [--only NAME] [--url URL]

Two sessions work on the table all the while, one reading a row, one writing it, each again and again; the longest that
either of them had to wait is its stall. They work on the half of the rows that every technique leaves in the table.
Prints a Markdown table. Starts an embedded Postgres unless `--url` names a server to make a database on.
"""

from __future__ import annotations

import argparse
import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import psycopg

from benchmarks.__main__ import database
from schemactl import engine
from schemactl.dialect import SourceText
from schemactl.manner import Manner, Online
from schemactl.steps import Hazard

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
    "partition comes": Technique(before=PARTED + APART, after=PARTED + SECOND, moved=True),
    "partition beside default": Technique(
        before=PARTED + REST,
        after=PARTED + REST + "CREATE TABLE big_3 PARTITION OF big FOR VALUES FROM (1000000000000) TO (2000000000000);",
    ),
    "partition leaves": Technique(before=PARTED + SECOND, after=PARTED + APART),
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
        with psycopg.connect(self.url, autocommit=True) as connection:
            while not self.stop.is_set():
                start = time.monotonic()
                try:
                    connection.execute(self.statement.encode(), (random.randint(1, self.rows),))
                except psycopg.Error as error:
                    self.error = str(error)
                    return
                self.stall = max(self.stall, time.monotonic() - start)
                self.done += 1

    __hash__ = threading.Thread.__hash__


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


def applied(url: str, text: str, online: Online) -> float:
    """Bring the database to `text`; how many seconds that took."""
    target = engine.target(url, manner=Manner(online=online))
    start = time.monotonic()
    engine.apply(target, [SourceText(name="stalls.sql", text=text)], allow=frozenset(Hazard))
    return time.monotonic() - start


def filled(url: str, technique: Technique, rows: int) -> None:
    """The tables of a technique, with their rows, from scratch."""
    half = rows // 2
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("DROP TABLE IF EXISTS big, big_1, big_2, big_3, big_rest, parent CASCADE")
        connection.execute(technique.before.replace("{half}", str(half)).encode())
        connection.execute(ROWS.format(rows=half - 1 if technique.moved else rows).encode())
        if technique.moved:
            connection.execute(
                f"INSERT INTO big_2 SELECT i, i % 1000, 1, 'note', 1 FROM generate_series({half}, {rows}) i".encode()
            )
        connection.execute("VACUUM ANALYZE")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=5_000_000)
    parser.add_argument("--only", action="append", choices=list(TECHNIQUES))
    parser.add_argument("--url", help="a server to use instead of an embedded one")
    options = parser.parse_args()
    with database(options.url) as url:
        print(f"| {options.rows:,} rows | plain: took | reader | writer | online: took | reader | writer |")
        print("|---|---|---|---|---|---|---|")
        for name in options.only or TECHNIQUES:
            technique, cells = TECHNIQUES[name], []
            for online in (Online.NEVER, Online.ALWAYS):
                filled(url, technique, options.rows)
                with traffic(url, options.rows // 2 - 1) as workers:
                    took = applied(url, technique.after.replace("{half}", str(options.rows // 2)), online)
                if failed := [w.error for w in workers if w.error]:
                    raise SystemExit(f"{name}: {failed}")
                cells += [f"{took:.2f} s", *(f"{worker.stall:.3f} s" for worker in workers)]
            print(f"| {name} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
