"""What `spec.policy` says of plans, in the words of the core: hazards, lint rules, changes that are left out."""

from __future__ import annotations

from schemactl.errors import ManifestError, UsageError
from schemactl.lint.settings import LintSettings, lint_settings
from schemactl.policy import Action
from schemactl.policy import Policy as Rules
from schemactl.resource.spec import ApprovalMode, Spec, fields_of
from schemactl.steps import Hazard, HazardClass

_STRICTNESS = list(Action)


def rules(spec: Spec) -> Rules:
    """What becomes of hazards.

    Where nothing is said, what loses data needs an approval; where nobody is to be asked (`approval.mode: Never`), it
    is refused. Of `policy.hazards` and `lint.destructive` the stricter prevails. `policy.allow` lifts a refusal, and
    the approval that nobody asked for in words.
    """
    said = {
        HazardClass(field.encode_name): Action(action)
        for field in fields_of(type(spec.policy.hazards))
        if (action := getattr(spec.policy.hazards, field.name)) is not None
    }
    allowed = frozenset(Hazard(name) for name in spec.policy.allow)
    single: dict[Hazard, Action] = {}
    match spec.policy.lint.destructive.error:
        case True:
            said[HazardClass.DATA_LOSS] = Action.REFUSE
        case False:
            said.setdefault(HazardClass.DATA_LOSS, Action.WARN)
        case None if HazardClass.DATA_LOSS not in said:
            asked = spec.policy.approval.mode is not ApprovalMode.NEVER
            said[HazardClass.DATA_LOSS] = Action.APPROVE if asked else Action.REFUSE
            single = dict.fromkeys(allowed, Action.WARN)
    return Rules(actions=said, single=single, allowed=allowed)


def lint_of(spec: Spec) -> LintSettings:
    """The severities of `policy.lint.codes`. Raises ManifestError for a code that no rule has."""
    from schemactl.lint.registry import catalogue

    if not spec.policy.lint.codes:
        return LintSettings()
    if "naming" in spec.policy.lint.codes:
        raise ManifestError("spec.policy.lint.codes: there is no lint rule 'naming'")
    try:
        return lint_settings(spec.policy.lint.codes, catalogue().keys())
    except UsageError as error:
        raise ManifestError(f"spec.policy.lint.codes: {error.message}", hint=error.hint) from None


def skipped(spec: Spec) -> frozenset[str]:
    """The kinds of changes that are left out of plans: `drop_column`, `add_table`."""
    skip = spec.policy.diff.skip
    return frozenset(field.name for field in fields_of(type(skip)) if getattr(skip, field.name))
