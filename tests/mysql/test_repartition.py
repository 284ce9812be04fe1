"""Any partitions become any others: no row is lost but with a partition that needs consent, and nothing is left to do."""

from __future__ import annotations

import random
from collections.abc import Callable

import pymysql
import pytest

from schemactl import engine
from schemactl.dialect import SourceText
from schemactl.steps import Hazard
from tests.support.servers import Database

#: A row that the new partitions do not take.
NO_PARTITION = (1526,)


def by_range(it: random.Random) -> str:
    bounds: list[str] = [str(n) for n in sorted(it.sample(range(10, 90, 10), it.randint(1, 5)))]
    if it.random() < 0.4:
        bounds[-1] = "MAXVALUE"
    names = it.sample([f"p{n}" for n in range(7)], len(bounds))
    parts = (f"PARTITION {n} VALUES LESS THAN ({b})" for n, b in zip(names, bounds, strict=True))
    return f"RANGE (id) ({', '.join(parts)})"


def by_list(it: random.Random) -> str:
    values = it.sample(range(8), it.randint(2, 8))
    groups = [[v] for v in values[: it.randint(1, 4)]]
    for value in values[len(groups) :]:
        it.choice(groups).append(value)
    names = it.sample([f"p{n}" for n in range(6)], len(groups))
    parts = (f"PARTITION {n} VALUES IN ({', '.join(map(str, g))})" for n, g in zip(names, groups, strict=True))
    return f"LIST (id) ({', '.join(parts)})"


def by_hash(it: random.Random) -> str:
    kind = it.choice(["HASH", "KEY", "LINEAR HASH"])
    names = it.sample(["a", "b", "p0", "p1", "p2"], it.randint(1, 5))
    named = f"({', '.join(f'PARTITION {n}' for n in names)})"
    return f"{kind} (id) {it.choice([named, f'PARTITIONS {len(names)}'])}"


@pytest.mark.parametrize("made", [by_range, by_list, by_hash])
def test_partitions_become_others(mysql_database: Database, made: Callable[[random.Random], str]) -> None:
    it = random.Random(made.__name__)
    for n in range(6):
        before, after = made(it), made(it)
        table = f"t{n}"
        mysql_database.execute(f"CREATE TABLE {table} (id int) PARTITION BY {before}")
        values = ", ".join(f"({v})" for v in (*range(10), *range(10, 100, 10)))
        mysql_database.execute(f"INSERT IGNORE INTO {table} VALUES {values}")
        rows = f"SELECT id FROM {table} ORDER BY id"
        held = mysql_database.query(rows)
        text = [SourceText(name="t.sql", text=f"CREATE TABLE {table} (id int) PARTITION BY {after}")]
        steps = engine.plan(engine.target(mysql_database.url), text).steps
        try:
            for step in steps:
                mysql_database.execute(step.sql)
        except pymysql.MySQLError as error:
            assert error.args[0] in NO_PARTITION, (before, after, error)
        else:
            again = engine.plan(engine.target(mysql_database.url), text).steps
            assert [s.sql for s in again] == [], (before, after)
        if not any(w.hazard is Hazard.DROPS_PARTITION for s in steps for w in s.hazards):
            assert mysql_database.query(rows) == held, (before, after)
        mysql_database.execute(f"DROP TABLE {table}")
