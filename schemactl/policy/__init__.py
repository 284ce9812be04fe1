"""What a plan may bring: hazards, the policy for each class of them, and the verdict."""

from schemactl.policy.judge import Judgement, Verdict, judge
from schemactl.policy.policy import DEFAULT, Action, Policy

__all__ = ["DEFAULT", "Action", "Judgement", "Policy", "Verdict", "judge"]
