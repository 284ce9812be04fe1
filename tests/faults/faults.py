"""What befalls a run: each is a function that strikes once, and undoes what would stay."""

from __future__ import annotations

import contextlib
import random
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tests.faults.rows import tables
from tests.faults.server import Doomed
from tests.support import postgres


@dataclass(frozen=True, slots=True)
class Scene:
    """A run of schemactl on a database of a server."""

    server: Doomed
    database: str
    process: subprocess.Popen[str]
    rng: random.Random


def kill_schemactl(scene: Scene) -> None:
    scene.process.kill()


def kill_server(scene: Scene) -> None:
    scene.server.kill()
    time.sleep(scene.rng.random())
    scene.server.revive()


def cut(scene: Scene) -> None:
    """The network fails: neither side is told by the other."""
    scene.server.proxy.cut()


def terminate(scene: Scene) -> None:
    """An administrator ends the session."""
    scene.server.disconnect(scene.database)


def signalled(scene: Scene) -> None:
    for _ in range(scene.rng.choice((1, 1, 2, 3))):
        with contextlib.suppress(ProcessLookupError):
            scene.process.send_signal(scene.rng.choice((signal.SIGINT, signal.SIGTERM)))
        time.sleep(scene.rng.random() / 5)


#: What strikes at a random step, or moment.
SUDDEN: dict[str, Callable[[Scene], None]] = {
    "kill -9 of schemactl": kill_schemactl,
    "kill -9 of the server": kill_server,
    "connection cut": cut,
    "session ended": terminate,
    "signals": signalled,
}
#: What is arranged before the run begins.
ARRANGED = ("answer to a commit lost", "commit lost", "table locked", "table locked, then kill -9")
KINDS = (*SUDDEN, *ARRANGED)


@contextlib.contextmanager
def locked(server: Doomed, name: str, rng: random.Random) -> Iterator[None]:
    """Another session has read tables, in a transaction that stays open."""
    found = tables(server.database(name))
    with server.database(name).connect() as other:
        cursor = other.cursor()
        cursor.execute("BEGIN")
        for table in rng.sample(found, min(3, len(found))):
            cursor.execute(f"SELECT count(*) FROM {table}")
        try:
            yield
        finally:
            with contextlib.suppress(Exception):  # the server may have been killed
                cursor.execute("ROLLBACK")


def committing(server: Doomed) -> bytes:
    """The word by which a statement is seen that the server carries out and commits."""
    return b"COMMIT" if isinstance(server.server, postgres.Server) else b"ALTER TABLE"
