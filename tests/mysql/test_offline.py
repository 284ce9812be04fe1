"""Two texts compared with no server: what a text leaves to it is taken for what the newest does by itself."""

from __future__ import annotations

import pytest

from schemactl import engine
from schemactl.dialect import SourceText


def statements(one: str, other: str, dialect: str) -> list[str]:
    sides = [[SourceText(name="it.sql", text=text)] for text in (one, other)]
    return [step.sql for step in engine.diff(*sides, dialect=dialect).steps]


@pytest.mark.parametrize("dialect", ["mysql", "mariadb"])
@pytest.mark.parametrize(
    ("one", "other", "words"),
    [
        (
            "CREATE TABLE t (a text) DEFAULT CHARSET=latin1",
            "CREATE TABLE t (a text) DEFAULT CHARSET=utf8mb4",
            "utf8mb4",
        ),
        ("CREATE TABLE t (a text) CHARSET=latin1", "CREATE TABLE t (a text) COLLATE=latin1_bin", "latin1_bin"),
        (
            "CREATE TABLE t (a varchar(9) CHARACTER SET latin1)",
            "CREATE TABLE t (a varchar(9) CHARACTER SET koi8r)",
            "CHARACTER SET koi8r COLLATE koi8r_general_ci",
        ),
        ("CREATE TABLE t (a int)", "CREATE TABLE t (a int) ENGINE=MyISAM", "ENGINE=MyISAM"),
    ],
)
def test_what_differs_is_a_change(one: str, other: str, words: str, dialect: str) -> None:
    assert words in "\n".join(statements(one, other, dialect))


@pytest.mark.parametrize("dialect", ["mysql", "mariadb"])
@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("CREATE TABLE t (a text) CHARSET=latin1", "CREATE TABLE t (a text) COLLATE latin1_swedish_ci"),
        ("CREATE TABLE t (a text) CHARSET=utf8", "CREATE TABLE t (a text) CHARSET=utf8mb3"),
        ("CREATE TABLE t (a int)", "CREATE TABLE t (a int) ENGINE=innodb"),
        ("CREATE TABLE t (a text(1000) CHARSET latin1)", "CREATE TABLE t (a text CHARSET latin1)"),
    ],
)
def test_what_says_the_same_is_none(one: str, other: str, dialect: str) -> None:
    assert statements(one, other, dialect) == []
