"""What planning a large, unchanged schema costs on MySQL or MariaDB.

    python -m benchmarks.mysql --url mysql://root@127.0.0.1:13397 [--tables 1000] [--repeat 5] [--profile]

`make servers MY=9.7` starts a server and prints its URL. Every figure is of the command line, in a process of its own.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pymysql
from pymysql.constants import CLIENT
from sqlalchemy.engine import URL

from benchmarks.__main__ import measured, profile, report
from schemactl.urls import DatabaseUrl

#: Ten columns, two indexes, one foreign key and one check beside the primary key.
TABLE = """\
CREATE TABLE t{n} (
    id bigint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY,
    parent_id bigint unsigned,
    name varchar(100) NOT NULL,
    email varchar(255) UNIQUE,
    status enum('new', 'paid', 'sent') NOT NULL DEFAULT 'new',
    amount decimal(12,2) NOT NULL DEFAULT 0,
    active boolean NOT NULL DEFAULT true,
    body text,
    created_at timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP,
    updated_at timestamp NULL DEFAULT NULL ON UPDATE CURRENT_TIMESTAMP,
    KEY t{n}_parent (parent_id),
    CONSTRAINT t{n}_amount CHECK (amount >= 0 AND status <> ''),
    CONSTRAINT t{n}_of FOREIGN KEY (parent_id) REFERENCES t{parent} (id)
);
"""


def connect(url: URL, database: str | None = None) -> pymysql.Connection[Any]:
    """A session in autocommit that takes many statements at once."""
    return pymysql.connect(
        host=url.host,
        port=url.port or 3306,
        user=url.username,
        password=url.password or "",
        database=database,
        autocommit=True,
        client_flag=CLIENT.MULTI_STATEMENTS,
    )


@contextlib.contextmanager
def database(url: str, script: str) -> Iterator[str]:
    """The URL of a new database in which the script was run."""
    server = DatabaseUrl.parse(url).url
    connection = connect(server)
    name = f"schemactl_bench_{os.getpid()}"
    with contextlib.closing(connection), connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
        try:
            cursor.execute(f"USE {name}; {script}")
            while cursor.nextset():
                pass
            yield url.rstrip("/") + f"/{name}"
        finally:
            cursor.execute(f"DROP DATABASE {name}")


def questions(url: str) -> int:
    """How many statements the server was ever sent."""
    with contextlib.closing(connect(DatabaseUrl.parse(url).url)) as connection, connection.cursor() as cursor:
        cursor.execute("SHOW GLOBAL STATUS LIKE 'Questions'")
        [(_, number)] = cursor.fetchall()
        return int(number)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url", required=True, help="a server to make a database on")
    parser.add_argument("--tables", type=int, default=1000)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--profile", action="store_true", help="where the CPU goes, by room")
    options = parser.parse_args()
    python = [sys.executable, "-m", "schemactl"]
    script = "\n".join(TABLE.format(n=n, parent=max(n - 1, 0)) for n in range(options.tables))
    with database(options.url, script) as url, tempfile.TemporaryDirectory() as directory:
        file = Path(directory, "schema.sql")
        file.write_text(script, encoding="utf-8")
        plan = [*python, "plan", "--url", url, "--to", str(file), "--detailed-exitcode"]
        report(f"plan, {options.tables} tables, unchanged", [measured(plan) for _ in range(options.repeat)])
        report("inspect", [measured([*python, "inspect", url, "--format", "json"]) for _ in range(options.repeat)])
        before = questions(options.url)
        measured(plan)
        print(f"statements of one plan, and of whoever else is on the server: {questions(options.url) - before - 1}")
        if options.profile:
            profile(url, file)


if __name__ == "__main__":
    main()
