"""What a review is of: the targets, the plan of each, and what becomes of it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property

from schemactl.plan import Plan
from schemactl.plan.document import Verdict as Proven
from schemactl.policy import Policy, judge
from schemactl.policy.judge import Verdict


class Basis(StrEnum):
    """What a plan starts from: the database as it is, or the schema as the base of the change has it."""

    LIVE = "the live database"
    BASE = "the base of the change"


class State(StrEnum):
    """What becomes of a target, or of a whole review; from the best to the worst."""

    CLEAN = "clean"
    LEFT = "left"
    CHANGES = "changes"
    WARNS = "warns"
    APPROVAL = "approval"
    REFUSED = "refused"
    FAILED = "failed"

    @property
    def rank(self) -> int:
        """The place in that order."""
        return list(State).index(self)


@dataclass(frozen=True, kw_only=True)
class Ruling:
    """What whoever carries the plan out will do with it, where more than a policy of hazards says so: the operator.

    `refused` and `waits` say why it will not run, and why not before somebody approved exactly it; empty where it will.
    """

    refused: str = ""
    remedy: str = ""
    waits: str = ""
    approved: bool = False
    #: What lets the plan run, for whoever approves it.
    approval: str = ""


@dataclass(frozen=True, kw_only=True)
class Reviewed:
    """A target by its `name`, and its plan under its policy; or what was in the way of one, and what to do about that.

    `change` says what becomes of a target that is itself in the change: `new`, `changed`, `removed`. Of one that is
    removed nothing is planned: its database is left as it is. `unseen` is why a live database was not looked at, where
    nobody asked for that. `diagram` is Mermaid of what changes, empty where nothing does that a diagram shows. `artifact`
    is the file that holds the whole plan. Neither `error` nor `hint`, `unseen` or `notes` has a secret in it.
    """

    name: str
    plan: Plan | None = None
    policy: Policy
    ruling: Ruling | None = None
    basis: Basis = Basis.LIVE
    change: str = ""
    unseen: str = ""
    notes: tuple[str, ...] = ()
    error: str = ""
    hint: str = ""
    diagram: str = ""
    artifact: str = ""

    @cached_property
    def verdict(self) -> Verdict:
        return judge(self.plan, self.policy) if self.plan is not None else Verdict()

    @property
    def state(self) -> State:
        if self.plan is None:
            return State.FAILED if self.error else State.LEFT
        if self.plan.is_empty:
            return State.CLEAN
        if self.plan.proof is not None and self.plan.proof.verdict is Proven.REFUTED:
            return State.REFUSED
        refused, waits = bool(self.verdict.refused), bool(self.verdict.to_approve)
        if self.ruling is not None:
            refused, waits = bool(self.ruling.refused), bool(self.ruling.waits) and not self.ruling.approved
        if refused:
            return State.REFUSED
        if waits:
            return State.APPROVAL
        return State.WARNS if self.verdict.warned or self.plan.findings else State.CHANGES

    @property
    def does(self) -> str:
        """A mark of what is done, whatever the database it is done to: targets that share it are told of as one."""
        if self.plan is None:
            return f"{self.name} {self.error}"
        said = [self.basis, self.diagram, self.change, self.unseen, *self.notes]
        if self.ruling is not None:
            said.append(repr(replace(self.ruling, approval="")))
        for group in self.plan.groups:
            said.append(str(group.transactional))
            said += [f"{step!r}" for step in group.steps]
        said += [repr(self.plan.findings), repr(self.plan.notes), repr(self.policy), repr(self.verdict.approved)]
        return hashlib.sha256("\0".join(said).encode()).hexdigest()


@dataclass(frozen=True, kw_only=True)
class Review:
    """All targets of one review. `name` tells it from others on the same change; `commit` is what was looked at.

    `untouched` counts the targets that the change leaves as they are, which were not planned.
    """

    name: str
    targets: tuple[Reviewed, ...]
    commit: str = ""
    untouched: int = 0

    @property
    def state(self) -> State:
        """The worst of its targets'."""
        return max((it.state for it in self.targets), key=lambda it: it.rank, default=State.CLEAN)

    @property
    def digest(self) -> str:
        """sha256 over the digests of the plans, in hexadecimal: the same where the same would be done to the same."""
        said = [f"{it.name} {it.plan.digest if it.plan is not None else it.error}" for it in self.targets]
        return hashlib.sha256("\n".join(said).encode()).hexdigest()

    def of(self, *states: State) -> tuple[Reviewed, ...]:
        return tuple(it for it in self.targets if it.state in states)
