"""What an execution tells while it runs, and what it comes to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from schemactl.plan import Plan, PlannedStep


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One moment. `number` of `total` counts steps from 1; `seconds` is what a finished step, or a wait, took.

    `watched` comes while a step takes long: `seconds` since it began, `message` what it does or waits for, `share` how much
    of that is done, from 0 to 1, where the server tells. It comes from another thread, but never beside another event.
    What a program says that a step was handed over to is `said`.
    """

    kind: Literal["planning", "waiting", "started", "watched", "finished", "retry", "said"]
    step: PlannedStep | None = None
    number: int = 0
    total: int = 0
    seconds: float = 0.0
    message: str = ""
    share: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A plan and how much of it was done. An empty plan means that there was nothing to do."""

    plan: Plan
    steps_done: int
    seconds: float
