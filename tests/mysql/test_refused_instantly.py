"""An ALTER that the server would not do as cheaply as the plan insists on: refused before it does anything, with a way out."""

from __future__ import annotations

import pytest

from schemactl import engine
from schemactl.dialect import SourceText
from schemactl.errors import StepFailedError
from schemactl.manner import Manner, Online
from tests.mysql.users import somebody
from tests.support.mysql import Database

#: One version of the rows an ALTER, until the server allows no more.
AGE = """
DELIMITER $$
CREATE PROCEDURE age()
BEGIN
  DECLARE EXIT HANDLER FOR SQLEXCEPTION BEGIN END;
  WHILE TRUE DO
    ALTER TABLE t DROP COLUMN c, ALGORITHM=INSTANT;
    ALTER TABLE t ADD COLUMN c int, ALGORITHM=INSTANT;
  END WHILE;
END$$
DELIMITER ;
CALL age();
DROP PROCEDURE age;
"""
WANTED = [SourceText(name="schema.sql", text="CREATE TABLE t (id int PRIMARY KEY, d int);")]


def test_who_may_not_see_how_often_a_table_was_altered_is_told_of_the_way_out(mysql_database: Database) -> None:
    if mysql_database.mariadb:
        pytest.skip("MariaDB counts no such ALTERs")
    mysql_database.execute("CREATE TABLE t (id int PRIMARY KEY, c int); INSERT INTO t VALUES (1, 1)")
    mysql_database.execute(AGE)
    before = mysql_database.query("SHOW CREATE TABLE t")
    with somebody(mysql_database) as (user, url):
        mysql_database.execute(f"GRANT ALL ON {mysql_database.name}.* TO {user}")
        with pytest.raises(StepFailedError, match="step 1 of 1") as caught:
            engine.apply(engine.target(url, manner=Manner(online=Online.ALWAYS)), WANTED)
        assert "--no-online" in caught.value.hint and "did nothing" in caught.value.hint
        assert mysql_database.query("SHOW CREATE TABLE t") == before
        engine.apply(engine.target(url, manner=Manner(online=Online.NEVER)), WANTED)
        assert engine.plan(engine.target(url), WANTED).is_empty


def test_who_may_see_it_has_the_rows_written_anew(mysql_database: Database) -> None:
    if mysql_database.mariadb:
        pytest.skip("MariaDB counts no such ALTERs")
    mysql_database.execute("CREATE TABLE t (id int PRIMARY KEY, c int); INSERT INTO t VALUES (1, 1)")
    mysql_database.execute(AGE)
    plan = engine.plan(engine.target(mysql_database.url, manner=Manner(online=Online.ALWAYS)), WANTED)
    assert "ALGORITHM=INPLACE, LOCK=NONE" in plan.steps[-1].sql
    engine.apply(engine.target(mysql_database.url, manner=Manner(online=Online.ALWAYS)), WANTED)
