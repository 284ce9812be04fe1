"""The agenda in an event loop: a bounded number of workers, who sleep while nothing is due."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

from schemactl.operator.agenda import Agenda, Backoff, alone

K = TypeVar("K", bound=Hashable)
log = logging.getLogger(__name__)


class Postponed(Exception):
    """The work could not begin yet: it is tried again as after a failure, and is none."""


class WorkQueue(Generic[K]):
    """`handle` works on one key and returns the seconds until it wants it again, or None; what it raises is retried.

    Of the keys of one `lane`, `width` are worked on at a time, so that it takes no worker from the others.
    """

    def __init__(
        self,
        handle: Callable[[K], Awaitable[float | None]],
        *,
        workers: int,
        lane: Callable[[K], Hashable] = alone,
        width: int = 1,
        backoff: Backoff | None = None,
    ) -> None:
        self._handle = handle
        self._workers = workers
        self._agenda: Agenda[K] = Agenda(backoff or Backoff(), lane, width)
        self._changed = asyncio.Event()
        self._free = asyncio.Event()
        self._open = True
        self.retries = 0

    def add(self, key: K) -> None:
        self._agenda.add(key)
        self._changed.set()

    def add_after(self, key: K, seconds: float) -> None:
        self._agenda.add_at(key, _now() + seconds)
        self._changed.set()

    def forget(self, key: K) -> None:
        self._agenda.forget(key)

    @property
    def depth(self) -> int:
        """How many keys wait for a worker."""
        return self._agenda.ready

    @property
    def working(self) -> frozenset[K]:
        return self._agenda.taken

    def close(self) -> None:
        """Give out no more keys: `run` returns when those in hand are given back."""
        self._open = False
        self._changed.set()

    async def settled(self, wanted: Callable[[K], bool]) -> None:
        """Return once none of these keys is being worked on."""
        while any(wanted(key) for key in self._agenda.taken):
            self._free.clear()
            await self._free.wait()

    async def run(self) -> None:
        """Work until closed."""
        async with asyncio.TaskGroup() as group:
            for _ in range(self._workers):
                group.create_task(self._work())

    async def _work(self) -> None:
        while (key := await self._next()) is not None:
            try:
                seconds = await self._handle(key)
            except Postponed as reason:
                wait = self._agenda.failed(key, _now())
                log.info("%s: %s; again in %.1f s", key, reason, wait)
            except Exception as error:
                self.retries += 1
                wait = self._agenda.failed(key, _now())
                log.warning("%s: %s: %s; again in %.1f s", key, type(error).__name__, error, wait)
                log.debug("%s", key, exc_info=True)
            except BaseException:
                self._agenda.done(key)
                raise
            else:
                self._agenda.done(key, None if seconds is None else _now() + seconds)
            self._changed.set()
            self._free.set()

    async def _next(self) -> K | None:
        while self._open:
            key = self._agenda.take(_now())
            if key is not None:
                return key
            self._changed.clear()
            due = self._agenda.next_due()
            try:
                async with asyncio.timeout_at(due):
                    await self._changed.wait()
            except TimeoutError:
                continue
        return None


def _now() -> float:
    return asyncio.get_running_loop().time()
