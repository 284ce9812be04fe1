"""What mysqldump and mariadb-dump print of partitions, history and periods is the desired state of its own database."""

from __future__ import annotations

from pathlib import Path

import pytest

from schemactl import engine
from schemactl.dialect import SourceText
from tests.support.servers import Database, Server
from tests.support.txtar import Archive

SCENARIOS = Path(__file__).parent.parent / "scenarios" / "mysql"


def script(name: str) -> str:
    """What a scenario desires."""
    return Archive.parse((SCENARIOS / f"{name}.txtar").read_text(encoding="utf-8")).files["after.sql"]


def planned(database: Database, dump: str) -> list[str]:
    plan = engine.plan(engine.target(database.url), [SourceText(name="dump.sql", text=dump)])
    return [step.sql for step in plan.steps]


def test_a_dump_of_partitions_is_their_desired_state(mysql_database: Database) -> None:
    mysql_database.execute(script("partition_kinds"))
    dump = mysql_database.dump()
    assert "PARTITION BY LINEAR KEY" in dump
    assert planned(mysql_database, dump) == []


@pytest.mark.mariadb
def test_a_dump_of_history_is_its_desired_state(mysql_database: Database) -> None:
    mysql_database.execute(script("versioned_kinds"))
    dump = mysql_database.dump()
    assert "WITHOUT OVERLAPS" in dump
    assert planned(mysql_database, dump) == []


def test_a_dump_makes_the_same_partitions_anew(mysql_server: Server, mysql_database: Database) -> None:
    mysql_database.execute(script("partition_kinds"))
    dump = mysql_database.dump("--skip-comments")
    with mysql_server.database() as copy:
        engine.apply(engine.target(copy.url), [SourceText(name="dump.sql", text=dump)])
        assert planned(copy, dump) == []
        assert copy.dump("--skip-comments") == dump
