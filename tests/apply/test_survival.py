"""What a run tells while it waits, and what it does when its connection, its locks or its patience end."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from msgspec.structs import replace

from schemactl import engine
from schemactl.apply import Event
from schemactl.dialect import Patience, SourceText
from schemactl.errors import InterruptedError_, LockError, UnreachableError
from schemactl.manner import Manner, Online
from schemactl.plan import Group, PlannedStep
from schemactl.plan.document import sealed
from tests.apply.test_interruption import locked, wait_for
from tests.faults.proxy import cut_everywhere, proxy
from tests.support.servers import Database, Server

pytestmark = pytest.mark.newest_postgres

BEFORE = "CREATE TABLE t (id int PRIMARY KEY, a int);"
AFTER = "CREATE TABLE t (id int PRIMARY KEY, a int, b int);"
INDEXED = "CREATE TABLE t (id int PRIMARY KEY, a int); CREATE INDEX i ON t (a);"
ENUM_BEFORE = "CREATE TYPE mood AS ENUM ('ok'); CREATE TABLE t (id int PRIMARY KEY, mood mood);"
ENUM_AFTER = (
    "CREATE TYPE mood AS ENUM ('ok', 'sad'); CREATE TABLE t (id int PRIMARY KEY, mood mood DEFAULT 'sad', n int);"
)
ONLINE = Manner(online=Online.ALWAYS)


def sources(text: str) -> list[SourceText]:
    return [SourceText(name="after.sql", text=text)]


def through(url: str, server: Server, port: int) -> str:
    assert f":{server.port}/" in url
    return url.replace(f":{server.port}/", f":{port}/")


def test_who_holds_the_lock_is_told_without_a_word_of_their_statement(postgres_database: Database) -> None:
    postgres_database.execute(BEFORE)
    target = engine.target(postgres_database.url)
    events: list[Event] = []
    with postgres_database.connect() as other, other.transaction():
        other.execute("SET LOCAL application_name = 'billing'")
        other.execute("SELECT 'secret', * FROM t")
        pid = other.info.backend_pid
        with pytest.raises(LockError) as caught:
            engine.apply(
                target, sources(AFTER), patience=Patience(lock_timeout=0.2, attempts=2), progress=events.append
            )
    told = [event.message for event in events if event.kind == "retry"] + [caught.value.message]
    assert len(told) == 2
    for words in told:
        assert re.search(rf"held by session {pid} \(billing, of postgres, idle in transaction for \d+ s\)", words), (
            words
        )
        assert "secret" not in words
    assert caught.value.stands == "nothing was changed"


def test_a_patient_step_tells_for_whom_it_waits(postgres_database: Database) -> None:
    """CREATE INDEX CONCURRENTLY waits for an open transaction that has written, far beyond the limit for locks."""
    postgres_database.execute(BEFORE)
    target = engine.target(postgres_database.url, manner=ONLINE)
    seen: list[Event] = []
    with postgres_database.connect() as other:
        other.execute("BEGIN; INSERT INTO t VALUES (1)")

        def let_go(event: Event) -> None:
            if event.kind == "watched" and event.message.startswith("waits for"):
                seen.append(event)
                other.execute("COMMIT")

        engine.apply(target, sources(INDEXED), patience=Patience(lock_timeout=0.2, attempts=1), progress=let_go)
        assert f"waits for session {other.info.backend_pid} " in seen[0].message
    assert seen[0].number == 1 and seen[0].step is not None
    assert postgres_database.query("SELECT indisvalid::text FROM pg_index WHERE indexrelid = 'i'::regclass") == [
        ("true",)
    ]


def test_a_long_build_tells_how_far_it_is(postgres_database: Database) -> None:
    slow = "CREATE FUNCTION slow(a int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(0.02); RETURN a; END';"
    table = "CREATE TABLE t (id int, a int, filler text);"
    postgres_database.execute(
        slow + table + "INSERT INTO t SELECT i, i, repeat('x', 2000) FROM generate_series(1, 120) i"
    )
    events: list[Event] = []
    target = engine.target(postgres_database.url, manner=ONLINE)
    engine.apply(target, sources(slow + table + "CREATE INDEX i ON t (slow(a));"), progress=events.append)
    watched = [event for event in events if event.kind == "watched"]
    assert any(event.message.startswith("building index") and event.share for event in watched), watched
    assert all(event.share is None or 0 <= event.share <= 1 for event in watched)


def test_a_deadlock_leaves_no_invalid_index_in_the_way_of_the_next_try(postgres_database: Database) -> None:
    before = 'CREATE TABLE "T 1" (id int PRIMARY KEY, a int);'
    indexed = before + 'CREATE UNIQUE INDEX "i.""x" ON "T 1" (a);'
    postgres_database.execute(before)
    postgres_database.execute(f"ALTER DATABASE {postgres_database.name} SET deadlock_timeout = '2s'")
    target = engine.target(postgres_database.url, manner=ONLINE)
    events: list[Event] = []
    running = threading.Thread(
        target=lambda: engine.apply(target, sources(indexed), progress=events.append), daemon=True
    )
    waits = (
        "SELECT count(*)::text FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    with postgres_database.connect() as other:
        other.execute("SET deadlock_timeout = '5min'")
        other.execute('BEGIN; INSERT INTO "T 1" VALUES (1)')
        running.start()
        wait_for(postgres_database, waits, "1")
        other.execute('LOCK TABLE "T 1" IN SHARE UPDATE EXCLUSIVE MODE')  # granted once the build has been given up
        other.execute("COMMIT")
    running.join(60)
    assert not running.is_alive()
    assert [event.kind for event in events if event.kind in ("retry", "finished")] == ["retry", "finished"]
    assert postgres_database.query("SELECT count(*)::text FROM pg_index WHERE NOT indisvalid") == [("0",)]
    assert engine.plan(target, sources(indexed)).is_empty


@pytest.mark.parametrize("heard", [True, False], ids=["heard", "unheard"])
def test_a_commit_that_got_no_answer_is_looked_for(
    postgres_server: Server, postgres_database: Database, heard: bool
) -> None:
    postgres_database.execute(BEFORE)
    with proxy(postgres_server.port) as way:
        target = engine.target(through(postgres_database.url, postgres_server, way.port))

        def cut(event: Event) -> None:
            if event.kind == "finished":
                way.word, way.heard = b"COMMIT", heard

        with pytest.raises(UnreachableError, match="committing step 1 of 1") as caught:
            engine.apply(target, sources(AFTER), progress=cut)
    assert "the connection was lost while step 1 of 1 was carried out: looked at again, " in caught.value.stands
    if heard:
        assert caught.value.stands.endswith("all steps stand, and nothing is left to do")
    else:
        assert caught.value.stands.endswith("it does not stand; 1 step is left: run again to go on")
    assert engine.plan(engine.target(postgres_database.url), sources(AFTER)).is_empty == heard


def test_a_connection_lost_in_a_step_is_told_with_what_stands(
    postgres_server: Server, postgres_database: Database
) -> None:
    postgres_database.execute(ENUM_BEFORE)
    with proxy(postgres_server.port) as way:
        target = engine.target(through(postgres_database.url, postgres_server, way.port))

        def cut(event: Event) -> None:
            if event.kind == "started" and event.number == 2:
                way.cut()

        with pytest.raises(UnreachableError, match="step 2 of 3") as caught:
            engine.apply(target, sources(ENUM_AFTER), progress=cut)
    assert caught.value.stands == "1 of 3 steps is done; steps 2 to 3 were rolled back"


#: What makes us ask a server much before the first step, and a lot of it where an answer may be a refusal.
ASKED = """CREATE TYPE mood AS ENUM ('ok', 'sad');
CREATE TABLE t (id int PRIMARY KEY, a int NOT NULL DEFAULT (1 + 1), mood mood DEFAULT 'sad', CHECK (a > 0 AND id > 0));
CREATE INDEX ON t ((a + id)) WHERE a IN (1, 2);
CREATE VIEW v AS SELECT id, a + 1 AS b FROM t;
CREATE FUNCTION f(n int) RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN n; END $$;"""


def test_wherever_the_connection_is_lost_that_is_what_is_told(
    postgres_server: Server, postgres_database: Database
) -> None:
    postgres_database.execute("CREATE TABLE t (id int PRIMARY KEY, a int); INSERT INTO t VALUES (1, 1);")
    with proxy(postgres_server.port) as way:
        target = engine.target(through(postgres_database.url, postgres_server, way.port))
        cut_everywhere(way, lambda: engine.apply(target, sources(ASKED)))


def test_an_interrupt_in_a_step_waits_for_no_look_and_tells_what_is_known(postgres_database: Database) -> None:
    """As at the third signal."""
    postgres_database.execute(ENUM_BEFORE)

    def interrupt(event: Event) -> None:
        if event.kind == "finished" and event.number == 2:
            raise KeyboardInterrupt

    with pytest.raises(InterruptedError_, match="stopped in the midst of steps 2 to 3 of 3") as caught:
        engine.apply(engine.target(postgres_database.url), sources(ENUM_AFTER), progress=interrupt)
    assert caught.value.stands == (
        "1 of 3 steps is done; what became of steps 2 to 3 is not known: run again, it goes on from there"
    )


def command(database: Database, file: Path, *options: str) -> list[str]:
    return [
        *(sys.executable, "-m", "schemactl", "apply", "--auto-approve", "--url", database.url),
        *(("--to", str(file)) if file.suffix == ".sql" else ("--plan", str(file))),
        *options,
    ]


def test_the_second_signal_cancels_the_statement(postgres_database: Database, tmp_path: Path) -> None:
    postgres_database.execute(ENUM_BEFORE)
    file = tmp_path / "schema.sql"
    file.write_text(ENUM_AFTER)
    waits = (
        "SELECT count(*)::text FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    with locked(postgres_database):
        with subprocess.Popen(
            command(postgres_database, file, "--lock-timeout", "120s"), stderr=subprocess.PIPE, text=True
        ) as run:
            wait_for(postgres_database, waits, "1")
            assert run.stderr
            run.send_signal(signal.SIGTERM)
            while "once more to cancel it" not in (line := run.stderr.readline()):
                assert line
            run.send_signal(signal.SIGTERM)
            rest = run.stderr.read()
            assert run.wait(60) == 130, rest
        assert "error[E308]: step 2 of 3, create column public.t.n: cancelled" in rest
        assert "stands: 1 of 3 steps is done; steps 2 to 3 were rolled back" in rest
        assert postgres_database.query(waits) == [("0",)]


def test_the_server_notices_that_schemactl_was_killed(postgres_database: Database, tmp_path: Path) -> None:
    """Its session waits for a lock no longer, so that nobody waits behind a process that is no more."""
    postgres_database.execute(BEFORE)
    file = tmp_path / "schema.sql"
    file.write_text(AFTER)
    ours = "SELECT count(*)::text FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    with locked(postgres_database):
        with subprocess.Popen(
            command(postgres_database, file, "--lock-timeout", "600s"), stderr=subprocess.DEVNULL
        ) as run:
            wait_for(postgres_database, ours, "1")
            run.kill()
        wait_for(postgres_database, ours, "0", seconds=60)


def test_a_saved_plan_runs_no_more_once_a_part_of_it_has(postgres_database: Database, tmp_path: Path) -> None:
    postgres_database.execute(ENUM_BEFORE)
    schema, saved = tmp_path / "schema.sql", tmp_path / "plan.json"
    schema.write_text(ENUM_AFTER)
    plan = [*(sys.executable, "-m", "schemactl", "plan", "--url", postgres_database.url), "--to", str(schema)]
    subprocess.run([*plan, "--out", str(saved)], check=True, capture_output=True)
    with (
        locked(postgres_database),
        subprocess.Popen(
            command(postgres_database, saved, "--lock-timeout", "120s"), stderr=subprocess.PIPE, text=True
        ) as run,
    ):
        wait_for(postgres_database, "SELECT count(*)::text FROM pg_enum", "2")
        assert run.stderr
        run.send_signal(signal.SIGINT)
        while "once more to cancel it" not in (line := run.stderr.readline()):  # two at a time would be one
            assert line
        run.send_signal(signal.SIGINT)
        printed = run.stderr.read()
        assert run.wait(60) == 130, printed
    stale = subprocess.run(command(postgres_database, saved), capture_output=True, text=True, check=False)
    assert stale.returncode == 4, stale.stderr
    again = subprocess.run(command(postgres_database, schema), capture_output=True, text=True, check=False)
    assert again.returncode == 0, again.stderr


def test_what_waits_behind_us_waits_no_longer_than_one_limit(postgres_database: Database) -> None:
    """What a transaction has used of the limit is taken from what its next step may wait; the next one has it anew."""
    postgres_database.execute("CREATE TABLE seen (transaction text, milliseconds text)")
    target = engine.target(postgres_database.url)
    empty = engine.plan(target, sources("CREATE TABLE seen (transaction text, milliseconds text);"))

    def group(name: str) -> Group:
        note = f"INSERT INTO seen SELECT '{name}', setting FROM pg_settings WHERE name = 'lock_timeout'"
        return Group(
            transactional=True,
            steps=tuple(
                PlannedStep(sql=sql, object="table public.seen", action="alter", reason="")
                for sql in (note, "SELECT pg_sleep(1)", note)
            ),
        )

    plan = sealed(replace(empty, groups=(group("one"), group("two"))))
    engine.apply_plan(target, plan, patience=Patience(lock_timeout=4))
    for name in ("one", "two"):
        before, after = (
            int(str(row[0]))
            for row in postgres_database.query(
                f"SELECT milliseconds FROM seen WHERE transaction = '{name}' ORDER BY ctid"
            )
        )
        assert before == 4000
        assert 100 <= after <= 3000
