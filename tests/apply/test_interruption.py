"""What a killed, locked-out or doubled run leaves behind: whole transactions, and a next run that goes on."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from msgspec.structs import replace
from sqlalchemy import create_engine

from schemactl import engine
from schemactl.apply import Event
from schemactl.dialect import Patience, SourceText
from schemactl.errors import InterruptedError_, LockError, StepFailedError
from schemactl.plan import Group, PlannedStep
from schemactl.plan.document import sealed
from tests.support.servers import Database

pytestmark = pytest.mark.newest_postgres

BEFORE = "CREATE TYPE mood AS ENUM ('ok'); CREATE TABLE t (id int PRIMARY KEY, mood mood);"
AFTER = "CREATE TYPE mood AS ENUM ('ok', 'sad'); CREATE TABLE t (id int PRIMARY KEY, mood mood DEFAULT 'sad', n int);"
VALUES = "SELECT string_agg(enumlabel, ',' ORDER BY enumsortorder) FROM pg_enum"
WAITING = "SELECT count(*)::text FROM pg_locks JOIN pg_database d ON d.oid = database" + (
    " WHERE NOT granted AND datname = current_database()"
)


@contextmanager
def locked(database: Database) -> Iterator[None]:
    """Somebody reads the table in a transaction that stays open."""
    with database.connect() as other, other.transaction():
        other.execute("SELECT * FROM t")
        yield


def wait_for(database: Database, statement: str, wanted: str, seconds: float = 20.0) -> None:
    deadline = time.monotonic() + seconds
    while database.query(statement) != [(wanted,)]:
        assert time.monotonic() < deadline, f"{statement} never gave {wanted}"
        time.sleep(0.05)


def test_a_killed_run_is_gone_on_with(postgres_database: Database, tmp_path: Path) -> None:
    """The first transaction stands, the second was waiting for a lock when the process was killed."""
    postgres_database.execute(BEFORE)
    file = tmp_path / "schema.sql"
    file.write_text(AFTER)
    command = [sys.executable, "-m", "schemactl", "apply", "--auto-approve", "--to", str(file)]
    command += ["--url", postgres_database.url, "--lock-timeout", "60s"]
    with locked(postgres_database):
        running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for(postgres_database, VALUES, "ok,sad")
        wait_for(postgres_database, WAITING, "1")
        running.kill()
        assert running.wait(10) != 0
    finished = subprocess.run(command, capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stderr
    assert "ADD VALUE" not in finished.stdout
    again = [*command[:3], "plan", "--detailed-exitcode", "--to", str(file), "--url", postgres_database.url]
    assert subprocess.run(again, capture_output=True, check=False).returncode == 0


def test_a_lock_is_tried_again_and_then_given_up(postgres_database: Database) -> None:
    postgres_database.execute(BEFORE)
    target = engine.target(postgres_database.url)
    sources = [SourceText(name="after.sql", text=AFTER)]
    patience = Patience(lock_timeout=0.1, attempts=2)
    events: list[Event] = []
    with locked(postgres_database), pytest.raises(LockError, match="2 times in a row"):
        engine.apply(target, sources, patience=patience, progress=events.append)
    assert [e.kind for e in events].count("retry") == 1
    assert postgres_database.query(VALUES) == [("ok,sad",)]
    assert engine.apply(target, sources, patience=patience).steps_done == 2


def test_a_lock_that_is_let_go_in_time_is_got(postgres_database: Database) -> None:
    postgres_database.execute(BEFORE)
    target = engine.target(postgres_database.url)
    with postgres_database.connect() as other, other.transaction():
        other.execute("SELECT * FROM t")

        def let_go(event: Event) -> None:
            if event.kind == "retry":
                other.execute("COMMIT")

        outcome = engine.apply(
            target, [SourceText(name="a", text=AFTER)], patience=Patience(lock_timeout=0.1), progress=let_go
        )
    assert outcome.steps_done == 3


def test_a_second_run_waits_for_the_first_and_gives_up(postgres_database: Database) -> None:
    postgres_database.execute(BEFORE)
    target = engine.target(postgres_database.url)
    held = target.engine.connect()
    with held, target.dialect.lock(held, Patience()), pytest.raises(LockError) as caught:
        engine.apply(target, [SourceText(name="a", text=AFTER)], patience=Patience(advisory_timeout=0.2))
    assert caught.value.exit_code == 5
    assert engine.apply(target, [SourceText(name="a", text=AFTER)]).steps_done == 3


def test_a_plan_is_made_anew_under_the_lock_when_nobody_had_to_approve_it(postgres_database: Database) -> None:
    postgres_database.execute(BEFORE)
    target = engine.target(postgres_database.url)

    def meddle(event: Event) -> None:
        if event.kind == "waiting":
            postgres_database.execute("ALTER TABLE t ADD n int")

    outcome = engine.apply(target, [SourceText(name="a", text=AFTER)], progress=meddle)
    assert outcome.steps_done == 2


def test_a_caller_may_hand_in_an_engine(postgres_database: Database) -> None:
    given = engine.target(postgres_database.url).engine
    outcome = engine.apply(engine.target(given), [SourceText(name="a", text=AFTER)])
    assert outcome.steps_done > 0
    assert engine.plan(engine.target(given), [SourceText(name="a", text=AFTER)]).is_empty


def test_the_pool_of_a_caller_gets_no_session_with_our_settings(postgres_database: Database) -> None:
    given = create_engine(engine.target(postgres_database.url).engine.url, pool_size=1, max_overflow=0)
    engine.apply(engine.target(given), [SourceText(name="a", text=AFTER)])
    with given.connect() as connection:
        assert connection.exec_driver_sql("SHOW lock_timeout").scalar() == "0"
    given.dispose()


def test_a_step_that_no_transaction_takes_runs_by_itself(postgres_database: Database) -> None:
    """CREATE INDEX CONCURRENTLY between two transactions, of which the second fails: the first two groups stand."""
    postgres_database.execute("CREATE TABLE t (id int)")
    target = engine.target(postgres_database.url)
    empty = engine.plan(target, [SourceText(name="t", text="CREATE TABLE t (id int);")])
    assert empty.is_empty

    def group(transactional: bool, *statements: str) -> Group:
        steps = (PlannedStep(sql=sql, object="table public.t", action="alter", reason="") for sql in statements)
        return Group(transactional=transactional, steps=tuple(steps))

    groups = (
        group(True, "ALTER TABLE t ADD a int", "ALTER TABLE t ADD b int"),
        group(False, "CREATE INDEX CONCURRENTLY i ON t (a)"),
        group(True, "ALTER TABLE t ADD c int", "ALTER TABLE t ADD a int"),
    )
    plan = sealed(replace(empty, groups=groups))
    with pytest.raises(StepFailedError, match="step 5 of 5"):
        engine.apply_plan(target, plan)
    columns = "SELECT string_agg(attname, ',' ORDER BY attnum) FROM pg_attribute"
    assert postgres_database.query(f"{columns} WHERE attrelid = 't'::regclass AND attnum > 0") == [("id,a,b",)]
    assert postgres_database.query("SELECT indisvalid::text FROM pg_index") != []
    assert postgres_database.query("SELECT to_regclass('i')::text") == [("i",)]


def test_a_stop_is_taken_between_steps(postgres_database: Database) -> None:
    stop = threading.Event()

    def now(event: Event) -> None:
        if event.kind == "finished":
            stop.set()

    target = engine.target(postgres_database.url)
    with pytest.raises(InterruptedError_) as caught:
        engine.apply(target, [SourceText(name="a", text=AFTER)], progress=now, stop=stop)
    assert caught.value.exit_code == 130
    assert postgres_database.query("SELECT to_regclass('t')::text, to_regtype('mood')::text") == [(None, None)]
