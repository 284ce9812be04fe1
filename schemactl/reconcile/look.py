"""One look at one resource: what was handed in, and what the steps of the look found out."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from schemactl.dialect import Patience
from schemactl.reconcile.inputs import Inputs
from schemactl.resource import AtlasSchema, Condition, Drift, Status, Truth, stamp

if TYPE_CHECKING:
    from schemactl.apply import Event
    from schemactl.engine import Target
    from schemactl.plan import Plan


class Kind(StrEnum):
    """What a report is about. The words are those of the agent's lines."""

    APPLIED = "applied"
    HEALED = "healed"
    DRIFT = "drift"
    READY = "ready"
    WAITING = "waiting"
    SUSPENDED = "suspended"
    RETRYING = "retrying"
    STALLED = "stalled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Something that changed and that people want to know: one sentence, and the statements it is about."""

    kind: Kind
    reason: str
    message: str
    steps: tuple[str, ...] = ()
    #: Of an error: its code, where it stands, and what to do.
    code: str = ""
    place: str = ""
    hint: str = ""
    #: Of the plan that it is about, `sha256:...`.
    digest: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """`next_look` is in seconds; None means not before something changes.

    `plan_sql` is the whole script of `status.plan` where the status has only its beginning, else empty. `looked`: the
    database was inspected; False where one query told that nothing had moved, or nothing was asked at all. `statements`
    counts those that were carried out.
    """

    status: Status
    next_look: float | None
    report: tuple[Report, ...] = ()
    plan_sql: str = ""
    looked: bool = False
    statements: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """How a look is done: patience with locks, what stops it between steps and what in the midst of one, chance, and who is
    told how far a run is.

    `announce` is told of the status in which statements are about to be carried out; what it says no to is not begun.
    """

    patience: Patience = field(default_factory=Patience)
    stop: threading.Event | None = None
    cancel: threading.Event | None = None
    random: Callable[[], float] = random.random
    progress: Callable[[Event], None] | None = None
    announce: Callable[[Status], bool] | None = None


@dataclass(slots=True, kw_only=True)
class Look:
    """The working state of one look. The steps fill it in; `summary` makes the status of it, once."""

    resource: AtlasSchema
    inputs: Inputs
    before: Status
    now: datetime
    means: Means
    target: Target | None = None
    #: The last plan that was made, whatever became of it.
    plan: Plan | None = None
    applied: Plan | None = None
    #: The digest of what was applied by this look, or was found to be in place.
    observed_hash: str = ""
    fingerprint: str = ""
    scope: str = ""
    #: The database, for people: with no user, no password and no parameters.
    place: str = ""
    #: Of all that this look rests on, taken before the first inspection that found the database as it is told of.
    mark: str = ""
    #: The database was not inspected, for the mark is the one of last time.
    spared: bool = False
    inspected: bool = False
    drift: Drift | None = None
    healed: bool = False
    #: The plan at hand needs an approval, and why; and it has it.
    wants_approval: str = ""
    approved: bool = False
    #: Set before the first statement of a new desired schema: from then on the old digest stands for nothing.
    began: bool = False
    seconds: float = 0.0
    phase: str = "ReadSchema"
    ignored: dict[str, str] = field(default_factory=dict)
    #: Takes the secrets out of a text. Done before a text is cut: half a secret would not be found any more.
    clean: Callable[[str], str] = str
    reports: list[Report] = field(default_factory=list)

    def told(self, text: str, longest: int) -> str:
        """The text without secrets, cut where it is longer."""
        text = self.clean(text)
        return text if len(text) <= longest else text[: longest - 1] + "…"

    def condition(self, type_: str, status: Truth, reason: str, message: str) -> Condition:
        return Condition(
            type=type_,
            status=status,
            reason=reason,
            message=message,
            last_transition_time=stamp(self.now),
            observed_generation=self.resource.metadata.generation,
        )
