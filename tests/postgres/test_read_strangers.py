"""SQL of other databases: the error says whose it looks like."""

from __future__ import annotations

import pytest

from schemactl.dialect import SourceText
from schemactl.errors import SqlSyntaxError
from schemactl_postgres.read import read


def hint(text: str) -> str:
    with pytest.raises(SqlSyntaxError) as caught:
        read([SourceText(name="schema.sql", text=text)], default_schema="public")
    return caught.value.hint


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("CREATE TABLE `users` (id int);", "MySQL"),
        ("CREATE TABLE users (id int NOT NULL AUTO_INCREMENT);", "MySQL"),
        ("CREATE TABLE users (id int) ENGINE=InnoDB;", "MySQL"),
        ("CREATE TABLE users (id int)\nDEFAULT CHARSET = utf8mb4;", "MySQL"),
        ("CREATE TABLE users (id int unsigned);", "MySQL"),
        ("CREATE TABLE users (at timestamp DEFAULT now() ON UPDATE CURRENT_TIMESTAMP);", "MySQL"),
        ("DELIMITER //", "MySQL"),
        ("CREATE TABLE [dbo].[users] ([id] int);", "SQL Server"),
        ("CREATE TABLE users (id int IDENTITY(1,1));", "SQL Server"),
        ("CREATE TABLE a (id int)\nGO\nCREATE TABLE b (id int)\nGO\n", "SQL Server"),
        ("CREATE TABLE a (id int PRIMARY KEY CLUSTERED);", "SQL Server"),
        ("CREATE TABLE users (id integer PRIMARY KEY AUTOINCREMENT);", "SQLite"),
        ("CREATE TABLE users (id integer) WITHOUT ROWID;", "SQLite"),
        ("PRAGMA foreign_keys = on;", "SQLite"),
    ],
)
def test_the_hint_names_the_database(text: str, name: str) -> None:
    assert f"looks like {name};" in hint(text)


@pytest.mark.parametrize(
    "text",
    [
        "CREATE TABLE t (a int[3], b int DEFAULT (ARRAY [1])[1], c int oops);",
        "CREATE TABLE t (engine text, clob int, c int oops);",
    ],
)
def test_postgres_is_taken_for_no_other(text: str) -> None:
    assert "looks like" not in hint(text)
