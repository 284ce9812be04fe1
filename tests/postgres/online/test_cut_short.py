"""A plan that was cut short, after each of its groups and within those that no transaction holds, is finished by the next."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import psycopg
import pytest
from msgspec.structs import replace

from schemactl import engine
from schemactl.dialect import SourceText
from schemactl.manner import Manner, Online
from schemactl.plan.document import sealed
from schemactl.steps import Hazard
from tests.support import catalog
from tests.support.fact import Fact
from tests.support.servers import Database, Server

TECHNIQUES: dict[str, dict[str, Any]] = tomllib.loads(
    (Path(__file__).parent / "techniques.toml").read_text(encoding="utf-8")
)
#: The least that an online plan consists of, lest the technique be the plain statement.
GROUPS = 2
TABLES = "SELECT oid::regclass::text FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"


@pytest.mark.postgres_ends  # what 17 does is as on 15
@pytest.mark.parametrize("name", TECHNIQUES)
def test_what_was_cut_short_is_finished(postgres_server: Server, name: str) -> None:
    technique = TECHNIQUES[name]
    if postgres_server.version < technique.get("since", 0):
        return
    with postgres_server.database() as fresh:
        fresh.execute(technique["after"])
        goal = _facts(fresh)
    # Each case begins in a copy of one database, and with its plan: a copy is what it starts from in every respect.
    with postgres_server.database() as begun:
        begun.execute(technique["before"])
        begun.execute(technique["rows"])
        if left := technique.get("leaving"):
            _give_up(begun, [left])
        plan = engine.plan(_target(begun), _sources(technique))
        assert len(plan.groups) >= technique.get("groups", GROUPS), name
        for done in range(len(plan.groups) + 1):
            for within in (False, True):
                if within and (done == len(plan.groups) or plan.groups[done].transactional):
                    continue
                with postgres_server.database(template=begun.name) as database:
                    first = sealed(replace(plan, groups=plan.groups[:done]))
                    engine.apply_plan(_target(database), first, allow=frozenset(Hazard))
                    if within:
                        _give_up(database, [step.sql for step in plan.groups[done].steps])
                    where = f"{name}, {done} groups{' and a part' if within else ''}"
                    _is_finished(database, technique, goal, where)


def _facts(database: Database) -> list[Fact]:
    """The catalogue, where no number tells that a name which nobody stated was taken when an index was first made."""
    return [it._replace(fact=re.sub(r'_idx\d+"', '_idx"', it.fact)) for it in catalog.facts(database)]


def _target(database: Database) -> engine.Target:
    return engine.target(database.url, manner=Manner(online=Online.ALWAYS))


def _sources(technique: dict[str, Any]) -> list[SourceText]:
    return [SourceText(name="after.sql", text=technique["after"])]


def _give_up(database: Database, statements: list[str]) -> None:
    """Begin what waits for those who hold locks on rows, and take it back after a moment."""
    with database.connect() as other, database.connect() as ours:
        ours.execute("SET lock_timeout = '200ms'; SET statement_timeout = '500ms'")
        tables = [name for (name,) in other.execute(TABLES)]
        with other.transaction():
            for table in tables:
                other.execute(
                    f"LOCK {table} IN ROW EXCLUSIVE MODE; SELECT FROM {table} WHERE id % 2 = 0 FOR UPDATE".encode()
                )
            with pytest.raises(psycopg.Error):
                for statement in statements:
                    ours.execute(statement.encode())


def _is_finished(database: Database, technique: dict[str, Any], goal: Any, where: str) -> None:
    target, sources = _target(database), _sources(technique)
    engine.apply(target, sources, allow=frozenset(Hazard))
    assert engine.plan(target, sources).is_empty, where
    assert catalog.difference(_facts(database), goal, technique["after"]) == "", where
    for query in technique.get("holds", ()):
        assert database.query(query) == [("t",)], f"{where}: {query}"
