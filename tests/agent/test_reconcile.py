"""The laws of reconciling, on a real server: what a look does, and what it says it did."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from schemactl import engine
from schemactl.dialect import Patience
from schemactl.errors import MissingReferenceError
from schemactl.reconcile import Inputs, Kind, Means, Result, reconcile, resolve
from schemactl.reconcile.schedule import FIRST_RETRY, LONGEST_RETRY, retry
from schemactl.resource import APPROVED_PLAN, RECONCILE_REQUESTED, AtlasSchema, Metadata, Spec, Status
from tests.support.servers import Database

NOW = datetime(2026, 11, 22, 14, 0, tzinfo=UTC)
MEANS = Means(random=lambda: 0.0)
USERS = "CREATE TABLE users (id integer PRIMARY KEY, name text NOT NULL);"
WITH_NICK = "CREATE TABLE users (id integer PRIMARY KEY, name text NOT NULL, nick text);"


class NoReferences:
    def secret(self, namespace: str, name: str, key: str) -> str | None:
        return None

    def config_map(self, namespace: str, name: str, key: str) -> str | None:
        return None


class Resource:
    """A resource over time: each look gets the status of the one before, and nothing else."""

    def __init__(self, url: str, sql: str, **spec: Any) -> None:
        self.spec: dict[str, Any] = {"url": url, "schema": {"sql": sql}, **spec}
        self.status = Status()
        self.now = NOW
        self.generation = 1
        self.annotations: dict[str, str] = {}

    def approve(self, digest: str) -> None:
        self.annotations[APPROVED_PLAN] = digest

    def request(self, when: str) -> None:
        self.annotations[RECONCILE_REQUESTED] = when

    def change(self, **spec: Any) -> None:
        self.spec |= spec
        self.generation += 1

    def look(self, means: Means = MEANS) -> Result:
        spec = msgspec.convert(self.spec, Spec)
        metadata = Metadata(name="app", generation=self.generation, annotations=self.annotations)
        resource = AtlasSchema(metadata=metadata, spec=spec)
        result = reconcile(resource, resolve(resource, NoReferences()), self.status, now=self.now, means=means)
        self.status = result.status
        self.now += timedelta(minutes=5)
        return result

    def message(self, type_: str) -> str:
        found = self.status.condition(type_)
        assert found is not None, type_
        return found.message

    def condition(self, type_: str) -> tuple[str, str] | None:
        found = self.status.condition(type_)
        return (found.status, found.reason) if found else None


def kinds(result: Result) -> list[Kind]:
    return [report.kind for report in result.report]


def columns(database: Database) -> set[str | None]:
    return {row[0] for row in database.query("SELECT attname FROM pg_attribute WHERE attrelid = 'users'::regclass")}


def test_indexes_are_built_and_dropped_as_the_spec_says(postgres_database: Database) -> None:
    """The table is empty, so that left to itself the plan would do it in one go."""
    policy = {"diff": {"concurrent_index": {"create": True, "drop": True}}}
    app = Resource(postgres_database.url, USERS, policy=policy)
    app.look()
    app.change(schema={"sql": USERS + "CREATE INDEX by_name ON users (name);"})
    assert "CREATE INDEX CONCURRENTLY by_name" in app.look().report[0].steps[0]
    app.change(schema={"sql": USERS})
    assert "DROP INDEX CONCURRENTLY" in app.look().report[0].steps[0]
    plain = {"diff": {"concurrent_index": {"create": False}}}
    app.change(schema={"sql": USERS + "CREATE INDEX by_name ON users (name);"}, policy=plain)
    assert "CONCURRENTLY" not in app.look().report[0].steps[0]


def test_first_look_applies_and_the_second_has_nothing_to_do(postgres_database: Database) -> None:
    app = Resource(postgres_database.url, USERS)
    first = app.look()
    assert kinds(first) == [Kind.APPLIED]
    assert any("CREATE TABLE" in step for step in first.report[0].steps)
    assert app.condition("Ready") == ("True", "Applied")
    assert app.condition("Drifted") == ("False", "NoDrift")
    assert app.condition("Reconciling") is app.condition("Stalled") is app.condition("FieldsIgnored") is None
    assert (first.next_look, app.status.failed, app.status.last_applied) == (300, 0, int(NOW.timestamp()))
    assert app.status.observed_generation == 1
    second = app.look()
    assert second.report == ()
    assert second.status == first.status


def test_a_plan_is_announced_and_what_says_no_to_it_keeps_it_from_running(postgres_database: Database) -> None:
    """As the operator does where its resource has changed, or is gone."""
    told: list[Status] = []

    def refuse(status: Status) -> bool:
        told.append(status)
        return False

    def agree(status: Status) -> bool:
        told.append(status)
        return True

    app = Resource(postgres_database.url, USERS)
    refused = app.look(Means(random=lambda: 0.0, announce=refuse))
    assert [(it.type, it.status, it.message) for it in told[0].conditions] == [
        ("Ready", "False", "applying 1 step"),
        ("Reconciling", "True", "applying 1 step"),
    ]
    assert postgres_database.query("SELECT to_regclass('users')") == [(None,)]
    assert refused.statements == 0
    assert app.condition("Reconciling") == ("True", "ApplyingSchema")
    applied = app.look(Means(random=lambda: 0.0, announce=agree))
    assert kinds(applied) == [Kind.APPLIED]
    app.look(Means(random=lambda: 0.0, announce=refuse))
    assert len(told) == 2, "where there is nothing to do, nothing is announced"


def test_what_is_there_already_needs_nothing(postgres_database: Database) -> None:
    postgres_database.execute(USERS)
    app = Resource(postgres_database.url, USERS)
    assert kinds(app.look()) == [Kind.READY]
    assert app.status.last_applied == 0


def test_changed_schema_is_applied_and_is_no_drift(postgres_database: Database) -> None:
    app = Resource(postgres_database.url, USERS, policy={"drift": "Report"})
    app.look()
    app.change(schema={"sql": WITH_NICK})
    assert kinds(app.look()) == [Kind.APPLIED]
    assert "nick" in columns(postgres_database)
    ready = app.status.condition("Ready")
    assert ready is not None
    assert ready.observed_generation == app.status.observed_generation == 2
    assert app.status.drift is None


def test_drift_is_healed(postgres_database: Database) -> None:
    app = Resource(postgres_database.url, WITH_NICK)
    app.look()
    postgres_database.execute("ALTER TABLE users DROP COLUMN nick")
    result = app.look()
    assert kinds(result) == [Kind.DRIFT, Kind.HEALED]
    assert result.report[0].steps == ("column public.users.nick is missing",)
    assert "nick" in columns(postgres_database)
    assert app.condition("Ready") == ("True", "Applied")
    assert app.condition("Drifted") == ("False", "Healed")
    assert app.status.drift is None
    assert [(entry.why, entry.outcome) for entry in app.status.history] == [
        ("Drift", "Applied"),
        ("FirstRun", "Applied"),
    ]
    assert app.look().report == ()
    assert app.condition("Drifted") == ("False", "NoDrift")


def test_drift_is_reported_once_and_left(postgres_database: Database) -> None:
    app = Resource(postgres_database.url, WITH_NICK, policy={"drift": "Report"})
    app.look()
    postgres_database.execute("ALTER TABLE users DROP COLUMN nick")
    assert kinds(app.look()) == [Kind.DRIFT]
    assert app.condition("Ready") == ("True", "Applied")
    assert app.condition("Drifted") == ("True", "Reported")
    assert app.look().report == ()
    assert "nick" not in columns(postgres_database)
    app.change(policy={"drift": "Heal"})
    assert kinds(app.look()) == [Kind.HEALED]
    assert "nick" in columns(postgres_database)


def test_drift_is_ignored(postgres_database: Database) -> None:
    app = Resource(postgres_database.url, WITH_NICK, policy={"drift": "Ignore"})
    app.look()
    postgres_database.execute("ALTER TABLE users DROP COLUMN nick")
    assert app.look().report == ()
    assert app.condition("Ready") == ("True", "Applied")
    assert app.condition("Drifted") == ("True", "Ignored")
    assert "nick" not in columns(postgres_database)


@pytest.mark.newest_postgres
def test_drift_that_loses_data_when_healed_needs_consent(postgres_database: Database) -> None:
    app = Resource(postgres_database.url, USERS)
    app.look()
    postgres_database.execute("ALTER TABLE users ADD COLUMN nick text")
    result = app.look()
    assert kinds(result) == [Kind.DRIFT, Kind.WAITING]
    assert app.condition("Drifted") == ("True", "NotHealed")
    assert app.condition("Ready") == ("False", "ApprovalPending")
    assert app.condition("Reconciling") == ("True", "ApprovalPending")
    assert app.condition("Approved") == ("False", "ApprovalPending")
    assert app.look().report == ()
    assert "nick" in columns(postgres_database)
    app.change(policy={"allow": ["DROPS_COLUMN"]})
    assert kinds(app.look()) == [Kind.HEALED]
    assert "nick" not in columns(postgres_database)
    assert app.condition("Approved") is None
    assert app.status.failed == 0


@pytest.mark.newest_postgres
def test_refused_change_is_no_drift_and_error_false_allows_it(postgres_database: Database) -> None:
    app = Resource(postgres_database.url, WITH_NICK)
    app.look()
    app.change(schema={"sql": USERS}, policy={"lint": {"destructive": {"error": True}}})
    result = app.look()
    assert kinds(result) == [Kind.STALLED]
    assert "DROPS_COLUMN" in result.report[0].hint
    assert app.condition("Drifted") == ("False", "NoDrift")
    assert app.condition("Ready") == ("False", "LintPolicyError")
    assert app.condition("Stalled") == ("True", "LintPolicyError")
    ready = app.status.condition("Ready")
    assert ready is not None
    assert "destructive changes detected:\n- ALTER TABLE" in ready.message
    app.change(policy={"lint": {"destructive": {"error": False}}})
    assert kinds(app.look()) == [Kind.APPLIED]


@pytest.mark.newest_postgres
def test_half_applied_schema_taken_back_is_no_drift(postgres_database: Database) -> None:
    """The index of the new schema cannot be built; the column before it stays, and going back removes it."""
    app = Resource(postgres_database.url, USERS, policy={"drift": "Report", "allow": ["DROPS_COLUMN"]})
    app.look()
    postgres_database.execute("INSERT INTO users VALUES (1, 'a'), (2, 'a')")
    app.change(schema={"sql": WITH_NICK + "CREATE UNIQUE INDEX users_name ON users (name);"})
    assert kinds(app.look()) == [Kind.STALLED]
    assert app.condition("Ready") == ("False", "ApplyingSchema")
    app.change(schema={"sql": USERS})
    result = app.look()
    assert Kind.DRIFT not in kinds(result)
    assert app.condition("Ready") == ("True", "Applied")
    assert "nick" not in columns(postgres_database)


@pytest.mark.newest_postgres
def test_error_of_the_user_stalls_until_something_changes(postgres_database: Database) -> None:
    app = Resource(postgres_database.url, "CREATE TABEL users (id integer);")
    result = app.look()
    assert kinds(result) == [Kind.STALLED]
    assert result.report[0].code == "E101"
    assert result.report[0].place.startswith("default/app spec.schema.sql:1:")
    assert result.next_look is None
    assert app.condition("Stalled") == ("True", "ReadSchema")
    assert app.look().report == ()
    app.change(schema={"sql": USERS})
    assert kinds(app.look()) == [Kind.APPLIED]
    assert app.condition("Stalled") is None


def test_error_of_the_world_is_retried_with_growing_waits() -> None:
    app = Resource("postgresql://me:hidden@127.0.0.1:1/nothing", USERS)
    waits, told = [], []
    for _ in range(9):
        result = app.look()
        waits.append(result.next_look)
        told += kinds(result)
    assert waits == [5, 10, 20, 40, 80, 160, 300, 300, 300]
    assert told == [Kind.RETRYING]
    ready = app.status.condition("Ready")
    assert ready is not None
    assert (ready.status, ready.last_transition_time) == ("False", "2026-11-22T14:00:00Z")
    assert app.condition("Reconciling") == ("True", ready.reason)
    assert app.condition("Stalled") is None
    assert app.status.failed == 9
    assert "hidden" not in msgspec.json.encode(app.status).decode()


@pytest.mark.newest_postgres
def test_database_that_was_away_is_as_it_was(postgres_database: Database) -> None:
    app = Resource(postgres_database.url, USERS)
    app.look()
    before = app.status
    app.change(url="postgresql://me@127.0.0.1:1/nothing")
    app.look()
    assert app.condition("Ready") is not None
    assert app.status.observed_hash == before.observed_hash
    app.change(url=postgres_database.url)
    assert kinds(app.look()) == [Kind.READY]


@pytest.mark.newest_postgres
def test_the_turn_of_another_is_waited_for_and_no_failure(postgres_database: Database) -> None:
    app = Resource(postgres_database.url, USERS, backoffLimit=0)
    target, hasty = engine.target(postgres_database.url), Patience(advisory_timeout=0)
    with target.engine.connect() as other, target.dialect.lock(other, hasty):
        told: list[Kind] = []
        for _ in range(3):
            result = app.look(Means(patience=hasty, random=lambda: 0.0))
            assert result.next_look == FIRST_RETRY
            told += kinds(result)
        assert told == [Kind.RETRYING]
        reconciling = app.status.condition("Reconciling")
        assert reconciling is not None
        assert "E310 another schemactl works on this database" in reconciling.message
        assert (app.condition("Stalled"), app.status.failed) == (None, 0)
    assert kinds(app.look()) == [Kind.APPLIED]
    assert postgres_database.query("SELECT count(*)::text FROM users") == [("0",)]


def test_retries_are_spread_and_capped() -> None:
    waits = [retry(failed, chance) for failed in range(1, 60) for chance in (lambda: 0.0, lambda: 0.5, lambda: 0.99)]
    assert min(waits) >= FIRST_RETRY
    assert max(waits) <= LONGEST_RETRY
    assert retry(4, lambda: 0.99) < retry(4, lambda: 0.0)


@pytest.mark.newest_postgres
def test_suspended(postgres_database: Database) -> None:
    app = Resource(postgres_database.url, USERS, suspend=True)
    result = app.look()
    assert kinds(result) == [Kind.SUSPENDED]
    assert result.next_look is None
    assert app.condition("Ready") == ("Unknown", "Suspended")
    assert postgres_database.query("SELECT 1 FROM pg_class WHERE relname = 'users'") == []
    app.change(suspend=False)
    assert kinds(app.look()) == [Kind.APPLIED]
    app.change(suspend=True)
    app.look()
    assert app.condition("Ready") == ("True", "Suspended")


@pytest.mark.newest_postgres
def test_ignored_fields_are_told(postgres_database: Database) -> None:
    app = Resource(postgres_database.url, USERS, devURL="docker://postgres/16", envName="kubernetes")
    app.look()
    found = app.status.condition("FieldsIgnored")
    assert found is not None
    assert found.status == "True"
    assert found.message == (
        "spec.devURL: no container is started; "
        "spec.envName: no project file of Atlas is read, so there are no environments in it"
    )


@pytest.mark.newest_postgres
def test_another_scope_is_no_drift(postgres_database: Database) -> None:
    postgres_database.execute("CREATE TABLE legacy (i integer)")
    app = Resource(postgres_database.url, USERS, exclude=["public.legacy"], policy={"allow": ["DROPS_TABLE"]})
    app.look()
    assert postgres_database.query("SELECT 1 FROM legacy") == []
    app.change(exclude=[])
    assert kinds(app.look()) == [Kind.APPLIED]


@pytest.mark.newest_postgres
def test_stopped_look_goes_on_later(postgres_database: Database) -> None:
    stop = threading.Event()
    stop.set()
    app = Resource(postgres_database.url, USERS)
    assert kinds(app.look(Means(stop=stop))) == [Kind.RETRYING]
    assert app.condition("Reconciling") == ("True", "ApplyingSchema")
    assert kinds(app.look()) == [Kind.APPLIED]


def test_missing_reference_stalls() -> None:
    resource = AtlasSchema(metadata=Metadata(name="app"))
    error = MissingReferenceError("there is no key 'url' in a Secret 's'", hint="add it")
    result = reconcile(resource, error, Status(), now=NOW, means=MEANS)
    assert result.status.is_true("Stalled")
    assert (result.next_look, result.report[0].code) == (FIRST_RETRY, "E402")
    assert reconcile(resource, error, Status(failed=20), now=NOW, means=MEANS).next_look is None


def test_inputs_show_no_secret() -> None:
    spec = msgspec.convert(
        {
            "credentials": {
                "scheme": "postgres",
                "user": "me",
                "password": "a/b@c hidden",
                "host": "db",
                "port": 5433,
                "database": "app",
                "parameters": {"sslmode": "require"},
            },
            "schema": {"sql": USERS},
        },
        Spec,
    )
    inputs = resolve(AtlasSchema(metadata=Metadata(name="app"), spec=spec), NoReferences())
    assert inputs.url == "postgres://me:a%2Fb%40c%20hidden@db:5433/app?sslmode=require"
    assert "hidden" not in repr(inputs)
    assert isinstance(inputs, Inputs)
