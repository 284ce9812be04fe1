"""A server in a container, for as long as a block lasts.

It is the `docker` command that is called, and no library: so it is the engine that the user has chosen (a context,
DOCKER_HOST, Podman under that name), with the user's registry logins, and nothing more to install.
"""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from schemactl.dialect import Container, Dialect
from schemactl.errors import UnreachableError, UsageError

if TYPE_CHECKING:
    from sqlalchemy.engine import URL

#: Seconds that a server has to answer, and those that its image has to be there: it may have to be pulled first.
READY, PULLED = 120.0, 900.0
#: What marks our containers, should a killed run leave one: docker ps --filter label=schemactl.dev
LABEL = "schemactl.dev"
_HOST = "127.0.0.1"


@contextmanager
def container(dialect: Dialect, image: str) -> Iterator[URL]:
    """The URL of a server's own database in a new container, which is removed with all that it holds.

    Raises UsageError where the dialect knows no such image or there is no docker command, UnreachableError where the
    container does not start or its server does not answer.
    """
    facts = dialect.containers.get(image.partition(":")[0])
    if facts is None:
        known = ", ".join(f"docker://{name}/TAG" for name in dialect.containers)
        raise UsageError(f"{image} is no image of a {dialect.name} server", hint=f"known: {known}")
    password = secrets.token_urlsafe(18)
    name = _docker(
        *("run", "--detach", "--rm", "--label", LABEL, "--publish", f"{_HOST}::{facts.port}"),
        # By name alone: a value would be in the list of processes, for all to see.
        *("--env", facts.login_variable, image),
        environment={facts.login_variable: password},
        timeout=PULLED,
    )
    try:
        yield _ready(dialect, facts, name, password, image)
    finally:
        with suppress(UnreachableError):  # it is gone already
            _docker("rm", "--force", "--volumes", name)


def _ready(dialect: Dialect, facts: Container, name: str, password: str, image: str) -> URL:
    from sqlalchemy.engine import URL

    address = _docker("port", name, f"{facts.port}/tcp").splitlines()[0]
    url = URL.create(
        dialect.name,
        username=facts.username,
        password=password,
        host=_HOST,
        port=int(address.rpartition(":")[2]),
        database=facts.database,
    )
    deadline = time.monotonic() + READY
    while True:
        try:
            # While it prepares its directory a server listens to nobody from outside: the first answer is the real one.
            with dialect.engine(url, application_name="schemactl").connect() as connection:
                dialect.server(connection)
            return url
        except Exception as error:
            meaning = dialect.error(error, doing=f"waiting for {image}")
            if meaning is None:
                raise
            if time.monotonic() > deadline:
                raise UnreachableError(
                    f"the server of {image} did not answer in {READY:.0f} s: {meaning.message}",
                    hint="docker logs may say why; the container's port must be reachable on loopback",
                ) from None
            time.sleep(0.2)


def _docker(*arguments: str, environment: dict[str, str] | None = None, timeout: float = 60.0) -> str:
    """What the command prints, without the line break at its end."""
    command = shutil.which("docker")
    if command is None:
        raise UsageError(
            "there is no docker command",
            hint="install Docker, or name another dev database: a URL, embedded or scratch",
        )
    try:
        done = subprocess.run(  # noqa: S603
            [command, *arguments],
            env={**os.environ, **(environment or {})},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=timeout,
        )
    except subprocess.TimeoutExpired:
        raise UnreachableError(f"docker {arguments[0]} took longer than {timeout:.0f} s") from None
    if done.returncode:
        said = done.stderr.strip().splitlines() or ["it exited without a word"]
        raise UnreachableError(f"docker {arguments[0]} failed: {said[-1]}", hint="try: docker run hello-world")
    return done.stdout.strip()
