"""The self-check of the inspector: what it read, printed as SQL, makes the same database, in the server's judgement."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest

from schemactl import engine
from schemactl.errors import UnsupportedObjectsError
from schemactl.render import script
from tests.support import catalog
from tests.support.servers import ERRORS, AnyDatabase, AnyServer, Database, message


def self_check(request: pytest.FixtureRequest, dialect: str) -> Iterator[None]:
    """After a test: what is inspected of its database of that dialect, printed as SQL, makes the same one.

    One that is refused by name is none to print.
    """
    if f"{dialect}_database" not in request.fixturenames or request.node.get_closest_marker("no_self_check"):
        yield
        return
    database: AnyDatabase = request.getfixturevalue(f"{dialect}_database")
    server: AnyServer = request.getfixturevalue(f"{dialect}_server")
    yield
    try:
        plan = engine.diff([], engine.target(database.url))
    except UnsupportedObjectsError:
        return
    assert refutation(server, database, script.statements(plan)) == ""


def refutation(server: AnyServer, database: AnyDatabase, printed: str) -> str:
    """How the database that `printed` makes differs from this one, as a diff; empty if it does not.

    Raises AssertionError where the server rejects it.
    """
    want = catalog.facts(database)
    # As every dump begins, and as schemactl sets it for a plan: what a body names need not be there.
    before = "SET check_function_bodies = off;\n" if isinstance(database, Database) else ""
    got = facts_of(server, before + printed, "what was inspected")
    found = catalog.difference(got, want, None)
    if not found or not isinstance(database, Database):
        return found
    # The server does not always print again what it read in its own print: what so differs may be as after a dump.
    dumped = catalog.remade(facts_of(server, database.dump("--schema-only", "--no-owner"), "the dump"))
    got, want = catalog.remade(got), catalog.remade(want)
    restored = {(fact.kind, fact.object, fact.name): fact for fact in dumped}
    want = [fact if fact in got else restored.get((fact.kind, fact.object, fact.name), fact) for fact in want]
    return catalog.difference(got, want, None)


def facts_of(server: AnyServer, text: str, what: str) -> Sequence[catalog.Fact]:
    """The catalogue of an empty database in which the text was executed as it stands."""
    with server.database() as fresh:
        try:
            fresh.execute(text)
        except ERRORS as error:
            raise AssertionError(f"the server rejects {what}: {message(error)}\n{text}") from None
        return catalog.facts(fresh)
