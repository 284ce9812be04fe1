"""Each rule has something to say where it should, and nothing where it should not."""

from __future__ import annotations

import pytest

from schemactl.lint.registry import catalogue
from tests.lint.cases import Case, cases

CASES = list(cases())
FILES = {"before.sql", "fires.sql", "quiet.sql", "lint.toml", "version.txt", "column_order.txt"}


@pytest.mark.parametrize("case", CASES, ids=str)
def test_it_speaks_up(case: Case) -> None:
    plan = case.plan("fires.sql")
    found = [it for it in plan.findings if it.code == case.code]
    assert found, [f"{it.code} {it.object}: {it.message}" for it in plan.findings]
    assert all(it.message and "{" not in it.message and ": : " not in it.message for it in found)
    assert all(0 < it.step <= len(plan.steps) for it in found)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_it_keeps_silent(case: Case) -> None:
    plan = case.plan("quiet.sql")
    assert plan.steps, "there is nothing that it could speak of"
    assert [f"{it.object}: {it.message}" for it in plan.findings if it.code == case.code] == []


@pytest.mark.parametrize("case", CASES, ids=str)
def test_no_step_that_needs_consent_is_passed_over(case: Case) -> None:
    for name in ("fires.sql", "quiet.sql"):
        plan = case.plan(name)
        told = {(it.step, it.message) for it in plan.findings if it.severity == "error"}
        for number, step in enumerate(plan.steps, 1):
            for hazard in step.hazards:
                assert not hazard.hazard.needs_consent or (number, hazard.message) in told, f"{name}: {step.sql}"


def test_every_rule_has_a_case_of_both_sorts() -> None:
    told = {case.code for case in CASES}
    assert told == set(catalogue())
    for case in CASES:
        assert {"fires.sql", "quiet.sql"} <= set(case.files) <= FILES, case
