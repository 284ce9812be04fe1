"""The self-check of the inspector: what it read, printed as SQL, makes the same database, in the server's judgement."""

from __future__ import annotations

import psycopg

from tests.support import catalog
from tests.support.servers import Database, Server


def refutation(server: Server, database: Database, printed: str) -> str:
    """How the database that `printed` makes differs from this one, as a diff; empty if it does not.

    Raises AssertionError where the server rejects it.
    """
    want = catalog.facts(database)
    # As every dump begins, and as schemactl sets it for a plan: what a body names need not be there.
    got = facts_of(server, f"SET check_function_bodies = off;\n{printed}", "what was inspected")
    if not catalog.difference(got, want, None):
        return ""
    # The server does not always print again what it read in its own print: what so differs may be as after a dump.
    dumped = catalog.remade(facts_of(server, database.dump("--schema-only", "--no-owner"), "the dump"))
    got, want = catalog.remade(got), catalog.remade(want)
    restored = {(fact.kind, fact.object, fact.name): fact for fact in dumped}
    want = [fact if fact in got else restored.get((fact.kind, fact.object, fact.name), fact) for fact in want]
    return catalog.difference(got, want, None)


def facts_of(server: Server, text: str, what: str) -> list[catalog.Fact]:
    """The catalogue of an empty database in which the text was executed as it stands."""
    with server.database() as fresh:
        try:
            fresh.execute(text)
        except psycopg.Error as error:
            raise AssertionError(f"the server rejects {what}: {error}\n{text}") from None
        return catalog.facts(fresh)
