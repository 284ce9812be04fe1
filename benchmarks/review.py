"""What a review of many databases costs: time to the comment, calls of the platform, size of the comment.

    python -m benchmarks.review postgresql://postgres@127.0.0.1:5432/postgres [--targets 30] [--tables 300] [--repeat 3]

Makes databases of its own, alike, and a repository that adds a column to one table in four; a server of the tests plays the
platform. Each run is of the command line, in a process of its own. Drops the databases.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import psycopg

from benchmarks.__main__ import fill, schema
from schemactl.review.comment import size
from tests.review.platform import HEAD, TOKEN, World, serving

NAME = "schemactl_bench_review"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("url")
    parser.add_argument("--targets", type=int, default=30)
    parser.add_argument("--tables", type=int, default=300)
    parser.add_argument("--repeat", type=int, default=3)
    options = parser.parse_args()
    names = [f"{NAME}_{n}" for n in range(options.targets)]
    with psycopg.connect(options.url, autocommit=True) as admin:
        try:
            admin.execute(f"CREATE DATABASE {names[0]}".encode())
            fill(of(options.url, names[0]), schema(options.tables))
            for name in names[1:]:
                admin.execute(f"CREATE DATABASE {name} TEMPLATE {names[0]}".encode())
            with tempfile.TemporaryDirectory() as directory, serving() as world:
                measure(Path(directory), options.url, names, options.tables, options.repeat, world)
        finally:
            for name in names:
                admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)".encode())


def of(url: str, name: str) -> str:
    return f"{url.rpartition('/')[0]}/{name}"


def measure(top: Path, url: str, names: list[str], tables: int, repeat: int, world: World) -> None:
    text = schema(tables)
    (top / "schema.sql").write_text(text, encoding="utf-8")
    settings = ['to = "schema.sql"', *(f'[env.{name}]\nurl = "{of(url, name)}"' for name in names)]
    (top / "schemactl.toml").write_text("\n".join(settings), encoding="utf-8")
    review(top, world, f"{len(names)} databases of {tables} tables, nothing changes")
    for n in range(0, tables, 4):
        text = text.replace(f"CREATE TABLE t{n} (", f"CREATE TABLE t{n} (\n    added text,")
    (top / "schema.sql").write_text(text, encoding="utf-8")
    for _ in range(repeat):
        world.comments.clear()
        review(top, world, "one table in four gets a column")
    review(top, world, "again, and nothing is new")
    (body,) = world.bodies
    print(f"the comment has {size(body):,} characters; the SQL is {'in' if '```sql' in body else 'left out of'} it")
    everything = "".join(f"CREATE TABLE other{n} (a int PRIMARY KEY);\n" for n in range(5000))
    (top / "schema.sql").write_text(text + everything, encoding="utf-8")
    (top / "schemactl.toml").write_text("\n".join(settings[:2]), encoding="utf-8")
    world.comments.clear()
    review(top, world, "one database, a plan of more than 5,000 statements")
    (body,) = world.bodies
    print(f"the comment has {size(body):,} characters; the SQL is {'in' if '```sql' in body else 'left out of'} it")


def review(top: Path, world: World, what: str) -> None:
    """Run it once, and say what it took."""
    event = {"html_url": f"{world.url}/o/r/pull/5", "head": {"sha": HEAD}, "base": {"sha": ""}}
    (top / "event.json").write_text(json.dumps({"pull_request": event}), encoding="utf-8")
    environment = {
        **{key: value for key, value in os.environ.items() if not key.startswith(("SCHEMACTL_", "GITHUB_"))},
        "GITHUB_EVENT_PATH": str(top / "event.json"),
        "GITHUB_API_URL": world.url,
        "GITHUB_TOKEN": TOKEN,
    }
    world.requests.clear()
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    command = [sys.executable, "-m", "schemactl", "review", "--artifacts", "plans"]
    done = subprocess.run(command, cwd=top, env=environment, capture_output=True, text=True, check=False)
    wall, after = time.monotonic() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        sys.exit(f"review exited with {done.returncode}\n{done.stdout}{done.stderr}")
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    calls = ", ".join(f"{count} {method}" for method, count in Counter(method for method, _ in world.requests).items())
    print(f"{what:50} wall {wall:6.2f} s   CPU {cpu:6.2f} s   calls: {calls}", flush=True)


if __name__ == "__main__":
    main()
