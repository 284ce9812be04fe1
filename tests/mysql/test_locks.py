"""What a step says of its locks, against who has to end a transaction before the statement gets on."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import pymysql
import pytest
from pymysql.constants import ER

from schemactl import engine
from schemactl.dialect import SourceText
from schemactl.manner import Manner, Online
from schemactl.plan import PlannedStep
from tests.support.mysql import Database

BEFORE = """
CREATE TABLE parent (id int PRIMARY KEY, x int);
CREATE TABLE child (id int PRIMARY KEY, p int, x int, CONSTRAINT fk FOREIGN KEY (p) REFERENCES parent (id));
CREATE TABLE plain (id int PRIMARY KEY, p int, x int, KEY p (p));
CREATE TABLE ranges (id int PRIMARY KEY, x int) PARTITION BY RANGE (id) (
  PARTITION p0 VALUES LESS THAN (10), PARTITION p1 VALUES LESS THAN (20));
CREATE TRIGGER tg BEFORE INSERT ON plain FOR EACH ROW SET @a = 1;
INSERT INTO parent VALUES (1, 1); INSERT INTO child VALUES (1, 1, 1); INSERT INTO plain VALUES (1, 1, 1);
"""
_TABLES = ("parent", "child", "plain", "ranges")
#: Each makes one step, or some: what stands in BEFORE, and what in its place is desired.
CHANGES = {
    "a new child": ("CREATE TABLE plain", "CREATE TABLE n (p int, FOREIGN KEY (p) REFERENCES parent (id)); CREATE TABLE plain"),
    "a key goes": (", CONSTRAINT fk FOREIGN KEY (p) REFERENCES parent (id)", ", KEY fk (p)"),
    "a key comes": (", KEY p (p)", ", KEY p (p), CONSTRAINT fk2 FOREIGN KEY (p) REFERENCES parent (id)"),
    "the parent is altered": ("parent (id int PRIMARY KEY, x int)", "parent (id int PRIMARY KEY, x int, z int)"),
    "the parent is copied": ("parent (id int PRIMARY KEY, x int)", "parent (id int PRIMARY KEY, x bigint)"),
    "the child is altered": ("p int, x int, CONSTRAINT", "p int, x int, z int, CONSTRAINT"),
    "an index": (", KEY p (p)", ", KEY p (p), KEY x (x)"),
    "a copy": ("p int, x int, KEY", "p int, x bigint, KEY"),
    "a partition": ("PARTITION p1 VALUES LESS THAN (20)", "PARTITION p1 VALUES LESS THAN (20), PARTITION p2 VALUES LESS THAN (30)"),
    "a trigger": ("SET @a = 1", "SET @a = 2"),
    "the child goes": ("CREATE TABLE child", "-- "),
}  # fmt: skip


#: Who writes one of them holds the other as well, on MySQL.
_KIN = frozenset({"parent", "child"})


@pytest.mark.parametrize("name", CHANGES)
def test_a_step_waits_for_those_it_says_and_no_others(mysql_database: Database, name: str) -> None:
    mysql_database.execute(BEFORE)
    text = BEFORE.partition("INSERT INTO parent")[0].replace(*CHANGES[name], 1)
    assert text not in BEFORE
    target = engine.target(mysql_database.url, manner=Manner(online=Online.ALWAYS))
    plan = engine.plan(target, [SourceText(name="s", text=text)])
    assert plan.steps
    gone: set[str] = set()
    for step in plan.steps:
        locks = [lock for lock in step.locks if lock.mode != "SHARED_READ"]  # which waits for no transaction
        said = {lock.relation.partition(".")[2]: "EXCLUSIVE" in lock.mode for lock in locks}
        for table, exclusive in said.items():
            with _held(mysql_database, [_READ if exclusive else _WRITE], [table]):
                assert _waits(mysql_database, step), f"{step.sql}\nis said to lock {table}"
        others = [table for table in _TABLES if not said.get(table) and table not in gone]
        free = [table for table in others if table not in said and not (table in _KIN and _KIN & said.keys())]
        with _held(mysql_database, [_READ], others), _held(mysql_database, [_WRITE], free):
            assert not _waits(mysql_database, step), f"{step.sql}\nlocks more than {said}"
        gone |= {table for table in said if step.sql.startswith(f"DROP TABLE `{table}`")}


_READ = "SELECT * FROM {} WHERE id = 99"
_WRITE = "UPDATE {} SET x = x WHERE id = 99"


@contextlib.contextmanager
def _held(database: Database, statements: list[str], tables: list[str]) -> Iterator[None]:
    """An open transaction that has read, or written, these tables."""
    with contextlib.closing(database.connect()) as connection, connection.cursor() as cursor:
        cursor.execute("BEGIN")
        for table in tables:
            for statement in statements:
                cursor.execute(statement.format(table))
        yield
        cursor.execute("ROLLBACK")


def _waits(database: Database, step: PlannedStep) -> bool:
    with contextlib.closing(database.connect()) as connection, connection.cursor() as cursor:
        cursor.execute("SET lock_wait_timeout = 1, innodb_lock_wait_timeout = 1")
        try:
            cursor.execute(step.sql)
            while cursor.nextset():
                pass
        except pymysql.OperationalError as error:
            assert error.args[0] == ER.LOCK_WAIT_TIMEOUT, error
            return True
    return False
