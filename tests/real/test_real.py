"""The schemas of real applications: read, planned, made anew, and their dumps read, on each server.

psql loads the files as they are shipped into one database; that is what the others are judged by.
"""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from schemactl import engine
from schemactl.dialect import SourceText
from tests.real.manifest import Application, applications
from tests.real.packages import NoPackage, Packages
from tests.support import catalog
from tests.support.servers import Database, Server

ALL = applications()


@pytest.fixture(scope="session")
def packages() -> Packages:
    try:
        return Packages(ALL)
    except NoPackage as error:
        pytest.fail(str(error), pytrace=False)


@dataclass(frozen=True, slots=True)
class Loaded:
    """An application, and a database into which psql loaded its files as they are shipped."""

    application: Application
    database: Database
    given: list[SourceText]
    desired: list[SourceText]

    def target(self, database: Database) -> engine.Target:
        return engine.target(database.url, schemas=self.application.schemas, exclude=self.application.exclude)

    def steps(self, database: Database, desired: list[SourceText]) -> list[str]:
        return [step.sql for step in engine.plan(self.target(database), desired).steps]

    def facts(self, database: Database) -> list[catalog.Fact]:
        return [fact for fact in catalog.facts(database) if fact.object not in self.application.moments]


@pytest.fixture(params=ALL, ids=lambda application: application.name.replace(" ", "_"))
def loaded(request: pytest.FixtureRequest, packages: Packages, postgres_database: Database) -> Loaded:
    application: Application = request.param
    given, texts = packages.texts(application.given), packages.texts(application.files)
    postgres_database.psql(*(application.before + text.text for text in (*given, *texts)))
    return Loaded(application, postgres_database, given, application.described(texts))


def test_a_real_schema(loaded: Loaded, postgres_server: Server) -> None:
    assert loaded.steps(loaded.database, loaded.desired) == [], "the plan for the database that psql loaded"

    dump = SourceText(name="dump.sql", text=loaded.database.dump("--schema-only"))
    assert loaded.steps(loaded.database, [dump]) == [], "the plan for that database to its own dump"

    with postgres_server.database() as anew:
        if loaded.given:
            anew.psql(*(loaded.application.before + text.text for text in loaded.given))
        engine.apply(loaded.target(anew), loaded.desired)
        stated = "".join(source.text for source in loaded.desired)
        if difference := catalog.difference(loaded.facts(anew), loaded.facts(loaded.database), stated):
            pytest.fail(f"the database made anew is not what psql made\n{difference}", pytrace=False)
        assert loaded.steps(anew, loaded.desired) == [], "the second plan for the database made anew"
