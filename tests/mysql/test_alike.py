"""Texts that are taken for one without asking the server: never two that it keeps apart."""

from __future__ import annotations

import itertools

import pytest

from schemactl import engine
from schemactl.model import Check, Column, DataType, Expression, Table
from schemactl_mysql.alike import in_live_words
from schemactl_mysql.flavour import NEWEST_MYSQL
from tests.support.mysql import Database

#: Each line: one meaning, in as many ways as are known to be one. No two lines mean the same.
GROUPS = (
    ("a >= 0 AND s <> ''", "((`a` >= 0) and (`s` <> ''))", "`A`>=0 and (s != '')"),
    ("a >= 0 AND s <> 'x' AND b = 1", "((`a` >= 0) and (`s` <> 'x') and (`b` = 1))", "a >= 0 AND (s <> 'x' AND b = 1)"),
    ("a > 1 OR b > 1 AND s = 'y'", "((`a` > 1) or ((`b` > 1) and (`s` = 'y')))"),
    ("(a > 1 OR b > 1) AND s = 'y'", "(((`a` > 1) or (`b` > 1)) and (`s` = 'y'))"),
    ("a - b - 1 > 0", "((`a` - `b`) - 1) > 0", "(a - b) - 1 > 0"),
    ("a - (b - 1) > 0", "((`a` - (`b` - 1)) > 0)"),
    ("a - b * 2 > 0", "((`a` - (`b` * 2)) > 0)"),
    ("(a - b) * 2 > 0", "(((`a` - `b`) * 2) > 0)"),
    ("a IN (1, 2, 3)", "(`a` in (1,2,3))"),
    ("a NOT IN (1, 2, 3)", "(`a` not in (1,2,3))"),
    ("a BETWEEN 1 AND 2 AND b > 0", "((`a` between 1 and 2) and (`b` > 0))"),
    ("a NOT BETWEEN 1 AND 2", "(`a` not between 1 and 2)"),
    ("a IS NULL", "(`a` is null)"),
    ("a IS NOT NULL", "(`a` is not null)"),
    ("s LIKE 'a%'", "(`s` like 'a%')"),
    ("LENGTH(s) > 2", "(length(`s`) > 2)"),
    ("coalesce(a, b + 1, 0) > 2", "(COALESCE(`a`,(`b` + 1),0) > 2)"),
    ("(a = b) = 1",),
    ("a = (b = 1)",),
    ("s = 'X'",),
    ("s = 'x'",),
)
#: What is always asked.
UNREAD = (
    "a = b = 1",
    "NOT a = 1",
    "a % 2 = 0",
    "a || b",
    "s LIKE 'a|%' ESCAPE '|'",
    r"s = 'a\'b'",
    "s = 'a' 'b'",
    "CASE WHEN a = 1 THEN 1 ELSE 0 END",
    "a = current_date",
    "s COLLATE utf8mb4_bin = 'x'",
)


def _table(check: str, default: str = "1", type_: str = "int") -> Table:
    columns = tuple(Column(name=n, type=DataType(text=t)) for n, t in (("a", "int"), ("b", "int"), ("s", "varchar(9)")))
    last = Column(name="current_date", type=DataType(text=type_), default=Expression(text=default, canonical=default))
    constraint = Check(name="c", expression=Expression(text=check, canonical=check))
    return Table(schema="d", name="t", columns=(*columns, last), constraints=(constraint,))


def _is_alike(one: Table, other: Table) -> bool:
    return in_live_words(one, other, NEWEST_MYSQL) == other


@pytest.mark.parametrize("group", GROUPS)
def test_a_meaning_is_seen_in_other_words(group: tuple[str, ...]) -> None:
    assert all(_is_alike(_table(a), _table(b)) for a, b in itertools.product(group, group))


def test_meanings_are_kept_apart() -> None:
    for one, other in itertools.permutations(GROUPS, 2):
        assert not any(_is_alike(_table(a), _table(b)) for a, b in itertools.product(one, other))


@pytest.mark.parametrize("text", UNREAD)
def test_what_is_not_read_is_like_nothing_else(text: str) -> None:
    assert _is_alike(_table(text), _table(text))
    assert not _is_alike(_table(text), _table(f"({text})"))


@pytest.mark.parametrize(
    ("type_", "one", "other", "same"),
    [
        ("decimal(12,2)", "0", "'0.00'", True),
        ("decimal(12,2)", "1.5", "1.50", True),
        ("decimal(12,2)", "1.505", "'1.51'", False),
        ("decimal(12,2)", "1.505", "1.505", True),
        ("decimal(65,30)", f"{'9' * 35}.{'9' * 30}", f"'{'9' * 35}.{'9' * 30}'", True),
        ("decimal(65,30)", f"{'9' * 35}.{'9' * 30}", f"'{'9' * 35}.{'9' * 29}8'", False),
        ("tinyint(1)", "TRUE", "'1'", True),
        ("tinyint(1)", "false", "0", True),
        ("int", "-1", "'-1'", True),
        ("int", "1", "'2'", False),
        ("int", "1.5", "'1.5'", False),
        ("varchar(9)", "1", "'1'", False),
        ("varchar(9)", "('x')", "'x'", False),
        ("varchar(9)", "(lower('X'))", "(LOWER('X'))", True),
        ("double", "1", "'1'", False),
    ],
)
def test_defaults_are_one_number(type_: str, one: str, other: str, same: bool) -> None:
    assert _is_alike(_table("a > 0", one, type_), _table("a > 0", other, type_)) is same


def test_what_is_alike_the_server_prints_alike(mysql_database: Database) -> None:
    texts = [text for group in GROUPS for text in group]
    checks = ", ".join(f"CONSTRAINT c{n} CHECK ({text})" for n, text in enumerate(texts))
    mysql_database.execute(f"CREATE TABLE t (a int, b int, s varchar(9), {checks})")
    [table] = engine.inspect(engine.target(mysql_database.url)).tables()
    printed = {c.name: c.expression.canonical for c in table.constraints if isinstance(c, Check)}
    for (n, one), (m, other) in itertools.combinations(enumerate(texts), 2):
        alike = _is_alike(_table(one), _table(other))
        assert not alike or printed[f"c{n}"].lower() == printed[f"c{m}"].lower()
    assert sum(_is_alike(_table(text), _table(printed[f"c{n}"])) for n, text in enumerate(texts)) > len(texts) / 2
