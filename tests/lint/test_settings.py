"""Severities, patterns, and comments that silence."""

from __future__ import annotations

import pytest

from schemactl import engine
from schemactl.dialect import SourceText
from schemactl.errors import SqlSyntaxError, UsageError
from schemactl.lint.registry import catalogue
from schemactl.lint.rule import Severity
from schemactl.lint.run import resettled
from schemactl.lint.settings import LintSettings, lint_settings
from schemactl.plan import Finding, Plan

BEFORE = """
CREATE TABLE t (a int, b int, c int);
CREATE TABLE u (a int, b int);
"""
CODES = catalogue().keys()


def plan(after: str, settings: LintSettings | None = None, dialect: str = "postgresql") -> Plan:
    return engine.diff(
        [SourceText(name="before.sql", text=BEFORE)],
        [SourceText(name="after.sql", text=after)],
        dialect=dialect,
        lint=settings,
    )


def said(after: str, settings: LintSettings | None = None, dialect: str = "postgresql") -> set[str]:
    return {f"{it.code} {it.object.rpartition(' ')[2]}" for it in plan(after, settings, dialect).findings}


LOSES = "CREATE TABLE t (a bigint, c int NOT NULL);\nCREATE TABLE u (a int);\n"
ALL = {
    "DS103 public.t.b",
    "DS103 public.u.b",
    "PG301 public.t.a",
    "SC304 public.t.a",
    "MF104 public.t.c",
    "PG303 public.t.c",
}


def test_what_is_said_unless_it_is_silenced() -> None:
    assert said(LOSES) == ALL


@pytest.mark.parametrize(
    ("text", "silent"),
    [
        pytest.param(f"-- schemactl:nolint\n{LOSES}", {it for it in ALL if "public.t" in it}, id="statement"),
        pytest.param(f"-- schemactl:nolint DS103\n{LOSES}", {"DS103 public.t.b"}, id="code"),
        pytest.param(
            f"/* schemactl:nolint PG, MF104 */\n{LOSES}", {x for x in ALL if x[:2] in ("PG", "MF")}, id="codes"
        ),
        pytest.param(f"-- schemactl:nolint DS103\n\n{LOSES}", {x for x in ALL if x[:2] == "DS"}, id="file"),
        pytest.param(f"-- Ours.\n-- schemactl:nolint DS\n\n{LOSES}", {x for x in ALL if x[:2] == "DS"}, id="head"),
        pytest.param(f"-- atlas:nolint destructive\n{LOSES}", {"DS103 public.t.b"}, id="atlas"),
        pytest.param(f"-- atlas:nolint DS103 nobody_knows\n{LOSES}", {"DS103 public.t.b"}, id="atlas-code"),
        pytest.param(
            "CREATE TABLE t (\n  a bigint, -- schemactl:nolint PG301\n  c int NOT NULL\n);\nCREATE TABLE u (a int);\n",
            {"PG301 public.t.a"},
            id="line",
        ),
        pytest.param(
            "CREATE TABLE t (\n  a bigint,\n  -- schemactl:nolint PG303\n  -- and why.\n  c int NOT NULL\n);\n"
            "CREATE TABLE u (a int);\n",
            {"PG303 public.t.c"},
            id="line-below",
        ),
        pytest.param(
            "-- schemactl:nolint DS103\n-- not for what follows the next\nCREATE TABLE v (a int PRIMARY KEY);\n"
            + LOSES,
            set(),
            id="other-statement",
        ),
        pytest.param(
            f"COMMENT ON SCHEMA public IS 'C:\\';\n-- schemactl:nolint\n{LOSES}",
            {x for x in ALL if "public.t" in x},
            id="backslash",
        ),
        pytest.param(f"COMMENT ON SCHEMA public IS '\n-- schemactl:nolint\n';\n{LOSES}", set(), id="string"),
    ],
)
def test_comments(text: str, silent: set[str]) -> None:
    quiet = {it for it in said(text) if not it.endswith(" public")}
    assert quiet == ALL - silent


def test_a_comment_that_silences_what_is_no_rule() -> None:
    with pytest.raises(SqlSyntaxError, match="there is no lint rule XY1") as caught:
        plan(f"-- schemactl:nolint XY1\n{LOSES}")
    assert str(caught.value.place) == "after.sql:1:1"


def test_comments_of_mysql() -> None:
    text = "CREATE TABLE t (a int, b int, c int);\n# schemactl:nolint DS103\nCREATE TABLE u (a int);\n"
    assert said(text, dialect="mysql") == set()
    assert said(text.replace("# schemactl:nolint DS103", "# it's"), dialect="mysql") == {"DS103 u.b"}


def test_severities() -> None:
    settings = lint_settings({"all": "off", "DS": "warn", "DS103": "error", "pg301": "warn"}, CODES)
    assert {(it.code, it.severity) for it in plan(LOSES, settings).findings} == {("DS103", "error"), ("PG301", "warn")}


def test_a_saved_plan_is_looked_at_under_the_settings_at_hand() -> None:
    found = (Finding(code="DS103", severity="error", object="x", message="y"),)
    assert resettled(found, lint_settings({"DS103": "warn"}, CODES))[0].severity == Severity.WARN
    assert resettled(found, lint_settings({"DS": "off"}, CODES)) == ()
    assert resettled(found, LintSettings()) == found


def test_findings_are_no_part_of_the_digest() -> None:
    assert plan(LOSES).digest == plan(LOSES, lint_settings({"all": "off"}, CODES)).digest


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ({"PG30l": "off"}, "there is no lint rule 'PG30l'"),
        ({"PG301": "fatal"}, "the severity of PG301 cannot be 'fatal'"),
        ({"naming": {"tabel": "x"}}, "no names of 'tabel' are looked at"),
        ({"naming": {"table": "("}}, "lint.naming.table is no regular expression"),
        ({"naming": "x"}, "lint.naming is no table"),
    ],
)
def test_settings_that_mean_nothing(table: dict[str, object], expected: str) -> None:
    with pytest.raises(UsageError) as caught:
        lint_settings(table, CODES)
    assert expected in caught.value.message
    assert caught.value.hint or "regular" in expected
