"""Group after group, politely: a lock is waited for briefly, and given up and tried again rather than held up."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from schemactl.apply.events import Event
from schemactl.dialect import Dialect, HandsOver, LooksFirst, Patience
from schemactl.errors import InternalError, InterruptedError_, LockError
from schemactl.plan import Group, Plan, PlannedStep

if TYPE_CHECKING:
    from sqlalchemy import Connection

#: Seconds before the first retry; doubled each time, up to the longest, with jitter.
FIRST_PAUSE = 0.5
LONGEST_PAUSE = 15.0


def execute(
    dialect: Dialect,
    connection: Connection,
    plan: Plan,
    *,
    patience: Patience,
    progress: Callable[[Event], None],
    stop: threading.Event,
) -> int:
    """Run every group; the number of steps done is returned.

    The caller holds the lock. Raises LockError when a group found its locks taken at every attempt,
    InterruptedError_ once `stop` is set (between steps), and what the dialect makes of a failed statement.
    """
    done = 0
    total = len(plan.steps)
    for group in plan.groups:
        _with_retries(dialect, connection, group, done, total, patience, progress, stop)
        done += len(group.steps)
    return done


def _with_retries(
    dialect: Dialect,
    connection: Connection,
    group: Group,
    done: int,
    total: int,
    patience: Patience,
    progress: Callable[[Event], None],
    stop: threading.Event,
) -> None:
    pause = FIRST_PAUSE
    for attempt in range(1, patience.attempts + 1):
        try:
            with _waiting(dialect, connection, group, patience):
                _run(dialect, connection, group, done, total, progress, stop)
            return
        except Exception as error:
            if not dialect.is_lock_timeout(error):
                raise
            if attempt == patience.attempts:
                raise LockError(
                    f"a lock was not to be had in {patience.lock_timeout:g} s, {attempt} times in a row:"
                    f" {group.steps[0].object}{_held_by(dialect, connection, group)}",
                    subject=group.steps[0].object,
                    hint="look for long transactions on this table, or raise --lock-timeout; running again goes on",
                ) from None
            wait = pause * random.uniform(0.5, 1.5)  # noqa: S311
            progress(
                Event(
                    kind="retry",
                    step=group.steps[0],
                    number=done + 1,
                    total=total,
                    seconds=wait,
                    message=f"locked by others, attempt {attempt} of {patience.attempts}; again in {wait:.1f} s",
                )
            )
            stop.wait(wait)
            pause = min(pause * 2, LONGEST_PAUSE)


def _hand_over(dialect: Dialect, connection: Connection, step: PlannedStep, progress: Callable[[Event], None]) -> None:
    if step.handover is None or not isinstance(dialect, HandsOver):
        raise InternalError(f"{dialect.name} hands nothing over: {step.object}")
    it = step.handover
    dialect.hand_over(connection, it.command, it.values, lambda s: progress(Event(kind="said", step=step, message=s)))


@contextmanager
def _waiting(dialect: Dialect, connection: Connection, group: Group, patience: Patience) -> Iterator[None]:
    """Take the limit off the wait for locks, where nobody waits behind a step."""
    if not all(step.patient for step in group.steps):
        yield
        return
    dialect.prepare(connection, replace(patience, lock_timeout=0))
    yield
    dialect.prepare(connection, patience)


def _held_by(dialect: Dialect, connection: Connection, group: Group) -> str:
    """Who holds the tables that the group is about, where the dialect can tell."""
    if not isinstance(dialect, LooksFirst):
        return ""
    tables = dict.fromkeys((r.schema, r.name) for s in group.steps for r in s.rights if r.name)
    found = dict.fromkeys(filter(None, (dialect.blockers(connection, *table) for table in tables)))
    connection.rollback()
    return f", held by {'; '.join(found)}" if found else ""


def _run(
    dialect: Dialect,
    connection: Connection,
    group: Group,
    done: int,
    total: int,
    progress: Callable[[Event], None],
    stop: threading.Event,
) -> None:
    switched = not group.transactional and connection.get_execution_options().get("isolation_level") != "AUTOCOMMIT"
    if switched:
        connection = connection.execution_options(isolation_level="AUTOCOMMIT")
    try:
        with connection.begin():
            for number, step in enumerate(group.steps, done + 1):
                if stop.is_set():
                    raise InterruptedError_(
                        f"stopped before step {number} of {total}", hint="run again to go on from here"
                    )
                progress(Event(kind="started", step=step, number=number, total=total))
                start = time.monotonic()
                try:
                    if step.handover is None:
                        dialect.execute(connection, step.sql)
                    else:
                        _hand_over(dialect, connection, step, progress)
                except Exception as error:
                    if dialect.is_lock_timeout(error):
                        raise
                    meaning = dialect.error(error, doing=f"step {number} of {total}, {step.action} {step.object}")
                    if meaning is None:
                        raise
                    meaning.subject = step.object
                    raise meaning from None
                seconds = time.monotonic() - start
                progress(Event(kind="finished", step=step, number=number, total=total, seconds=seconds))
    finally:
        if switched:
            connection.execution_options(isolation_level=connection.default_isolation_level)
