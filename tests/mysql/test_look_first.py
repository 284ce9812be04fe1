"""What is looked for before the first step, and what becomes of a run that fails all the same: real users and locks."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from urllib.parse import quote

import pytest

from schemactl import engine
from schemactl.apply import Event
from schemactl.dialect import Patience, SourceText
from schemactl.errors import LockError, PermissionError_, RowsError, StepFailedError
from schemactl.plan import Plan
from schemactl.steps import Hazard, Right
from schemactl_mysql.grants import Grant, holds
from tests.mysql.users import somebody
from tests.support.mysql import Database, Server

BEFORE = """
CREATE TABLE parent (id int PRIMARY KEY);
CREATE TABLE old (id int PRIMARY KEY);
CREATE TABLE t (id int PRIMARY KEY, p int);
"""
AFTER = """
CREATE TABLE parent (id int PRIMARY KEY);
CREATE TABLE fresh (id int PRIMARY KEY, p int, CONSTRAINT up FOREIGN KEY (p) REFERENCES parent (id));
CREATE TABLE t (id int PRIMARY KEY, p int, n int);
CREATE VIEW v AS SELECT id FROM parent;
CREATE PROCEDURE q() SELECT 1;
CREATE EVENT e ON SCHEDULE EVERY 1 YEAR STARTS '2037-01-01 00:00:00' DO SELECT 1;
"""
#: What reading and comparing need, whatever the plan.
READING = ("SELECT", "SHOW VIEW", "CREATE TEMPORARY TABLES")


def source(text: str) -> list[SourceText]:
    return [SourceText(name="schema.sql", text=text)]


def tables(database: Database) -> list[str | None]:
    found = database.query(
        "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE() ORDER BY 1"
    )
    return [row[0] for row in found]


def grant(database: Database, user: str, rights: Sequence[Right]) -> None:
    """The rights, each on no more than it says; the servers give most of them on no table that is yet to be made."""
    for word in READING:
        database.execute(f"GRANT {word} ON {database.name}.* TO {user}")
    there = tables(database)
    for right in rights:
        name = right.name if right.name in there else "*"
        on = f"{right.schema}.{name}" if right.schema else "*.*"
        database.execute(f"GRANT {right.privilege} ON {on} TO {user}")


def rights_of(plan: Plan) -> list[Right]:
    every = (Right(privilege=r.privilege, schema=r.schema, name=r.name) for s in plan.steps for r in s.rights)
    return list(dict.fromkeys(every))


@pytest.mark.no_self_check("MariaDB prints a view whose definer is gone with the database's name in half of it")
def test_the_rights_that_a_plan_names_are_enough(mysql_database: Database) -> None:
    mysql_database.execute(BEFORE)
    needed = rights_of(engine.plan(engine.target(mysql_database.url), source(AFTER)))
    with somebody(mysql_database) as (user, url):
        grant(mysql_database, user, needed)
        engine.apply(engine.target(url), source(AFTER), allow=frozenset(Hazard))
    assert engine.plan(engine.target(mysql_database.url), source(AFTER)).is_empty


def test_without_any_of_them_nothing_runs(mysql_database: Database) -> None:
    mysql_database.execute(BEFORE)
    needed = rights_of(engine.plan(engine.target(mysql_database.url), source(AFTER)))
    assert {r.privilege for r in needed} >= {"CREATE", "ALTER", "DROP", "CREATE VIEW", "CREATE ROUTINE", "EVENT"}
    # SELECT is among the rights of reading, and given for the whole database.
    for missing in [r for r in needed if r.privilege not in READING]:
        with somebody(mysql_database) as (user, url):
            grant(mysql_database, user, [r for r in needed if r != missing])
            with pytest.raises(PermissionError_) as caught:
                engine.apply(engine.target(url), source(AFTER), allow=frozenset(Hazard))
        assert str(missing) in caught.value.message
        assert caught.value.subject
        assert tables(mysql_database) == ["old", "parent", "t"]


def test_a_right_may_come_by_a_role(mysql_database: Database) -> None:
    mysql_database.execute("CREATE TABLE t (id int PRIMARY KEY);")
    role = f"r{mysql_database.name}"
    after = source("CREATE TABLE t (id int PRIMARY KEY, n int);")
    mysql_database.execute(f"CREATE ROLE {role}; GRANT ALTER ON {mysql_database.name}.t TO {role}")
    try:
        with somebody(mysql_database) as (user, url):
            grant(mysql_database, user, [])
            with pytest.raises(PermissionError_, match=rf"ALTER on {mysql_database.name}\.t"):
                engine.apply(engine.target(url), after)
            given = "FOR" if mysql_database.mariadb else "TO"
            mysql_database.execute(f"GRANT {role} TO {user}; SET DEFAULT ROLE {role} {given} {user}")
            assert engine.apply(engine.target(url), after).steps_done == 1
    finally:
        mysql_database.execute(f"DROP ROLE {role}")


def test_a_trigger_is_for_those_whom_the_binary_log_trusts(mysql_database: Database) -> None:
    """Whether it is, the server's settings say; schemactl says the same as the server, before the first step."""
    mysql_database.execute("CREATE TABLE t (id int PRIMARY KEY);")
    after = "CREATE TABLE aaa (a int); CREATE TABLE t (id int PRIMARY KEY);"
    after += "CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW SET NEW.id = 1;"
    [[strict]] = mysql_database.query("SELECT @@log_bin AND NOT @@log_bin_trust_function_creators")
    rights = [Right(privilege=p, schema=mysql_database.name) for p in ("CREATE", "TRIGGER")]
    with somebody(mysql_database) as (user, url):
        grant(mysql_database, user, rights)
        if strict == "1":
            with pytest.raises(PermissionError_, match="SUPER on all"):
                engine.apply(engine.target(url), source(after))
            assert tables(mysql_database) == ["t"]
        else:
            assert engine.apply(engine.target(url), source(after)).steps_done == 2


