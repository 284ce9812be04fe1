"""The proof of a plan: the live schema is made anew on a dev database, the plan runs there, and what results is judged.

Nothing is taken on trust. That the dev database became equal to the live one is looked at before the plan runs; that it
became what is desired is looked at twice, by comparing catalogs and by planning again. Rows there are none.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from schemactl.apply import Course, Signals, execute
from schemactl.devdb.address import Address, Way
from schemactl.devdb.open import Dev, opened
from schemactl.dialect import Dialect, Embeds, Patience
from schemactl.diff import Scope, adopt_names, diff_catalogs, within
from schemactl.errors import InterruptedError_, NoFeatureError, SchemactlError, UsageError
from schemactl.manner import Manner, Online
from schemactl.model import Catalog, Desired
from schemactl.plan import Plan, PlannedStep, ordered
from schemactl.plan.document import Group, Proof, Verdict, grouped, with_steps
from schemactl.steps import Step
from schemactl.wording import few

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What is to be proved: that `plan` leads from `actual`, as it is live, to `goal`, in the words of the live one.

    `again` plans anew with the same desired schema, for the database that a connection leads to.
    """

    plan: Plan
    actual: Catalog
    goal: Catalog
    again: Callable[[Connection], Plan]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """The target, and the part of it that is in care. `address` is None where no dev database was named."""

    dialect: Dialect
    engine: Engine
    connection: Connection
    scope: Scope
    address: Address | None
    column_order: bool = False


class _NotProvedError(Exception):
    """The proof could not be carried out; the text says why."""


class _RefutedError(Exception):
    """The plan is wrong; the text says how that showed."""


def prove(place: Ground, subject: Claim, *, stop: threading.Event | None = None) -> Proof:
    """What came of it. Raises UsageError for a dev database that cannot be the one, errors of its server, and
    InterruptedError_.
    """
    start = time.monotonic()
    address = place.address or _default(place)
    if isinstance(address, str):
        return Proof(verdict=Verdict.NOT_PROVED, plan=subject.plan.digest, why=address)
    named = subject.plan.database if place.dialect.names_databases else None
    with opened(address, dialect=place.dialect, engine=place.engine, connection=place.connection, named=named) as dev:
        trial = _Trial(place, subject, dev, stop or threading.Event())
        verdict, why = Verdict.PROVED, ""
        try:
            trial.run()
        except _NotProvedError as error:
            verdict, why = Verdict.NOT_PROVED, str(error)
        except _RefutedError as error:
            verdict, why = Verdict.REFUTED, str(error)
        return Proof(
            verdict=verdict,
            plan=subject.plan.digest,
            where=dev.where,
            rebuilt=trial.rebuilt,
            steps=trial.steps,
            seconds=round(time.monotonic() - start, 3),
            why=place.address.redact(why) if place.address else why,
        )


def _default(place: Ground) -> Address | str:
    """The embedded server where it fits the target's; else why there is no dev database, and what to do about it."""
    ours = place.dialect.server(place.connection)
    number = ".".join(map(str, ours.version[:-1]))
    images = " or ".join(f"docker://{name}/{number}" for name in place.dialect.containers)
    ways = f"name one: --dev-url {images}{'' if place.dialect.names_databases else ', scratch'} or a URL"
    if not isinstance(place.dialect, Embeds):
        return f"there is no dev database; {ways}"
    try:
        theirs = place.dialect.embedded_version()
    except UsageError as error:
        return f"{error.message}: {error.hint}"
    if theirs[:-1] != ours.version[:-1]:
        return f"the embedded {ours.name} is {'.'.join(map(str, theirs[:-1]))}, the target's {number}; {ways}"
    return Address(way=Way.EMBEDDED)


