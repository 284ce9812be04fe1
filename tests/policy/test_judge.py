"""Verdicts: pure functions of a plan and a policy."""

from __future__ import annotations

import pytest

from schemactl import engine
from schemactl.dialect import SourceText
from schemactl.errors import UsageError
from schemactl.plan import Plan
from schemactl.policy import DEFAULT, Action, Policy, judge
from schemactl.policy.policy import actions, digest
from schemactl.steps import CLASSES, DESTRUCTIVE, Hazard, HazardClass

BEFORE = "CREATE TABLE t (a int, b int);"
AFTER = "CREATE TABLE t (a bigint NOT NULL);"


@pytest.fixture(scope="module")
def plan() -> Plan:
    """It drops a column, writes the table anew, and may fail on NULL."""
    return engine.diff([SourceText(name="before", text=BEFORE)], [SourceText(name="after", text=AFTER)])


def test_every_hazard_has_a_class_and_every_class_an_action() -> None:
    assert set(CLASSES) == set(Hazard)
    assert set(CLASSES.values()) == set(HazardClass) == set(DEFAULT)
    assert {it for it in HazardClass if DEFAULT[it] is not Action.WARN} == {HazardClass.DATA_LOSS}
    assert all(CLASSES[it] is HazardClass.DATA_LOSS for it in DESTRUCTIVE)


def test_data_loss_is_refused_and_all_else_told(plan: Plan) -> None:
    verdict = judge(plan, Policy())
    assert verdict.action is Action.REFUSE
    assert [it.hazard for it in verdict.refused] == [Hazard.DROPS_COLUMN]
    assert verdict.remedy == "read the plan, then allow it: --allow DROPS_COLUMN"
    assert {it.of for it in verdict.warned} >= {HazardClass.REWRITES_TABLE, HazardClass.MAY_FAIL_ON_DATA}
    said = str(verdict.refused[0])
    assert said.startswith("drop column public.t.b (step ")
    assert said.endswith("DROPS_COLUMN, data-loss)")


def test_a_yes_by_name_lifts_a_refusal_and_no_wish_for_approval(plan: Plan) -> None:
    yes = frozenset({Hazard.DROPS_COLUMN, Hazard.REWRITES_TABLE})
    assert judge(plan, Policy(allowed=yes)).action is Action.WARN
    verdict = judge(plan, Policy(allowed=yes, actions={HazardClass.REWRITES_TABLE: Action.APPROVE}))
    assert verdict.action is Action.APPROVE
    assert [it.hazard for it in verdict.to_approve] == [Hazard.REWRITES_TABLE]
    assert verdict.remedy.endswith(f"--approve-digest sha256:{plan.digest}")


def test_an_approval_is_of_one_plan(plan: Plan) -> None:
    actions_ = {HazardClass.REWRITES_TABLE: Action.APPROVE}
    assert judge(plan, Policy(actions=actions_, approved=plan.digest)).action is Action.WARN
    assert judge(plan, Policy(actions=actions_, approved="0" * 64)).action is Action.REFUSE


def test_what_is_allowed_is_not_told(plan: Plan) -> None:
    verdict = judge(plan, Policy(actions=dict.fromkeys(HazardClass, Action.ALLOW)))
    assert (verdict.action, verdict.judgements) == (Action.ALLOW, ())


@pytest.mark.parametrize(
    ("said", "expected"),
    [({"data-los": "warn"}, "did you mean data-loss"), ({"data-loss": "maybe"}, "one of: allow")],
)
def test_a_policy_that_is_none(said: dict[str, object], expected: str) -> None:
    with pytest.raises(UsageError) as caught:
        actions(said)
    assert expected in caught.value.hint


def test_names_of_classes_may_have_underscores() -> None:
    assert actions({"blocks_reads": "refuse"}) == {HazardClass.BLOCKS_READS: Action.REFUSE}


def test_digests() -> None:
    assert digest(f" sha256:{'AB' * 32}") == "ab" * 32
    with pytest.raises(UsageError):
        digest("sha256:12")
