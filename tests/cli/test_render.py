"""One plan in every form, and the published schema of its JSON."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import msgspec
import pytest

from schemactl.plan import Group, Plan, PlannedHazard, PlannedLock, PlannedSize, PlannedStep, decode, encode
from schemactl.plan.document import sealed
from schemactl.render import render
from schemactl.render.schema import plan_schema
from schemactl.render.script import statement
from schemactl.render.words import size as words_of
from schemactl.steps import Hazard

SCHEMA = Path(__file__).parents[2] / "docs" / "plan.schema.json"


def step(sql: str, target: str, action: str, *hazards: Hazard) -> PlannedStep:
    return PlannedStep(
        sql=sql,
        object=target,
        action=action,
        reason="it is desired",
        locks=(PlannedLock(relation="public.t", mode="ACCESS EXCLUSIVE"),),
        hazards=tuple(PlannedHazard(hazard=hazard, message="mind") for hazard in hazards),
    )


def plan(*groups: Group) -> Plan:
    return sealed(
        Plan(
            tool="schemactl 0",
            dialect="postgresql",
            server_version="18.1",
            database="app",
            fingerprint="f",
            desired_digest="d",
            groups=groups,
        )
    )


PLAN = plan(
    Group(
        transactional=True,
        steps=(
            step("CREATE TABLE public.t (\n  a int\n)", "table public.t", "create"),
            step("COMMENT ON TABLE public.t IS 'x'", "table public.t", "comment"),
            step("ALTER TABLE public.u ALTER a SET NOT NULL", "column public.u.a", "alter", Hazard.SCANS_TABLE),
            step("ALTER TABLE public.u DROP b", "column public.u.b", "drop", Hazard.DROPS_COLUMN),
        ),
    ),
    Group(
        transactional=False,
        steps=(step("CREATE INDEX CONCURRENTLY i ON public.u (a)", "index public.u.i", "create"),),
    ),
)


def test_text() -> None:
    text = render(PLAN, "text")
    assert "\x1b" not in text
    for expected in (
        "Plan for app (postgresql 18.1)",
        "Group 1 of 2: one transaction",
        "Group 2 of 2: no transaction, it commits by itself",
        "  + table public.t  it is desired",
        "  ~ column public.u.a",
        "  - column public.u.b  it is desired  [DESTRUCTIVE]",
        "      CREATE TABLE public.t (\n        a int\n      )",
        "      lock: ACCESS EXCLUSIVE on public.t",
        "      DROPS_COLUMN: mind (needs --allow DROPS_COLUMN)",
        "Plan: 2 to create, 1 to alter, 1 to drop.",
        "--allow DROPS_COLUMN\n",
    ):
        assert expected in text


def test_color_changes_nothing_but_color() -> None:
    import re

    colored = render(PLAN, "text", color=True)
    assert "\x1b[" in colored
    assert re.sub(r"\x1b\[[0-9;]*m", "", colored) == render(PLAN, "text")


def test_script() -> None:
    script = render(PLAN, "sql")
    first, second = script.split("-- group 2 (no transaction)")
    assert "-- group 1 (one transaction)\nBEGIN;" in first
    assert first.rstrip().endswith("ALTER TABLE public.u DROP b;\nCOMMIT;")
    assert "BEGIN" not in second
    assert second.endswith("(a);\n")


def test_a_name_with_a_line_break_stays_in_its_comment() -> None:
    bad = plan(Group(transactional=True, steps=(step("SELECT 1", "table public.a\nDROP TABLE b;--\x1b[2J", "create"),)))
    for form in ("sql", "text"):
        lines = render(bad, form).splitlines()
        assert not [line for line in lines if line.strip().startswith("DROP TABLE")]
        assert "\x1b" not in "".join(lines)


@pytest.mark.parametrize(
    ("sql", "expected"),
    [("SELECT 1", "SELECT 1;"), ("SELECT 1; ", "SELECT 1;"), ("SELECT 1 -- one", "SELECT 1 -- one\n;")],
)
def test_each_statement_ends(sql: str, expected: str) -> None:
    assert statement(sql) == expected


def test_an_empty_plan_says_so_in_each_form() -> None:
    assert render(plan(), "text") == "No changes. The database matches the desired schema.\n"
    assert render(plan(), "sql") == "-- No changes. The database matches the desired schema.\n"
    assert json.loads(render(plan(), "json"))["groups"] == []


def test_json_is_the_plan_file_and_fits_its_published_schema(request: pytest.FixtureRequest) -> None:
    if request.config.getoption("--update"):
        SCHEMA.parent.mkdir(exist_ok=True)
        SCHEMA.write_text(plan_schema(), encoding="utf-8")
    assert SCHEMA.read_text(encoding="utf-8") == plan_schema(), "run again with --update"
    text = render(PLAN, "json")
    jsonschema.validate(json.loads(text), json.loads(plan_schema()))
    assert decode(text.encode()) == PLAN


@pytest.mark.parametrize(
    ("size", "words"),
    [
        ((0, None), "0 bytes"),
        ((8192, 1), "8.0 kB, about 1 row"),
        ((11 * 1024**2, 123456), "11 MB, about 120,000 rows"),
        ((5 * 1024**4 // 2, 9_876_543_210), "2.5 TB, about 9,900,000,000 rows"),
    ],
)
def test_a_size_is_told_in_few_digits(size: tuple[int, int | None], words: str) -> None:
    assert words_of(PlannedSize(relation="public.t", bytes=size[0], rows=size[1])) == words


def test_what_a_table_holds_is_no_part_of_the_digest() -> None:
    sized = msgspec.structs.replace(plan(), sizes=(PlannedSize(relation="public.t", bytes=1),))
    assert decode(encode(sized)) == sized
