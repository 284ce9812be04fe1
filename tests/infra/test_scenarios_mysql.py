"""Scenarios on MySQL and MariaDB: the runner, with a stand-in for schemactl that knows no SQL, and the judge."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support import catalog
from tests.support.mysql import Server
from tests.support.script import Platform, ScenarioError, Script
from tests.support.txtar import Archive

Runs = Callable[..., Script]
Differ = Callable[[str, str], tuple[str, str]]


@pytest.fixture
def run(mysql_server: Server, tmp_path: Path) -> Runs:
    """Run a scenario with a stand-in that has one way to migrate: to make everything anew, and more if told so."""
    applied = tmp_path / "applied.txt"  # not in the database, where it would be a trace

    def run(text: str, more: str = "") -> Script:
        def stand_in(argv: list[str]) -> int:
            if argv[0] == "inspect":
                print(applied.read_text() if applied.exists() else script.archive.files["before.sql"], end="")
                return 0
            _, _, url, _, after, *options = argv
            desired, name = Path(after).read_text(), script.database.name
            if argv[0] == "apply":
                script.database.execute(f"DROP DATABASE {name}; CREATE DATABASE {name}; USE {name}; {desired}{more}")
                applied.write_text(desired)
            elif not applied.exists() or applied.read_text() != desired:
                print(f"-- plan for {re.sub(r':[^:@]*@', ':***@', url)} in 12 ms\n{desired}", end="")
                return 2 if "--detailed-exitcode" in options else 0
            return 0

        image = f"{'mariadb' if mysql_server.mariadb else 'mysql'}:{'.'.join(map(str, mysql_server.version))}"
        script = Script(Archive.parse(text), tmp_path, Platform.of(image), mysql_server, stand_in)
        script.run()
        return script

    return run


MIGRATION = """# what
migrate before.sql after.sql plan.sql
query count.sql count.txt
-- before.sql --
CREATE TABLE t (a int);
-- after.sql --
CREATE TABLE t (a int, b text);
CREATE PROCEDURE p() BEGIN SELECT 1; SELECT 'a%s'; END;
-- plan.sql --
-- plan for $URL in $TIME
CREATE TABLE t (a int, b text);
CREATE PROCEDURE p() BEGIN SELECT 1; SELECT 'a%s'; END;
-- count.sql --
SELECT count(*), NULL FROM t
-- count.txt --
0\tNULL
"""


def test_a_migration_is_judged(run: Runs) -> None:
    run(MIGRATION)


def test_a_migration_that_leaves_a_trace_is_found(run: Runs) -> None:
    with pytest.raises(ScenarioError, match=r"the database does not hold what after\.sql says\n(.*\n)+\+column t  `c`"):
        run(MIGRATION, "ALTER TABLE t ADD c int")


@pytest.mark.parametrize(
    "text",
    [
        "! exec a.sql\nstderr 'ERROR 1064: You have .*nonsense'\n-- a.sql --\nnonsense\n",
        "exec a.sql\n-- a.sql --\nDELIMITER $$\nCREATE PROCEDURE p() BEGIN SELECT 1; SELECT 2; END$$\n",
        "[mysql] exec a.sql\n[mariadb] exec b.sql\n-- a.sql --\nCREATE TABLE t (a int, KEY ((a + 1)))\n"
        "-- b.sql --\nCREATE SEQUENCE s\n",
    ],
)
def test_a_scenario_that_holds(run: Runs, text: str) -> None:
    run(f"# what\n{text}")


@pytest.mark.mariadb("10.11")
def test_only_chooses_the_servers(run: Runs) -> None:
    run("# what\n[mysql] nonsense\n[mariadb11.8+] nonsense\n[!mariadb10.11+] nonsense\nonly [mariadb]\n")


# The judge.


@pytest.fixture
def differ(mysql_server: Server) -> Differ:
    def differ(got: str, want: str) -> tuple[str, str]:
        with mysql_server.database() as one, mysql_server.database() as other:
            one.execute(got)
            other.execute(want)
            there, back = catalog.facts(one), catalog.facts(other)
        return catalog.difference(there, back, want), catalog.difference(back, there, got)

    return differ


P = "CREATE TABLE p (a int PRIMARY KEY);"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("CREATE TABLE t (a int, b int)", "CREATE TABLE t (b int, a int)"),
        (
            "CREATE TABLE t (a int auto_increment PRIMARY KEY) AUTO_INCREMENT 7",
            "CREATE TABLE t (a int auto_increment PRIMARY KEY)",
        ),
        ("CREATE TABLE t (a int, UNIQUE x (a))", "CREATE TABLE t (a int UNIQUE)"),
        ("CREATE TABLE t (a int, KEY x (a))", "CREATE TABLE t (a int, KEY (a))"),
        ("CREATE TABLE t (a int, KEY (a) USING BTREE)", "CREATE TABLE t (a int, KEY (a))"),
        ("CREATE TABLE t (a int, CONSTRAINT x CHECK (a > 1))", "CREATE TABLE t (a int, CHECK (a > 1))"),
        (
            f"{P} CREATE TABLE t (a int, CONSTRAINT x FOREIGN KEY (a) REFERENCES p (a))",
            f"{P} CREATE TABLE t (a int, FOREIGN KEY (a) REFERENCES p (a))",
        ),
        (
            "CREATE TABLE t (a char(1) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin) COLLATE utf8mb4_bin",
            "CREATE TABLE t (a char(1)) COLLATE utf8mb4_bin",
        ),
        (f"{P} CREATE VIEW v AS SELECT a FROM p", f"{P} CREATE VIEW `v` AS select `p`.a AS a FROM p;"),
        (
            f"{P} create  trigger g before insert on p for each row SET NEW.a = 1",
            f"{P} CREATE TRIGGER g BEFORE INSERT ON `p` FOR EACH ROW SET NEW.a = 1;",
        ),
        ("CREATE PROCEDURE p() BEGIN END", "CREATE PROCEDURE `p`() BEGIN END;\n"),
        (
            "CREATE EVENT e ON SCHEDULE EVERY 1 DAY STARTS '2037-01-01' DO SELECT 1",
            "CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO SELECT 1",
        ),
    ],
)
def test_the_judge_does_not_mind(differ: Differ, one: str, other: str) -> None:
    assert differ(one, other)[0] == ""


T = "CREATE TABLE t (a int)"
TWO = "CREATE TABLE t (a int, b int)"
EVENT = "CREATE EVENT e ON SCHEDULE EVERY 1 DAY STARTS '2037-01-01 00:00:00' DO SELECT 1"
TRIGGERS = "; CREATE TRIGGER {} BEFORE INSERT ON t FOR EACH ROW SET NEW.a = 1" * 2
CHILD = f"{P} CREATE TABLE t (a int, CONSTRAINT x FOREIGN KEY (a) REFERENCES p (a) "
PARTITIONED = f"{T} PARTITION BY RANGE (a) (PARTITION p0 VALUES LESS THAN (10)"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("", T),
        ("", "ALTER DATABASE COLLATE latin1_swedish_ci"),
        (T, "CREATE TABLE t (a bigint)"),
        (T, "CREATE TABLE t (a int unsigned)"),
        (T, "CREATE TABLE t (a int NOT NULL)"),
        (T, "CREATE TABLE t (a int DEFAULT 1)"),
        (T, "CREATE TABLE t (a int INVISIBLE, b int)"),
        (T, "CREATE TABLE t (a int COMMENT 'x')"),
        (T, f"{T} COMMENT 'x'"),
        (f"{T} COMMENT ' AUTO_INCREMENT=1'", f"{T} COMMENT ' AUTO_INCREMENT=2'"),
        (T, f"{T} ENGINE MyISAM"),
        (T, f"{T} ROW_FORMAT COMPRESSED"),
        (T, f"{T} COLLATE utf8mb4_bin"),
        ("CREATE TABLE t (a char(1))", "CREATE TABLE t (a char(1) COLLATE utf8mb4_bin)"),
        ("CREATE TABLE t (a char(1) COMMENT ' COLLATE a')", "CREATE TABLE t (a char(1) COMMENT ' COLLATE b')"),
        ("CREATE TABLE t (a timestamp)", "CREATE TABLE t (a timestamp ON UPDATE CURRENT_TIMESTAMP)"),
        ("CREATE TABLE t (a int, PRIMARY KEY (a))", "CREATE TABLE t (a int AUTO_INCREMENT, PRIMARY KEY (a))"),
        (TWO, "CREATE TABLE t (a int, b int, PRIMARY KEY (a, b))"),
        (TWO, "CREATE TABLE t (a int, b int AS (a + 1) VIRTUAL)"),
        ("CREATE TABLE t (a int, b int AS (a + 1) VIRTUAL)", "CREATE TABLE t (a int, b int AS (a + 1) STORED)"),
        ("CREATE TABLE t (a int, b int, KEY (a))", "CREATE TABLE t (a int, b int, UNIQUE (a))"),
        ("CREATE TABLE t (a int, b int, KEY x (a, b))", "CREATE TABLE t (a int, b int, KEY x (b, a))"),
        ("CREATE TABLE t (a int, KEY x (a))", "CREATE TABLE t (a int, KEY y (a))"),
        ("CREATE TABLE t (a int, KEY x (a))", "CREATE TABLE t (a int, KEY a (a))"),
        ("CREATE TABLE t (a char(9), KEY (a))", "CREATE TABLE t (a char(9), KEY (a(3)))"),
        ("CREATE TABLE t (a char(9), KEY (a))", "CREATE TABLE t (a char(9), FULLTEXT (a))"),
        (f"{T[:-1]}, KEY (a)) ENGINE MEMORY", f"{T[:-1]}, KEY (a) USING BTREE) ENGINE MEMORY"),
        ("CREATE TABLE t (a int, CHECK (a > 1))", "CREATE TABLE t (a int, CHECK (a > 2))"),
        (f"{CHILD})", f"{CHILD} ON DELETE CASCADE)"),
        (f"{PARTITIONED})", f"{PARTITIONED}, PARTITION p1 VALUES LESS THAN (20))"),
        (T, f"{PARTITIONED})"),
        ("CREATE VIEW v AS SELECT 1 AS a", "CREATE VIEW v AS SELECT 2 AS a"),
        ("CREATE VIEW v AS SELECT 1 AS a", "CREATE ALGORITHM = TEMPTABLE VIEW v AS SELECT 1 AS a"),
        ("CREATE VIEW v AS SELECT 1 AS a", "CREATE SQL SECURITY INVOKER VIEW v AS SELECT 1 AS a"),
        ("CREATE VIEW v AS SELECT 1 AS a", "CREATE DEFINER = x@y VIEW v AS SELECT 1 AS a"),
        (f"{T}; CREATE VIEW v AS SELECT a FROM t", f"{T}; CREATE VIEW v AS SELECT a FROM t WITH CHECK OPTION"),
        (T + TRIGGERS.format("g", "h"), T + TRIGGERS.format("h", "g")),
        (T, T + TRIGGERS.format("g", "h")),
        ("", "CREATE FUNCTION f() RETURNS int DETERMINISTIC RETURN 1"),
        ("CREATE PROCEDURE p() SELECT 1", "CREATE PROCEDURE p(a int) SELECT 1"),
        ("CREATE PROCEDURE p() SELECT 1", "CREATE PROCEDURE p() COMMENT 'x' SELECT 1"),
        ("CREATE PROCEDURE p() SELECT 1", "SET sql_mode = ''; CREATE PROCEDURE p() SELECT 1"),
        (EVENT, EVENT.replace("00:00'", "00:01'")),
        (EVENT, EVENT.replace("DO SELECT", "DISABLE DO SELECT")),
        (EVENT, EVENT.replace("1 DAY", "2 DAY")),
        (EVENT, EVENT.replace("SELECT 1", "SELECT ' AT ''2037-01-01'''")),
    ],
)
def test_the_judge_tells_apart(differ: Differ, one: str, other: str) -> None:
    assert all(differ(one, other))


@pytest.mark.mysql
@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("CREATE TABLE t (a int, CHECK (a > 1))", "CREATE TABLE t (a int, CHECK (a > 1) NOT ENFORCED)"),
        ("CREATE TABLE t (a int, KEY (a))", "CREATE TABLE t (a int, KEY (a) INVISIBLE)"),
        ("CREATE TABLE t (a int, KEY (a))", "CREATE TABLE t (a int, KEY (a DESC))"),
        ("CREATE TABLE t (a int, KEY x ((a + 1)))", "CREATE TABLE t (a int, KEY x ((a + 2)))"),
        ("CREATE TABLE t (a geometry NOT NULL)", "CREATE TABLE t (a geometry NOT NULL SRID 4326)"),
        ("CREATE TABLE t (a geometry NOT NULL)", "CREATE TABLE t (a geometry NOT NULL, SPATIAL KEY (a))"),
    ],
)
def test_the_judge_tells_apart_on_mysql(differ: Differ, one: str, other: str) -> None:
    assert all(differ(one, other))


@pytest.mark.mariadb
@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("", "CREATE SEQUENCE s"),
        ("CREATE SEQUENCE s", "CREATE SEQUENCE s CYCLE"),
        (T, f"{T} WITH SYSTEM VERSIONING"),
        ("CREATE TABLE t (a int, KEY (a))", "CREATE TABLE t (a int, KEY (a) IGNORED)"),
        ("CREATE TABLE t (a date, b date)", "CREATE TABLE t (a date, b date, PERIOD FOR p (a, b))"),
        ("CREATE TABLE t (a json)", "CREATE TABLE t (a longtext)"),
        ("CREATE TABLE t (a uuid)", "CREATE TABLE t (a inet6)"),
        ("", "SET sql_mode = 'ORACLE'; CREATE PACKAGE k AS FUNCTION f RETURN int; END"),
    ],
)
def test_the_judge_tells_apart_on_mariadb(differ: Differ, one: str, other: str) -> None:
    assert all(differ(one, other))
