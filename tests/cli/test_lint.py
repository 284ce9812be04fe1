"""`schemactl lint` without a database: its forms, its exit codes, its settings."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Cli

BEFORE = 'CREATE TABLE t (id int, name text, "odd,name:%" int);\n'
AFTER = "CREATE TABLE t (\n    id bigint,\n    name text NOT NULL\n);\n"


@pytest.fixture
def sides(cli: Cli, tmp_path: Path) -> tuple[str, ...]:
    """The options of a lint that finds DS103, an error, and PG301 and others, which are warnings."""
    (tmp_path / "before.sql").write_text(BEFORE)
    (tmp_path / "after.sql").write_text(AFTER)
    return ("lint", "--from", str(tmp_path / "before.sql"), "--to", str(tmp_path / "after.sql"))


def test_exit_codes(cli: Cli, sides: tuple[str, ...]) -> None:
    assert cli(*sides).code == 3
    assert cli(*sides, "--fail-on", "never").code == 0
    Path("schemactl.toml").write_text('[lint]\nDS103 = "warn"\n[env.strict.lint]\nall = "error"\n')
    assert cli(*sides).code == 0
    assert cli(*sides, "--fail-on", "warn").code == 3
    assert cli(*sides, "--env", "strict").code == 3
    Path("schemactl.toml").write_text('[lint]\nall = "off"\n')
    off = cli(*sides, "--fail-on", "warn")
    assert (off.code, off.out) == (0, "No findings.\n")


def test_text_says_what_where_and_what_instead(cli: Cli, sides: tuple[str, ...]) -> None:
    out = cli(*sides).out
    assert "PG301 warn: column public.t.id: the table and its indexes are written anew" in out
    assert "after.sql:2:5\n" in out
    assert "  step 2: ALTER TABLE public.t ALTER COLUMN id TYPE bigint\n" in out
    assert "  instead: add a column of the new type" in out
    assert out.endswith("1 error, 4 warnings.\n")


def test_what_is_done_online_is_not_warned_of(cli: Cli, sides: tuple[str, ...]) -> None:
    assert "PG303" not in cli(*sides).out
    assert "PG303" in cli(*sides, "--no-online").out


def test_json_has_the_findings_of_the_plan(cli: Cli, sides: tuple[str, ...]) -> None:
    document = json.loads(cli(*sides, "--format", "json").out)
    assert document["format_version"] == 1
    lost = next(it for it in document["findings"] if it["code"] == "DS103")
    assert lost["severity"] == "error"
    assert (lost["line"], lost["step"]) == (1, 1), "at its table, for the column is no more"


def test_sarif(cli: Cli, sides: tuple[str, ...]) -> None:
    [run] = json.loads(cli(*sides, "--format", "sarif").out)["runs"]
    rules = [it["id"] for it in run["tool"]["driver"]["rules"]]
    assert "PG301" in rules
    assert all(rules[it["ruleIndex"]] == it["ruleId"] for it in run["results"])
    found = next(it for it in run["results"] if it["ruleId"] == "PG301")
    assert found["level"] == "warning"
    region = found["locations"][0]["physicalLocation"]["region"]
    assert region == {"startLine": 2, "startColumn": 5}


def test_github(cli: Cli, sides: tuple[str, ...]) -> None:
    lines = cli(*sides, "--format", "github").out.splitlines()
    lost = next(it for it in lines if "DS103" in it)
    assert lost.startswith("::error file=")
    assert "title=DS103 column public.t.odd%2Cname%3A%25::" in lost


def test_markdown_keeps_names_from_meaning_anything(cli: Cli, sides: tuple[str, ...]) -> None:
    Path("before.sql").write_text('CREATE TABLE t ("<b>|`x`" int, a int);')
    Path("after.sql").write_text("CREATE TABLE t (a int);")
    out = cli("lint", "--from", "before.sql", "--to", "after.sql", "--format", "markdown").out
    assert r"| error | DS103 | column public.t.\<b\>\|\`x\` |" in out


def test_a_saved_plan(cli: Cli, sides: tuple[str, ...], tmp_path: Path) -> None:
    saved = tmp_path / "plan.json"
    saved.write_text(cli("diff", sides[2], sides[4], "--format", "json").out)
    assert cli("lint", "--plan", saved).code == 3
    Path("schemactl.toml").write_text('[lint]\nDS = "off"\n')
    found = cli("lint", "--plan", saved)
    assert found.code == 0
    assert "DS103" not in found.out
    assert cli("lint", "--plan", saved, "--to", sides[4]).code == 64


def test_the_version_of_the_server(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "before.sql").write_text("CREATE TABLE t (a int, z int) ENGINE=InnoDB;")
    (tmp_path / "after.sql").write_text("CREATE TABLE t (a int, b int, z int) ENGINE=InnoDB;")
    here = ("lint", "--from", tmp_path / "before.sql", "--to", tmp_path / "after.sql", "--dialect", "mysql")
    assert "MY142" not in cli(*here, "--column-order").out
    assert "MY142" in cli(*here, "--column-order", "--server-version", "8.0.20").out
    assert cli(*here, "--server-version", "new").code == 64


def test_neither_database_nor_sql(cli: Cli, sides: tuple[str, ...]) -> None:
    wrong = cli("lint", "--to", sides[4])
    assert wrong.code == 64
    assert "--url" in wrong.err


def test_a_rule_that_is_none(cli: Cli, sides: tuple[str, ...]) -> None:
    Path("schemactl.toml").write_text('[lint]\nPG999 = "off"\n')
    wrong = cli(*sides)
    assert wrong.code == 64
    assert "there is no lint rule 'PG999'" in wrong.err
