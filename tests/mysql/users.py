"""Users that may do little."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from urllib.parse import quote

from tests.support.containers import PASSWORD
from tests.support.mysql import Database


@contextlib.contextmanager
def somebody(database: Database) -> Iterator[tuple[str, str]]:
    """A user of no rights: the account, and a URL for it."""
    user = f"u{database.name}"
    database.execute(f"CREATE USER {user} IDENTIFIED BY '{PASSWORD}'")
    try:
        address = database.url.partition("@")[2]
        scheme = database.url.partition(":")[0]
        yield user, f"{scheme}://{user}:{quote(PASSWORD, safe='')}@{address}"
    finally:
        database.execute(f"DROP USER {user}")
