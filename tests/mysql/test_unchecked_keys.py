"""A foreign key that comes while others write: a row written after the rows were counted, and before the key came."""

from __future__ import annotations

import pymysql
import pytest

from schemactl import engine
from schemactl.apply import Event
from schemactl.dialect import SourceText
from schemactl.errors import RowsError
from schemactl.manner import Manner, Online
from tests.support.mysql import Database

BEFORE = "CREATE TABLE parent (id int PRIMARY KEY); CREATE TABLE child (id int PRIMARY KEY, p int, KEY p (p));"
AFTER = BEFORE.replace("KEY p (p)", "KEY p (p), CONSTRAINT mine FOREIGN KEY (p) REFERENCES parent (id)")


def test_such_a_row_is_found_and_the_next_run_goes_on(mysql_database: Database) -> None:
    if mysql_database.mariadb:
        pytest.skip("MariaDB copies the table")
    mysql_database.execute(BEFORE)
    target = engine.target(mysql_database.url, manner=Manner(online=Online.ALWAYS))
    wanted = [SourceText(name="s", text=AFTER)]

    def write(event: Event) -> None:
        if event.kind == "started" and event.number == 1:
            mysql_database.execute("INSERT INTO child VALUES (1, 77)")

    with pytest.raises(RowsError, match="step 2 of 3") as caught:
        engine.apply(target, wanted, progress=write)
    assert "__unchecked" in caught.value.hint
    with pytest.raises(pymysql.IntegrityError):  # from here on none comes
        mysql_database.execute("INSERT INTO child VALUES (2, 78)")
    with pytest.raises(RowsError, match="1 row"):
        engine.apply(target, wanted)
    mysql_database.execute("DELETE FROM child")
    engine.apply(target, wanted)
    assert engine.plan(target, wanted).is_empty
