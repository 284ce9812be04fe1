"""A copy handed over to another program: Debian's pt-online-schema-change for real, and programs that do not end well."""

from __future__ import annotations

import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from schemactl import engine
from schemactl.apply import Event
from schemactl.dialect import SourceText
from schemactl.errors import InterruptedError_, StepFailedError, UsageError
from schemactl.manner import Manner, Online
from schemactl.plan import decode, encode
from schemactl.render import render
from schemactl.steps import Hazard
from tests.support.containers import PASSWORD
from tests.support.mysql import Database

BEFORE = "CREATE TABLE t (id int PRIMARY KEY, a float COMMENT 'it''s {host}', b varchar(10));"
WANTED = [SourceText(name="s", text=BEFORE.replace("a float", "a double"))]
ALTER = "MODIFY COLUMN `a` double COMMENT 'it''s {host}'"
ARGUMENTS = ("--alter", "{alter}", "F={defaults},D={schema},t={table}", "--execute", "--recursion-method=none")
#: Named in plans that nobody runs.
PT = ("pt-online-schema-change", *ARGUMENTS)
PERCONA = Path(__file__).parents[1] / "infra" / "percona.sh"


@pytest.fixture(scope="session")
def online_change() -> tuple[str, ...]:
    """The real program. A machine that cannot have it fails, and says why."""
    done = subprocess.run([str(PERCONA)], capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    return (done.stdout.strip(), *ARGUMENTS)


def target(database: Database, *command: str) -> engine.Target:
    return engine.target(database.url, manner=Manner(online=Online.ALWAYS, small_table=0, copy_with=command))


def require_waiting_writers(database: Database) -> None:
    """Skip where the server copies while others write: nothing is handed over there."""
    if database.mariadb and database.version >= (11, 2):
        pytest.skip("MariaDB copies while others write")


def program(directory: Path, text: str) -> tuple[str, ...]:
    """One of ours, in Python, with what it is told as its arguments."""
    file = directory / "program.py"
    file.write_text(text, encoding="utf-8")
    return (sys.executable, str(file), "{defaults}", "{schema}", "{table}", "{alter}")


def test_a_copy_is_handed_over_while_others_write(mysql_database: Database, online_change: tuple[str, ...]) -> None:
    require_waiting_writers(mysql_database)
    mysql_database.execute(BEFORE)
    rows = ",".join(f"({n},{n},'x')" for n in range(2000))
    mysql_database.execute(f"INSERT INTO t VALUES {rows}; ANALYZE TABLE t")
    stop = threading.Event()

    def write() -> None:
        while not stop.is_set():
            mysql_database.execute("UPDATE t SET a = a + 1 WHERE id = 7; INSERT INTO t (id) SELECT MAX(id) + 1 FROM t")

    writer = threading.Thread(target=write)
    writer.start()
    said: list[str] = []
    try:
        plan = engine.plan(target(mysql_database, *online_change), WANTED)
        [step] = plan.steps
        assert [w.hazard for w in step.hazards] == [Hazard.REWRITES_TABLE]
        assert ALTER in step.sql and "--execute" in render(plan, "text")
        engine.apply(target(mysql_database, *online_change), WANTED, progress=lambda e: said.append(e.message))
    finally:
        stop.set()
        writer.join()
    assert any("Successfully altered" in line for line in said)
    [copying] = [line for line in said if "Copying approximately" in line]
    assert " 0 rows" not in copying, "it would copy all in one statement, whatever the size"
    assert engine.plan(target(mysql_database, *online_change), WANTED).is_empty
    [[kept, most]] = mysql_database.query("SELECT COUNT(*), MAX(id) + 1 FROM t")
    assert kept == most and int(kept or 0) >= 2000


def test_it_gets_the_password_by_a_file_and_tells_it_to_nobody(mysql_database: Database, tmp_path: Path) -> None:
    require_waiting_writers(mysql_database)
    mysql_database.execute(BEFORE)
    text = (
        "import pathlib, stat, sys\nfile = pathlib.Path(sys.argv[1])\n"
        "print(oct(file.stat().st_mode), sys.argv[2:])\nprint(file.read_text())\nprint({!r})\nsys.exit(3)\n"
    )
    command = program(tmp_path, text.format(PASSWORD))
    events: list[Event] = []
    with pytest.raises(StepFailedError, match="code 3") as caught:
        engine.apply(target(mysql_database, *command), WANTED, progress=events.append)
    said = [event.message for event in events if event.kind == "said"]
    assert said[0] == f"{oct(stat.S_IFREG | 0o600)} {[mysql_database.name, 't', ALTER]}"
    assert not any(PASSWORD in line for line in (*said, str(caught.value), caught.value.hint or ""))
    assert "***" in said
    assert len(engine.plan(target(mysql_database), WANTED).steps) == 1


def test_a_program_that_is_not_there(mysql_database: Database) -> None:
    require_waiting_writers(mysql_database)
    mysql_database.execute(BEFORE)
    with pytest.raises(StepFailedError, match="cannot run no-such-program"):
        engine.apply(target(mysql_database, "no-such-program", "{alter}", "{table}"), WANTED)


def test_a_plan_brings_no_programs_along(mysql_database: Database, tmp_path: Path) -> None:
    require_waiting_writers(mysql_database)
    mysql_database.execute(BEFORE)
    command = program(tmp_path, "raise SystemExit('it ran')")
    plan = decode(encode(engine.plan(target(mysql_database, *command), WANTED)))
    assert plan.steps[0].handover is not None
    for other in ((), PT):
        with pytest.raises(UsageError, match="--copy-with does not name"):
            engine.apply_plan(target(mysql_database, *other), plan)


@pytest.mark.parametrize(
    ("before", "after", "why"),
    [
        ("a int, p int, FOREIGN KEY (p) REFERENCES t (id)", "a bigint, p int, FOREIGN KEY (p) REFERENCES t (id)", "foreign"),
        ("a int, UNIQUE KEY (a)", "a smallint, UNIQUE KEY (a)", "lost"),
        ("a int); CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW SET @a = (1", None, "triggers"),
    ],
)  # fmt: skip
def test_what_a_program_would_not_do_as_the_server_does(
    mysql_database: Database, before: str, after: str | None, why: str
) -> None:
    require_waiting_writers(mysql_database)
    mysql_database.execute(f"CREATE TABLE t (id int PRIMARY KEY, {before});")
    wanted = after if after is not None else before.replace("a int", "a bigint", 1)
    source = [SourceText(name="s", text=f"CREATE TABLE t (id int PRIMARY KEY, {wanted});")]
    [step] = engine.plan(target(mysql_database, *PT), source).steps
    assert step.handover is None
    assert any(why in w.message for w in step.hazards if w.hazard is Hazard.BLOCKS_WRITES), step.hazards


def test_a_placeholder_that_nothing_is_known_for() -> None:
    with pytest.raises(UsageError, match=r"\{password\}"):
        engine.target("mysql://me@h/d", manner=Manner(copy_with=("x", "{alter}", "{table}", "{password}")))


def test_a_first_signal_lets_it_finish_and_a_second_tells_it_to_end(mysql_database: Database, tmp_path: Path) -> None:
    require_waiting_writers(mysql_database)
    mysql_database.execute(BEFORE)
    text = (
        "import signal, sys, time\n"
        "def end(*_):\n    print('put in order')\n    sys.exit(5)\n"
        "signal.signal(signal.SIGTERM, end)\nprint('ready', flush=True)\ntime.sleep(600)\n"
    )
    stop, cancel = threading.Event(), threading.Event()

    def progress(event: Event) -> None:
        if event.message == "ready":
            stop.set()
            mysql_database.execute("CREATE TABLE _t_new (a int)")
            cancel.set()

    aim = target(mysql_database, *program(tmp_path, text))
    with pytest.raises(InterruptedError_, match="was told to end, and ended with code 5: put in order") as caught:
        engine.apply(aim, WANTED, progress=progress, stop=stop, cancel=cancel)
    assert "there are now, and were not before: table _t_new" in str(caught.value)
    assert caught.value.stands == "none of 1 steps is done; step 1 was not finished"


def test_a_program_that_knows_no_signal_is_ended(mysql_database: Database, tmp_path: Path) -> None:
    require_waiting_writers(mysql_database)
    mysql_database.execute(BEFORE)
    # The program that works is a child of the one that is named.
    text = (
        "import subprocess, sys\n"
        "subprocess.run([sys.executable, '-c', 'import time; print(\"ready\", flush=True); time.sleep(600)'])\n"
    )
    cancel = threading.Event()
    aim = target(mysql_database, *program(tmp_path, text))
    with pytest.raises(InterruptedError_, match="was told to end, and ended with SIGTERM: ready"):
        engine.apply(aim, WANTED, progress=lambda e: cancel.set() if e.message == "ready" else None, cancel=cancel)


def test_what_a_cancelled_copy_leaves_is_named(mysql_database: Database, online_change: tuple[str, ...]) -> None:
    require_waiting_writers(mysql_database)
    mysql_database.execute(BEFORE)
    mysql_database.execute("INSERT INTO t (id) VALUES " + ",".join(f"({n})" for n in range(500)))
    cancel = threading.Event()
    said: list[str] = []

    def progress(event: Event) -> None:
        said.append(event.message)
        if "Copying" in event.message:
            cancel.set()

    aim = target(mysql_database, *online_change, "--chunk-size=1", "--sleep=0.2")
    with pytest.raises(InterruptedError_) as caught:
        engine.apply(aim, WANTED, progress=progress, cancel=cancel)
    assert "was told to end" in str(caught.value), said
    # It takes its new table and its triggers not away when it is interrupted (3.2.1), and says how that is done.
    assert "table _t_new, trigger pt_osc_" in str(caught.value)
    assert "take that away first" in (caught.value.hint or "")
    [step] = [s for s in engine.plan(target(mysql_database, *online_change), WANTED).steps if "double" in s.sql]
    assert step.handover is None
    for line in said:
        if line.startswith("DROP "):
            mysql_database.execute(line)
    assert mysql_database.query("SHOW TABLES") == [("t",)]
    assert mysql_database.query("SHOW TRIGGERS") == []
    assert mysql_database.query("SELECT COUNT(*) FROM t") == [("500",)]
    [step] = engine.plan(target(mysql_database, *online_change), WANTED).steps
    assert step.handover is not None
