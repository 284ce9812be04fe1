"""AtlasSchemas of a tree under review: what the change does to each, and an approval that the merge commits."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.cli.conftest import Cli, Result
from tests.review.conftest import committed, git
from tests.review.platform import World
from tests.support.mysql import Database as MySQLDatabase
from tests.support.servers import Database

HEAD = "apiVersion: db.atlasgo.io/v1alpha1\nkind: AtlasSchema\n"
USERS = "CREATE TABLE users (id bigint PRIMARY KEY, name text NOT NULL, phone text);"
WITHOUT = USERS.replace(", phone text", "")
WIDER = USERS.replace("phone text", "phone text, email text")
SECRET = "SCHEMACTL_SECRET_CREDS_URL"
DEPLOY = Path("deploy")


def manifest(
    name: str, sql: str, target: str = "urlFrom: {secretKeyRef: {name: creds, key: url}}", more: str = ""
) -> str:
    return f"{HEAD}metadata:\n  name: {name}\nspec:\n  {target}\n  schema:\n    sql: |\n      {sql}\n{more}"


def write(name: str, text: str) -> None:
    DEPLOY.mkdir(exist_ok=True)
    (DEPLOY / f"{name}.yaml").write_text(text)


@pytest.fixture(autouse=True)
def repository(tmp_path: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """A repository with the manifests app, other and gone, on main; we are on the branch of a change."""
    for name in [it for it in os.environ if it.startswith("SCHEMACTL_")]:
        monkeypatch.delenv(name)
    top = tmp_path / "repository"
    top.mkdir()
    monkeypatch.chdir(top)
    git("init", "--quiet")
    for name in ("app", "other", "gone"):
        write(name, manifest(name, USERS))
    committed()
    git("checkout", "--quiet", "-b", "change")


def review(cli: Cli, *words: str) -> Result:
    return cli("review", "--manifests", "deploy", "--base", "main", "--no-post", *words)


def offline(cli: Cli, *words: str) -> Result:
    return review(cli, "--offline", "--dialect", "postgresql", *words)


@pytest.fixture
def live(postgres_database: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    """The database of all of them, as main has it."""
    postgres_database.execute(USERS)
    monkeypatch.setenv(SECRET, postgres_database.url)
    return postgres_database


def test_what_the_change_does_to_each(cli: Cli) -> None:
    write("app", manifest("app", WIDER))
    write("fresh", manifest("fresh", USERS))
    (DEPLOY / "gone.yaml").unlink()
    done = offline(cli)
    assert done.code == 0, done.out
    assert "2 of 3 databases change; 1 no longer managed" in done.out
    assert "Not planned, for the change leaves them as they are: 1." in done.out
    assert "`default/fresh` (new)" in done.out and "The manifest is new: this is as for an empty database" in done.out
    assert "`default/gone` (removed) | left as it is" in done.out and "Nothing is dropped" in done.out
    assert "ADD COLUMN email" in done.out and "DROP" not in done.out and "other" not in done.out


def test_as_json(cli: Cli) -> None:
    write("app", manifest("app", WIDER))
    (DEPLOY / "gone.yaml").unlink()
    found = json.loads(offline(cli, "--format", "json").out)
    assert found["untouched"] == 1
    assert [(it["name"], it["change"], it["state"], "plan" in it) for it in found["targets"]] == [
        ("default/app", "changed", "changes", True),
        ("default/gone", "removed", "left", False),
    ]


def test_nothing_changed(cli: Cli) -> None:
    Path("schemactl.toml").write_text('to = "of-an-environment.sql"\n')
    done = offline(cli, "--sarif", "found.sarif")
    assert json.loads(Path("found.sarif").read_text())["runs"][0]["results"] == []
    assert done.code == 0 and "No database changes" in done.out and "leaves them as they are: 3." in done.out


def test_what_main_got_meanwhile_is_no_part_of_the_change(cli: Cli) -> None:
    write("app", manifest("app", WIDER))
    committed("the change")
    git("checkout", "--quiet", "main")
    write("other", manifest("other", WIDER))
    write("later", manifest("later", USERS))
    committed("of somebody else")
    git("checkout", "--quiet", "change")
    done = offline(cli)
    assert "1 of 1 database changes" in done.out and "later" not in done.out and "DROP" not in done.out


def test_files_and_config_maps_beside_a_manifest(cli: Cli) -> None:
    (DEPLOY / "schema").mkdir()
    (DEPLOY / "schema" / "users.sql").write_text(USERS)
    config = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: sql}\ndata:\n  a.sql: SQL\n"
    write("config", config.replace("SQL", USERS))
    by_file = manifest("file", "").partition("    sql:")[0] + "    url: file://schema\n"
    by_map = by_file.replace("name: file", "name: map").replace(
        "url: file://schema", "configMapKeyRef: {name: sql, key: a.sql}"
    )
    write("file", f"{by_file}---\n{by_map}")
    committed()
    git("checkout", "--quiet", "-B", "main")
    git("checkout", "--quiet", "-b", "next")
    assert "leaves them as they are: 5." in offline(cli).out
    (DEPLOY / "schema" / "users.sql").write_text(WIDER)
    write("config", config.replace("SQL", WITHOUT))
    done = offline(cli)
    assert done.code == 3 and "`default/file`" in done.out and "`default/map`" in done.out
    assert "ADD COLUMN email" in done.out and "DROP COLUMN phone" in done.out


def test_the_policy_is_that_of_the_manifest(cli: Cli) -> None:
    write("app", manifest("app", WITHOUT))
    waits = offline(cli)
    assert waits.code == 3 and "1 to approve" in waits.out and "An approval is of the plan from the live" in waits.out
    write("app", manifest("app", WITHOUT, more="  policy: {lint: {destructive: {error: true}}}\n"))
    refused = offline(cli)
    assert refused.code == 3 and "1 refused" in refused.out and "spec.policy.allow" in refused.out
    write("app", manifest("app", WIDER, more="  policy: {approval: {mode: Always}}\n"))
    assert "every plan is to be approved" in offline(cli).out
    write("app", manifest("app", WITHOUT, more="  policy: {diff: {skip: {drop_column: true}}}\n"))
    skipped = offline(cli)
    assert skipped.code == 0 and "DROP COLUMN phone" not in skipped.out
    write("app", manifest("app", WITHOUT, more="  exclude: [users.phone]\n"))
    assert offline(cli).code == 3, "without a schema, the pattern is of a schema users"
    write("app", manifest("app", WITHOUT, more="  schemas: [public]\n  exclude: [users.phone]\n"))
    assert offline(cli).code == 0
    renamed = USERS.replace("phone", "telephone")
    write("app", manifest("app", renamed, more="  renames: [{from: public.users.phone, to: public.users.telephone}]\n"))
    assert "RENAME COLUMN phone TO telephone" in offline(cli).out


def test_suspended_is_said(cli: Cli) -> None:
    write("app", manifest("app", WIDER, more="  suspend: true\n"))
    assert "spec.suspend is true" in offline(cli).out


def test_a_manifest_that_cannot_be_read_is_said_and_the_others_are_shown(cli: Cli) -> None:
    write("app", manifest("app", WIDER))
    write("other", manifest("other", USERS, more="  intervall: 5s\n"))
    done = offline(cli)
    assert done.code == 1 and "ADD COLUMN email" in done.out
    assert "there is no such field" in done.out and "deploy/other.yaml" in done.out


def test_a_dialect_is_not_guessed(cli: Cli) -> None:
    write("app", manifest("app", WIDER))
    done = review(cli, "--offline")
    assert done.code == 1 and "nothing says which database it is for" in done.out
    write("app", manifest("app", WIDER, "credentials: {scheme: postgres, host: h, database: d}"))
    assert review(cli, "--offline").code == 0


def test_findings_stand_on_the_lines_of_the_manifest(cli: Cli, world: World) -> None:
    write("app", manifest("app", WITHOUT))
    done = cli("review", "--manifests", "deploy", "--base", "main", "--offline", "--dialect", "postgresql")
    assert "::error file=deploy/app.yaml,line=9," in done.out, done.out
    assert (DEPLOY / "app.yaml").read_text().splitlines()[8].strip() == WITHOUT


@pytest.mark.newest_postgres
def test_a_live_database_is_looked_at(cli: Cli, live: Database) -> None:
    live.execute("ALTER TABLE users ADD COLUMN drifted int")
    write("app", manifest("app", WIDER))
    done = review(cli)
    assert done.code == 3 and "from the live database" in done.out and "DROP COLUMN drifted" in done.out
    assert live.url not in done.out


@pytest.mark.parametrize("way", ["not known", "not reached"])
def test_where_it_is_not_reached_the_plan_is_from_the_base(cli: Cli, monkeypatch: pytest.MonkeyPatch, way: str) -> None:
    write("app", manifest("app", WIDER))
    if way == "not reached":
        monkeypatch.setenv(SECRET, "postgresql://me:hunter2@127.0.0.1:1/app")
    done = review(cli, "--dialect", "postgresql")
    assert done.code == 0, done.out + done.err
    assert "from the base of the change" in done.out and "ADD COLUMN email" in done.out
    said = (
        "there is no key 'url' in a Secret 'creds'"
        if way == "not known"
        else "The database was not looked at \\(cannot"
    )
    assert said in done.out.replace("\\_", "_") or "connect" in done.out
    assert "hunter2" not in done.out + done.err
    insisted = review(cli, "--no-offline")
    assert insisted.code == 1 and "hunter2" not in insisted.out + insisted.err


def test_no_secret_goes_where_the_change_says(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCHEMACTL_SECRET_CREDS_PASSWORD", "hunter2")
    told = "credentials: {scheme: postgres, host: HOST, user: u, passwordFrom: {secretKeyRef: {name: creds, key: password}}}"
    write("app", manifest("app", WIDER, told.replace("HOST", "evil.example")))
    done = review(cli)
    assert done.code == 0 and "no secret is sent to where a change says" in done.out
    assert "may be another one" in done.out
    assert review(cli, "--no-offline").code == 1


@pytest.mark.newest_postgres
def test_approved_by_the_review_run_by_the_agent(cli: Cli, live: Database) -> None:
    write("app", "# of the shop\n" + manifest("app", WITHOUT))
    committed("the change")
    seen = json.loads(review(cli, "--format", "json").out)
    digest = seen["targets"][0]["plan"]["digest"]
    shown = review(cli)
    assert shown.code == 3 and f'db.atlasgo.io/approved-plan: "sha256:{digest}"' in shown.out
    approved = review(cli, "--approve", f"sha256:{digest}")
    assert approved.code == 0, approved.err
    assert "The manifest approves exactly this plan" in approved.out and "commit it with the change" in approved.err
    assert f'  annotations:\n    db.atlasgo.io/approved-plan: "sha256:{digest}"\n' in (DEPLOY / "app.yaml").read_text()
    assert git("diff", "--numstat").split()[:2] == ["2", "0"]
    committed("approve")
    assert review(cli).code == 0
    git("checkout", "--quiet", "main")
    assert "phone" in columns(live)
    git("merge", "--quiet", "--no-edit", "change")
    for name in ("other", "gone"):
        (DEPLOY / f"{name}.yaml").unlink()
    done = cli("agent", "deploy", "--once", "--format", "json")
    events = [json.loads(line) for line in done.out.splitlines()]
    assert next((it["kind"], it["digest"]) for it in events if it["type"] == "event") == ("applied", f"sha256:{digest}")
    assert done.code == 0 and "phone" not in columns(live)


@pytest.mark.newest_postgres
def test_the_agent_runs_no_plan_but_the_approved_one(cli: Cli, live: Database) -> None:
    write("app", manifest("app", WITHOUT))
    assert review(cli, "--approve", "all").code == 0
    for name in ("other", "gone"):
        (DEPLOY / f"{name}.yaml").unlink()
    live.execute("ALTER TABLE users ADD COLUMN salary int")
    assert "is of another plan: of an earlier one" in review(cli).out
    done = cli("agent", "deploy", "--once")
    assert done.code == 3 and "phone" in columns(live) and "salary" in columns(live)


@pytest.mark.newest_postgres
def test_the_digest_of_the_review_approves_all_that_waits(cli: Cli, live: Database) -> None:
    write("app", manifest("app", WITHOUT))
    write("other", manifest("other", WIDER))
    together = json.loads(review(cli, "--format", "json").out)["digest"]
    assert review(cli, "--approve", together).code == 0
    assert "approved-plan" in (DEPLOY / "app.yaml").read_text()
    assert "approved-plan" not in (DEPLOY / "other.yaml").read_text()


@pytest.mark.newest_postgres
def test_what_is_not_approved_is_not_written(cli: Cli, live: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    write("app", manifest("app", WITHOUT))
    before = (DEPLOY / "app.yaml").read_text()
    stale = review(cli, "--approve", "sha256:" + "0" * 64)
    assert stale.code == 4 and "nothing was written" in stale.err
    assert review(cli, "--approve", "yes").code == 64
    assert review(cli, "--approve", "all", "--offline").code == 64
    assert cli("review", "--no-post", "--offline", "--approve", "all").code == 64
    labelled = review(cli, "--approve", "all", "--require-label", "schema-ok")
    assert labelled.code == 3 and "neither the label" in labelled.err
    write("app", manifest("app", WITHOUT, more="  policy: {hazards: {data-loss: refuse}}\n"))
    assert review(cli, "--approve", "all").code == 3
    assert "approved-plan" not in (DEPLOY / "app.yaml").read_text()
    write("app", before)
    monkeypatch.delenv(SECRET)
    from_base = review(cli, "--approve", "all", "--dialect", "postgresql")
    assert from_base.code == 64 and "from the live database" in from_base.err
    assert (DEPLOY / "app.yaml").read_text() == before


@pytest.mark.newest_postgres
def test_what_the_comment_shows_is_approved_for_a_label_and_nothing_else(
    cli: Cli, live: Database, world: World
) -> None:
    write("app", manifest("app", WITHOUT))
    words = ["review", "--manifests", "deploy", "--base", "main", "--require-label", "schema-ok"]
    approving = [*words, "--approve", "comment"]
    assert cli(*words).code == 3
    assert cli(*approving).code == 3, "there is no label"
    world.labels = ["schema-ok"]
    world.said(world.bodies[0].replace("run=", "run=9"), "mallory")
    live.execute("ALTER TABLE users ADD COLUMN salary int")
    stale = cli(*approving)
    assert stale.code == 4 and "nothing was written" in stale.err
    live.execute("ALTER TABLE users DROP COLUMN salary")
    assert "approved-plan" not in (DEPLOY / "app.yaml").read_text()
    assert cli(*words).code == 0
    assert world.statuses[-1][1]["description"].endswith("1 to approve; approved here, 1 will wait in the cluster")
    world.comments.popitem()
    done = cli(*approving)
    assert done.code == 0, done.err
    assert "approved-plan" in (DEPLOY / "app.yaml").read_text()
    world.comments.clear()
    assert "shows no review" in cli(*approving).err


def columns(database: Database) -> set[str]:
    rows = database.query("SELECT column_name FROM information_schema.columns WHERE table_name = 'users'")
    return {str(row[0]) for row in rows}


@pytest.mark.mysql
def test_on_mysql(cli: Cli, mysql_database: MySQLDatabase, monkeypatch: pytest.MonkeyPatch) -> None:
    users = "CREATE TABLE users (id bigint PRIMARY KEY, phone varchar(20));"
    mysql_database.execute(users)
    monkeypatch.setenv(SECRET, mysql_database.url)
    write("app", manifest("app", users.replace("phone", "email")))
    done = review(cli)
    assert done.code == 3 and "`email`" in done.out
    digest = json.loads(review(cli, "--format", "json").out)["targets"][0]["plan"]["digest"]
    assert review(cli, "--approve", digest).code == 0
    for name in ("other", "gone"):
        (DEPLOY / f"{name}.yaml").unlink()
    done = cli("agent", "deploy", "--once", "--format", "json")
    assert done.code == 0 and f"sha256:{digest}" in done.out
