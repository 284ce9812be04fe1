"""What the Atlas operator's own end-to-end suite asks of an AtlasSchema, where it takes no token: the same manifests,
waits, conditions and messages, told anew.

Left out are the ones about its dev databases' pods, and about versioned migrations.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.operator.cluster import Object, Running, Team, columns, config_map, schema, secret, until
from tests.support import mysql
from tests.support.kube import Kube
from tests.support.servers import Database

Operate = Callable[..., Running]
V1 = """CREATE TABLE users (
  id int NOT NULL AUTO_INCREMENT, name varchar(255) NOT NULL, email varchar(255) UNIQUE NOT NULL,
  short_bio varchar(255) NOT NULL, PRIMARY KEY (id));"""
V2 = V1.replace("short_bio varchar(255) NOT NULL,", "short_bio varchar(255) NOT NULL, phone varchar(255) NOT NULL,")
NO_BIO = V1.replace("short_bio varchar(255) NOT NULL,", "")
DESTRUCTIVE = {"lint": {"destructive": {"error": True}}}
AnyDatabase = Database | mysql.Database

my = pytest.mark.mysql("9.7")
maria = pytest.mark.mariadb("11.8")


def fields(database: mysql.Database) -> list[str]:
    query = (
        "SELECT column_name FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = 'users'"
    )
    return [str(row[0]) for row in database.query(f"{query} ORDER BY ordinal_position")]


@pytest.mark.newest_postgres
def test_postgres(customer: Team, postgres_database: Database) -> None:
    sql = "CREATE TABLE users2 (id int NOT NULL, PRIMARY KEY (id));"
    customer.apply(secret(postgres_database.url, "db-creds"))
    customer.apply(schema("postgres", sql, urlFrom={"secretKeyRef": {"name": "db-creds", "key": "url"}}))
    customer.wait("postgres")
    assert columns(postgres_database, "users2") == ["id"]


@my
@maria
def test_mysql_and_mariadb_from_a_config_map(customer: Team, mysql_database: mysql.Database) -> None:
    mysql_database.execute("CREATE TABLE ignore_me (c int)")
    policy = {"lint": {"destructive": {"error": True}}, "diff": {"skip": {"drop_column": True}}}
    ref = {"configMapKeyRef": {"name": "schema", "key": "schema.sql"}}
    customer.apply(secret(mysql_database.url), config_map(V1))
    customer.apply(schema("mysql", schema=ref, exclude=["ignore_me"], policy=policy))
    customer.wait("mysql")
    assert fields(mysql_database) == ["id", "name", "email", "short_bio"]
    with customer.watching_for("mysql", "ready=false"):
        customer.apply(config_map(V2))
    customer.wait("mysql")
    assert sorted(fields(mysql_database)) == ["email", "id", "name", "phone", "short_bio"]
    assert mysql_database.query("SELECT count(*) FROM ignore_me") == [("0",)]


@my
@pytest.mark.parametrize("by", ["spec", "config map"])
def test_the_hash_follows_the_schema(customer: Team, mysql_database: mysql.Database, by: str) -> None:
    def state(sql: str) -> tuple[Object, ...]:
        if by == "spec":
            return (schema("mysql", sql),)
        ref = {"configMapKeyRef": {"name": "schema", "key": "schema.sql"}}
        return config_map(sql), schema("mysql", schema=ref)

    customer.apply(secret(mysql_database.url), *state(V1))
    customer.wait("mysql")
    before = customer.status("mysql")["observed_hash"]
    with customer.watching_for("mysql", "ready=false"):
        customer.apply(*state(V2))
    customer.wait("mysql")
    after = customer.status("mysql")["observed_hash"]
    assert before
    assert after
    assert before != after


@my
def test_failures_are_counted_until_there_is_a_target(customer: Team, mysql_database: mysql.Database) -> None:
    manifest = schema("mysql", V1, url="", backoffLimit=5)
    del manifest["spec"]["url"]
    customer.apply(secret(mysql_database.url), manifest)
    until(lambda: customer.status("mysql").get("failed") == 3, "the third failure, as after 15 s")
    ref = {"secretKeyRef": {"name": "creds", "key": "url"}}
    customer.patch("mysql", {"backoffLimit": 2, "urlFrom": ref})
    customer.wait_applied("mysql")
    assert customer.status("mysql").get("failed", 0) == 0


@my
def test_a_destructive_change_is_refused(customer: Team, mysql_database: mysql.Database) -> None:
    customer.apply(secret(mysql_database.url), schema("mysql", V1, policy=DESTRUCTIVE))
    customer.wait("mysql")
    assert len(fields(mysql_database)) == 4
    customer.patch("mysql", {"schema": {"sql": NO_BIO}})
    customer.wait("mysql", "ready=false")
    reason = """jsonpath={.status.conditions[?(@.type=="Ready")].reason}=LintPolicyError"""
    customer.kubectl("wait", f"--for={reason}", "atlasschema/mysql", "--timeout=60s")
    message = customer.condition("mysql", "Ready")["message"]
    assert "destructive changes detected:" in message
    assert "- ALTER TABLE `users` DROP COLUMN `short_bio`" in message
    assert len(fields(mysql_database)) == 4


@my
def test_what_the_policy_skips_is_no_change(customer: Team, mysql_database: mysql.Database) -> None:
    customer.apply(secret(mysql_database.url), schema("mysql", V1, policy={"diff": {"skip": {"drop_column": True}}}))
    customer.wait("mysql")
    before = customer.status("mysql")["observed_hash"]
    with customer.watching_for("mysql", "ready=false"):
        customer.patch("mysql", {"schema": {"sql": NO_BIO}})
    customer.wait("mysql")
    assert customer.status("mysql")["observed_hash"] != before
    assert "short_bio" in fields(mysql_database)


@pytest.mark.newest_postgres
def test_indexes_concurrently(customer: Team, postgres_database: Database) -> None:
    v1 = "CREATE TABLE users (id int PRIMARY KEY, name text, email text);"
    v2 = f"{v1} CREATE INDEX email_idx ON users (email);"
    policy = {"diff": {"concurrent_index": {"create": True, "drop": True}}}
    customer.apply(secret(postgres_database.url), schema("postgres", v1, policy=policy))
    customer.wait("postgres")
    for sql, told in ((v2, "CREATE INDEX CONCURRENTLY"), (v1, "DROP INDEX CONCURRENTLY")):
        with customer.watching_for("postgres", "ready=false"):
            customer.patch("postgres", {"schema": {"sql": sql}})
        customer.wait_applied("postgres")
        assert told in customer.condition("postgres", "Ready")["message"]
    assert not postgres_database.query("SELECT 1 FROM pg_indexes WHERE indexname = 'email_idx'")


@pytest.mark.newest_postgres
def test_label_selector(team: Team, operate: Operate, postgres_database: Database) -> None:
    # The Leases of both are in one namespace: neither stands by for the other.
    alpha = operate("--label-selector", "team=alpha")
    bravo = operate("--label-selector", "team=bravo")
    team.apply(secret(postgres_database.url))
    for name in ("alpha", "bravo"):
        team.apply(schema(f"team-{name}", labels={"team": name}, policy={"drift": {"mode": "Report"}}))
    for name in ("alpha", "bravo"):
        team.wait_applied(f"team-{name}")
    for mine, operator in (("team-alpha", alpha), ("team-bravo", bravo)):
        # Looked at and applied, or found as it is desired: the two want the same.
        other = "team-bravo" if mine == "team-alpha" else "team-alpha"
        operator.wait_for(mine)
        assert other not in operator.text


@pytest.mark.newest_postgres
def test_watch_namespace(cluster: Kube, team: Team, operate: Operate, postgres_database: Database) -> None:
    inside = operate()
    away = operate("--lease-namespace", "schemactl", scope=("-n", "default"))
    until(lambda: away.get("/readyz")[0] == 200, "the other watches its namespace")
    team.apply(secret(postgres_database.url), schema("in-scope"))
    team.wait_applied("in-scope")
    assert "in-scope" in inside.text
    name = f"{team.name}-2"
    cluster.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
    out = Team(cluster, name, {})
    out.apply(secret(postgres_database.url), schema("out-scope"))
    before = inside.metric('schemactl_reconcile_total{result="ready"}')
    team.kubectl("annotate", "atlasschema/in-scope", "db.atlasgo.io/reconcile-requested-at=now")
    until(lambda: inside.metric('schemactl_reconcile_total{result="ready"}') > before, "a later look of its own")
    assert "out-scope" not in inside.text + away.text
    assert out.status("out-scope") == {"observedGeneration": -1}
    out.kubectl("delete", "atlasschemas", "--all", "--timeout=20s")
