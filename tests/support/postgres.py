"""PostgreSQL for the tests."""

from __future__ import annotations

import contextlib
import functools
import itertools
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import psycopg
from psycopg import sql

from tests.support.containers import HOST, PASSWORD, run

PORT = 5432
USER = "postgres"
# Nothing outlives a run, so nothing need survive a crash.
SETTINGS = ("fsync=off", "full_page_writes=off", "synchronous_commit=off", "max_connections=200")


@dataclass(frozen=True, slots=True)
class Database:
    """One database of a server, empty at first, that exists for one test."""

    url: str
    """`postgresql://user:password@127.0.0.1:port/name`, with whatever needs it percent-encoded."""
    name: str
    version: int
    """The server's major version: 15, 17, ..."""
    container: str

    def connect(self) -> psycopg.Connection:
        """A new connection, in autocommit."""
        return psycopg.connect(self.url, autocommit=True)

    def execute(self, script: str) -> None:
        """Run a script of any number of statements in a session of its own.

        It is sent as one message, so without a BEGIN or COMMIT of its own it is one transaction.
        """
        with self.connect() as connection:
            connection.execute(script.encode())

    def query(self, statement: str) -> list[tuple[str | None, ...]]:
        """The rows of one statement, in the server's own text."""
        with self.connect() as connection:
            result = connection.execute(statement.encode()).pgresult
        if result is None:
            return []
        cells = ((result.get_value(row, column) for column in range(result.nfields)) for row in range(result.ntuples))
        return [tuple(None if cell is None else cell.decode() for cell in row) for row in cells]

    def psql(self, *scripts: str) -> None:
        """Run scripts as a person would: by the server's own psql, in one session, up to the first error."""
        files = {f"/tmp/{self.name}.{number}.sql": script for number, script in enumerate(scripts, 1)}
        command = ["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-U", USER, "-d", self.name]
        command += [word for path in files for word in ("-f", path)]
        code, _, errors = run(self.container, command, {"PGOPTIONS": "-c client_min_messages=error"}, files)
        assert code == 0, errors

    def dump(self, *options: str) -> str:
        """What the server's own pg_dump prints, but for the lines that are random."""
        code, output, errors = run(self.container, ["pg_dump", "--username", USER, *options, self.name], {})
        assert code == 0, errors
        return "".join(line for line in output.splitlines(True) if not line.startswith(("\\restrict", "\\unrestrict")))


@dataclass(frozen=True, slots=True)
class Server:
    """A running server. Roles are the server's, not a database's: a test that makes one gives it a name of its own."""

    version: int
    port: int
    container: str

    def url(self, database: str) -> str:
        return f"postgresql://{USER}:{quote(PASSWORD, safe='')}@{HOST}:{self.port}/{quote(database, safe='')}"

    @contextlib.contextmanager
    def database(self, template: str = "template0") -> Iterator[Database]:
        """A new database, empty or a copy, dropped afterwards with whatever is still connected to it."""
        name = f"t{os.getpid()}_{next(_numbers)}"
        admin = _admin(self)
        # The copy is quicker than the log here: the data lives in memory.
        create = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy")
        admin.execute(create.format(sql.Identifier(name), sql.Identifier(template)))
        try:
            yield Database(self.url(name), name, self.version, self.container)
        finally:
            admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def forget(self, roles: Iterable[str]) -> None:
        """Drop roles, as they are written in SQL, that nothing rests on any more."""
        for role in roles:
            _admin(self).execute(f"DROP ROLE IF EXISTS {role}".encode())


_numbers = itertools.count(1)


@functools.cache
def _admin(server: Server) -> psycopg.Connection:
    return psycopg.connect(server.url("postgres"), autocommit=True)


def container(image: str) -> Any:
    """A container of Testcontainers, not yet started."""
    # Imported here, for it takes long, and most runs of a single test need no server.
    from testcontainers.community.postgres import PostgresContainer

    made = PostgresContainer(image, username=USER, password=PASSWORD, dbname="postgres", driver=None)
    made.with_command(" ".join(f"-c {setting}" for setting in SETTINGS))
    made.with_kwargs(shm_size="256m")
    # PGDATA is named, for the official images do not agree on it.
    return made.with_env("PGDATA", "/pgdata/data").with_tmpfs_mount("/pgdata", "size=2g")


def server(image: str, port: int, container: str) -> Server:
    return Server(int(image.partition(":")[2]), port, container)
