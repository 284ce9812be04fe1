"""MySQL and MariaDB for the tests: one family, which differs in the names of its programs."""

from __future__ import annotations

import contextlib
import functools
import itertools
import os
import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import pymysql
from pymysql.constants import CLIENT

from tests.support.containers import HOST, PASSWORD, run

PORT = 3306
USER = "root"
# Nothing outlives a run, so nothing need survive a crash. All else is as the servers come, the binary log included.
OPTIONS = ("innodb-flush-log-at-trx-commit=0", "innodb-doublewrite=0", "sync-binlog=0", "max-connections=200")

_DELIMITER = re.compile(r"^\s*DELIMITER\s", re.IGNORECASE | re.MULTILINE)
_CLIENT_ERROR = re.compile(r"^ERROR (\d+) \(\w+\)(?: at line \d+)?: (.*)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Database:
    """One database of a server, empty at first, that exists for one test."""

    url: str
    """`mysql://user:password@127.0.0.1:port/name`, or `mariadb://`, with whatever needs it percent-encoded."""
    name: str
    version: tuple[int, ...]
    """The server's version as far as its image states it: (9, 7), (10, 11), ..."""
    mariadb: bool
    port: int
    container: str

    def connect(self, conv: Mapping[Any, Any] | None = None) -> pymysql.Connection[Any]:
        """A new connection, in autocommit, that takes many statements at once."""
        return _connect(self.port, self.name, conv)

    def execute(self, script: str) -> None:
        """Run a script of any number of statements in a session of its own, up to the first error.

        Raises pymysql.MySQLError. The driver sends it as it stands; one that speaks to a client (DELIMITER) is run by
        the server's own.
        """
        if _DELIMITER.search(script):
            self.client(script)
        elif script.strip():
            with contextlib.closing(self.connect()) as connection, connection.cursor() as cursor:
                cursor.execute(script)
                while cursor.nextset():
                    pass

    def query(self, statement: str) -> list[tuple[str | None, ...]]:
        """The rows of one statement, in the server's own text."""
        with contextlib.closing(self.connect(conv={})) as connection, connection.cursor() as cursor:
            cursor.execute(statement)
            return [tuple(_text(cell) for cell in row) for row in cursor.fetchall()]

    def client(self, script: str) -> None:
        """Run a script as a person would: by the server's own client, up to the first error."""
        path = f"/tmp/{self.name}.sql"
        program = "mariadb" if self.mariadb else "mysql"
        # Over TCP, to be the user that the driver is: a definer has a host.
        options = f"--host=127.0.0.1 --user={USER} --default-character-set=utf8mb4"
        command = f"exec {program} {options} {self.name} < {path}"
        code, _, errors = run(self.container, ["sh", "-c", command], {"MYSQL_PWD": PASSWORD}, {path: script})
        if code:
            found = _CLIENT_ERROR.search(errors)
            assert found, errors
            raise pymysql.ProgrammingError(int(found[1]), found[2])

    def dump(self, *options: str) -> str:
        """What the server's own mysqldump or mariadb-dump prints of the schema.

        MySQL's leaves out the server's transactions, which a dump can set on another server only
        (`--set-gtid-purged=AUTO` puts them in, as it does where nothing is said).
        """
        program = ["mariadb-dump"] if self.mariadb else ["mysqldump", "--set-gtid-purged=OFF"]
        what = ("--no-data", "--routines", "--events", "--triggers", "--skip-dump-date")
        command = [*program, f"--user={USER}", *what, *options, self.name]
        code, output, errors = run(self.container, command, {"MYSQL_PWD": PASSWORD})
        assert code == 0, errors
        return output


def _text(cell: str | bytes | None) -> str | None:
    return cell.decode(errors="backslashreplace") if isinstance(cell, bytes) else cell


@dataclass(frozen=True, slots=True)
class Server:
    """A running server. Users are the server's, not a database's: a test that makes one gives it a name of its own."""

    version: tuple[int, ...]
    mariadb: bool
    port: int
    container: str

    def url(self, database: str) -> str:
        scheme = "mariadb" if self.mariadb else "mysql"
        return f"{scheme}://{USER}:{quote(PASSWORD, safe='')}@{HOST}:{self.port}/{quote(database, safe='')}"

    @contextlib.contextmanager
    def database(self) -> Iterator[Database]:
        """A new, empty database, dropped afterwards with whatever is still connected to it."""
        name = f"t{os.getpid()}_{next(_numbers)}"
        with _admin(self).cursor() as admin:
            admin.execute(f"CREATE DATABASE {name}")
            try:
                yield Database(self.url(name), name, self.version, self.mariadb, self.port, self.container)
            finally:
                _disconnect(admin, name)
                admin.execute(f"DROP DATABASE IF EXISTS {name}")


def _disconnect(admin: Any, name: str) -> None:
    """End the sessions of a database: DROP would wait for what they have locked.

    One that is closed stays in the list for a moment, so only those are killed that stay. (MariaDB 11.8 twice ended a
    session of the next test, in 2,000 pairs; a KILL that came late is the likely reason, though not a proved one.)
    """
    until = time.monotonic() + _CLOSING
    while (open_ := _sessions(admin, name)) and time.monotonic() < until:
        time.sleep(0.01)
    for session in open_:
        with contextlib.suppress(pymysql.MySQLError):  # it has just ended by itself
            admin.execute(f"KILL {session}")


def _sessions(admin: Any, name: str) -> list[int]:
    admin.execute("SHOW FULL PROCESSLIST")
    return [row[0] for row in admin.fetchall() if row[3] == name]


#: Seconds that a session gets to end by itself.
_CLOSING = 1.0
_numbers = itertools.count(1)


@functools.cache
def _admin(server: Server) -> pymysql.Connection[Any]:
    return _connect(server.port, "mysql")


def _connect(port: int, database: str, conv: Mapping[Any, Any] | None = None) -> pymysql.Connection[Any]:
    return pymysql.connect(
        host=HOST,
        port=port,
        user=USER,
        password=PASSWORD,
        database=database,
        charset="utf8mb4",
        autocommit=True,
        client_flag=CLIENT.MULTI_STATEMENTS,
        conv=None if conv is None else dict(conv),
    )


def container(image: str) -> Any:
    """A container of Testcontainers, not yet started. Behind the tag stand options of the server's, if any."""
    # Imported here, for it takes long, and most runs of a single test need no server.
    from testcontainers.community.mysql import MySqlContainer

    tag, *options = image.split()
    made = MySqlContainer(tag, username=USER, password=PASSWORD, dbname="test")
    made.with_command(" ".join(f"--{option}" for option in (*OPTIONS, *options)))
    return made.with_tmpfs_mount("/var/lib/mysql", "size=2g")


def server(image: str, port: int, container: str) -> Server:
    name, _, version = image.split()[0].partition(":")
    return Server(tuple(map(int, version.split("."))), name == "mariadb", port, container)
