"""online.toml against the servers: each operation is done with no less than was forecast, and would have been refused less."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import pymysql
import pytest

from schemactl_mysql.ddl.locks import Blocks
from schemactl_mysql.ddl.online import Algorithm, Forecast, asserted, facts, forecast
from schemactl_mysql.flavour import Flavour
from tests.mysql.online_statements import COLUMNS, PROFILES, TRIALS, Trial
from tests.support.mysql import Database

#: The server would have to do more than it is allowed to.
REFUSED = (1845, 1846, 4092, 3137)


def test_every_heading_is_tried() -> None:
    assert set(TRIALS) == set(facts())


@pytest.mark.parametrize("profile", PROFILES)
def test_alters_cost_what_is_forecast(mysql_database: Database, profile: str) -> None:
    flavour = Flavour(mariadb=mysql_database.mariadb, version=(*mysql_database.version, 99))
    wrong = []
    with contextlib.closing(mysql_database.connect()) as connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE parent (id int PRIMARY KEY)")
        cursor.execute("INSERT INTO parent VALUES (1), (2)")
        for name, trial in TRIALS.items():
            if trial.only not in ("", "mariadb" if flavour.mariadb else "mysql") or not _made(cursor, profile, trial):
                continue
            found = _found(cursor, trial, flavour)
            expected = forecast(flavour, name, (profile,))
            if found is None:
                continue
            got, forecasted = (found.algorithm, found.blocks), (expected.algorithm, expected.blocks)
            # What a table has besides makes some cheaper: nobody counts on that.
            if got > forecasted or (profile == "plain" and got != forecasted):
                wrong.append(f"{name}: {got}, not {forecasted}")
    assert wrong == []


def test_what_the_planner_insists_on_is_accepted_and_less_is_not(mysql_database: Database) -> None:
    flavour = Flavour(mariadb=mysql_database.mariadb, version=(*mysql_database.version, 99))
    wrong = []
    with contextlib.closing(mysql_database.connect()) as connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE parent (id int PRIMARY KEY)")
        cursor.execute("INSERT INTO parent VALUES (1), (2)")
        for name, trial in TRIALS.items():
            if trial.only not in ("", "mariadb" if flavour.mariadb else "mysql"):
                continue
            sql = trial.sql.format(IGNORED="IGNORED" if flavour.mariadb else "INVISIBLE")
            insisted = asserted(flavour, forecast(flavour, name))
            for less in _less(flavour, forecast(flavour, name)):
                assert _made(cursor, "plain", trial)
                if _number(cursor, f"ALTER TABLE t {sql}, {less}") not in REFUSED:
                    wrong.append(f"{name}: not refused with {less}")
            assert _made(cursor, "plain", trial)
            if error := _number(cursor, f"ALTER TABLE t {sql}{insisted and ', '}{insisted}"):
                wrong.append(f"{name}: {error} with {insisted}")
    assert wrong == []


def _less(flavour: Flavour, found: Forecast) -> Iterator[str]:
    """The next cheaper algorithm that can be asked for, with the lock that is its own, and the next weaker lock."""
    words = ["INSTANT", *(["NOCOPY"] if flavour.mariadb else []), "INPLACE", "COPY"]
    inplace = "INPLACE" if found.algorithm is Algorithm.REBUILD or not flavour.mariadb else "NOCOPY"
    word = {Algorithm.INSTANT: "INSTANT", Algorithm.COPY: "COPY"}.get(found.algorithm, inplace)
    if words.index(word):
        yield f"ALGORITHM={words[words.index(word) - 1]}"
    if found.blocks is not Blocks.NONE:
        yield f"ALGORITHM={word}, LOCK={Blocks(found.blocks - 1).name}"


def _number(cursor: Any, sql: str) -> int:
    """The number of the error that the server answers with; 0 where it does it."""
    try:
        cursor.execute(sql)
    except pymysql.MySQLError as error:
        return int(error.args[0])
    return 0


def _made(cursor: Any, profile: str, trial: Trial) -> bool:
    """Whether there can be a table of this profile on which the statement can be tried."""
    more, options = PROFILES[profile]
    columns = COLUMNS
    if profile == "partitioned":  # every unique key would have to hold the column of the partitions
        columns = COLUMNS.partition(", PRIMARY KEY")[0] + ", KEY k (k)"
    cursor.execute("DROP TABLE IF EXISTS t")
    try:
        cursor.execute(f"CREATE TABLE t ({columns}{more}{trial.more}) {options}")
    except pymysql.MySQLError:
        return False
    shapes = [name for name in ("g", "y") if f" {name} point" in more + trial.more]
    names = ", ".join(["id", "k", "n", "c", "v20", *shapes])
    for n in (1, 2):
        cursor.execute(f"INSERT INTO t ({names}) VALUES ({n}, {n}, {n}, 'c', 'v'{', point(1, 1)' * len(shapes)})")
    return True


def _found(cursor: Any, trial: Trial, flavour: Flavour) -> Forecast | None:
    """The least with which the server does it; None where it does not do it at all."""
    sql = trial.sql.format(IGNORED="IGNORED" if flavour.mariadb else "INVISIBLE")
    for word, lock, cost in _ladder(flavour):
        before = _identity(cursor, flavour)
        try:
            cursor.execute(f"ALTER TABLE t {sql}, ALGORITHM={word}" + (f", LOCK={lock}" if lock else ""))
        except pymysql.MySQLError as error:
            if error.args[0] in REFUSED:
                continue
            return None
        if not flavour.mariadb and cost.algorithm is Algorithm.NOCOPY and _identity(cursor, flavour) != before:
            return Forecast(algorithm=Algorithm.REBUILD, blocks=cost.blocks)
        return cost
    raise AssertionError(f"refused with every algorithm: {sql}")


def _ladder(flavour: Flavour) -> Iterator[tuple[str, str, Forecast]]:
    yield "INSTANT", "", Forecast(algorithm=Algorithm.INSTANT)
    words = ("NOCOPY", "INPLACE", "COPY") if flavour.mariadb else ("INPLACE", "COPY")
    costs = {"NOCOPY": Algorithm.NOCOPY, "INPLACE": Algorithm.REBUILD if flavour.mariadb else Algorithm.NOCOPY}
    for word in words:
        for lock in Blocks:
            yield word, lock.name, Forecast(algorithm=costs.get(word, Algorithm.COPY), blocks=lock)


def _identity(cursor: Any, flavour: Flavour) -> object:
    """What InnoDB calls the table: it is another one once it has been written anew."""
    view = "INNODB_SYS_TABLES" if flavour.mariadb else "INNODB_TABLES"
    cursor.execute(
        f"SELECT GROUP_CONCAT(TABLE_ID ORDER BY NAME) FROM information_schema.{view}"
        " WHERE NAME = CONCAT(DATABASE(), '/t') OR NAME LIKE CONCAT(DATABASE(), '/t#%')"
    )
    return cursor.fetchone()
