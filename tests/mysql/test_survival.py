"""What a run tells while it waits, and what it does when its connection or its patience ends, on MySQL and MariaDB."""

from __future__ import annotations

import contextlib
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from schemactl import engine
from schemactl.apply import Event
from schemactl.dialect import Patience, SourceText, Watches
from schemactl.errors import UnreachableError
from tests.faults.proxy import cut_everywhere, proxy
from tests.support.mysql import Database, Server

BEFORE = "CREATE TABLE t (id int PRIMARY KEY);"
AFTER = "CREATE TABLE t (id int PRIMARY KEY, n int);"
TWO = "CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE t (id int PRIMARY KEY, n int);"
WAITS = "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE DB = DATABASE() AND STATE LIKE 'Waiting for table%'"


def sources(text: str) -> list[SourceText]:
    return [SourceText(name="after.sql", text=text)]


@contextlib.contextmanager
def reading(database: Database) -> Iterator[int]:
    """Somebody reads t in a transaction that stays open: the number of the session."""
    with contextlib.closing(database.connect()) as other, other.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute("SELECT 'secret' FROM t")
        yield int(other.thread_id())  # type: ignore[no-untyped-call]


def wait_for(database: Database, statement: str, wanted: str, seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while database.query(statement) != [(wanted,)]:
        assert time.monotonic() < deadline, f"{statement} never gave {wanted}"
        time.sleep(0.05)


def test_a_step_tells_for_whom_it_waits(mysql_database: Database) -> None:
    mysql_database.execute(BEFORE)
    told: list[Event] = []
    with contextlib.ExitStack() as held:
        session = held.enter_context(reading(mysql_database))

        def let_go(event: Event) -> None:
            if event.kind == "watched" and event.message.startswith("waits for"):
                told.append(event)
                held.close()

        target = engine.target(mysql_database.url)
        engine.apply(target, sources(AFTER), patience=Patience(lock_timeout=60, attempts=1), progress=let_go)
    perhaps = "perhaps the open transaction of " if mysql_database.mariadb else ""
    assert re.match(rf"waits for {perhaps}session {session} of root@\S+ \(idle for \d+ s\)", told[0].message)
    assert "secret" not in told[0].message


def test_who_holds_a_row_is_told(mysql_database: Database) -> None:
    """As where the values of an enum are carried over by an UPDATE."""
    mysql_database.execute(f"{BEFORE} INSERT INTO t VALUES (1)")
    dialect = engine.target(mysql_database.url).dialect
    assert isinstance(dialect, Watches)
    with contextlib.closing(mysql_database.connect()) as one, contextlib.closing(mysql_database.connect()) as two:
        one.cursor().execute("BEGIN")
        one.cursor().execute("UPDATE t SET id = 2")
        holder, waiter = (int(c.thread_id()) for c in (one, two))  # type: ignore[no-untyped-call]
        waiting = threading.Thread(target=lambda: two.cursor().execute("UPDATE t SET id = 3"))
        waiting.start()
        with engine.target(mysql_database.url).engine.connect() as third:
            deadline = time.monotonic() + 60
            while not (seen := dialect.look(third, waiter)).blockers:
                assert time.monotonic() < deadline
        one.cursor().execute("ROLLBACK")
        waiting.join(60)
    assert seen.blockers.startswith(f"session {holder} of root@")


def test_the_second_signal_cancels_the_statement(mysql_database: Database, tmp_path: Path) -> None:
    mysql_database.execute(BEFORE)
    file = tmp_path / "schema.sql"
    file.write_text(TWO)
    command = [sys.executable, "-m", "schemactl", "apply", "--auto-approve", "--url", mysql_database.url]
    with reading(mysql_database):
        with subprocess.Popen(
            [*command, "--to", str(file), "--lock-timeout", "120s"], stderr=subprocess.PIPE, text=True
        ) as run:
            wait_for(mysql_database, WAITS, "1")
            assert run.stderr
            run.send_signal(signal.SIGTERM)
            while "once more to cancel it" not in (line := run.stderr.readline()):
                assert line
            run.send_signal(signal.SIGTERM)
            rest = run.stderr.read()
            assert run.wait(60) == 130, rest
        assert "error[E308]" in rest and "cancelled" in rest, rest
        assert "stands: 1 of 2 steps is done; step 2 was not finished" in rest
        assert mysql_database.query(WAITS) == [("0",)]
        assert mysql_database.query("SHOW TABLES") == [("a",), ("t",)]


@pytest.mark.parametrize("heard", [True, False], ids=["heard", "unheard"])
def test_a_statement_that_got_no_answer_is_looked_for(
    mysql_server: Server, mysql_database: Database, heard: bool
) -> None:
    mysql_database.execute(BEFORE)
    with proxy(mysql_server.port) as way:
        way.word, way.heard = b"ALTER TABLE", heard
        url = mysql_database.url.replace(f":{mysql_server.port}/", f":{way.port}/")
        target = engine.target(f"{url}?ssl_disabled=true")  # what is said must be read to be cut
        with pytest.raises(UnreachableError, match="step 2 of 2") as caught:
            engine.apply(target, sources(TWO))
    found = "all steps stand, and nothing is left to do" if heard else "it does not stand; 1 step is left"
    assert "1 of 2 steps is done; the connection was lost while step 2 of 2 was carried out" in caught.value.stands
    assert f"looked at again, {found}" in caught.value.stands
    assert engine.plan(engine.target(mysql_database.url), sources(TWO)).is_empty == heard


#: What makes us ask a server much before the first step, and a lot of it within words that may fail.
ASKED = """CREATE TABLE t (id int PRIMARY KEY, n varchar(20) NOT NULL DEFAULT (concat('a', 'b')), CHECK (id > 0))
    PARTITION BY RANGE (id) (PARTITION p0 VALUES LESS THAN (10 + 10), PARTITION p1 VALUES LESS THAN MAXVALUE);
CREATE VIEW v AS SELECT id, upper(n) AS name FROM t;
CREATE PROCEDURE p(n int) SELECT n;"""


def test_wherever_the_connection_is_lost_that_is_what_is_told(mysql_server: Server, mysql_database: Database) -> None:
    mysql_database.execute("CREATE TABLE t (id int PRIMARY KEY, n varchar(20)); INSERT INTO t VALUES (1, 'a')")
    with proxy(mysql_server.port) as way:
        url = mysql_database.url.replace(f":{mysql_server.port}/", f":{way.port}/")
        target = engine.target(f"{url}?ssl_disabled=true")
        cut_everywhere(way, lambda: engine.apply(target, sources(ASKED)))
