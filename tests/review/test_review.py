"""`schemactl review` on real databases, with a repository, and a platform that takes its comments."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from schemactl.plan import decode
from tests.cli.conftest import Cli
from tests.review.conftest import committed, git
from tests.review.platform import HEAD, TOKEN, Refusal, World
from tests.support.mysql import Database as MySQLDatabase
from tests.support.servers import Database

BEFORE = "CREATE TABLE users (id bigint PRIMARY KEY, name text NOT NULL, phone text);\n"
AFTER = "CREATE TABLE users (id bigint PRIMARY KEY, name text NOT NULL, email text NOT NULL DEFAULT '');\n"
ADDED = BEFORE.replace("phone text", "phone text, email text")


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository whose HEAD has BEFORE, with two environments that take their URLs from variables."""
    top = tmp_path / "repository"
    (top / "schema").mkdir(parents=True)
    (top / "schema" / "users.sql").write_text(BEFORE)
    (top / "schemactl.toml").write_text(
        'to = ["schema"]\n'
        '[env.prod]\nurl = { env = "PROD_URL" }\n[env.prod.policy]\ndata-loss = "approve"\n'
        '[env.stage]\nurl = { env = "STAGE_URL" }\n'
    )
    monkeypatch.chdir(top)
    git("init", "--quiet")
    committed()
    return top


@pytest.fixture
def prod(postgres_database: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    """The database of the environment prod, as HEAD has it."""
    postgres_database.execute(BEFORE)
    monkeypatch.setenv("PROD_URL", postgres_database.url)
    return postgres_database


def change(repository: Path, text: str) -> None:
    (repository / "schema" / "users.sql").write_text(text)


@pytest.mark.newest_postgres
def test_what_was_reviewed_is_what_is_applied(
    cli: Cli, prod: Database, repository: Path, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    change(repository, AFTER)
    words = ["review", "--target", "prod", "--artifacts", "plans", "--require-label", "schema-ok"]
    done = cli(*words)
    assert done.code == 3, done.err
    (body,) = world.bodies
    plan = decode((repository / "plans" / "prod.json").read_bytes())
    assert f"--approve-digest sha256:{plan.digest}" in body and "1 to approve" in body
    assert world.statuses[-1] == (HEAD, {**world.statuses[-1][1], "state": "pending", "context": "schemactl/schema"})
    assert "::error file=schema/users.sql,line=1" in done.out
    assert Path(os.environ["GITHUB_STEP_SUMMARY"]).read_text() in body

    world.labels.append("schema-ok")
    monkeypatch.setenv("GITHUB_RUN_NUMBER", "2")
    assert cli(*words).code == 0
    assert world.statuses[-1][1]["state"] == "success"

    applied = cli("apply", "--plan", "plans/prod.json", "--env", "prod", "--approve-digest", f"sha256:{plan.digest}")
    assert applied.code == 0, applied.err
    monkeypatch.setenv("GITHUB_RUN_NUMBER", "3")
    assert cli(*words).code == 0
    assert len(world.bodies) == 1 and "No database changes" in world.bodies[0]


@pytest.mark.newest_postgres
def test_a_plan_that_was_overtaken_is_refused(cli: Cli, prod: Database, repository: Path, world: World) -> None:
    change(repository, ADDED)
    assert cli("review", "--target", "prod", "--artifacts", "plans").code == 0
    prod.execute("ALTER TABLE users ADD COLUMN other int")
    assert cli("apply", "--plan", "plans/prod.json", "--env", "prod", "--auto-approve").code == 4


@pytest.mark.newest_postgres
def test_one_database_is_down(
    cli: Cli, prod: Database, repository: Path, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STAGE_URL", "postgresql://me:hunter2@127.0.0.1:1/stage")
    change(repository, ADDED)
    done = cli("review")
    assert done.code == 1
    (body,) = world.bodies
    assert "1 could not be planned" in body and "ADD COLUMN email" in body
    assert "hunter2" not in body + done.out + done.err
    assert world.statuses[-1][1]["state"] == "failure"


def test_without_databases_from_the_base(cli: Cli, repository: Path, world: World) -> None:
    change(repository, AFTER)
    assert cli("review", "--offline").code == 3
    (body,) = world.bodies
    assert "The database was not looked at" in body and "DROP COLUMN phone" in body


def test_a_new_schema_has_no_base(cli: Cli, repository: Path, world: World) -> None:
    (repository / "new.sql").write_text(BEFORE)
    assert cli("review", "--target", "prod", "--offline", "--to", "new.sql").code == 0
    assert "CREATE TABLE" in world.bodies[0]


def test_a_commit_that_is_not_there_is_said(cli: Cli, repository: Path, world: World) -> None:
    done = cli("review", "--offline", "--base", "no-such-branch")
    assert done.code == 1 and "no-such-branch" in done.err
    assert "fetch" in done.err
    assert world.bodies == []


@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_platform_that_takes_no_comment_changes_no_verdict(
    cli: Cli,
    repository: Path,
    world: World,
    status: int,
) -> None:
    world.refusals.append(Refusal(status, times=99))
    change(repository, AFTER)
    done = cli("review", "--offline", "--output", "review.md")
    assert done.code == 3
    assert "warning: not posted" in done.err and TOKEN not in done.err
    assert "DROP COLUMN phone" in (repository / "review.md").read_text()


def test_without_a_token(cli: Cli, repository: Path, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GITHUB_TOKEN")
    done = cli("review", "--offline")
    assert done.code == 64 and "SCHEMACTL_TOKEN" in done.err
    assert cli("review", "--offline", "--no-post", "--base", "HEAD").code == 0


@pytest.mark.mysql
def test_on_mysql(
    cli: Cli,
    mysql_database: MySQLDatabase,
    repository: Path,
    world: World,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    mysql_database.execute("CREATE TABLE users (id bigint PRIMARY KEY, phone varchar(20))")
    monkeypatch.setenv("STAGE_URL", mysql_database.url)
    change(repository, "CREATE TABLE users (id bigint PRIMARY KEY, phone varchar(20), email varchar(80));")
    assert cli("review", "--target", "stage").code == 0
    assert "ADD COLUMN `email`" in world.bodies[0]


def test_as_json(cli: Cli, repository: Path) -> None:
    change(repository, AFTER)
    done = cli("review", "--offline", "--base", "HEAD", "--no-post", "--format", "json")
    found = json.loads(done.out)
    assert (found["state"], [it["name"] for it in found["targets"]]) == ("refused", ["prod", "stage"])
    assert all(it["plan"]["groups"] for it in found["targets"])
