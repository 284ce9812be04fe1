"""What a look costs a Postgres server where nothing moved: the mark of the catalogue, beside an inspection.

    python benchmarks/mark.py postgresql://postgres@127.0.0.1:5432/postgres [TABLES]

Makes a database of its own, and drops it.
"""

from __future__ import annotations

import statistics
import sys
import time

import psycopg

from schemactl import engine
from schemactl_postgres.mark import query

TIMES = 20
TABLE = """
CREATE TABLE t{n} (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, a text NOT NULL, b integer DEFAULT 0 CHECK (b >= 0),
  c timestamptz DEFAULT now(), d numeric(10, 2), e varchar(20), f boolean, g jsonb, h date, i bigint);
CREATE INDEX ON t{n} (a); CREATE INDEX ON t{n} (c, d);
"""


def main(url: str, tables: int) -> None:
    name = "schemactl_bench_mark"
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute(f"DROP DATABASE IF EXISTS {name}".encode())
        admin.execute(f"CREATE DATABASE {name}".encode())
        try:
            measure(url.rpartition("/")[0] + f"/{name}", tables)
        finally:
            admin.execute(f"DROP DATABASE {name}".encode())


def measure(url: str, tables: int) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("".join(TABLE.format(n=n) for n in range(tables)).encode())
        connection.execute("VACUUM ANALYZE")
        explained = f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {query(connection.info.server_version // 10000)}"
        taken = []
        for _ in range(TIMES):
            row = connection.execute(explained.encode()).fetchone()
            assert row is not None
            taken.append(row[0][0]["Planning Time"] + row[0][0]["Execution Time"])
    target = engine.target(url)
    began = time.perf_counter()
    engine.mark(target)
    marked = time.perf_counter()
    engine.inspect(target)
    inspected = time.perf_counter()
    print(
        f"{tables} tables: mark on the server {min(taken):.1f} ms at best, {statistics.median(taken):.1f} ms in the middle"
    )
    print(f"with its connection {1000 * (marked - began):.0f} ms, an inspection {1000 * (inspected - marked):.0f} ms")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 1000)
