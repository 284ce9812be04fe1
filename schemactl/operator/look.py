"""One look at one resource: what is known of it goes to a thread, `reconcile` does the look, the status goes back."""

from __future__ import annotations

import asyncio
import dataclasses
import logging
import time
from collections.abc import Callable
from concurrent.futures import Executor
from datetime import UTC, datetime

from schemactl.dialect import Patience
from schemactl.errors import ResourceError
from schemactl.operator.api import Api
from schemactl.operator.known import Cluster, Key, Known
from schemactl.operator.metrics import Metrics
from schemactl.operator.plans import keep
from schemactl.operator.recorder import Recorder
from schemactl.operator.references import Lookup, Values
from schemactl.operator.schemas import Schemas
from schemactl.operator.shards import Halt
from schemactl.operator.turns import TakenError, Turns
from schemactl.operator.writer import OvertakenError, Writer
from schemactl.reconcile import Inputs, Means, Report, Result, announced, reconcile, resolve
from schemactl.resource import Status, seconds

log = logging.getLogger(__name__)
#: Seconds that a status may take to be written while a worker waits to begin.
ANNOUNCED_WITHIN = 120.0
#: Seconds until a look that was overtaken is done again.
OVERTAKEN = 0.5


class StoppedError(Exception):
    """The operator is told to stop, and nothing has begun."""


@dataclasses.dataclass(slots=True, kw_only=True)
class Looker:
    """Looks at resources by key. `mine` says what ends a look at a uid, or that it is not ours to do."""

    api: Api
    cluster: Cluster
    values: Values
    schemas: Schemas
    writer: Writer
    recorder: Recorder
    metrics: Metrics
    pool: Executor
    patience: Patience
    turns: Turns
    mine: Callable[[str], Halt | None]

    async def look(self, key: Key) -> float | None:
        """Returns the seconds until the next look, or None. Raises what keeps a look from being done or written down."""
        live = self.cluster.get(key)
        halt = self.mine(live.uid) if live is not None else None
        if live is None or halt is None:
            return None
        of = dataclasses.replace(live)
        began, loop = time.monotonic(), asyncio.get_running_loop()
        try:
            await self._announce(of)
            result = await loop.run_in_executor(self.pool, self._reconcile, of, loop, halt)
            status = await keep(self.api, of, result)
            self._keep(of, status, owed=True)
            applied = result.status.last_applied != of.status.last_applied
            await self.writer.write(of, status, insist=applied)
            self._keep(of, status, owed=False)
        except OvertakenError as error:
            log.info("overtaken: %s", error, extra=_about(of))
            return OVERTAKEN if await self.writer.refresh(of.key) else None
        except StoppedError:
            log.info("left to whoever is next: the operator stops", extra=_about(of))
            return None
        except TakenError:
            self.metrics.looked("busy", time.monotonic() - began)
            raise
        except Exception:
            self.metrics.looked("error", time.monotonic() - began)
            raise
        self.metrics.looked(_outcome(result.status), time.monotonic() - began)
        await self._tell(of, result)
        if not result.status.is_true("Ready"):
            self.values.forget(of.refs)
        return self._next(of, result)

    async def _announce(self, of: Known) -> None:
        """What was Ready is so no more from the moment on that its spec changed: many wait for that to be seen."""
        if of.status.is_true("Ready") and of.status.observed_generation != of.trigger.generation:
            status = announced(of.resource, of.status, now=datetime.now(UTC))
            await self.writer.write(of, status, only_if_unchanged=True)
            self._adopt(of)

    def _reconcile(self, of: Known, loop: asyncio.AbstractEventLoop, halt: Halt) -> Result:
        """In a thread of the pool. Raises what kept it from its first statement: OvertakenError, TakenError, StoppedError."""
        kept_from: list[Exception] = []
        turn: list[str] = []

        def announce(status: Status) -> bool:
            try:
                asyncio.run_coroutine_threadsafe(self.turns.take(status.target), loop).result(ANNOUNCED_WITHIN)
                turn.append(status.target)
                if halt.stop.is_set():
                    raise StoppedError
                asyncio.run_coroutine_threadsafe(self._begin(of, status), loop).result(ANNOUNCED_WITHIN)
            except Exception as error:
                kept_from.append(error)
            return not kept_from

        means = Means(patience=self.patience, stop=halt.stop, cancel=halt.cancel, announce=announce)
        try:
            result = reconcile(of.resource, self._inputs(of, loop), of.status, now=datetime.now(UTC), means=means)
        finally:
            for place in turn:
                loop.call_soon_threadsafe(self.turns.give_back, place)
        if kept_from:
            raise kept_from[0]
        return result

    async def _begin(self, of: Known, status: Status) -> None:
        """Before the first statement: be sure that the object is what the look is of, and that all can see it begin."""
        if of.announced:
            await self.writer.confirm(of)
        else:
            await self.writer.write(of, status, only_if_unchanged=True)
            self._adopt(of)

    def _adopt(self, of: Known) -> None:
        """Of the look's own copy: what the server has by now."""
        live = self.cluster.get(of.key)
        if live is not None and live.uid == of.uid:
            of.written, of.version, of.announced = live.written, live.version, True

    def _inputs(self, of: Known, loop: asyncio.AbstractEventLoop) -> Inputs | ResourceError:
        if of.error is not None:
            return of.error
        try:
            return resolve(of.resource, Lookup(self.values, loop), fetch=self.schemas)
        except ResourceError as error:
            return error

    def _keep(self, of: Known, status: Status, *, owed: bool) -> None:
        """Remember the status: a write that fails must not lose what was done."""
        live = self.cluster.get(of.key)
        if live is not None and live.uid == of.uid:
            live.status, live.owed = status, owed

    async def _tell(self, of: Known, result: Result) -> None:
        self.metrics.applied(result.statements)
        for report in result.report:
            log.info("%s: %s", report.kind, report.message, extra=_about(of, report))
            await self.recorder.record(of, report)

    def _next(self, of: Known, result: Result) -> float | None:
        """Of what waits for a change: not for one that no watch would tell of."""
        spec = of.resource.spec
        unheard = spec.schema.url is not None or not self.values.are_watched(of.refs)
        if result.next_look is None and not spec.suspend and unheard:
            return seconds(spec.interval)
        return result.next_look


def _about(of: Known, report: Report | None = None) -> dict[str, object]:
    """What a line of the log says of the resource."""
    about = {"namespace": of.key.namespace, "name_": of.key.name, "uid": of.uid, "generation": of.trigger.generation}
    return about if report is None else {**about, "reason": report.reason, "plan_digest": report.digest or None}


def _outcome(status: Status) -> str:
    for condition in ("Stalled", "Reconciling", "Drifted", "Ready"):
        if status.is_true(condition):
            return condition.lower()
    return "suspended"
