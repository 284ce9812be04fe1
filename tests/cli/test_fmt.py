"""`schemactl fmt`: files laid out anew say what they said; what is not understood stays."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from schemactl import layout
from schemactl.dialect import LaysOut, SourceText, find
from schemactl.errors import InternalError
from tests.cli.conftest import Cli
from tests.support.txtar import Archive

SCENARIOS = Path(__file__).parents[1] / "scenarios"
BEFORE = """\
-- schemactl:renamed from=users
CREATE TABLE people(id bigint PRIMARY KEY,  email text  , -- schemactl:renamed from=mail
  born date DEFAULT   'a  b');
"""
AFTER = """\
-- schemactl:renamed from=users
CREATE TABLE people (
    id bigint PRIMARY KEY, email text, -- schemactl:renamed from=mail
    born date DEFAULT 'a  b'
);
"""


def speaks(name: str) -> LaysOut:
    dialect = find(name)
    assert isinstance(dialect, LaysOut)
    return dialect


def test_files_are_laid_out(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "schema").mkdir()
    file, other = tmp_path / "schema" / "a.sql", tmp_path / "schema" / "b.sql"
    file.write_text(BEFORE)
    other.write_text("CREATE TYPE mood AS ENUM ('a');\n")
    checked = cli("fmt", "--check", "schema")
    assert (checked.code, checked.out) == (2, "schema/a.sql\n")
    assert "1 of 2 files" in checked.err
    shown = cli("fmt", "--diff", "schema")
    assert shown.code == 2
    assert "+    id bigint PRIMARY KEY, email text, -- schemactl:renamed from=mail\n" in shown.out
    assert file.read_text() == BEFORE
    done = cli("fmt", "schema")
    assert (done.code, done.out, done.err) == (0, "", "schema/a.sql: laid out\n")
    assert file.read_text() == AFTER
    again = cli("fmt", "--check", "schema")
    assert (again.code, again.out, again.err) == (0, "", "all is laid out\n")


def test_what_comes_in_goes_out(cli: Cli) -> None:
    done = cli("fmt", "-", stdin=BEFORE)
    assert (done.code, done.out, done.err) == (0, AFTER, "")
    assert cli("fmt", "-", stdin="\n").out == "\n"


def test_the_settings_of_the_team_hold(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / ".sqlfluff").write_text(
        "[sqlfluff]\ndialect = tsql\nrules = all\n[sqlfluff:indentation]\ntab_space_size = 2\n"
        "[sqlfluff:rules:capitalisation.keywords]\ncapitalisation_policy = lower\n"
    )
    (tmp_path / "a.sql").write_text("CREATE TABLE t (\na int\n);\n")
    assert cli("fmt", "a.sql").code == 0
    assert (tmp_path / "a.sql").read_text() == "CREATE TABLE t (\n  a int\n);\n"


def test_what_is_not_understood_stays(cli: Cli, tmp_path: Path) -> None:
    text = "CREATE TABLE t(a int);\nCREATE FOREIGN DATA  WRAPPER w;\n"
    (tmp_path / "a.sql").write_text(text)
    done = cli("fmt", "a.sql")
    assert done.code == 0
    assert "a.sql:2:1" in done.err and "left as it is" in done.err
    assert (tmp_path / "a.sql").read_text() == text


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["none.sql"], "there is no file or directory none.sql"),
        (["git:HEAD:a.sql"], "there is no file or directory git:HEAD:a.sql"),
        (["a.sql", "--dialect", "oracle"], "oracle"),
        ([], "Missing argument"),
    ],
)
def test_wrong_usage(cli: Cli, tmp_path: Path, arguments: list[str], told: str) -> None:
    (tmp_path / "a.sql").write_text(BEFORE)
    done = cli("fmt", *arguments)
    assert done.code != 0 and told in done.err
    assert (tmp_path / "a.sql").read_text() == BEFORE


def test_sqlfluff_is_an_extra(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.sql").write_text(BEFORE)
    monkeypatch.setitem(sys.modules, "sqlfluff.core", None)
    done = cli("fmt", "a.sql")
    assert done.code == 64 and "pip install 'schemactl[fmt]'" in done.err


@pytest.mark.parametrize(
    "other",
    [
        AFTER.replace("bigint", "BIGINT"),
        AFTER.replace("'a  b'", "'a b'"),
        AFTER.replace("id bigint", "idbigint"),
        AFTER.replace(
            "email text, -- schemactl:renamed from=mail\n    born", "-- schemactl:renamed from=mail\n  email text,born"
        ),
        AFTER.replace("=users\n", "=users\n\n"),
        AFTER.replace("=users\n", "=users "),
    ],
)
def test_nothing_but_the_layout_may_change(other: str) -> None:
    """Each stands for a fault of the formatter's: letter case, a string, a token, a hint's place, a swallowed line."""
    dialect = speaks("postgresql")
    before = SourceText(name="a.sql", text=BEFORE)
    assert layout._essence(before, dialect) == layout._essence(SourceText(name="a.sql", text=AFTER), dialect)
    assert layout._essence(before, dialect) != layout._essence(SourceText(name="a.sql", text=other), dialect)


def test_a_layout_that_says_something_else_is_not_written(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "create TABLE t (a int);\n"
    (tmp_path / "a.sql").write_text(text)
    monkeypatch.setitem(layout._RULES, "rules", "layout,capitalisation")
    monkeypatch.setitem(layout._RULES, "exclude_rules", "")
    done = cli("fmt", "a.sql")
    assert done.code == InternalError.exit_code
    assert "would change more than the layout" in done.err
    assert (tmp_path / "a.sql").read_text() == text


@pytest.mark.parametrize(("dialect", "room"), [("postgresql", "postgres"), ("mysql", "mysql"), ("mariadb", "mysql")])
def test_scenarios_keep_what_they_say(dialect: str, room: str) -> None:
    """`laid_out` proves each itself; once laid out, a text stays."""
    laid = 0
    for file in sorted((SCENARIOS / room).glob("*.txtar"))[::24]:
        for name, text in Archive.read(file).files.items():
            if name.endswith(".sql") and "mariadb" not in name:
                once = layout.laid_out(SourceText(name=name, text=text), speaks(dialect))
                again = layout.laid_out(SourceText(name=name, text=once.text), speaks(dialect))
                assert again.text == once.text, file
                laid += once.unknown is None
    assert laid > 5
