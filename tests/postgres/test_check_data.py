"""Rows that could not be counted are told as such, never as none."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from schemactl import engine
from schemactl.dialect import Patience, SourceText
from schemactl.errors import RowsError, StepFailedError
from schemactl.plan import Plan
from tests.support.containers import PASSWORD
from tests.support.servers import Database

pytestmark = pytest.mark.newest_postgres

AFTER = [SourceText(name="schema.sql", text="CREATE TABLE t (id int NOT NULL);")]


def told(plan: Plan) -> list[str]:
    return [check.words for step in plan.steps for check in step.checks]


def planned(url: str, seconds: float = 5.0) -> list[str]:
    return told(engine.plan(engine.target(url), AFTER, checked=True, patience=Patience(plan_check_timeout=seconds)))


def test_nobody_looks_unless_asked(postgres_database: Database) -> None:
    postgres_database.execute("CREATE TABLE t (id int); INSERT INTO t VALUES (NULL);")
    plan = engine.plan(engine.target(postgres_database.url), AFTER)
    assert told(plan) == ["not checked: rows of public.t: NULL in id"]
    assert planned(postgres_database.url) == ["1 row of public.t: NULL in id"]


def test_counting_changes_no_digest(postgres_database: Database) -> None:
    postgres_database.execute("CREATE TABLE t (id int); INSERT INTO t VALUES (NULL);")
    target = engine.target(postgres_database.url)
    assert engine.plan(target, AFTER).digest == engine.plan(target, AFTER, checked=True).digest


def test_what_takes_too_long_is_told(postgres_database: Database) -> None:
    postgres_database.execute("CREATE TABLE t (id int); INSERT INTO t SELECT generate_series(1, 500000);")
    assert planned(postgres_database.url, 0.001) == ["not checked: longer than 0.001 s: rows of public.t: NULL in id"]


def test_nobody_is_waited_for(postgres_database: Database) -> None:
    postgres_database.execute("CREATE TABLE t (id int)")
    target = engine.target(postgres_database.url)
    plan = engine.plan(target, AFTER)
    [check] = plan.steps[0].checks
    with postgres_database.connect() as other, other.transaction(), target.engine.connect() as connection:
        other.execute("LOCK TABLE t")
        with pytest.raises(Exception, match="lock timeout"):
            target.dialect.count(connection, check.sql, seconds=60)  # type: ignore[attr-defined]


def test_a_query_can_change_nothing(postgres_database: Database) -> None:
    postgres_database.execute("CREATE TABLE t (id int)")
    target = engine.target(postgres_database.url)
    with target.engine.connect() as connection:
        with pytest.raises(Exception, match="read-only"):
            target.dialect.count(connection, "INSERT INTO t VALUES (1) RETURNING 1", seconds=5)  # type: ignore[attr-defined]
        # And the session is as it was.
        connection.exec_driver_sql("INSERT INTO t VALUES (1)")


def test_rows_that_row_security_hides_are_not_taken_for_none(postgres_database: Database) -> None:
    user = f"u{postgres_database.name}"
    postgres_database.execute(
        f"CREATE ROLE {user} LOGIN PASSWORD '{PASSWORD}'; CREATE TABLE t (id int); INSERT INTO t VALUES (NULL);"
        f"ALTER TABLE t OWNER TO {user}; ALTER TABLE t ENABLE ROW LEVEL SECURITY; ALTER TABLE t FORCE ROW LEVEL SECURITY;"
        f"GRANT CREATE ON SCHEMA public TO {user}"
    )
    text = f"{AFTER[0].text} ALTER TABLE t ENABLE ROW LEVEL SECURITY; ALTER TABLE t FORCE ROW LEVEL SECURITY;"
    url = f"postgresql://{user}:{quote(PASSWORD, safe='')}@{postgres_database.url.rpartition('@')[2]}"
    try:
        plan = engine.plan(engine.target(url), [SourceText(name="schema.sql", text=text)], checked=True)
        [words] = told(plan)
    finally:
        postgres_database.execute(f"DROP OWNED BY {user}; DROP ROLE {user}")
    assert words.startswith("not checked: counting rows: query would be affected by row-level security")


def test_an_apply_stops_before_the_first_step(postgres_database: Database) -> None:
    postgres_database.execute("CREATE TABLE t (id int); INSERT INTO t VALUES (NULL);")
    target = engine.target(postgres_database.url)
    plan = engine.plan(target, AFTER)
    with pytest.raises(RowsError, match=r"1 row of public\.t: NULL in id"):
        engine.apply_plan(target, plan, checked=True)
    with pytest.raises(StepFailedError):
        engine.apply_plan(target, plan)
    postgres_database.execute("DELETE FROM t")
    assert engine.apply_plan(target, plan, checked=True).steps_done == len(plan.steps)
