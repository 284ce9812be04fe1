"""One run over one connection, and what stands once it ended early."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from schemactl.apply import Course, Event, Outcome, Signals, execute, look_first
from schemactl.dialect import Patience
from schemactl.engine.targets import Target, connected
from schemactl.errors import InterruptedError_, LockError, ReadOnlyError, SchemactlError, UnreachableError, UsageError
from schemactl.plan import Plan

if TYPE_CHECKING:
    from sqlalchemy import Connection


@dataclass(frozen=True, slots=True)
class Execution:
    """One run: `start` is when it began, `course` how far it has come; rows are `checked` whatever the dialect."""

    target: Target
    patience: Patience
    progress: Callable[[Event], None]
    signals: Signals
    start: float
    checked: bool = False
    course: Course = field(default_factory=Course)

    def carry_out(self, connection: Connection, final: Callable[[], Plan]) -> Outcome:
        dialect = self.target.dialect
        if dialect.server(connection).read_only:
            raise ReadOnlyError(
                f"{self.target.display} takes no changes", hint="connect to the primary, or end its read-only mode"
            )
        self.progress(Event(kind="waiting", message="for the lock"))
        with dialect.lock(connection, self.patience):
            plan = final()
            _programs_are_ours(self.target, plan)
            dialect.prepare(connection, self.patience)
            look_first(dialect, connection, plan, self.patience, asked=self.checked)
            execute(
                dialect,
                connection,
                plan,
                patience=self.patience,
                progress=self.progress,
                signals=self.signals,
                course=self.course,
            )
        return Outcome(plan=plan, steps_done=self.course.done, seconds=time.monotonic() - self.start)


def signals_of(stop: threading.Event | None, cancel: threading.Event | None) -> Signals:
    return Signals(stop=stop or threading.Event(), cancel=cancel or threading.Event())


def silent(_: Event) -> None:
    pass


#: Seconds for which a server that went away in the midst of a run is waited for, and between two tries.
SERVER_RETURNS = 30.0


_BETWEEN = 0.5


@contextmanager
def finding_out(run: Execution, plan_again: Callable[[Connection], Plan] | None) -> Iterator[None]:
    """An error of a run that had begun comes out with what stands.

    Where the connection was lost while the server committed, that is looked for, over a new connection. An interrupt in
    the midst of a step comes out as InterruptedError_: whoever wants to end at once waits for no look.
    """
    try:
        yield
    except SchemactlError as error:
        course = run.course
        if not course.total:
            raise
        error.stands = course.words()
        if course.unsure:
            error.stands += f": {_looked_for(run, plan_again)}"
        elif course.done and plan_again is None:
            error.stands += "; the saved plan fits no more: make a new one"
        raise
    except KeyboardInterrupt:
        course = run.course
        if not course.begun:
            raise
        stopped = InterruptedError_(f"stopped in the midst of {course.in_hand} of {course.total}")
        again = "run again" if plan_again is not None else "make a new plan"
        stopped.stands = (
            f"{course.stand()}; what became of {course.in_hand} is not known: {again}, it goes on from there"
        )
        raise stopped from None


def _looked_for(run: Execution, plan_again: Callable[[Connection], Plan] | None) -> str:
    """What a new plan says of the steps in hand. The lock is ours only once the lost session is over."""
    if plan_again is None:
        return "whether it stands is not known: make a new plan, which has what is left"
    deadline = time.monotonic() + SERVER_RETURNS
    while True:
        try:
            with connected(run.target) as connection, run.target.dialect.lock(connection, run.patience):
                left = plan_again(connection)
            break
        except UnreachableError:
            if time.monotonic() > deadline or run.signals.stop.wait(_BETWEEN):
                return (
                    "whether it stands is not known, for the server does not answer: run again, it goes on from there"
                )
        except LockError:
            return "whether it stands is not known, for the server still works on it: run again once that is over"
        except SchemactlError as error:
            return f"whether it stands could not be found out ({error.message}): run again, it goes on from there"
    if left.is_empty:
        return "looked at again, all steps stand, and nothing is left to do"
    statements = {step.sql for step in left.steps}
    group = run.course.group
    whole = group is not None and not any(step.sql in statements for step in group.steps)
    what = "it stands" if whole else "it does not stand"
    count = len(left.steps)
    return f"looked at again, {what}; {count} {'step is' if count == 1 else 'steps are'} left: run again to go on"


def _programs_are_ours(target: Target, plan: Plan) -> None:
    """A file is no place to take programs from: raises UsageError for one that the target's manner does not name."""
    for step in plan.steps:
        if step.handover is not None and step.handover.command != target.manner.copy_with:
            raise UsageError(
                f"the plan hands {step.object} over to a program that --copy-with does not name:"
                f" {' '.join(step.handover.command)}",
                hint="nothing was changed: give the same --copy-with as for the plan, or plan again",
            )
