"""Containers of the tests' servers: how they are made, reached and removed, whatever runs in them."""

from __future__ import annotations

import contextlib
import fcntl
import io
import os
import platform
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

# Testcontainers reads these as it is imported.
os.environ.setdefault("TESTCONTAINERS_RYUK_DISABLED", "true")  # its reaper is one more image; see servers.py
# Reach every container through its port published on loopback. Left alone, Testcontainers takes a machine that has
# /.dockerenv for a container, and talks to the bridge's gateway instead.
os.environ.setdefault("TESTCONTAINERS_CONNECTION_MODE", "docker_host")
os.environ.setdefault("TESTCONTAINERS_HOST_OVERRIDE", "127.0.0.1")
# Look ten times a second whether a server is ready; the time-out is the product of the two.
os.environ.setdefault("TC_POOLING_INTERVAL", "0.1")
os.environ.setdefault("TC_MAX_TRIES", "1200")

LABEL = "schemactl.tests"
HOST = "127.0.0.1"
PASSWORD = "test only: p@ss/w%rd?#+"  # whatever has a meaning in a URL


class Result(NamedTuple):
    """What a command in a container did."""

    code: int
    output: str
    errors: str


def run(container: str, command: list[str], environment: dict[str, str], files: dict[str, str] | None = None) -> Result:
    """Run a command in a container, in which files were put first, by their absolute paths."""
    with _engine() as engine:
        there = engine.containers.get(container)
        for path, text in (files or {}).items():
            there.put_archive("/", _archive(path, text.encode()))
        done = there.exec_run(command, environment=environment, demux=True)
    output, errors = (part.decode() if part else "" for part in done.output)
    return Result(done.exit_code, output, errors)


def _archive(path: str, data: bytes) -> bytes:
    """A tar file of one file."""
    info = tarfile.TarInfo(path.lstrip("/"))
    info.size = len(data)
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        archive.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


def start(container: Any, port: int, alive: Path) -> tuple[str, int]:
    """Start one of Testcontainers' containers: its id, and where its port is published.

    The run that it belongs to keeps the file `alive` locked.
    """
    container._kwargs["labels"] = {LABEL: f"{platform.node()}:{alive}"}
    # On loopback, whatever address the engine publishes on by default.
    container.ports = {str(port): (HOST,)}
    try:
        container.start()
        return container.get_container_id(), container.get_exposed_port(port)
    except BaseException:
        container.stop()
        raise


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


def remove_leftovers() -> None:
    """Remove the containers of this machine's runs that are no more."""
    with _engine() as engine:
        containers = engine.containers.list(all=True, filters={"label": LABEL}, ignore_removed=True)
        labels = {container.id: container.labels[LABEL].partition(":") for container in containers}
    here = platform.node()
    remove([name for name, (host, _, path) in labels.items() if host == here and not _is_alive(Path(path))])


def remove(containers: list[str]) -> None:
    from docker.errors import APIError  # type: ignore[import-untyped]

    with _engine() as engine:
        for container in containers:
            with contextlib.suppress(APIError):  # gone, or another run is removing it
                engine.api.remove_container(container, v=True, force=True)
