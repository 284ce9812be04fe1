"""Whether a plan may run: what its policy refuses, what waits for an approval, and whose approval counts."""

from __future__ import annotations

from dataclasses import replace

from schemactl.errors import RefusedError, UsageError
from schemactl.lint.settings import LintSettings
from schemactl.plan import Finding, Plan
from schemactl.policy import Policy, judge
from schemactl.policy.judge import named
from schemactl.policy.policy import digest
from schemactl.reconcile.look import Look
from schemactl.resource import APPROVED_PLAN, ApprovalMode, AtlasSchema, lint_of, rules
from schemactl.resource.spec import Spec
from schemactl.wording import few


def require_allowed(plan: Plan, spec: Spec, name: str) -> None:
    """Raise RefusedError, with the plan, for what the policy refuses: no approval lifts that here."""
    verdict = judge(plan, rules(spec))
    lint = lint_errors(plan, lint_of(spec))
    if verdict.refused:
        what = "can lose data and this was not allowed" if verdict.only_data_loss else "is refused by the policy"
        error = RefusedError(f"the plan {what}: {named(verdict.refused)}", subject=verdict.refused[0].step.object)
        hazards = ", ".join(sorted({it.hazard for it in verdict.refused if it.hazard.needs_consent}))
        allow = f"allow {hazards} in spec.policy.allow" if hazards else "change spec.policy.hazards"
        error.hint = f"{allow}, or change the desired schema"
    elif lint:
        told = few(f"{it.code} {it.object}: {it.message}" for it in lint)
        error = RefusedError(f"the plan has lint errors: {told}", subject=lint[0].object)
        error.hint = "change the desired schema, or what spec.policy.lint.codes says of the rule"
    else:
        return
    error.subject = error.subject or name
    error.plan = plan
    raise error


def lint_errors(plan: Plan, settings: LintSettings) -> tuple[Finding, ...]:
    """The findings of rules that the spec says to be errors, in words."""
    said = settings.severities
    return tuple(it for it in plan.findings if it.severity == "error" and any(_covers(code, it.code) for code in said))


def _covers(said: str, code: str) -> bool:
    return said == "all" or code.startswith(said)


def wanted(plan: Plan, spec: Spec) -> str:
    """Why the plan needs an approval; empty where it needs none."""
    verdict = judge(plan, rules(spec))
    if verdict.to_approve:
        return named(verdict.to_approve)
    review = spec.policy.lint.review
    if spec.policy.approval.mode is ApprovalMode.ALWAYS or review == "ALWAYS":
        return "every plan is to be approved"
    counting = [it for it in plan.findings if review == "WARNING" or (review == "ERROR" and it.severity == "error")]
    if counting:
        return few(f"{it.code} {it.object}: {it.message}" for it in counting)
    if review == "WARNING" and verdict.warned:
        return named(verdict.warned)
    return ""


def approved_digest(resource: AtlasSchema) -> str:
    """The digest that the annotation names, in hexadecimal; empty where it names none."""
    said = resource.metadata.approved_plan
    try:
        return digest(said) if said else ""
    except UsageError:
        return ""


def why_not(look: Look, plan: Plan) -> tuple[str, str]:
    """Reason and sentence of the condition Approved for a plan that waits."""
    said, found = look.resource.metadata.approved_plan, approved_digest(look.resource)
    ask = f"read it, then approve exactly this one: {APPROVED_PLAN}: sha256:{plan.digest}"
    if said and not found:
        return "ApprovalPending", f"the annotation {APPROVED_PLAN} names no digest of a plan; {ask}"
    ran = {entry.digest for entry in look.before.history if entry.outcome == "Applied"}
    if found and f"sha256:{found}" not in ran:
        overtaken = f"the approved plan sha256:{found} was overtaken by a change of the database or of the schema"
        return "PlanOvertaken", f"{overtaken}, and is not run; this one is another: {ask}"
    return "ApprovalPending", f"{look.wants_approval}; {ask}"


def policy(look: Look) -> Policy:
    """The policy for the run: with the digest that the annotation names, where the plan at hand needs that."""
    given = rules(look.resource.spec)
    return replace(given, approved=approved_digest(look.resource)) if look.approved else given
