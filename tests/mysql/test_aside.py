"""Where the user may make nothing temporary on the target: what is asked instead, and what is left of it."""

from __future__ import annotations

import pytest

from schemactl import engine
from schemactl.dialect import SourceText
from schemactl.engine import SCRATCH
from schemactl.errors import PermissionError_, UsageError
from tests.mysql.users import somebody
from tests.support.mysql import Database, Server

LIVE = "CREATE TABLE t (id int PRIMARY KEY, a int, CHECK (a > 0 AND a < 10), b varchar(10) DEFAULT 'x');"
OTHER = [SourceText(name="schema.sql", text=LIVE.replace("a < 10", "a < 11"))]


def made(database: Database, user: str) -> None:
    database.execute(LIVE)
    database.execute(f"GRANT SELECT, SHOW VIEW, ALTER ON {database.name}.* TO {user}")


def scratches(database: Database) -> list[tuple[str | None, ...]]:
    return database.query("SELECT schema_name FROM information_schema.schemata WHERE schema_name LIKE 'schemactl%'")


def test_without_the_right_it_is_named_and_so_is_the_way_out(mysql_database: Database) -> None:
    with somebody(mysql_database) as (user, url):
        made(mysql_database, user)
        with pytest.raises(PermissionError_, match="cannot be compared") as caught:
            engine.plan(engine.target(url), OTHER)
    assert "CREATE TEMPORARY TABLES" in caught.value.hint and "--dev-url" in caught.value.hint


def test_a_scratch_database_is_asked_and_dropped(mysql_database: Database) -> None:
    with somebody(mysql_database) as (user, url):
        made(mysql_database, user)
        mysql_database.execute(f"GRANT ALL ON `schemactl\\_scratch\\_%`.* TO {user}")
        assert len(engine.plan(engine.target(url, dev=SCRATCH), OTHER).steps) == 1
        assert engine.plan(engine.target(url, dev=SCRATCH), [SourceText(name="s", text=LIVE)]).is_empty
    assert scratches(mysql_database) == []


def test_so_is_a_database_of_another_server(mysql_database: Database, mysql_server: Server) -> None:
    with somebody(mysql_database) as (user, url), mysql_server.database() as dev:
        made(mysql_database, user)
        target = engine.target(url, dev=dev.url)
        assert engine.plan(target, [SourceText(name="s", text=LIVE.replace("'x'", '"x"'))]).is_empty
        assert len(engine.plan(target, OTHER).steps) == 1
        assert dev.query("SHOW TABLES") == []


def test_the_target_is_never_the_dev_database(mysql_database: Database) -> None:
    with pytest.raises(UsageError, match="the target itself"):
        engine.target(mysql_database.url, dev=mysql_database.url)
