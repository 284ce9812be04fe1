"""How long others have to wait while schemactl changes a big table: the plain statement beside the online way.

    python -m benchmarks.stalls [--rows 5000000] [--only NAME] [--url URL]

Two sessions work on the table all the while, one reading a row, one writing it, each again and again; the longest that
either of them had to wait is its stall. Every technique starts from the same tables. Starts an embedded Postgres unless
`--url` names a server to make a database on.
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


def applied(url: str, text: str, online: Online) -> float:
    """Bring the database to `text`; how many seconds that took."""
    target = engine.target(url, manner=Manner(online=online))
    start = time.monotonic()
    engine.apply(target, [SourceText(name="stalls.sql", text=text)], allow=frozenset(Hazard))
    return time.monotonic() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=5_000_000)
    parser.add_argument("--only", action="append", choices=list(TECHNIQUES))
    parser.add_argument("--url", help="a server to use instead of an embedded one")
    options = parser.parse_args()
    with database(options.url) as url:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute((TABLES + INDEX + ROWS.format(rows=options.rows)).encode())
            connection.execute("VACUUM ANALYZE")
        print(f"{options.rows} rows{'':12} |  plain: took, reader, writer  |  online: took, reader, writer")
        for name in options.only or TECHNIQUES:
            cells = []
            for online in (Online.NEVER, Online.ALWAYS):
                with traffic(url, options.rows) as workers:
                    took = applied(url, TECHNIQUES[name], online)
                if failed := [w.error for w in workers if w.error]:
                    raise SystemExit(f"{name}: {failed}")
                cells.append(f"{took:7.2f} s  {workers[0].stall:7.3f} s  {workers[1].stall:7.3f} s")
                applied(url, TABLES + INDEX, Online.NEVER)
                with psycopg.connect(url, autocommit=True) as connection:
                    connection.execute("VACUUM ANALYZE big")
            print(f"{name:24} | {cells[0]} | {cells[1]}", flush=True)


if __name__ == "__main__":
    main()
