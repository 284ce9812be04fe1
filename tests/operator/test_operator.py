"""The operator on a real API server with real databases, from end to end."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.operator.cluster import Running, Team, assert_no_password, columns, schema, secret, until
from tests.support.elsewhere import git, served
from tests.support.kube import ROOT
from tests.support.servers import Database

pytestmark = pytest.mark.newest_postgres
Operate = Callable[..., Running]
MORE = "CREATE TABLE users (id integer PRIMARY KEY, nick text, mail text);"
LESS = "CREATE TABLE users (id integer PRIMARY KEY);"


def test_a_manifest_is_applied_and_told_of_without_a_secret(
    team: Team, operate: Operate, postgres_database: Database
) -> None:
    operator = operate()
    team.apply(secret(postgres_database.url), schema("app"))
    team.wait("app")
    assert columns(postgres_database) == ["id", "nick"]
    found = team.get("app")
    assert found["status"]["observedGeneration"] == 1
    assert "kopf" not in json.dumps(found["metadata"])
    assert "finalizers" not in found["metadata"]
    until(lambda: any(reason == "Applied" for _, reason, _ in team.events()), "an event of it")
    assert operator.get("/healthz") == (200, "ok\n")
    assert operator.get("/readyz") == (200, "ok\n")
    labels = f'{{name="app",namespace="{team.name}"}}'
    assert operator.metric(f"schemactl_resource_ready{labels}") == 1
    assert operator.metric("schemactl_apply_statements_total") == 1
    line = next(line for line in operator.lines() if line["msg"].startswith("applied"))
    assert (line["namespace"], line["name"], line["generation"]) == (team.name, "app", 1)
    assert line["plan_digest"] == found["status"]["history"][0]["digest"]
    assert operator.stop() == 0
    assert_no_password(operator.text + team.everything(), postgres_database.url)


def test_nothing_is_written_while_nothing_changes(team: Team, operate: Operate, postgres_database: Database) -> None:
    operator = operate()
    team.apply(secret(postgres_database.url), schema("app", interval="1s"))
    team.wait_applied("app")
    version, writes = team.get("app")["metadata"]["resourceVersion"], operator.metric("schemactl_status_writes_total")
    looks = operator.metric('schemactl_reconcile_total{result="ready"}')
    until(lambda: operator.metric('schemactl_reconcile_total{result="ready"}') >= looks + 3, "further looks")
    assert team.get("app")["metadata"]["resourceVersion"] == version
    assert operator.metric("schemactl_status_writes_total") == writes


def test_a_restart_changes_nothing(team: Team, operate: Operate, postgres_database: Database) -> None:
    first = operate()
    team.apply(secret(postgres_database.url), schema("app"))
    team.wait_applied("app")
    before = team.get("app")
    assert first.stop() == 0
    second = operate()
    until(lambda: second.metric('schemactl_reconcile_total{result="ready"}') >= 1, "a look of the second")
    after = team.get("app")
    for found in (before, after):
        # A server may move the mark by itself, and then a look is done in full.
        found["status"].pop("mark", None)
        found["metadata"].pop("resourceVersion")
        found["metadata"].pop("managedFields", None)
    assert after == before


def test_drift_is_healed(customer: Team, postgres_database: Database) -> None:
    customer.apply(secret(postgres_database.url), schema("app", interval="1s"))
    customer.wait_applied("app")
    postgres_database.execute("ALTER TABLE users DROP COLUMN nick")
    until(lambda: columns(postgres_database) == ["id", "nick"], "the column is back")
    until(lambda: any(reason == "Healed" for _, reason, _ in customer.events()), "an event of it")
    told = {(kind, reason) for kind, reason, _ in customer.events()}
    assert told >= {("Normal", "Applied"), ("Warning", "DriftDetected"), ("Normal", "Healed")}


@pytest.mark.parametrize("mode", ["Report", "Ignore"])
def test_drift_is_left_alone(customer: Team, postgres_database: Database, mode: str) -> None:
    customer.apply(secret(postgres_database.url), schema("app", interval="1s", policy={"drift": {"mode": mode}}))
    customer.wait_applied("app")
    postgres_database.execute("ALTER TABLE users DROP COLUMN nick")
    until(lambda: customer.condition("app", "Drifted").get("status") == "True", "it is seen")
    assert "ADD COLUMN" in customer.condition("app", "Drifted")["message"]
    assert columns(postgres_database) == ["id"]
    assert any(reason == "DriftDetected" for _, reason, _ in customer.events()) is (mode == "Report")


def test_a_plan_that_loses_data_waits_and_only_the_approved_one_runs(
    customer: Team, postgres_database: Database
) -> None:
    customer.apply(secret(postgres_database.url), schema("app"))
    customer.wait_applied("app")
    customer.patch("app", {"schema": {"sql": LESS}})
    customer.wait_reason("app", "ApprovalPending")
    overtaken = customer.status("app")["plan"]["digest"]
    postgres_database.execute("ALTER TABLE users ADD COLUMN tmp integer")
    approved = _approve(customer, "app", "--digest", overtaken)
    assert approved.returncode == 0, approved.stderr
    until(
        lambda: customer.condition("app", "Approved").get("reason") == "PlanOvertaken", "the approval is worth nothing"
    )
    assert columns(postgres_database) == ["id", "nick", "tmp"]
    asked = _approve(customer, "app")
    assert asked.returncode == 3
    assert "DROP COLUMN" in asked.stdout
    digest = customer.status("app")["plan"]["digest"]
    assert digest in asked.stderr
    assert _approve(customer, "app", "--digest", overtaken).returncode == 4
    assert _approve(customer, "app", "--digest", digest).returncode == 0
    customer.wait_applied("app")
    assert columns(postgres_database) == ["id"]
    assert _approve(customer, "app").returncode == 3


def test_a_request_for_a_look_is_echoed(customer: Team, postgres_database: Database) -> None:
    customer.apply(secret(postgres_database.url), schema("app", interval="1h"))
    customer.wait_applied("app")
    postgres_database.execute("ALTER TABLE users DROP COLUMN nick")
    customer.kubectl("annotate", "atlasschema/app", "db.atlasgo.io/reconcile-requested-at=now")
    until(lambda: customer.status("app").get("lastHandledReconcileAt") == "now", "the request is echoed")
    assert columns(postgres_database) == ["id", "nick"]


def test_suspended_means_untouched(customer: Team, postgres_database: Database) -> None:
    customer.apply(secret(postgres_database.url), schema("app", interval="1s", suspend=True))
    customer.wait_reason("app", "Suspended")
    assert columns(postgres_database) == []
    customer.patch("app", {"suspend": False})
    customer.wait_applied("app")
    assert columns(postgres_database) == ["id", "nick"]


def test_a_resource_deleted_and_made_again(customer: Team, operator: Running, postgres_database: Database) -> None:
    customer.apply(secret(postgres_database.url), schema("app"))
    customer.wait_applied("app")
    customer.kubectl("delete", "atlasschema/app", "--timeout=20s")
    labels = f'{{name="app",namespace="{customer.name}"}}'
    until(lambda: f"schemactl_resource_ready{labels}" not in operator.get("/metrics")[1], "its series is gone")
    assert columns(postgres_database) == ["id", "nick"], "the database is left as it is"
    customer.apply(schema("app", MORE))
    customer.wait_applied("app")
    assert columns(postgres_database) == ["id", "mail", "nick"]


def test_a_schema_of_400_kilobytes(customer: Team, postgres_database: Database) -> None:
    """More than an annotation holds, so it is not applied by kubectl's own bookkeeping either."""
    comment = "x" * 3500
    sql = USERS_AND + "".join(f"COMMENT ON COLUMN wide.c{i} IS '{i}{comment}';\n" for i in range(115))
    assert len(sql) > 400_000
    customer.apply(secret(postgres_database.url))
    customer.kubectl("create", "-f", "-", given=json.dumps(schema("app", sql, labels=customer.labels)))
    customer.wait_applied("app")
    assert len(columns(postgres_database, "wide")) == 115
    assert len(json.dumps(customer.status("app"))) < 40_000
    plan = customer.status("app")["plan"]
    kept = json.loads(customer.kubectl("get", "configmap", plan["configMap"], "-o", "json"))
    assert kept["data"]["digest"] == plan["digest"]
    assert kept["data"]["plan.sql"].count("COMMENT ON COLUMN") == 115
    assert kept["metadata"]["ownerReferences"][0]["uid"] == customer.get("app")["metadata"]["uid"]


