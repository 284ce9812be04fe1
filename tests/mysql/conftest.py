"""Whatever a test has made in its database, the inspector proves itself on it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from schemactl import engine
from schemactl.errors import UnsupportedObjectsError
from schemactl.render import script
from tests.support.mysql import Database, Server
from tests.support.proof import refutation


@pytest.fixture(autouse=True)
def self_check(request: pytest.FixtureRequest) -> Iterator[None]:
    """What is inspected, printed as SQL, makes the same database. One that is refused by name is none to print."""
    if "mysql_database" not in request.fixturenames or request.node.get_closest_marker("no_self_check"):
        yield
        return
    database: Database = request.getfixturevalue("mysql_database")
    server: Server = request.getfixturevalue("mysql_server")
    yield
    try:
        plan = engine.diff([], engine.target(database.url))
    except UnsupportedObjectsError:
        return
    assert refutation(server, database, script.statements(plan)) == ""
