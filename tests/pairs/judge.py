"""A pair is migrated on a real server, and the server judges."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from schemactl import engine
from schemactl.dialect import SourceText
from schemactl.errors import SchemactlError
from schemactl.render import script
from schemactl.steps import Hazard
from tests.pairs.dialect import Dialect
from tests.support import catalog
from tests.support.fact import Fact
from tests.support.servers import ERRORS, AnyDatabase, AnyServer


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
        words = re.sub(r'"[^"]*"|`[^`]*`|\b(?:public|app|t\d+_\d+)\.\S+|\d+', "_", first)
        return f"{self.law}: {words[:120]}"

    def __str__(self) -> str:
        return f"{self.law}\n{self.detail}"


def migrate(dialect: Dialect, server: AnyServer, before: str, after: str, *, printed: bool = True) -> Failure | None:
    """Bring a database from one schema to the other. None if all laws hold.

    Without `printed`, what is inspected is not printed and planned against: that takes as long as all the rest.

    Raises InvalidSchema where the server itself rejects one of the two.
    """
    with server.database() as database, server.database() as fresh:
        for one, text in ((database, before), (fresh, after)):
            try:
                one.execute(text)
            except ERRORS as error:
                raise InvalidSchema(f"{error}\n{text}") from None

        def facts(one: AnyDatabase) -> list[Fact]:
            return [dialect.compared(fact) for fact in catalog.facts(one)]

        def difference() -> str:
            return catalog.difference(facts(database), facts(fresh), after)

        return _laws(dialect, database.url, after, difference, printed)


def _laws(dialect: Dialect, url: str, after: str, difference: Callable[[], str], printed: bool) -> Failure | None:
    target = engine.target(url)
    desired = [SourceText(name="after.sql", text=after)]
    try:
        engine.apply(target, desired, allow=frozenset(Hazard))
    except SchemactlError as error:
        if any(error.code == code and part in error.message for code, part in dialect.rightly_refused):
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