USERS_AND = "CREATE TABLE wide (" + ", ".join(f"c{i} integer" for i in range(115)) + ");\n"


def test_what_kubectl_get_shows(customer: Team, postgres_database: Database) -> None:
    customer.apply(secret(postgres_database.url), schema("app"))
    customer.wait_applied("app")
    header, row = (line.split() for line in customer.kubectl("get", "atlasschema", "app").splitlines())
    assert header == ["NAME", "READY", "STATUS", "TARGET", "DRIFT", "AGE"]
    assert row[:3] == ["app", "True", "Applied"]
    assert row[3] == customer.status("app")["target"]
    assert row[4] == "False"
    assert "@" not in row[3]


def test_a_schema_elsewhere(team: Team, operate: Operate, postgres_database: Database, tmp_path: Path) -> None:
    """Of a directory of the operator's, and of a repository; what its options do not name is not read."""
    (tmp_path / "db").mkdir()
    (tmp_path / "db" / "app.sql").write_text(LESS)
    operate("--schema-from", f"file://{tmp_path}/db")
    team.apply(secret(postgres_database.url))
    team.apply(schema("app", schema={"url": f"file://{tmp_path}/db"}, interval="1s"))
    team.wait_applied("app")
    assert columns(postgres_database) == ["id"]
    (tmp_path / "db" / "app.sql").write_text(MORE)
    until(lambda: columns(postgres_database) == ["id", "mail", "nick"], "what changed is seen by the next look")
    team.apply(schema("other", schema={"url": "file:///etc/passwd"}))
    refused = team.wait_reason("other", "ReadSchema")
    assert "may not read this file URL" in refused["message"]
    team.apply(schema("git", schema={"url": f"git+file://{tmp_path}//db"}))
    assert "may not read this git+file URL" in team.wait_reason("git", "ReadSchema")["message"]


