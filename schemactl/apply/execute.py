"""Group after group, politely: a lock is waited for briefly, and given up and tried again rather than held up."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from schemactl.apply.course import Course
from schemactl.apply.events import Event
from schemactl.apply.watch import Watch
from schemactl.dialect import Dialect, HandsOver, Patience, Watches
from schemactl.errors import InternalError, InterruptedError_, LockError, SchemactlError, UnreachableError
from schemactl.plan import Group, Plan, PlannedStep

if TYPE_CHECKING:
    from sqlalchemy import Connection

#: Seconds before the first retry; doubled each time, up to the longest, with jitter.
FIRST_PAUSE = 0.5
LONGEST_PAUSE = 15.0
#: The part of the limit for locks that a transaction may have used before the next of its steps is told what is left,
#: and the least that is left to a step.
_NOTICED = 0.1
_LEAST = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Signals:
    """What may be asked of a run: to `stop` before the next step; to `cancel` the statement in hand as well."""

    stop: threading.Event
    cancel: threading.Event


def execute(
    dialect: Dialect,
    connection: Connection,
    plan: Plan,
    *,
    patience: Patience,
    progress: Callable[[Event], None],
    signals: Signals,
    course: Course,
) -> None:
    """Run every group. `course` is kept, so that the caller can tell what stands whatever is raised.

    The caller holds the lock. Raises LockError when a group found its locks taken at every attempt,
    InterruptedError_ once a signal was given, and what the dialect makes of a failed statement.
    """
    course.total = len(plan.steps)
    with Watch(dialect, connection, patience, progress, signals.cancel) as watch:
        run = _Run(dialect, connection, patience, watch, signals, course)
        for group in plan.groups:
            course.begin(group)
            run.with_retries(group)


@dataclass(frozen=True, slots=True)
class _Run:
    dialect: Dialect
    connection: Connection
    patience: Patience
    watch: Watch
    signals: Signals
    course: Course

    def with_retries(self, group: Group) -> None:
        pause = FIRST_PAUSE
        for attempt in range(1, self.patience.attempts + 1):
            try:
                with self._waiting(group):
                    self._once(group, again=attempt > 1)
                return
            except Exception as error:
                if not self.dialect.is_lock_timeout(error):
                    raise
            held = self._held_by(group)
            if attempt == self.patience.attempts:
                raise LockError(
                    f"a lock was not to be had in {self.patience.lock_timeout:g} s, {attempt} times in a row:"
                    f" {group.steps[0].object}{held}",
                    subject=group.steps[0].object,
                    hint="look for long transactions on this table, or raise --lock-timeout; running again goes on",
                )
            wait = pause * random.uniform(0.5, 1.5)  # noqa: S311
            tried = f"attempt {attempt} of {self.patience.attempts}; again in {wait:.1f} s"
            event = self._event("retry", group.steps[0], self.course.done + 1)
            self.watch.tell(replace(event, seconds=wait, message=f"locked by others{held}, {tried}"))
            self.signals.stop.wait(wait)
            pause = min(pause * 2, LONGEST_PAUSE)

    @contextmanager
    def _waiting(self, group: Group) -> Iterator[None]:
        """Take the limit off the wait for locks, where nobody waits behind a step."""
        if not all(step.patient for step in group.steps):
            yield
            return
        self.dialect.prepare(self.connection, replace(self.patience, lock_timeout=0))
        yield
        self.dialect.prepare(self.connection, self.patience)

    def _held_by(self, group: Group) -> str:
        """Who holds the tables that the group is about, where the dialect can tell."""
        if self.watch.blockers:
            return f", held by {self.watch.blockers}"
        if not isinstance(self.dialect, Watches):
            return ""
        named = [(r.schema, r.name) for s in group.steps for r in s.rights if r.name]
        named += [lock.relation.partition(".")[::2] for s in group.steps for lock in s.locks]
        found = dict.fromkeys(
            filter(None, (self.dialect.blockers(self.connection, *table) for table in dict.fromkeys(named)))
        )
        self.connection.rollback()
        return f", held by {'; '.join(found)}" if found else ""

    def _once(self, group: Group, *, again: bool) -> None:
        with self._isolated(group) as connection:
            transaction = connection.begin()
            try:
                if again and not group.transactional:
                    self._clear(connection, group.steps[0])
                self._steps(connection, group)
            except BaseException:
                with suppress(Exception):  # a connection that is lost takes no ROLLBACK, and needs none
                    transaction.rollback()
                raise
            with self._named(f"committing {self.course.in_hand} of {self.course.total}", group.steps[-1], unsure=True):
                transaction.commit()
            self.course.end()

    def _clear(self, connection: Connection, step: PlannedStep) -> None:
        """What the try before has left, where no transaction took it back, must not be in the way of this one."""
        if isinstance(self.dialect, Watches):
            with self._named(f"clearing what a try of {step.action} {step.object} left", step, unsure=False):
                self.dialect.again(connection, step.sql)

    @contextmanager
    def _isolated(self, group: Group) -> Iterator[Connection]:
        connection = self.connection
        if group.transactional or connection.get_execution_options().get("isolation_level") == "AUTOCOMMIT":
            yield connection
            return
        try:
            yield connection.execution_options(isolation_level="AUTOCOMMIT")
        except BaseException:
            with suppress(Exception):  # the connection may be lost, and what happened must be told
                connection.execution_options(isolation_level=connection.default_isolation_level)
            raise
        connection.execution_options(isolation_level=connection.default_isolation_level)

    def _steps(self, connection: Connection, group: Group) -> None:
        began = time.monotonic()
        for number, step in enumerate(group.steps, self.course.done + 1):
            if self.signals.stop.is_set():
                raise InterruptedError_(
                    f"stopped before step {number} of {self.course.total}", hint="run again to go on from here"
                )
            self._hurry(connection, group, time.monotonic() - began)
            event = self._event("started", step, number)
            self.watch.tell(event)
            self.course.begun = True
            start = time.monotonic()
            doing = f"step {number} of {self.course.total}, {step.action} {step.object}"
            with self._named(doing, step, unsure=not group.transactional), self.watch.step(event):
                if step.handover is None:
                    self.dialect.execute(connection, step.sql)
                else:
                    self._hand_over(connection, step)
            self.watch.tell(replace(event, kind="finished", seconds=time.monotonic() - start))

    def _hand_over(self, connection: Connection, step: PlannedStep) -> None:
        if step.handover is None or not isinstance(self.dialect, HandsOver):
            raise InternalError(f"{self.dialect.name} hands nothing over: {step.object}")

        def tell(line: str) -> None:
            self.watch.tell(Event(kind="said", step=step, message=line))

        handover = step.handover
        self.dialect.hand_over(connection, handover.command, handover.values, tell, self.signals.cancel)

    def _hurry(self, connection: Connection, group: Group, used: float) -> None:
        """Whoever waits for what this transaction has locked waits no longer than the limit because we wait for more."""
        limit = self.patience.lock_timeout
        if (
            not group.transactional
            or not limit
            or used <= limit * _NOTICED
            or all(step.patient for step in group.steps)
        ):
            return
        if isinstance(self.dialect, Watches):
            self.dialect.hurry(connection, max(_LEAST, limit - used))

    @contextmanager
    def _named(self, doing: str, step: PlannedStep, *, unsure: bool) -> Iterator[None]:
        """A driver's error comes out as ours, but for that of a lock; `unsure`: losing the connection leaves it open
        whether the server did what it was told."""
        try:
            yield
        except SchemactlError:
            raise
        except Exception as error:
            if self.dialect.is_lock_timeout(error):
                raise
            if self.signals.cancel.is_set() and self._is_cancelled(error):
                raise InterruptedError_(f"{doing}: cancelled", subject=step.object) from None
            meaning = self.dialect.error(error, doing=doing)
            if meaning is None:
                raise
            meaning.subject = step.object
            self.course.unsure = unsure and isinstance(meaning, UnreachableError)
            raise meaning from None

    def _is_cancelled(self, error: Exception) -> bool:
        return isinstance(self.dialect, Watches) and self.dialect.is_cancelled(error)

    def _event(self, kind: str, step: PlannedStep, number: int) -> Event:
        return Event(kind=kind, step=step, number=number, total=self.course.total)  # type: ignore[arg-type]
