"""What is asked of schemactl about one application, on one server. Its own client and catalogue are the judges."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from dataclasses import dataclass

from schemactl import engine
from schemactl.dialect import SourceText
from tests.real.manifest import Application
from tests.real.packages import Packages
from tests.support import catalog, mysql
from tests.support.servers import AnyDatabase, AnyServer


@dataclass(frozen=True, slots=True)
class Loaded:
    """An application, and a database into which the server's client loaded its files as they are shipped."""

    application: Application
    database: AnyDatabase
    given: list[SourceText]
    desired: list[SourceText]

    def facts(self, database: AnyDatabase) -> list[catalog.Fact]:
        found = [fact for fact in catalog.facts(database) if fact.object not in self.application.moments]
        return [_uncommented(fact) for fact in found] if isinstance(database, mysql.Database) else found

    def failures(self, server: AnyServer) -> Iterator[str]:
        """What is wrong, in words; nothing where all is right."""
        yield from self._planned(self.database, self.desired, "the plan for the database that the client loaded")
        dump = SourceText(name="dump.sql", text=_dump(self.database))
        yield from self._planned(self.database, [dump], "the plan for that database to its own dump")
        with server.database() as anew:
            if self.given:
                _load(anew, [self.application.before + text.text for text in self.given])
            engine.apply(self._target(anew), self.desired)
            stated = "".join(source.text for source in self.desired)
            if difference := catalog.difference(self.facts(anew), self.facts(self.database), stated):
                yield f"the database made anew is not what the client made:\n{difference}"
            yield from self._planned(anew, self.desired, "the second plan for the database made anew")

    def _planned(self, database: AnyDatabase, desired: list[SourceText], what: str) -> Iterator[str]:
        if steps := engine.plan(self._target(database), desired).steps:
            yield "\n".join([f"{what} is not empty:", *(step.sql for step in steps)])

    def _target(self, database: AnyDatabase) -> engine.Target:
        return engine.target(database.url, schemas=self.application.schemas, exclude=self.application.exclude)


@contextlib.contextmanager
def loaded(application: Application, packages: Packages, server: AnyServer) -> Iterator[Loaded]:
    given, texts = packages.texts(application.given), packages.texts(application.files)
    with server.database() as database:
        _load(database, [application.before + text.text for text in (*given, *texts)])
        yield Loaded(application, database, given, application.described(texts, server))


#: The client of MariaDB, and that of MySQL before 9, sends no comments; schemactl does.
_COMMENTS = re.compile(r"(?:/\*.*?\*/|(?:--(?=\s|\\n)|#).*?(?=\\n|\n)|\\n|\s)+", re.S)
_PROGRAMS = {"event", "function", "procedure", "trigger"}


def _uncommented(fact: catalog.Fact) -> catalog.Fact:
    return fact._replace(fact=_COMMENTS.sub(" ", fact.fact)) if fact.kind in _PROGRAMS else fact


def _load(database: AnyDatabase, scripts: list[str]) -> None:
    """By the server's own client, as a person would."""
    if isinstance(database, mysql.Database):
        database.client("\n".join(scripts))
    else:
        database.psql(*scripts)


def _dump(database: AnyDatabase) -> str:
    return database.dump() if isinstance(database, mysql.Database) else database.dump("--schema-only")
