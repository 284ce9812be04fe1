"""A plan that needs an approval waits; exactly that plan runs once it has it, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from schemactl.reconcile import Kind
from tests.agent.test_reconcile import USERS, WITH_NICK, Resource, columns, kinds
from tests.support.servers import Database

pytestmark = pytest.mark.newest_postgres


def waiting(database: Database, **spec: Any) -> Resource:
    """A resource whose plan to drop a column waits."""
    app = Resource(database.url, WITH_NICK, **spec)
    app.look()
    app.change(schema={"sql": USERS})
    assert kinds(app.look()) == [Kind.WAITING]
    return app


def digest(app: Resource) -> str:
    assert app.status.plan is not None
    return app.status.plan.digest


def test_it_waits_and_says_for_what(postgres_database: Database) -> None:
    app = waiting(postgres_database)
    assert app.condition("Ready") == ("False", "ApprovalPending")
    assert app.condition("Reconciling") == ("True", "ApprovalPending")
    assert app.condition("Approved") == ("False", "ApprovalPending")
    assert app.condition("Stalled") is None
    plan = app.status.plan
    assert plan is not None
    assert plan.statements == 1
    assert "DROPS_COLUMN" in plan.hazards
    assert "DROP COLUMN nick" in plan.sql
    assert f"db.atlasgo.io/approved-plan: {plan.digest}" in app.message("Ready")
    assert app.look().report == ()
    assert app.status.failed == 0
    assert "nick" in columns(postgres_database)


def test_approved_it_runs(postgres_database: Database) -> None:
    app = waiting(postgres_database)
    app.approve(digest(app))
    assert kinds(app.look()) == [Kind.APPLIED]
    assert "nick" not in columns(postgres_database)
    assert app.condition("Ready") == ("True", "Applied")
    assert app.condition("Approved") == ("True", "Approved")
    assert app.condition("Reconciling") is None
    assert app.status.history[0].digest == digest(app)
    before = app.status
    assert app.look().status == before


def test_another_digest_approves_nothing(postgres_database: Database) -> None:
    app = waiting(postgres_database)
    app.approve("sha256:" + "0" * 64)
    result = app.look()
    assert app.condition("Approved") == ("False", "PlanOvertaken")
    assert kinds(result) == [Kind.WAITING]
    app.approve("yes, please")
    app.look()
    assert app.condition("Approved") == ("False", "ApprovalPending")
    assert "names no digest" in app.message("Approved")
    assert "nick" in columns(postgres_database)


def test_overtaken_by_a_change_of_the_database(postgres_database: Database) -> None:
    app = waiting(postgres_database)
    reviewed = digest(app)
    postgres_database.execute("ALTER TABLE users ADD COLUMN salary integer")
    app.approve(reviewed)
    assert kinds(app.look()) == [Kind.WAITING]
    assert app.condition("Approved") == ("False", "PlanOvertaken")
    assert reviewed in app.message("Approved")
    assert {"nick", "salary"} <= columns(postgres_database)
    assert digest(app) != reviewed
    app.approve(digest(app))
    assert kinds(app.look()) == [Kind.APPLIED]
    assert not {"nick", "salary"} & columns(postgres_database)


def test_overtaken_by_a_change_of_the_schema(postgres_database: Database) -> None:
    app = waiting(postgres_database)
    app.approve(digest(app))
    app.change(schema={"sql": "CREATE TABLE users (id integer PRIMARY KEY);"})
    assert kinds(app.look()) == [Kind.WAITING]
    assert app.condition("Approved") == ("False", "PlanOvertaken")
    assert {"nick", "name"} <= columns(postgres_database)


def test_an_approval_that_was_used_is_no_other_ones(postgres_database: Database) -> None:
    app = waiting(postgres_database)
    app.approve(digest(app))
    app.look()
    app.change(schema={"sql": "CREATE TABLE users (id integer PRIMARY KEY);"})
    assert kinds(app.look()) == [Kind.WAITING]
    assert app.condition("Approved") == ("False", "ApprovalPending")
    assert "name" in columns(postgres_database)


def test_what_needs_none_runs_beside_an_old_approval(postgres_database: Database) -> None:
    app = waiting(postgres_database)
    app.approve(digest(app))
    app.change(schema={"sql": WITH_NICK + "CREATE TABLE more (i integer);"})
    assert kinds(app.look()) == [Kind.APPLIED]


def test_destructive_drift_waits(postgres_database: Database) -> None:
    app = Resource(postgres_database.url, USERS)
    app.look()
    postgres_database.execute("ALTER TABLE users ADD COLUMN nick text")
    assert kinds(app.look()) == [Kind.DRIFT, Kind.WAITING]
    assert app.condition("Drifted") == ("True", "NotHealed")
    assert app.status.drift is not None
    assert app.status.drift.what == ("column public.users.nick is not in the desired schema",)
    since = app.status.drift.since
    app.look()
    assert app.status.drift.since == since
    app.approve(digest(app))
    assert kinds(app.look()) == [Kind.HEALED]
    assert app.condition("Drifted") == ("False", "Healed")
    assert app.status.history[0].why == "Drift"


def test_the_plan_of_drift_that_goes_by_itself_goes(postgres_database: Database) -> None:
    app = waiting(postgres_database)
    postgres_database.execute("ALTER TABLE users DROP COLUMN nick")
    assert kinds(app.look()) == [Kind.READY]
    assert app.condition("Approved") is None
    assert app.status.plan is None


def test_always(postgres_database: Database) -> None:
    app = Resource(postgres_database.url, USERS, policy={"approval": {"mode": "Always"}})
    assert kinds(app.look()) == [Kind.WAITING]
    assert columns_of_nothing(postgres_database)
    app.approve(digest(app))
    assert kinds(app.look()) == [Kind.APPLIED]
    postgres_database.execute("ALTER TABLE users DROP COLUMN name")
    assert kinds(app.look()) == [Kind.DRIFT, Kind.WAITING]


def columns_of_nothing(database: Database) -> bool:
    return database.query("SELECT 1 FROM pg_class WHERE relname = 'users'") == []


def test_never_refuses_what_loses_data(postgres_database: Database) -> None:
    app = Resource(postgres_database.url, WITH_NICK, policy={"approval": {"mode": "Never"}})
    app.look()
    app.change(schema={"sql": USERS})
    assert kinds(app.look()) == [Kind.STALLED]
    assert app.condition("Ready") == ("False", "LintPolicyError")


def test_an_approval_lifts_no_refusal(postgres_database: Database) -> None:
    app = waiting(postgres_database)
    app.approve(digest(app))
    app.change(policy={"lint": {"destructive": {"error": True}}})
    assert kinds(app.look()) == [Kind.STALLED]
    assert app.condition("Ready") == ("False", "LintPolicyError")
    assert "nick" in columns(postgres_database)


def test_destructive_on_the_first_run_is_told_as_atlas_tells_it(postgres_database: Database) -> None:
    postgres_database.execute("CREATE TABLE legacy (i integer)")
    app = Resource(postgres_database.url, USERS, policy={"lint": {"destructive": {"error": True}}})
    app.look()
    assert app.condition("Ready") == ("False", "FirstRunDestructive")


def test_a_class_of_hazards_and_a_lint_rule_can_be_refused(postgres_database: Database) -> None:
    app = Resource(postgres_database.url, WITH_NICK)
    app.look()
    postgres_database.execute("INSERT INTO users SELECT i, 'x', 'y' FROM generate_series(1, 10) i")
    unique = WITH_NICK + "CREATE UNIQUE INDEX users_nick ON users (nick);"
    app.change(schema={"sql": unique}, policy={"hazards": {"may-fail-on-data": "approve"}})
    assert kinds(app.look()) == [Kind.WAITING]
    app.change(policy={"lint": {"codes": {"MF": "error"}}})
    assert kinds(app.look()) == [Kind.STALLED]
    assert app.condition("Ready") == ("False", "LintPolicyError")
    assert "MF101" in app.message("Ready")
    app.change(policy={"lint": {"review": "WARNING"}})
    assert kinds(app.look()) == [Kind.WAITING]
