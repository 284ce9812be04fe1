"""Which foreign keys the server takes: what is told before anything has run, against what it does."""

from __future__ import annotations

import contextlib

import pymysql

from schemactl import engine
from schemactl.dialect import SourceText
from schemactl.errors import ImpossibleError
from schemactl_mysql.stored import NEVER, stored
from schemactl_mysql.types import base
from tests.support.mysql import Database

#: One of each way to keep a column, and each that looks as another does.
TYPES = (
    "tinyint|tinyint unsigned|smallint unsigned|mediumint|int|int unsigned|int zerofill|bigint|bit(1)|bit(64)|decimal(10,2)"
    "|float unsigned|float|double|char(5)|varchar(300)|varchar(5) charset latin1|varchar(5) collate utf8mb4_bin"
    "|char(5) charset binary|varbinary(9)|date|time(3)|datetime|timestamp|year|enum('a')|set('a')"
    "|set('a','b','c','d','e','f','g','h','i')|uuid|inet6|text|json"
)


def test_types_go_together_that_are_kept_alike(mysql_database: Database) -> None:
    with contextlib.closing(mysql_database.connect()) as connection, connection.cursor() as cursor:
        cursor.execute("SET sql_mode = 'STRICT_ALL_TABLES'")
        for number, type_ in enumerate(TYPES.split("|")):
            with contextlib.suppress(pymysql.MySQLError):  # MySQL has no uuid
                cursor.execute(f"CREATE TABLE t{number} (a {type_} NULL, b {type_} NULL)")
                with contextlib.suppress(pymysql.MySQLError):
                    cursor.execute(f"ALTER TABLE t{number} ADD UNIQUE KEY (a)")
        catalog = engine.inspect(engine.target(mysql_database.url))
        columns = [(t.name, c) for t in catalog.tables() if (c := t.column("b")) is not None]
        assert len(columns) > 25
        wrong = []
        for child, own in columns:
            for parent, other in columns:
                never = {base(own.type.text), base(other.type.text)} & NEVER
                said = not never and stored(own) == stored(other)
                try:
                    cursor.execute(f"ALTER TABLE {child} ADD CONSTRAINT f FOREIGN KEY (b) REFERENCES {parent} (a)")
                    cursor.execute(f"ALTER TABLE {child} DROP FOREIGN KEY f")
                    took = True
                except pymysql.MySQLError:
                    took = False
                if said != took:
                    wrong.append(f"{own.type} to {other.type}: {'taken' if took else 'refused'}")
        assert not wrong


