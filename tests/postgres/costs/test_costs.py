"""Every step says what it costs: each operation is planned, run, and held against what the server shows of it."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from schemactl import engine
from schemactl.dialect import SourceText
from schemactl.manner import Manner, Online
from schemactl.plan import Plan
from tests.support.observe import Observer
from tests.support.said import unsaid, unseen
from tests.support.servers import Server

_HERE = Path(__file__).parent
WORLD = (_HERE / "world.sql").read_text(encoding="utf-8")
ROWS = (_HERE / "rows.sql").read_text(encoding="utf-8")
OPERATIONS: dict[str, dict[str, Any]] = tomllib.loads((_HERE / "operations.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def world(postgres_server: Server) -> Iterator[str]:
    """The name of a database that holds the tables and rows, for each test to copy."""
    with postgres_server.database() as database:
        database.execute(WORLD)
        database.execute(ROWS)
        with database.connect() as connection:
            connection.execute("VACUUM ANALYZE")
        yield database.name


@pytest.mark.postgres_ends  # what 17 does is as on 15
@pytest.mark.parametrize("name", OPERATIONS)
def test_a_step_does_what_it_says(postgres_server: Server, world: str, name: str) -> None:
    operation = OPERATIONS[name]
    with postgres_server.database(template=world) as database:
        found = list(differences(database.url, operation))
    assert found == []


def differences(url: str, operation: dict[str, Any]) -> Iterator[str]:
    """What is said and not seen, and the other way, of each step that the operation takes in a copy of the world."""
    with psycopg.connect(url, autocommit=True) as connection:
        if zone := operation.get("timezone"):
            database = connection.info.dbname
            connection.execute(f"ALTER DATABASE \"{database}\" SET timezone = '{zone}'".encode())
            connection.execute(f"SET timezone = '{zone}'".encode())
        connection.execute(f"{operation.get('before', '')};{operation.get('rows', '')}".encode())
        plan = planned(url, operation)
        assert plan.steps, "the operation takes no step"
        observer = Observer(connection)
        excused = dict(operation.get("excused", {}))
        for step in plan.steps:
            seen = observer.run(step.sql)
            for difference in (*unsaid(step, seen), *unseen(step, seen)):
                if not any(excused.pop(word, None) for word in list(excused) if word in difference):
                    yield f"{step.sql}: {difference}"
        yield from (f"nothing is to be excused: {word}" for word in excused)


def planned(url: str, operation: dict[str, Any]) -> Plan:
    """The plan from the world to the world after the operation."""
    world, sql, old = WORLD, operation["sql"], operation.get("instead_of")
    if old is not None:
        assert old in WORLD
        world, sql = WORLD.replace(old, sql), ""
    text = f"{world}{operation.get('before', '')};{sql};"
    # The plain statements, told of as if there were many rows.
    manner = Manner(online=Online.NEVER, small_table=0)
    return engine.plan(engine.target(url, manner=manner), [SourceText(name="desired.sql", text=text)])
