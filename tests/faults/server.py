"""A server that can be killed and come back with what it had: a container of the fault run's own, behind a proxy."""

from __future__ import annotations

import contextlib
import itertools
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import docker  # type: ignore[import-untyped]
import psycopg
import pymysql

from tests.faults.proxy import Proxy
from tests.support import mysql, postgres
from tests.support.containers import remove, start
from tests.support.servers import ERRORS, FAMILIES, AnyDatabase, AnyServer

_numbers = itertools.count(1)


class Doomed:
    """A server of `image`. Unlike those of other tests it loses nothing that it has committed when it is killed."""

    def __init__(self, image: str, alive: Path) -> None:
        self.image = image
        self.family = FAMILIES[image.partition(":")[0]]
        container = self.family.container(image)
        container.tmpfs.clear()  # which would be empty after the kill
        container.with_command("")
        self.container, port = start(container, self.family.port, alive)
        self._docker: Any = docker.from_env()
        self.proxy = Proxy(port)
        self.server: AnyServer = self.family.server(image, port, self.container)
        self._await()

    def kill(self) -> None:
        """`kill -9` of all its processes."""
        self._docker.containers.get(self.container).kill(signal="SIGKILL")
        self.proxy.cut()

    def revive(self) -> None:
        there = self._docker.containers.get(self.container)
        there.start()
        there.reload()
        [published] = there.attrs["NetworkSettings"]["Ports"][f"{self.family.port}/tcp"]
        self.proxy.target = int(published["HostPort"])
        self.server = self.family.server(self.image, self.proxy.target, self.container)
        self._await()

    def answers(self) -> bool:
        try:
            self.admin("SELECT 1")
        except ERRORS:
            return False
        return True

    def last_words(self) -> str:
        """The end of the server's log."""
        with contextlib.suppress(docker.errors.APIError):
            return str(self._docker.containers.get(self.container).logs(tail=60).decode(errors="replace"))
        return "its container is gone"

    def stop(self) -> None:
        self.proxy.close()
        self._docker.close()
        remove([self.container])

    def _await(self, seconds: float = 120) -> None:
        deadline = time.monotonic() + seconds
        while True:
            try:
                self.admin("SELECT 1")
                return
            except ERRORS:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)

    def admin(self, statement: str) -> list[tuple[Any, ...]]:
        """Run one statement outside the databases of a run, over a connection of its own."""
        if isinstance(self.server, postgres.Server):
            with psycopg.connect(self.server.url("postgres"), autocommit=True) as connection:
                cursor = connection.execute(statement.encode())
                return cursor.fetchall() if cursor.description else []
        with contextlib.closing(mysql._connect(self.server.port, "mysql")) as other, other.cursor() as found:
            found.execute(statement)
            return list(found.fetchall())

    def database(self, name: str) -> AnyDatabase:
        """The database of that name, as it is reached since the last start."""
        if isinstance(self.server, postgres.Server):
            return postgres.Database(self.server.url(name), name, self.server.version, self.container)
        server = self.server
        return mysql.Database(server.url(name), name, server.version, server.mariadb, server.port, self.container)

    def proxied(self, name: str) -> str:
        """The URL by which schemactl reaches it; it stays the same. The proxy must be able to read what is said."""
        url = self.server.url(name).replace(f":{self.server.port}/", f":{self.proxy.port}/")
        return f"{url}?sslmode=disable" if isinstance(self.server, postgres.Server) else f"{url}?ssl_disabled=true"

    @contextlib.contextmanager
    def databases(self, count: int) -> Iterator[list[str]]:
        """Names of so many empty databases, dropped afterwards."""
        names = [f"f{os.getpid()}_{next(_numbers)}" for _ in range(count)]
        is_postgres = isinstance(self.server, postgres.Server)
        for name in names:
            self.admin(f"CREATE DATABASE {name}" + (" TEMPLATE template0" if is_postgres else ""))
        try:
            yield names
        finally:
            for name in names:
                if not is_postgres:
                    self.disconnect(name)
                self.admin(f"DROP DATABASE IF EXISTS {name}" + (" WITH (FORCE)" if is_postgres else ""))

    def disconnect(self, name: str) -> None:
        """End the sessions of a database, on the server's side."""
        if isinstance(self.server, postgres.Server):
            self.admin(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
            return
        for row in self.admin("SHOW FULL PROCESSLIST"):
            if row[3] == name:
                with contextlib.suppress(pymysql.MySQLError):  # it has just ended by itself
                    self.admin(f"KILL {row[0]}")
