"""The quick start on MySQL and MariaDB, and what a manifest can ask of them alone."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

import pytest

from schemactl.reconcile import Kind
from tests.agent.test_agent import ROOT, once, running
from tests.agent.test_reconcile import Resource, kinds
from tests.support import mysql, postgres
from tests.support.containers import PASSWORD

MANIFESTS = ROOT / "examples" / "mysql"
ORDER = "SELECT column_name FROM information_schema.columns WHERE table_schema = DATABASE() ORDER BY ordinal_position"
KEYS = (
    "SELECT index_name, column_name, non_unique FROM information_schema.statistics"
    " WHERE table_schema = DATABASE() ORDER BY 1"
)


@pytest.fixture(params=["mysql", "own"])
def url(request: pytest.FixtureRequest, mysql_database: mysql.Database) -> str:
    """Of the database, as the quick start writes it, and with the server's own word, which is mariadb on MariaDB."""
    scheme, rest = mysql_database.url.split("://")
    return f"{'mysql' if request.param == 'mysql' else scheme}://{rest}"


def test_the_quick_start(mysql_database: mysql.Database, url: str) -> None:
    env = {"SCHEMACTL_SECRET_MYSQL_CREDENTIALS_URL": url}
    done = once(MANIFESTS, env=env)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "default/atlasschema-mysql  applied   CREATE TABLE" in done.stdout
    assert done.stdout.splitlines()[-1].split()[:4] == ["default/atlasschema-mysql", "True", "Applied", "False"]
    assert PASSWORD not in done.stdout + done.stderr
    assert quote(PASSWORD, safe="") not in done.stdout + done.stderr
    assert [name for (name,) in mysql_database.query(ORDER)] == ["id", "name", "email", "short_bio"]
    assert mysql_database.query(KEYS) == [("email", "email", "0"), ("PRIMARY", "id", "0")]
    mysql_database.execute("INSERT INTO users (name, email, short_bio) VALUES ('a', 'a@b', ''), ('b', 'b@b', '')")
    assert mysql_database.query("SELECT id FROM users ORDER BY id") == [("1",), ("2",)]
    again = once(MANIFESTS, env=env)
    assert again.returncode == 0
    assert "applied " not in again.stdout


def test_drift_of_the_quick_start_is_healed(mysql_database: mysql.Database, tree: Path) -> None:
    for manifest in MANIFESTS.iterdir():
        (tree / manifest.name).write_text(manifest.read_text(encoding="utf-8"), encoding="utf-8")
    env = {"SCHEMACTL_SECRET_MYSQL_CREDENTIALS_URL": mysql_database.url}
    with running(tree, env=env) as agent:
        agent.wait_for("atlasschema-mysql  applied")
        mysql_database.execute("ALTER TABLE users DROP COLUMN short_bio, DROP INDEX email")
        agent.wait_for("atlasschema-mysql  drift")
        agent.wait_for("atlasschema-mysql  healed")
    assert ("short_bio",) in mysql_database.query(ORDER)
    assert ("email", "email", "0") in mysql_database.query(KEYS)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    directory = tmp_path / "deploy"
    directory.mkdir()
    return directory


def test_columns_move_where_the_policy_asks_for_it(mysql_database: mysql.Database) -> None:
    mysql_database.execute("CREATE TABLE t (a int, b int)")
    app = Resource(mysql_database.url, "CREATE TABLE t (b int, c int, a int)")
    assert kinds(app.look()) == [Kind.APPLIED]
    assert mysql_database.query(ORDER) == [("a",), ("b",), ("c",)]
    assert app.look().report == ()
    app.change(policy={"diff": {"column_order": True}})
    assert kinds(app.look()) == [Kind.APPLIED]  # no drift: somebody asked for it
    assert mysql_database.query(ORDER) == [("b",), ("c",), ("a",)]
    assert app.look().report == ()


@pytest.mark.newest_postgres
def test_postgres_moves_no_columns(postgres_database: postgres.Database) -> None:
    app = Resource(postgres_database.url, "CREATE TABLE t (a int);", policy={"diff": {"column_order": True}})
    (report,) = app.look().report
    assert report.kind is Kind.STALLED
    assert "cannot move a column" in report.message
    assert "column_order" in report.hint