class _Trial:
    """One run on one dev database. `rebuilt` and `steps` count what was run."""

    def __init__(self, place: Ground, subject: Claim, dev: Dev, stop: threading.Event) -> None:
        self._place, self._subject, self._dev, self._stop = place, subject, dev, stop
        self._dialect, self._connection = place.dialect, dev.connection
        self.rebuilt = self.steps = 0

    def run(self) -> None:
        self._stage()
        self._rebuild()
        self._carry_out()
        self._judge()

    def _stage(self) -> None:
        catalogs = (self._subject.actual, self._subject.goal)
        lacking = self._dialect.stage(self._connection, self._place.connection, catalogs, own=self._dev.own)
        if lacking:
            raise _NotProvedError(lacking)
        self._dialect.prepare(self._connection, Patience())

    def _rebuild(self) -> None:
        """The live schema, as `inspect` prints it for a server of this version."""
        actual = self._subject.actual
        try:
            self.rebuilt = self._execute(grouped(self._steps(self._inspected(), actual)))
            found = self._left(actual)
        except SchemactlError as error:
            _pass_on(error)
            raise _NotProvedError(f"the live schema could not be made anew: {_about(error)}") from None
        if found:
            raise _NotProvedError(f"the live schema, made anew, is another, and would take: {_words(found)}")

    def _carry_out(self) -> None:
        try:
            self.steps = self._execute(self._subject.plan.groups)
        except NoFeatureError as error:
            raise _NotProvedError(f"the dev server lacks what it takes: {_about(error)}") from None
        except SchemactlError as error:
            _pass_on(error)
            raise _RefutedError(f"it fails in {_about(error)}") from None

    def _judge(self) -> None:
        try:
            found = self._left(self._subject.goal)
            left = None if found else self._subject.again(self._connection)
        except SchemactlError as error:
            _pass_on(error)
            raise _RefutedError(
                f"what it leads to cannot be compared with the desired schema: {_about(error)}"
            ) from None
        if found:
            raise _RefutedError(f"it does not lead to the desired schema, which would take: {_words(found)}")
        if left is not None and not left.is_empty:
            raise _RefutedError(f"after it there is still something to do: {_words(left.steps)}")

    def _execute(self, groups: Sequence[Group]) -> int:
        plan = Plan(
            tool="",
            dialect="",
            server_version="",
            database="",
            fingerprint="",
            desired_digest="",
            groups=tuple(groups),
        )
        # A program that a step is handed over to does what its statement does, and there are no rows to copy.
        plan = with_steps(plan, lambda step: msgspec.structs.replace(step, handover=None))
        course = Course()
        # One signal ends it at once: nothing here is anybody's.
        signals = Signals(stop=self._stop, cancel=self._stop)
        execute(
            self._dialect,
            self._connection,
            plan,
            patience=Patience(),
            progress=lambda _: None,
            signals=signals,
            course=course,
        )
        return course.done

    def _inspected(self) -> Catalog:
        catalog = self._dialect.inspect(self._connection, schemas=self._place.scope.schemas or None)
        self._connection.rollback()
        return within(catalog, self._place.scope)

    def _left(self, wanted: Catalog) -> Sequence[Step]:
        """What it would take for the dev database to be as wanted; texts that mean the same are the same."""
        found = self._inspected()
        # A second time: what a text leaves to the server is known now of what the plan has made.
        wanted = adopt_names(self._dialect.settle(Desired(catalog=wanted), found), found)
        if wanted.objects != found.objects:
            wanted = adopt_names(self._dialect.confirm(self._connection, wanted, found), found)
            self._connection.rollback()
        # Not all that differs is something to do: a privilege may be wanted to be none.
        return self._steps(found, wanted)

    def _steps(self, start: Catalog, wanted: Catalog) -> Sequence[Step]:
        changes = diff_catalogs(start, wanted, column_order=self._place.column_order)
        return ordered(
            self._dialect.steps(
                changes, desired=wanted, actual=start, server=self._dev.server, manner=Manner(online=Online.NEVER)
            )
        )


def _pass_on(error: SchemactlError) -> None:
    """Raise what says nothing of the plan: a stop, a dev server that is gone."""
    if error.transient or isinstance(error, InterruptedError_):
        raise error


def _about(error: SchemactlError) -> str:
    return (
        f"{error.message} ({error.subject})" if error.subject and error.subject not in error.message else error.message
    )


def _words(steps: Sequence[Step | PlannedStep]) -> str:
    return few(f"{s.action} {s.key if isinstance(s, Step) else s.object}" for s in steps)
