"""What fails: the way to the API server, the way to the database, the operator itself; and several operators at once."""

from __future__ import annotations

import signal
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.operator.cluster import Running, Team, columns, schema, secret, until
from tests.support.gate import Gate
from tests.support.kube import kubeconfig_at
from tests.support.servers import Database, Server

pytestmark = pytest.mark.newest_postgres
Operate = Callable[..., Running]
MORE = "CREATE TABLE users (id integer PRIMARY KEY, nick text, mail text);"
QUICK = ("--lease-duration", "3s")


def test_the_api_server_is_away(team: Team, operate: Operate, postgres_database: Database, tmp_path: Path) -> None:
    with Gate(team.cluster.port) as gate:
        operator = operate(*QUICK, kubeconfig=kubeconfig_at(team.cluster, tmp_path / "kubeconfig", gate.port))
        team.apply(secret(postgres_database.url), schema("app", interval="1s"))
        team.wait_applied("app")
        gate.shut()
        operator.wait_for("lost the lease")
        team.patch("app", {"schema": {"sql": MORE}})
        postgres_database.execute("DROP TABLE users")
        gate.open()
        team.wait_applied("app")
        assert columns(postgres_database) == ["id", "mail", "nick"]
        assert operator.stop() == 0


def test_the_database_is_away(customer: Team, postgres_database: Database) -> None:
    url = urlsplit(postgres_database.url)
    with Gate(url.port or 0) as gate:
        through = url._replace(netloc=url.netloc.replace(f":{url.port}", f":{gate.port}")).geturl()
        customer.apply(secret(through), schema("app", interval="1s"))
        customer.wait_applied("app")
        gate.shut()
        until(lambda: customer.condition("app", "Reconciling").get("status") == "True", "it is retried")
        assert customer.condition("app", "Stalled") == {}
        assert customer.status("app")["failed"] >= 1
        gate.open()
        customer.wait_applied("app")
        assert customer.status("app").get("failed", 0) == 0


def test_an_operator_killed_in_the_middle_of_an_apply(
    team: Team, operate: Operate, postgres_database: Database
) -> None:
    killed = operate(*QUICK)
    team.apply(secret(postgres_database.url), schema("app"))
    team.wait_applied("app")
    with postgres_database.connect() as connection:
        connection.execute("BEGIN")
        connection.execute("LOCK TABLE users IN ACCESS SHARE MODE")
        team.patch("app", {"schema": {"sql": MORE}})
        waiting = "SELECT 1 FROM pg_locks WHERE NOT granted AND relation = 'users'::regclass"
        until(lambda: postgres_database.query(waiting), "its statement waits for the table")
        assert team.condition("app", "Ready")["status"] == "False"
        killed.stop(signal.SIGKILL)
        connection.execute("ROLLBACK")
    operate(*QUICK)
    team.wait_applied("app")
    assert columns(postgres_database) == ["id", "mail", "nick"]


def test_two_operators_with_no_leader_between_them(team: Team, operate: Operate, postgres_database: Database) -> None:
    """Leases are no fence: what keeps them apart is the lock in the database, and the version of each status."""
    one, other = operate(), operate("--lease-namespace", "schemactl")
    for operator in (one, other):
        operator.wait_for("looks after shard 0 of 1")
    team.apply(secret(postgres_database.url), schema("app", interval="1s"))
    team.wait_applied("app")
    team.patch("app", {"schema": {"sql": MORE}})
    until(lambda: columns(postgres_database) == ["id", "mail", "nick"], "it is applied")
    team.wait_applied("app")
    until(
        lambda: min(o.metric('schemactl_reconcile_total{result="ready"}') for o in (one, other)) >= 2,
        "both found it so",
    )
    team.wait_applied("app")
    assert "Stalled" not in str(team.status("app")["conditions"])
    assert one.stop() == other.stop() == 0


def test_the_leader_is_killed(team: Team, operate: Operate, postgres_database: Database) -> None:
    leader = operate(*QUICK)
    leader.wait_for("looks after")
    standby = operate(*QUICK)
    until(lambda: standby.get("/readyz")[0] == 200, "the other stands by")
    team.apply(secret(postgres_database.url), schema("app"))
    team.wait_applied("app")
    assert "looks after" not in standby.text
    leader.stop(signal.SIGKILL)
    team.patch("app", {"schema": {"sql": MORE}})
    team.wait_applied("app")
    assert "looks after" in standby.text
    assert columns(postgres_database) == ["id", "mail", "nick"]


def test_a_leader_that_stops_hands_over_at_once(team: Team, operate: Operate) -> None:
    leader = operate("--lease-duration", "60s")
    leader.wait_for("looks after")
    standby = operate("--lease-duration", "60s")
    until(lambda: standby.get("/readyz")[0] == 200, "the other stands by")
    assert leader.stop() == 0
    standby.wait_for("looks after")


def test_a_shard_is_taken_over_and_given_back(team: Team, operate: Operate, postgres_server: Server) -> None:
    names = [f"app{i}" for i in range(6)]
    first, second = operate(*QUICK, "--shard", "0/2"), operate(*QUICK, "--shard", "1/2")
    first.wait_for("looks after shard 0 of 2")
    second.wait_for("looks after shard 1 of 2")
    with ExitStack() as stack:
        for name in names:
            database = stack.enter_context(postgres_server.database())
            team.apply(secret(database.url, name), schema(name, urlFrom={"secretKeyRef": {"name": name, "key": "url"}}))
        for name in names:
            team.wait_applied(name)
        looked = [{line["name"] for line in o.lines() if line["msg"].startswith("applied")} for o in (first, second)]
        assert looked[0] | looked[1] == set(names)
        assert not looked[0] & looked[1]
        second.stop(signal.SIGKILL)
        first.wait_for("looks after shard 1 of 2")
        for name in names:
            team.patch(name, {"schema": {"sql": MORE}})
        for name in names:
            team.wait_applied(name)
        back = operate(*QUICK, "--shard", "1/2")
        first.wait_for("gives shard 1 back")
        back.wait_for("looks after shard 1 of 2")
        assert "lost the lease" not in first.text
