"""Bad input and what it gets: one error with its code, place and remedy, exit 1, and nothing changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Cli
from tests.support.servers import Database

pytestmark = pytest.mark.newest_postgres

NOTHING = "SELECT count(*)::text FROM pg_class WHERE relnamespace = 'public'::regnamespace"


@pytest.mark.parametrize(
    ("sql", "code", "place", "says"),
    [
        ("CREATE TABEL t (id int);", "E101", "1:8", "TABEL"),
        ("CREATE TABLE t (id int,);", "E101", "1:24", ""),
        ("CREATE TABLE t (id int", "E101", "1:", ""),
        ("CREATE TABLE t (a text DEFAULT 'x);", "E101", "1:", ""),
        ("CREATE TABLE t (\n  a nosuchtype\n);", "E102", "2:3", "nosuchtype"),
        ("CREATE TABLE t (a int);\nINSERT INTO t VALUES (1);", "E103", "2:1", "INSERT"),
        ("SELECT 1;", "E103", "1:1", "SELECT"),
        ("DROP DATABASE production;", "E1", "1:", ""),
        ("CREATE TABLE t (a int);\nCREATE TABLE t (b int);", "E104", "2:14", "public.t"),
        ("CREATE TABLE t (a int, a text);", "E104", "1:24", "a"),
        ("CREATE TABLE t (a int REFERENCES nowhere (id));", "E105", "1:", "nowhere"),
        ("CREATE TABLE t (a int);\nCREATE INDEX ON t (b);", "E105", "2:20", "b"),
        ("COMMENT ON TABLE t IS 'x';", "E105", "1:", "t"),
        ("CREATE TABLE app.t (a int);", "E105", "1:", "schema"),
        ("CREATE SUBSCRIPTION s CONNECTION 'host=x password=S3cret' PUBLICATION p;", "E106", "1:", "subscription"),
        ("CREATE TABLE t (a int) TABLESPACE fast;", "E106", "1:24", "TABLESPACE"),
    ],
)
def test_bad_sql(
    cli: Cli, tmp_path: Path, postgres_database: Database, sql: str, code: str, place: str, says: str
) -> None:
    file = tmp_path / "schema.sql"
    file.write_text(sql)
    result = cli("apply", "--url", postgres_database.url, "--to", file, "--auto-approve", "--allow", "all")
    assert result.code == 1, result
    assert result.err.count("error[") == 1
    assert f"error[{code}" in result.err
    assert f"schema.sql:{place}" in result.err
    assert says in result.err
    assert "help: " in result.err
    assert "S3cret" not in result.out + result.err
    assert postgres_database.query(NOTHING) == [("0",)]


def test_a_read_only_database_can_be_planned_and_not_changed(
    cli: Cli, tmp_path: Path, postgres_database: Database
) -> None:
    (tmp_path / "schema.sql").write_text("CREATE TABLE t (a int);")
    postgres_database.execute(f"ALTER DATABASE {postgres_database.name} SET default_transaction_read_only = on")
    planned = cli("plan", "--url", postgres_database.url, "--to", "schema.sql", "--detailed-exitcode")
    assert planned.code == 2
    result = cli("apply", "--url", postgres_database.url, "--to", "schema.sql", "--auto-approve")
    assert result.code == 1
    assert "error[E204]" in result.err
    assert "help: " in result.err


def test_missing_rights_are_named(cli: Cli, tmp_path: Path, postgres_database: Database) -> None:
    (tmp_path / "schema.sql").write_text("CREATE TABLE t (a int, b int);")
    role = f"reader_{postgres_database.name}"
    postgres_database.execute(f"CREATE TABLE t (a int); CREATE ROLE {role} LOGIN PASSWORD 'S3cret-word'")
    try:
        head, _, tail = postgres_database.url.partition("://")[2].rpartition("@")
        assert head
        url = f"postgresql://{role}:S3cret-word@{tail}"
        result = cli("apply", "--url", url, "--to", "schema.sql", "--auto-approve")
        assert result.code == 1
        assert "error[E205]" in result.err
        assert "must be owner of table t" in result.err
        assert "S3cret" not in result.out + result.err
    finally:
        postgres_database.execute(f"DROP OWNED BY {role}; DROP ROLE {role}")


def test_data_that_does_not_fit_fails_the_step_and_nothing_is_left_half_done(
    cli: Cli, tmp_path: Path, postgres_database: Database
) -> None:
    (tmp_path / "schema.sql").write_text("CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE z (n int UNIQUE);")
    postgres_database.execute("CREATE TABLE z (n int); INSERT INTO z VALUES (1), (1)")
    result = cli("apply", "--url", postgres_database.url, "--to", "schema.sql", "--auto-approve")
    assert result.code == 1
    assert "error[E305]" in result.err
    assert "public.z.z_n_key" in result.err
    assert "(1)" in result.err  # the server's own detail names the value
    assert postgres_database.query("SELECT to_regclass('a')::text") == [(None,)]
    postgres_database.execute("DELETE FROM z")
    assert cli("apply", "--url", postgres_database.url, "--to", "schema.sql", "--auto-approve").code == 0
