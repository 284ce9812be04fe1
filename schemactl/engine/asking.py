"""Whether a plan may run: the policy, and whoever says yes to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from schemactl.errors import NotApprovedError, PlanError, RefusedError, StalePlanError
from schemactl.plan import Plan
from schemactl.policy import Policy, judge
from schemactl.policy.judge import named
from schemactl.steps import Hazard


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The policy of one apply, and whoever says yes to its plan."""

    policy: Policy
    approve: Callable[[Plan], bool] | None
    attended: bool

    @classmethod
    def of(
        cls,
        policy: Policy | None,
        allow: frozenset[Hazard],
        approve: Callable[[Plan], bool] | None,
        *,
        attended: bool,
    ) -> Asked:
        policy = policy or Policy()
        return cls(policy=replace(policy, allowed=policy.allowed | allow), approve=approve, attended=attended)

    def about(self, plan: Plan) -> None:
        """Raises RefusedError, NotApprovedError or StalePlanError for a plan that must not run."""
        if self.policy.approved and self.policy.approved != plan.digest:
            raise with_plan(
                StalePlanError(
                    f"another plan was approved: this one is sha256:{plan.digest}",
                    hint="read this plan, and approve it or plan again",
                ),
                plan,
            )
        verdict = judge(plan, self.policy)
        if verdict.refused:
            what = "can lose data and this was not allowed" if verdict.only_data_loss else "is refused by the policy"
            subject = verdict.refused[0].step.object
            raise with_plan(
                RefusedError(f"the plan {what}: {named(verdict.refused)}", subject=subject, hint=verdict.remedy), plan
            )
        by_person = self.approve is not None and self.attended
        if verdict.to_approve and not by_person:
            subject = verdict.to_approve[0].step.object
            message = f"the policy wants an approval of exactly this plan: {named(verdict.to_approve)}"
            raise with_plan(NotApprovedError(message, subject=subject, hint=verdict.remedy), plan)
        if self.approve is not None and not verdict.approved and not self.approve(plan):
            raise with_plan(NotApprovedError("the plan was not approved", hint="nothing was changed"), plan)


def with_plan(error: PlanError, plan: Plan) -> PlanError:
    error.plan = plan
    return error