def test_a_definer_is_for_those_who_may_be_another(mysql_database: Database) -> None:
    mysql_database.execute("CREATE TABLE t (id int PRIMARY KEY);")
    after = "CREATE TABLE aaa (a int); CREATE TABLE t (id int PRIMARY KEY);"
    after += "CREATE DEFINER=root@localhost VIEW v AS SELECT id FROM t;"
    rights = [Right(privilege=p, schema=mysql_database.name) for p in ("CREATE", "CREATE VIEW")]
    with somebody(mysql_database) as (user, url):
        grant(mysql_database, user, rights)
        with pytest.raises(PermissionError_, match=r"SET.* for the definer root@localhost"):
            engine.apply(engine.target(url), source(after))
    assert tables(mysql_database) == ["t"]


@pytest.mark.parametrize(
    ("grants", "held"),
    [
        ([Grant(frozenset({"ALTER"}), "*", "*")], True),
        ([Grant(frozenset({"ALL PRIVILEGES"}), "app", "*")], True),
        ([Grant(frozenset({"ALTER"}), r"a\_p", "*")], False),
        ([Grant(frozenset({"ALTER"}), "a_p", "*")], True),
        ([Grant(frozenset({"ALTER"}), "a%", "*")], True),
        ([Grant(frozenset({"ALTER"}), "app", "u")], False),
        ([Grant(frozenset({"SELECT"}), "*", "*")], False),
        ([Grant(frozenset({"ALTER"}), "*", "*"), Grant(frozenset({"ALTER"}), "app", "*", revoked=True)], False),
        ([Grant(frozenset({"ALTER"}), "*", "*"), Grant(frozenset({"ALTER"}), "mysql", "*", revoked=True)], True),
    ],
)
def test_what_grants_cover(grants: list[Grant], held: bool) -> None:
    assert holds(grants, Right(privilege="ALTER", schema="app", name="t"), "me@%") is held


@contextlib.contextmanager
def reading(database: Database) -> Iterator[int]:
    """Somebody has read the table in a transaction that stays open: the number of the session."""
    with contextlib.closing(database.connect()) as other, other.cursor() as cursor:
        cursor.execute("START TRANSACTION")
        cursor.execute("SELECT * FROM t")
        cursor.execute("SELECT CONNECTION_ID()")
        [number] = cursor.fetchone() or (0,)
        yield int(number)


def test_a_locked_table_is_tried_again_and_then_named_with_its_holder(mysql_database: Database) -> None:
    mysql_database.execute("CREATE TABLE t (id int PRIMARY KEY);")
    after = source("CREATE TABLE t (id int PRIMARY KEY, n int);")
    events: list[Event] = []
    patience = Patience(lock_timeout=1, attempts=2)
    target = engine.target(mysql_database.url)
    with reading(mysql_database) as session, pytest.raises(LockError) as caught:
        engine.apply(target, after, patience=patience, progress=events.append)
    assert [e.kind for e in events].count("retry") == 1
    assert "2 times in a row" in caught.value.message
    assert f"session {session} of root@" in caught.value.message
    assert engine.apply(target, after, patience=patience).steps_done == 1


