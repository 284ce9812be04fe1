"""A pair is migrated on a real server, and the server judges."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import psycopg

from schemactl import engine
from schemactl.dialect import SourceText
from schemactl.errors import SchemactlError
from schemactl.render import script
from schemactl.steps import Hazard
from tests.support import catalog
from tests.support.servers import Database, Server

#: Refusals that are right, by code and a part of the message, each with its reason.
RIGHTLY_REFUSED: tuple[tuple[str, str], ...] = (
    ("E306", "the server cannot alter it while something is of it"),  # a range type
    ("E306", "becomes another kind of type while something is of it"),  # values have no way from one to the other
    ("E306", "no server can alter that, and all rows would have to be written anew"),  # another PARTITION BY
    ("E306", "change their places, and"),  # a composite within arrays or other types: the text of values misleads
)


class InvalidSchema(Exception):
    """The server does not take a generated schema: the generator is wrong."""


@dataclass(frozen=True, slots=True)
class Failure:
    """`law` is what did not hold; `detail` what was seen."""

    law: str
    detail: str

    @property
    def alike(self) -> str:
        """What failures of one cause have in common: the first words, without names and numbers."""
        first = next((line for line in self.detail.splitlines() if not line.startswith(("---", "+++", "@@"))), "")
        words = re.sub(r'"[^"]*"|\b(?:public|app)\.\S+|\d+', "_", first)
        return f"{self.law}: {words[:120]}"

    def __str__(self) -> str:
        return f"{self.law}\n{self.detail}"


def migrate(server: Server, before: str, after: str, *, printed: bool = True) -> Failure | None:
    """Bring a database from one schema to the other. None if all laws hold.

    Without `printed`, what is inspected is not printed and planned against: that takes as long as all the rest.

    Raises InvalidSchema where the server itself rejects one of the two.
    """
    with server.database() as database, server.database() as fresh:
        for one, text in ((database, before), (fresh, after)):
            try:
                one.execute(text)
            except psycopg.Error as error:
                raise InvalidSchema(f"{error}\n{text}") from None

        def difference() -> str:
            return catalog.difference(_facts(database), _facts(fresh), after)

        return _laws(database.url, after, difference, printed)


def _facts(database: Database) -> list[catalog.Fact]:
    """The facts, but for whether a child table has a column or check by itself as well: NO INHERIT makes all so.

    No statement takes that back, and it is not compared.
    """
    return [fact._replace(fact=re.sub(r'"local": (?:true|false), ', "", fact.fact)) for fact in catalog.facts(database)]


def _laws(url: str, after: str, difference: Callable[[], str], printed: bool) -> Failure | None:
    target = engine.target(url)
    desired = [SourceText(name="after.sql", text=after)]
    try:
        engine.apply(target, desired, allow=frozenset(Hazard))
    except SchemactlError as error:
        if any(error.code == code and part in error.message for code, part in RIGHTLY_REFUSED):
            return None
        return Failure("it is migrated", f"{error.code}: {error.message} {error.place or ''} {error.hint}")
    except Exception as error:
        return Failure("it is migrated", f"{type(error).__name__}: {error}")
    if found := difference():
        return Failure("the catalogue is that of a database that ran the text", found)
    second = engine.plan(target, desired)
    if not second.is_empty:
        return Failure("a second plan is empty", script.statements(second))
    if not printed:
        return None
    text = script.statements(engine.diff([], target, dialect=target.dialect.name))
    third = engine.plan(target, [SourceText(name="inspected.sql", text=text)])
    if not third.is_empty:
        return Failure("what is inspected, printed, is no change", script.statements(third))
    return None
