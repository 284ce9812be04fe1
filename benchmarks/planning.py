"""What it costs to plan very many steps: every statement of a large schema, on a database that holds nothing or half of it.

    python -m benchmarks.planning [--tables 5000] [--profile] [--url URL]

`all`: the tables are to be made, each with an index and a foreign key, every tenth with a view; `parts`: the tables are there, and
the indexes, foreign keys and views are to come. Prints CPU seconds of this process (user and system, not the server's) for the whole
schema, and for the half, a quarter and an eighth of it: what is quadratic makes four times as many of twice as many steps.
"""

from __future__ import annotations

import argparse
import cProfile
import pstats
import time
from collections.abc import Callable

from benchmarks.__main__ import database, fill
from schemactl import engine
from schemactl.dialect import SourceText

TABLE = """\
CREATE TABLE t{n} (
    id bigint PRIMARY KEY,
    parent_id bigint,
    name text NOT NULL DEFAULT 'new',
    amount numeric(12,2) CHECK (amount >= 0)
);

"""
PARTS = """\
CREATE INDEX t{n}_parent ON t{n} (parent_id);
ALTER TABLE t{n} ADD CONSTRAINT t{n}_parent_fkey FOREIGN KEY (parent_id) REFERENCES t{other} (id);
"""
VIEW = "CREATE VIEW v{n} AS SELECT id, lower(name) AS name FROM t{n} WHERE amount > 0;\n"


def tables(count: int) -> str:
    return "".join(TABLE.format(n=n) for n in range(count))


def parts(count: int) -> str:
    listed = "".join(PARTS.format(n=n, other=n // 2) for n in range(count))
    return listed + "".join(VIEW.format(n=n) for n in range(0, count, 10))


def planned(url: str, text: str) -> int:
    """How many steps the plan has."""
    return len(engine.plan(engine.target(url), [SourceText(name="schema.sql", text=text)]).steps)


def report(name: str, work: Callable[[], int]) -> None:
    start = time.process_time()
    steps = work()
    seconds = time.process_time() - start
    print(f"{name:8} {steps:6} steps   CPU {seconds:7.2f} s   {1000 * seconds / steps:6.2f} ms a step", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tables", type=int, default=5000)
    parser.add_argument("--profile", action="store_true", help="what takes the CPU, of the whole schema alone")
    parser.add_argument("--url", help="a server to use instead of an embedded one")
    options = parser.parse_args()
    counts = [options.tables] if options.profile else [options.tables // part for part in (8, 4, 2, 1)]
    for count in counts:
        text = tables(count) + parts(count)
        for name, there in (("all", ""), ("parts", tables(count))):
            with database(options.url) as url:
                fill(url, there)
                profiler = cProfile.Profile(time.process_time)
                if options.profile:
                    profiler.enable()
                report(name, lambda url=url, text=text: planned(url, text))  # type: ignore[misc]
                profiler.disable()
                if options.profile:
                    pstats.Stats(profiler).sort_stats("cumulative").print_stats(40)


if __name__ == "__main__":
    main()
