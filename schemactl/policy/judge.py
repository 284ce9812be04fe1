"""A plan under a policy."""

from __future__ import annotations

from dataclasses import dataclass

from schemactl.plan import Plan, PlannedStep
from schemactl.policy.policy import Action, Policy
from schemactl.steps import Hazard, HazardClass
from schemactl.wording import few

_STRICTNESS = list(Action)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What becomes of one hazard of one step. `number` is the step's, counted from 1."""

    action: Action
    hazard: Hazard
    number: int
    step: PlannedStep
    message: str

    @property
    def of(self) -> HazardClass:
        return self.hazard.belongs_to

    def __str__(self) -> str:
        """`drop table app.t (step 2: DROPS_TABLE, data-loss)`."""
        return f"{self.step.action} {self.step.object} (step {self.number}: {self.hazard}, {self.of})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """All judgements on a plan in the order of its steps. One that was `approved` stops nothing any more."""

    judgements: tuple[Judgement, ...] = ()
    digest: str = ""
    approved: bool = False

    @property
    def action(self) -> Action:
        """What becomes of the plan: the strictest of all."""
        found = max((it.action for it in self.judgements), key=_STRICTNESS.index, default=Action.ALLOW)
        return Action.WARN if self.approved and found in (Action.REFUSE, Action.APPROVE) else found

    @property
    def refused(self) -> tuple[Judgement, ...]:
        return () if self.approved else self._with(Action.REFUSE)

    @property
    def to_approve(self) -> tuple[Judgement, ...]:
        return () if self.approved else self._with(Action.APPROVE)

    @property
    def warned(self) -> tuple[Judgement, ...]:
        return self._with(Action.WARN)

    @property
    def only_data_loss(self) -> bool:
        """Whether what is refused is the loss of data, and nothing else."""
        return all(it.of is HazardClass.DATA_LOSS for it in self.refused)

    @property
    def options(self) -> tuple[str, ...]:
        """The options that let the plan run; none where nothing is in its way."""
        found = []
        if self.refused:
            found.append(f"--allow {','.join(sorted({it.hazard for it in self.refused}))}")
        if self.to_approve:
            found.append(f"--approve-digest sha256:{self.digest}")
        return tuple(found)

    @property
    def remedy(self) -> str:
        """The next thing that makes the plan run; empty where nothing is in its way."""
        if not self.options:
            return ""
        return f"read the plan, then {'allow it' if self.refused else 'approve exactly this one'}: {self.options[0]}"

    def _with(self, action: Action) -> tuple[Judgement, ...]:
        return tuple(it for it in self.judgements if it.action is action)


def judge(plan: Plan, policy: Policy) -> Verdict:
    """What becomes of the plan. What the policy allows is not in the verdict."""
    found = [
        Judgement(
            action=policy.action(hazard.hazard), hazard=hazard.hazard, number=number, step=step, message=hazard.message
        )
        for number, step in enumerate(plan.steps, 1)
        for hazard in step.hazards
    ]
    return Verdict(
        judgements=tuple(it for it in found if it.action is not Action.ALLOW),
        digest=plan.digest,
        approved=bool(policy.approved) and policy.approved == plan.digest,
    )


def named(judgements: tuple[Judgement, ...]) -> str:
    """The first few in a sentence, each step once."""
    return few(str(it) for it in judgements)
