"""Real database servers for the tests: one container an image tag for a whole test run.

With pytest-xdist, whichever worker first needs a server starts it; the others find it through a file in the run's own
directory. The process that began the run stops what was started. A run that was killed leaves its containers, and the
next one removes them: each container carries the name of a file that its run keeps locked while it lives.
"""

from __future__ import annotations

import contextlib
import fcntl
import functools
import io
import itertools
import json
import os
import platform
import sys
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote

import psycopg
from psycopg import sql

# Testcontainers reads these as it is imported.
os.environ.setdefault("TESTCONTAINERS_RYUK_DISABLED", "true")  # its reaper is one more image; see above
# Reach every container through its port published on loopback. Left alone, Testcontainers takes a machine that has
# /.dockerenv for a container, and talks to the bridge's gateway instead.
os.environ.setdefault("TESTCONTAINERS_CONNECTION_MODE", "docker_host")
os.environ.setdefault("TESTCONTAINERS_HOST_OVERRIDE", "127.0.0.1")
# Look ten times a second whether a server is ready; the time-out is the product of the two.
os.environ.setdefault("TC_POOLING_INTERVAL", "0.1")
os.environ.setdefault("TC_MAX_TRIES", "1200")

LIST = Path(__file__).parent.parent / "infra" / "servers.list"
LABEL = "schemactl.tests"
HOST = "127.0.0.1"
USER = "postgres"
PASSWORD = "test only: p@ss/w%rd?#+"  # whatever has a meaning in a URL
# Nothing outlives a run, so nothing need survive a crash.
SETTINGS = ("fsync=off", "full_page_writes=off", "synchronous_commit=off", "max_connections=200")


class NoServer(Exception):
    """A server did not start. Tests that need one fail: they are never skipped."""


@functools.cache
def versions(image: str) -> tuple[int, ...]:
    """The major versions of an image that the tests run on, oldest first."""
    tags = (line.partition(":") for line in LIST.read_text(encoding="utf-8").split() if ":" in line)
    return tuple(sorted(int(version) for name, _, version in tags if name == image and version.isdecimal()))


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
        files = {f"tmp/{self.name}.{number}.sql": script.encode() for number, script in enumerate(scripts, 1)}
        command = ["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-U", USER, "-d", self.name]
        command += [word for name in files for word in ("-f", f"/{name}")]
        with _engine() as engine:
            container = engine.containers.get(self.container)
            container.put_archive("/", _archive(files))
            result = container.exec_run(command, environment={"PGOPTIONS": "-c client_min_messages=error"})
        assert result.exit_code == 0, result.output.decode()

    def dump(self, *options: str) -> str:
        """What the server's own pg_dump prints, but for the lines that are random."""
        with _engine() as engine:
            command = ["pg_dump", "--username", USER, *options, self.name]
            result = engine.containers.get(self.container).exec_run(command, demux=True)
        output, errors = (part.decode() if part else "" for part in result.output)
        assert result.exit_code == 0, errors
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
    def database(self) -> Iterator[Database]:
        """A new, empty database, dropped afterwards with whatever is still connected to it."""
        name = f"t{os.getpid()}_{next(_numbers)}"
        admin = _admin(self)
        # The copy is quicker than the log here: the data lives in memory.
        create = sql.SQL("CREATE DATABASE {} TEMPLATE template0 STRATEGY file_copy")
        admin.execute(create.format(sql.Identifier(name)))
        try:
            yield Database(self.url(name), name, self.version, self.container)
        finally:
            admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


_numbers = itertools.count(1)


@functools.cache
def _admin(server: Server) -> psycopg.Connection:
    return psycopg.connect(server.url("postgres"), autocommit=True)


class Servers:
    """The servers of one test run, in all its processes."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.directory.mkdir(parents=True, exist_ok=True)
        self._alive: IO[str] | None = None
        self._known: dict[int, Server] = {}

    def hold(self) -> None:
        """Say, for as long as this process lives, that the run is alive."""
        self._alive = (self.directory / "alive").open("w")
        fcntl.flock(self._alive, fcntl.LOCK_EX)

    def postgres(self, version: int) -> Server:
        """The server of this version, started if no process of the run has done so."""
        if version not in self._known:
            path = self.directory / f"postgres-{version}.json"
            with _locked(path.with_suffix(".lock")):
                if not path.exists():
                    path.write_text(json.dumps(self._attempt(version)), encoding="utf-8")
            state = json.loads(path.read_text(encoding="utf-8"))
            if "error" in state:
                raise NoServer(state["error"])
            self._known[version] = Server(version, state["port"], state["container"])
        return self._known[version]

    def _attempt(self, version: int) -> dict[str, str | int]:
        """Start a server. That it failed is remembered too: the next test would wait in vain as long."""
        try:
            self._remove_leftovers_once()
            return self._start(version)
        except Exception as error:
            return {"error": f"postgres:{version} did not start: {error}\n`make servers` may say what is missing here."}

    def stop(self) -> None:
        """Stop all that any process of the run has started."""
        states = sorted(self.directory.glob("*.json"))
        read = [json.loads(state.read_text(encoding="utf-8")) for state in states]
        if containers := [state["container"] for state in read if "container" in state]:
            _remove(containers)
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

    def _start(self, version: int) -> dict[str, str | int]:
        # Imported here, for it takes long, and most runs of a single test need no server.
        from testcontainers.community.postgres import PostgresContainer

        image = f"postgres:{version}"
        container = PostgresContainer(image, username=USER, password=PASSWORD, dbname="postgres", driver=None)
        container.with_command(" ".join(f"-c {setting}" for setting in SETTINGS))
        label = f"{platform.node()}:{self.directory / 'alive'}"
        container.with_kwargs(labels={LABEL: label}, shm_size="256m")
        # PGDATA is named, for the official images do not agree on it.
        container.with_env("PGDATA", "/pgdata/data").with_tmpfs_mount("/pgdata", "size=2g")
        # On loopback, whatever address the engine publishes on by default.
        container.ports = {"5432": (HOST,)}  # type: ignore[dict-item]
        try:
            container.start()
            return {"container": container.get_container_id(), "port": container.get_exposed_port(5432)}
        except BaseException:
            container.stop()
            raise


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _is_alive(path: Path) -> bool:
    try:
        with path.open() as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


@contextlib.contextmanager
def _engine() -> Iterator[Any]:
    import docker  # type: ignore[import-untyped]

    with contextlib.closing(docker.from_env()) as client:
        yield client


def _archive(files: dict[str, bytes]) -> bytes:
    """A tar file."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


def remove_leftovers() -> None:
    """Remove the containers of this machine's runs that are no more."""
    with _engine() as engine:
        containers = engine.containers.list(all=True, filters={"label": LABEL}, ignore_removed=True)
        labels = {container.id: container.labels[LABEL].partition(":") for container in containers}
    here = platform.node()
    _remove([name for name, (host, _, path) in labels.items() if host == here and not _is_alive(Path(path))])


def _remove(containers: list[str]) -> None:
    from docker.errors import APIError  # type: ignore[import-untyped]

    with _engine() as engine:
        for container in containers:
            with contextlib.suppress(APIError):  # gone, or another run is removing it
                engine.api.remove_container(container, v=True, force=True)


if __name__ == "__main__":  # for `make clean`
    try:
        remove_leftovers()
    except Exception as error:
        sys.exit(f"no Docker engine to remove containers from: {error}")
