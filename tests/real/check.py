"""What is asked of schemactl about one application, on one server. psql and the server's catalogue are the judges."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass

from schemactl import engine
from schemactl.dialect import SourceText
from tests.real.manifest import Application
from tests.real.packages import Packages
from tests.support import catalog
from tests.support.servers import Database, Server


@dataclass(frozen=True, slots=True)
class Loaded:
    """An application, and a database into which psql loaded its files as they are shipped."""

    application: Application
    database: Database
    given: list[SourceText]
    desired: list[SourceText]

    def facts(self, database: Database) -> list[catalog.Fact]:
        return [fact for fact in catalog.facts(database) if fact.object not in self.application.moments]

    def failures(self, server: Server) -> Iterator[str]:
        """What is wrong, in words; nothing where all is right."""
        yield from self._planned(self.database, self.desired, "the plan for the database that psql loaded")
        dump = SourceText(name="dump.sql", text=self.database.dump("--schema-only"))
        yield from self._planned(self.database, [dump], "the plan for that database to its own dump")
        with server.database() as anew:
            if self.given:
                anew.psql(*(self.application.before + text.text for text in self.given))
            engine.apply(self._target(anew), self.desired)
            stated = "".join(source.text for source in self.desired)
            if difference := catalog.difference(self.facts(anew), self.facts(self.database), stated):
                yield f"the database made anew is not what psql made:\n{difference}"
            yield from self._planned(anew, self.desired, "the second plan for the database made anew")

    def _planned(self, database: Database, desired: list[SourceText], what: str) -> Iterator[str]:
        if steps := engine.plan(self._target(database), desired).steps:
            yield "\n".join([f"{what} is not empty:", *(step.sql for step in steps)])

    def _target(self, database: Database) -> engine.Target:
        return engine.target(database.url, schemas=self.application.schemas, exclude=self.application.exclude)


@contextlib.contextmanager
def loaded(application: Application, packages: Packages, server: Server) -> Iterator[Loaded]:
    given, texts = packages.texts(application.given), packages.texts(application.files)
    with server.database() as database:
        database.psql(*(application.before + text.text for text in (*given, *texts)))
        yield Loaded(application, database, given, application.described(texts))