def test_a_schema_of_a_web_site_and_of_a_repository(
    team: Team, operate: Operate, postgres_database: Database, tmp_path: Path
) -> None:
    """First what a digest names, then what a branch holds: a commit is applied by the next look."""
    (tmp_path / "db").mkdir()
    (tmp_path / "db" / "app.sql").write_text(LESS)
    git(tmp_path, "init", "-q", "-b", "main")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-q", "-m", "first")
    digest = hashlib.sha256(LESS.encode()).hexdigest()
    with served({"/app.sql": LESS.encode()}) as site:
        operate("--schema-from", f"{site}/", "--schema-from", f"git+file://{tmp_path}")
        team.apply(secret(postgres_database.url))
        team.apply(schema("app", schema={"url": f"{site}/app.sql#sha256={'0' * 64}"}))
        assert "is not what its digest says" in team.wait_reason("app", "ReadSchema")["message"]
        assert columns(postgres_database) == []
        team.apply(schema("app", schema={"url": f"{site}/app.sql#sha256={digest}"}))
        team.wait_applied("app")
        assert columns(postgres_database) == ["id"]
    team.apply(schema("app", schema={"url": f"git+file://{tmp_path}//db/app.sql?ref=main"}, interval="1s"))
    (tmp_path / "db" / "app.sql").write_text(MORE)
    git(tmp_path, "commit", "-q", "-a", "-m", "second")
    until(lambda: columns(postgres_database) == ["id", "mail", "nick"], "a commit is seen by the next look")


def test_what_is_wrong_with_a_manifest_is_in_its_status(customer: Team, operator: Running) -> None:
    customer.apply(schema("app", url="postgresql://me:hidden@127.0.0.1:1/app", schema={}))
    ready = customer.wait_reason("app", "ReadSchema")
    assert ready["status"] == "False"
    assert customer.condition("app", "Stalled")["status"] == "True"
    assert "hidden" not in json.dumps(customer.status("app")) + json.dumps(customer.events()) + operator.text


def _approve(team: Team, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "schemactl", "approve", "-n", team.name, *arguments],
        cwd=ROOT,
        env=team.cluster.environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
    )