P = "CREATE TABLE p (id int PRIMARY KEY, x int, y int"
C = "CREATE TABLE c (x int, y int, CONSTRAINT f FOREIGN KEY"
OF_ID = "CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE c"
KEY = "CONSTRAINT f FOREIGN KEY (x) REFERENCES p (id)"
#: Scripts of which a server takes some and refuses the others.
SCRIPTS = {
    "no index": f"{P}); {C} (x) REFERENCES p (x))",
    "index": f"{P}, KEY (x)); {C} (x) REFERENCES p (x))",
    "unique": f"{P}, UNIQUE KEY (x DESC)); {C} (x) REFERENCES p (x))",
    "part of a unique one": f"{P}, UNIQUE KEY (x, y)); {C} (x) REFERENCES p (x))",
    "part of a primary one": f"CREATE TABLE p (x int, y int, PRIMARY KEY (x, y)); {C} (x) REFERENCES p (x))",
    "the end of one": f"{P}, UNIQUE KEY (y, x)); {C} (x) REFERENCES p (x))",
    "in its order": f"{P}, UNIQUE KEY (x, y)); {C} (y, x) REFERENCES p (x, y))",
    "in another order": f"{P}, UNIQUE KEY (x, y)); {C} (x, y) REFERENCES p (y, x))",
    "the beginning of a column": "CREATE TABLE p (x varchar(9), UNIQUE KEY (x(5)));"
    " CREATE TABLE c (x varchar(9), CONSTRAINT f FOREIGN KEY (x) REFERENCES p (x))",
    "the primary key behind an index": f"{P}, KEY (x)); {C} (x, y) REFERENCES p (x, id))",
    "the index of another key": f"{P}, FOREIGN KEY (x) REFERENCES p (id)); {C} (x) REFERENCES p (x))",
    "to itself": f"{P}, {KEY})",
    "to itself without a key": f"{P}, KEY (y), CONSTRAINT f FOREIGN KEY (x) REFERENCES p (y))",
    "too few columns": f"{P}, UNIQUE KEY (x, y)); {C} (x) REFERENCES p (x, y))",
    "one twice": f"{P}, UNIQUE KEY (x, y)); {C} (x, y) REFERENCES p (x, x))",
    "MyISAM": f"{P}) ENGINE=MyISAM; {C} (x) REFERENCES p (id))",
    "MEMORY": f"{P}) ENGINE=MEMORY; {C} (x) REFERENCES p (id))",
    "partitioned parent": f"{P}) PARTITION BY HASH (id) PARTITIONS 2; {C} (x) REFERENCES p (id))",
    "partitioned child": f"{P}); {C} (x) REFERENCES p (id)) PARTITION BY HASH (x) PARTITIONS 2",
    "to what is virtual": f"{P}, v int AS (id + 1), UNIQUE KEY (v)); {C} (x) REFERENCES p (v))",
    "to what is stored": f"{P}, v int AS (id + 1) STORED, UNIQUE KEY (v)); {C} (x) REFERENCES p (v))",
    "enum to number": "CREATE TABLE p (id tinyint unsigned PRIMARY KEY);"
    f" CREATE TABLE c (x enum('a'), {KEY})",
    "enum to string": f"CREATE TABLE p (id char(1) PRIMARY KEY); CREATE TABLE c (x enum('a'), {KEY})",
    "two keys of one name": f"{OF_ID} (x int, {KEY}); CREATE TABLE d (x int, {KEY.replace(' f ', ' F ')})",
    "two checks of one name": "CREATE TABLE c (x int, CONSTRAINT f CHECK (x > 0));"
    " CREATE TABLE d (x int, CONSTRAINT F CHECK (x > 0))",
    "a key and a check of one name": f"{OF_ID} (x int, y int, CONSTRAINT F CHECK (y > 0), {KEY})",
    "a key and a check of two tables": f"{OF_ID} (x int, {KEY}); CREATE TABLE d (x int, CONSTRAINT f CHECK (x > 0))",
}  # fmt: skip
_ACTIONS = ("CASCADE", "SET NULL", "SET DEFAULT", "RESTRICT")
_CHILDREN = {
    "check": "x int, CONSTRAINT ck CHECK (x > 0)",
    "check of a column": "x int CHECK (x > 0)",
    "under what is stored": "x int, s int AS (x + 1) STORED",
    "under what is virtual": "x int, s int AS (x + 1) VIRTUAL",
    "stored": "a int, x int AS (a + 1) STORED",
    "virtual": "a int, x int AS (a + 1) VIRTUAL",
    "not null": "x int NOT NULL",
}
SCRIPTS |= {
    f"{name}, on {event.lower()} {action.lower()}": f"{OF_ID} ({child}, {KEY} ON {event} {action})"
    for name, child in _CHILDREN.items()
    for event in ("DELETE", "UPDATE")
    for action in _ACTIONS
}


def test_a_key_is_refused_before_where_the_server_refuses_it(mysql_database: Database) -> None:
    target = engine.target(mysql_database.url)
    wrong = []
    for name, script in SCRIPTS.items():
        said = took = True
        try:
            engine.plan(target, [SourceText(name="s.sql", text=script)])
        except ImpossibleError:
            said = False
        try:
            mysql_database.execute(script)
        except pymysql.MySQLError:
            took = False
        if said != took:
            wrong.append(f"{name}: {'taken' if took else 'refused'}")
        mysql_database.execute("DROP TABLE IF EXISTS c, d, p")
    assert not wrong
