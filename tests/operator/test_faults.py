"""What fails: the way to the API server, the way to the database, the operator itself; and several operators at once."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.operator.cluster import USERS, Running, Team, columns, schema, secret, until
from tests.support.gate import Gate
from tests.support.kube import kubeconfig_at
from tests.support.servers import Database, Server

pytestmark = pytest.mark.newest_postgres
Operate = Callable[..., Running]
MORE = "CREATE TABLE users (id integer PRIMARY KEY, nick text, mail text);"
QUICK = ("--lease-duration", "3s")


@pytest.mark.parametrize("seconds", [0, pytest.param(90, marks=[pytest.mark.long, pytest.mark.timeout(300)])])
def test_the_api_server_is_away(
    team: Team, operate: Operate, postgres_database: Database, tmp_path: Path, seconds: int
) -> None:
    with Gate(team.cluster.port) as gate:
        operator = operate(*QUICK, kubeconfig=kubeconfig_at(team.cluster, tmp_path / "kubeconfig", gate.port))
        team.apply(secret(postgres_database.url), schema("app", interval="1s"))
        team.wait_applied("app")
        gate.shut()
        operator.wait_for("lost the lease")
        time.sleep(seconds)
        team.patch("app", {"schema": {"sql": MORE}})
        postgres_database.execute("DROP TABLE users")
        gate.open()
        team.wait_applied("app")
        assert columns(postgres_database) == ["id", "mail", "nick"]
        assert operator.stop() == 0


@pytest.mark.parametrize("seconds", [0, pytest.param(300, marks=[pytest.mark.long, pytest.mark.timeout(600)])])
def test_the_database_is_away(customer: Team, postgres_database: Database, seconds: int) -> None:
    url = urlsplit(postgres_database.url)
    with Gate(url.port or 0) as gate:
        through = url._replace(netloc=url.netloc.replace(f":{url.port}", f":{gate.port}")).geturl()
        customer.apply(secret(through), schema("app", interval="1s"))
        customer.wait_applied("app")
        gate.shut()
        until(lambda: customer.condition("app", "Reconciling").get("status") == "True", "it is retried")
        assert customer.condition("app", "Stalled") == {}
        assert customer.status("app")["failed"] >= 1
        time.sleep(seconds)
        assert (customer.status("app")["failed"] >= 4) is (seconds >= 60)
        gate.open()
        if seconds:
            customer.kubectl("annotate", "atlasschema/app", "db.atlasgo.io/reconcile-requested-at=now")
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


def test_an_operator_told_to_stop_cancels_the_statement_in_hand_and_says_so(
    team: Team, operate: Operate, postgres_database: Database
) -> None:
    """Nothing half is left: the transaction of the step is taken back, and the next operator does it anew."""
    first = operate("--grace", "1s", "--lock-timeout", "50s")
    team.apply(secret(postgres_database.url), schema("app"))
    team.wait_applied("app")
    with postgres_database.connect() as connection:
        connection.execute("BEGIN")
        connection.execute("LOCK TABLE users IN ACCESS SHARE MODE")
        team.patch("app", {"schema": {"sql": MORE}})
        waiting = "SELECT 1 FROM pg_locks WHERE NOT granted AND relation = 'users'::regclass"
        until(lambda: postgres_database.query(waiting), "its statement waits for the table")
        assert first.stop() == 0
        assert "cancels the statements that still run" in first.text
        assert not postgres_database.query(waiting)
        told = team.condition("app", "Ready")
        assert told["status"] == "False"
        assert "cancelled" in told["message"]
        assert team.condition("app", "Reconciling")["status"] == "True"
        assert team.status("app")["history"][0]["outcome"] == "Failed"
        connection.execute("ROLLBACK")
    assert columns(postgres_database) == ["id", "nick"]
    operate()
    team.wait_applied("app")
    assert columns(postgres_database) == ["id", "mail", "nick"]


def test_an_operator_told_to_stop_lets_a_short_step_end(
    team: Team, operate: Operate, postgres_database: Database
) -> None:
    operator = operate()
    team.apply(secret(postgres_database.url), schema("app"))
    team.wait_applied("app")
    postgres_database.execute("INSERT INTO users VALUES (1), (2), (3)")
    more = "CREATE TABLE users (id integer PRIMARY KEY, nick text, slow text DEFAULT pg_sleep(1)::text);"
    team.patch("app", {"schema": {"sql": more}})
    running = "SELECT 1 FROM pg_stat_activity WHERE query LIKE 'ALTER TABLE public.users ADD %' AND state = 'active'"
    until(lambda: postgres_database.query(running), "the rows are written anew, a second each")
    assert operator.stop() == 0
    assert "cancels" not in operator.text
    assert columns(postgres_database) == ["id", "nick", "slow"]
    assert team.status("app")["history"][0]["outcome"] == "Applied"


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


def test_many_resources_of_one_database_take_turns(team: Team, operate: Operate, postgres_database: Database) -> None:
    """None of them fails for the lock that another holds, and none is an error of the world."""
    operator = operate("--workers", "16", "--lock-timeout", "500ms")
    names = [f"s{number}" for number in range(12)]
    team.apply(secret(postgres_database.url))
    team.apply(*(schema(n, f"CREATE SCHEMA {n}; CREATE TABLE {n}.t (id integer);", schemas=[n]) for n in names))
    for name in names:
        team.wait_applied(name)
    told = [reason for _, reason, _ in team.events()]
    assert set(told) <= {"Applied"}, told
    assert not [line for line in operator.lines() if line["level"] == "warning"]


def test_one_who_runs_long_keeps_none_of_the_others_from_being_looked_at(
    team: Team, operate: Operate, postgres_database: Database, postgres_server: Server
) -> None:
    """One resource waits for a lock; others of its database wait for their turn, and come again; other databases go on."""
    operator = operate("--per-database", "2", "--workers", "4", "--lock-timeout", "50s")
    team.apply(secret(postgres_database.url), schema("s0", USERS))
    team.wait_applied("s0")
    with postgres_server.database() as other, postgres_database.connect() as connection:
        connection.execute("BEGIN")
        connection.execute("LOCK TABLE users IN ACCESS SHARE MODE")
        team.patch("s0", {"schema": {"sql": MORE}})
        waiting = "SELECT 1 FROM pg_locks WHERE NOT granted AND relation = 'users'::regclass"
        until(lambda: postgres_database.query(waiting), "its statement waits for the table")
        names = [f"s{number}" for number in range(1, 5)]
        team.apply(*(schema(n, f"CREATE SCHEMA {n};", schemas=[n]) for n in names))
        ref = {"secretKeyRef": {"name": "other", "key": "url"}}
        team.apply(secret(other.url, "other"), schema("other", urlFrom=ref))
        team.wait_applied("other")
        until(lambda: operator.metric('schemactl_reconcile_total{result="busy"}') >= 3, "others have let their turn go")
        assert all(team.status(n).get("failed", 0) == 0 for n in names)
        connection.execute("ROLLBACK")
    for name in ["s0", *names]:
        team.wait_applied(name)


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