def test_a_lock_that_goes_meanwhile_stops_nothing(mysql_database: Database) -> None:
    mysql_database.execute("CREATE TABLE t (id int PRIMARY KEY);")
    after = source("CREATE TABLE t (id int PRIMARY KEY, n int);")
    with contextlib.ExitStack() as held:
        held.enter_context(reading(mysql_database))

        def let_go(event: Event) -> None:
            if event.kind == "retry":
                held.close()

        patience = Patience(lock_timeout=1, attempts=3)
        outcome = engine.apply(engine.target(mysql_database.url), after, patience=patience, progress=let_go)
    assert outcome.steps_done == 1


TWO = "CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (id int PRIMARY KEY, k int); INSERT INTO b VALUES (1, 1);"
WANTED = """
CREATE TABLE a (id int PRIMARY KEY, n int);
CREATE TABLE b (id int PRIMARY KEY, k int, UNIQUE KEY k (k));
CREATE TABLE c (id int PRIMARY KEY, b int, CONSTRAINT up FOREIGN KEY (b) REFERENCES b (k));
CREATE VIEW v AS SELECT n FROM a;
"""


def test_a_second_run_finishes_what_failed_midway(mysql_database: Database) -> None:
    """Rows that come once the others were counted make a step fail for real: what ran before it stands."""
    mysql_database.execute(TWO)
    target = engine.target(mysql_database.url)

    def meddle(event: Event) -> None:
        if event.kind == "finished" and event.number == 1:
            mysql_database.execute("INSERT INTO b VALUES (2, 1)")

    plan = engine.plan(target, source(WANTED))
    assert [len(group.steps) for group in plan.groups] == [1] * len(plan.steps)
    assert not any(group.transactional for group in plan.groups)
    with pytest.raises(StepFailedError, match="Duplicate entry"):
        engine.apply(target, source(WANTED), progress=meddle)
    left = engine.plan(target, source(WANTED))
    assert 0 < len(left.steps) < len(plan.steps)
    with pytest.raises(RowsError, match=r"1 row of .*\.b: the same k in others"):
        engine.apply(target, source(WANTED))
    mysql_database.execute("DELETE FROM b WHERE id = 2")
    engine.apply(target, source(WANTED))
    assert engine.plan(target, source(WANTED)).is_empty


def test_a_session_without_strict_loses_nothing(mysql_database: Database) -> None:
    """Where the user's sessions would cut the value, ours counts the row, and stops."""
    mysql_database.execute("CREATE TABLE t (id int PRIMARY KEY, s varchar(9)); INSERT INTO t VALUES (1, 'abcdef');")
    url = f"{mysql_database.url}?init_command={quote(chr(39).join(('SET SESSION sql_mode = ', '', '')))}"
    after = source("CREATE TABLE t (id int PRIMARY KEY, s varchar(3));")
    plan = engine.plan(engine.target(url), after)
    assert plan.needs_consent == {Hazard.NARROWS_TYPE}
    assert [check.found for check in plan.steps[0].checks] == [1]
    with pytest.raises(RowsError, match="too long for varchar"):
        engine.apply(engine.target(url), after, allow=frozenset(Hazard))
    assert mysql_database.query("SELECT s FROM t") == [("abcdef",)]


def test_a_count_that_takes_too_long_is_told_and_stops_nothing(mysql_database: Database) -> None:
    mysql_database.execute("CREATE TABLE t (id int PRIMARY KEY, n int); INSERT INTO t VALUES (1, 1);")
    after = source("CREATE TABLE t (id int PRIMARY KEY, n int NOT NULL);")
    with contextlib.closing(mysql_database.connect()) as other, other.cursor() as cursor:
        cursor.execute("LOCK TABLES t WRITE")
        [check] = engine.plan(engine.target(mysql_database.url), after).steps[0].checks
        cursor.execute("UNLOCK TABLES")
    assert check.found is None
    assert "Lock wait timeout" in check.unknown
    assert engine.plan(engine.target(mysql_database.url), after).digest
    assert engine.apply(engine.target(mysql_database.url), after).steps_done == 1


def test_the_digest_of_a_plan_holds_while_rows_come_and_go(mysql_server: Server) -> None:
    with mysql_server.database() as database:
        database.execute("CREATE TABLE t (id int PRIMARY KEY, d decimal(9,3)); INSERT INTO t VALUES (1, 1.234);")
        target = engine.target(database.url)
        after = source("CREATE TABLE t (id int PRIMARY KEY, d decimal(9,2));")
        first = engine.plan(target, after)
        database.execute("INSERT INTO t VALUES (2, 2.345)")
        second = engine.plan(target, after)
        assert [c.found for p in (first, second) for s in p.steps for c in s.checks if not c.refused] == [1, 2]
        assert first.digest == second.digest
        assert engine.apply_plan(target, first, allow=frozenset(Hazard)).steps_done == 1
