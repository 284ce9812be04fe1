"""Statements that no transaction can hold say what they cost as well: seen from a second session while they wait for others."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import psycopg
import pytest

from schemactl import engine
from schemactl.dialect import SourceText
from schemactl.manner import Manner, Online
from schemactl.plan import Plan
from tests.postgres.costs.test_costs import WORLD, world
from tests.support.observe import Observer
from tests.support.onlook import onlooked
from tests.support.said import unsaid, unseen
from tests.support.servers import Server

__all__ = ["world"]  # a fixture, for pytest to find here

_HERE = Path(__file__).parent
ONLINE: dict[str, dict[str, Any]] = tomllib.loads((_HERE / "online.toml").read_text(encoding="utf-8"))


@pytest.mark.postgres_ends  # what 17 does is as on 15
@pytest.mark.parametrize("way", ONLINE)
def test_a_step_without_a_transaction_does_what_it_says(postgres_server: Server, world: str, way: str) -> None:
    with postgres_server.database(template=world) as database:
        found = list(differences(database.url, ONLINE[way]))
    assert found == []


def differences(url: str, operation: dict[str, Any]) -> Iterator[str]:
    """Raises psycopg.Error."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"{operation.get('before', '')};{operation.get('rows', '')}".encode())
    plan = planned(url, operation)
    assert any(not group.transactional for group in plan.groups), "no statement of the plan is without a transaction"
    for group in plan.groups:
        for step in group.steps:
            if group.transactional:
                with psycopg.connect(url, autocommit=True) as connection:
                    seen = Observer(connection).run(step.sql)
                yield from (f"{step.sql}: {difference}" for difference in unsaid(step, seen))
                continue
            seen = onlooked(url, step.sql)
            yield from (f"{step.sql}: {difference}" for difference in (*unsaid(step, seen), *unseen(step, seen)))


def planned(url: str, operation: dict[str, Any]) -> Plan:
    """The plan from the world to the world after the operation, as if all tables were large."""
    before, old = operation.get("before", ""), operation.get("instead_of")
    text = f"{WORLD}{before};{operation['sql']};"
    if old is not None:
        assert old in WORLD + before
        text = f"{WORLD}{before}".replace(old, operation["sql"])
    manner = Manner(online=Online.ALWAYS, small_table=0)
    return engine.plan(engine.target(url, manner=manner), [SourceText(name="desired.sql", text=text)])


def test_each_heading_of_such_a_statement_is_replayed() -> None:
    """ANALYZE is one as well: a transaction holds it, but its locks then, and it is replayed in one."""
    headings = tomllib.loads(files("schemactl_postgres").joinpath("costs.toml").read_text(encoding="utf-8"))
    replayed = {heading for operation in ONLINE.values() for heading in operation["headings"]}
    assert replayed == {name for name in headings if name.endswith("_online")} | {"fill_column"}
