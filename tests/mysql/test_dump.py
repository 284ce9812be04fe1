"""What mysqldump and mariadb-dump print is a valid desired state: of its own database, and for an empty one.

The odd schema has one of each: types, defaults, keys, generated columns, checks, views over views, programs.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from schemactl import engine
from schemactl.dialect import SourceText
from tests.support import catalog_mysql
from tests.support.catalog import difference
from tests.support.mysql import Database, Server

ODD = Path(__file__).parent / "odd"
#: What mysqldump alone has: MariaDB's has no transactions by GTID to put in.
MYSQL_ONLY = ("--set-gtid-purged=AUTO",)
VARIANTS = {
    "plain": (),
    "databases": ("--databases",),
    "drop": ("--add-drop-database", "--databases", "--add-drop-trigger"),
    "locks": ("--add-locks", "--lock-tables"),
    "bare": ("--skip-opt", "--skip-comments", "--compact"),
    "create": ("--skip-add-drop-table", "--skip-set-charset", "--skip-tz-utc"),
    "ansi": ("--compatible=ansi",),
    "unquoted": ("--skip-quote-names",),
    "gtid": MYSQL_ONLY,
}


@pytest.fixture
def odd(mysql_server: Server) -> Iterator[Database]:
    with mysql_server.database() as database:
        database.client(_text(database))
        yield database


def _text(database: Database) -> str:
    own = "mariadb.sql" if database.mariadb else "mysql.sql"
    return "".join((ODD / name).read_text(encoding="utf-8") for name in ("common.sql", own))


def _plan(database: Database, text: str) -> str:
    plan = engine.plan(engine.target(database.url), [SourceText(name="dump.sql", text=text)])
    return "\n".join(step.sql for step in plan.steps)


def test_the_odd_schema_is_its_own_desired_state(odd: Database) -> None:
    assert _plan(odd, _text(odd)) == ""


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_dump_is_no_change_against_its_own_database(odd: Database, variant: str) -> None:
    options = VARIANTS[variant]
    if odd.mariadb and options == MYSQL_ONLY:
        options = ()
    assert _plan(odd, odd.dump(*options)) == ""


def test_a_dump_makes_an_empty_database_equal(odd: Database, mysql_server: Server) -> None:
    dump = odd.dump()
    with mysql_server.database() as empty:
        source = [SourceText(name="dump.sql", text=dump)]
        engine.apply(engine.target(empty.url), source)
        assert _plan(empty, dump) == ""
        got, want = catalog_mysql.facts(empty), catalog_mysql.facts(odd)
        assert difference(got, want, dump) == ""
