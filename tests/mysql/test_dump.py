"""What mysqldump and mariadb-dump print is a valid desired state: of its own database, and for an empty one.

The odd schema has one of each: types, defaults, keys, generated columns, checks, views over views, programs.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from schemactl import engine
from schemactl.dialect import SourceText
from tests.support import catalog_mysql
from tests.support.catalog import difference
from tests.support.mysql import Database

ODD = Path(__file__).parent / "odd"
VARIANTS = {
    "plain": (),
    "databases": ("--databases",),
    "drop": ("--add-drop-database", "--databases", "--add-drop-trigger"),
    "locks": ("--add-locks", "--lock-tables"),
    "bare": ("--skip-comments", "--compact"),
    "create": ("--skip-add-drop-table", "--skip-set-charset", "--skip-tz-utc"),
    "unquoted": ("--skip-quote-names",),
    "gtid": ("--set-gtid-purged=AUTO",),
}


@pytest.fixture
def odd(mysql_database: Database) -> Database:
    mysql_database.client(_text(mysql_database))
    return mysql_database


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
    if odd.mariadb and variant == "gtid":
        pytest.skip("mysqldump alone knows it")
    assert _plan(odd, odd.dump(*options)) == ""


def test_a_dump_makes_an_empty_database_equal(odd: Database) -> None:
    """One of the same name: mariadb-dump names the database in defaults from sequences."""
    dump, want = odd.dump(), catalog_mysql.facts(odd)
    odd.execute(f"DROP DATABASE {odd.name}; CREATE DATABASE {odd.name}")
    engine.apply(engine.target(odd.url), [SourceText(name="dump.sql", text=dump)])
    assert _plan(odd, dump) == ""
    assert difference(catalog_mysql.facts(odd), want, dump) == ""
