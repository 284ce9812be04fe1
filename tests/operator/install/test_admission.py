"""examples/admission by its expressions: the tests' API server may be too old for a ValidatingAdmissionPolicy, so an
evaluator of CEL of its own is asked. That shows what they admit, not that a server compiles them."""

from __future__ import annotations

from typing import Any

import cel
import pytest

from tests.support.kubetools import ROOT, objects

POLICY, BINDING = objects((ROOT / "examples" / "admission" / "policy.yaml").read_text(encoding="utf-8"))
STRICT: dict[str, Any] = {"lint": {"destructive": {"error": True}}}


def refusals(spec: dict[str, Any]) -> list[str]:
    """The messages of the validations that the spec does not satisfy."""
    validations = POLICY["spec"]["validations"]
    return [one["message"] for one in validations if not cel.evaluate(one["expression"], {"object": {"spec": spec}})]


@pytest.mark.parametrize(
    "policy",
    [None, {}, {"lint": {}}, {"lint": {"destructive": {}}}, {"lint": {"destructive": {"error": False}}}],
)
def test_one_that_does_not_say_policy_lint_is_refused(policy: dict[str, Any] | None) -> None:
    spec = {} if policy is None else {"policy": policy}
    assert refusals(spec) == ["say spec.policy.lint.destructive.error as true"]


def test_one_that_says_it_is_let_in() -> None:
    assert refusals({"policy": STRICT}) == []
    assert refusals({"policy": {**STRICT, "approval": {"mode": "Always"}}}) == []


def test_one_that_nobody_is_asked_for_is_refused() -> None:
    told = refusals({"policy": {**STRICT, "approval": {"mode": "Never"}}})
    assert told == ["spec.policy.approval.mode may not be Never here"]


def test_the_binding_binds_the_policy() -> None:
    assert BINDING["spec"]["policyName"] == POLICY["metadata"]["name"]
    assert BINDING["spec"]["validationActions"] == ["Deny"]
