"""Real database servers for the tests: one container an image tag for a whole test run.

With pytest-xdist, whichever worker first needs a server starts it; the others find it through a file in the run's own
directory. The process that began the run stops what was started. A run that was killed leaves its containers, and the
next one removes them: each container carries the name of a file that its run keeps locked while it lives.
"""

from __future__ import annotations

import contextlib
import fcntl
import functools
import json
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import psycopg
import pymysql

from tests.support import mysql, postgres
from tests.support.containers import HOST, PASSWORD, remove, remove_leftovers, start
from tests.support.postgres import Database, Server

#: Database and Server are PostgreSQL's, which most tests ask for.
__all__ = ["ERRORS", "HOST", "PASSWORD", "Database", "NoServer", "Server", "Servers", "images", "versions"]

LIST = Path(__file__).parent.parent / "infra" / "servers.list"
#: What `execute` and `query` of a database raise when the server rejects a statement.
ERRORS = (psycopg.Error, pymysql.MySQLError)


def message(error: Exception) -> str:
    """What the server said, as its own client prints it."""
    return f"ERROR {error.args[0]}: {error.args[1]}" if isinstance(error, pymysql.MySQLError) else str(error)


AnyServer = postgres.Server | mysql.Server
AnyDatabase = postgres.Database | mysql.Database


class NoServer(Exception):
    """A server did not start. Tests that need one fail: they are never skipped."""


@dataclass(frozen=True, slots=True)
class Family:
    """Servers that are started and spoken to in one way."""

    port: int
    container: Callable[[str], Any]
    """The container of an image, to be started."""
    server: Callable[[str, int, str], AnyServer]
    """The server of an image, at a port of loopback, in a container."""


_MYSQL = Family(mysql.PORT, mysql.container, mysql.server)
#: By the name of the image.
FAMILIES = {
    "mariadb": _MYSQL,
    "mysql": _MYSQL,
    "postgres": Family(postgres.PORT, postgres.container, postgres.server),
}


@functools.cache
def images(*names: str) -> tuple[str, ...]:
    """The image tags of these names, or of all, that the tests run on; those of one name oldest first."""
    lines = (line.split() for line in LIST.read_text(encoding="utf-8").splitlines())
    listed = [words[0].partition(":") for words in lines if words and not words[0].startswith("#")]
    listed.sort(key=lambda tag: (tag[0], [int(part) for part in tag[2].split(".")]))
    return tuple("".join(tag) for tag in listed if not names or tag[0] in names)


def versions(name: str) -> tuple[int, ...]:
    """The versions, of one number each, of an image that the tests run on, oldest first."""
    return tuple(int(image.partition(":")[2]) for image in images(name))


class Servers:
    """The servers of one test run, in all its processes."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.directory.mkdir(parents=True, exist_ok=True)
        self._alive: IO[str] | None = None
        self._known: dict[str, AnyServer] = {}

    def hold(self) -> None:
        """Say, for as long as this process lives, that the run is alive."""
        self._alive = (self.directory / "alive").open("w")
        fcntl.flock(self._alive, fcntl.LOCK_EX)

    def get(self, image: str) -> AnyServer:
        """The server of this image, started if no process of the run has done so.

        Options behind the tag, as in `mysql:9.7 lower-case-table-names=1`, make another server of it.
        """
        if image not in self._known:
            path = self.directory / f"{re.sub('[^a-z0-9.]', '-', image)}.json"
            with _locked(path.with_suffix(".lock")):
                if not path.exists():
                    path.write_text(json.dumps(self._attempt(image)), encoding="utf-8")
            state = json.loads(path.read_text(encoding="utf-8"))
            if "error" in state:
                raise NoServer(state["error"])
            family = FAMILIES[image.partition(":")[0]]
            self._known[image] = family.server(image, state["port"], state["container"])
        return self._known[image]

    def _attempt(self, image: str) -> dict[str, str | int]:
        """Start a server. That it failed is remembered too: the next test would wait in vain as long."""
        try:
            self._remove_leftovers_once()
            family = FAMILIES[image.partition(":")[0]]
            container, port = start(family.container(image), family.port, self.directory / "alive")
        except Exception as error:
            return {"error": f"{image} did not start: {error}\n`make servers` may say what is missing here."}
        return {"container": container, "port": port}

    def stop(self) -> None:
        """Stop all that any process of the run has started."""
        states = sorted(self.directory.glob("*.json"))
        read = [json.loads(state.read_text(encoding="utf-8")) for state in states]
        if containers := [state["container"] for state in read if "container" in state]:
            remove(containers)
        for state in states:
            state.unlink()
        if self._alive:
            self._alive.close()

    def _remove_leftovers_once(self) -> None:
        done = self.directory / "leftovers-removed"
        with _locked(done.with_suffix(".lock")):
            if not done.exists():
                remove_leftovers()
                done.touch()


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


if __name__ == "__main__":  # for `make clean`
    try:
        remove_leftovers()
    except Exception as error:
        sys.exit(f"no Docker engine to remove containers from: {error}")
