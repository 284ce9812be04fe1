"""A second session looks at the first while a step takes long: whom it waits for, how far it is. It can cancel it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from schemactl.apply.events import Event
from schemactl.dialect import Dialect, Patience, Watches

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

#: Seconds: what takes no longer is not looked at; between two looks; between two glances at whether it is over.
FIRST_LOOK = 1.0
INTERVAL = 1.0
TICK = 0.1
#: Seconds without a look after one that failed: the server may have no connection left.
RESPITE = 10.0


class Watch:
    """Tells of the step in hand, from a thread of its own. It connects once a step takes long, and not before.

    That it cannot look is no reason to stop a plan, so errors of the server are passed over here.
    """

    def __init__(
        self,
        dialect: Dialect,
        connection: Connection,
        patience: Patience,
        progress: Callable[[Event], None],
        cancel: threading.Event,
    ) -> None:
        self._dialect = dialect if isinstance(dialect, Watches) else None
        self._engine: Engine = connection.engine
        self._session = self._dialect.session(connection) if self._dialect else 0
        self._first = min(FIRST_LOOK, patience.lock_timeout / 2 or FIRST_LOOK)
        self._progress = progress
        self._cancel = cancel
        self._guard = threading.RLock()
        self._over = threading.Event()
        self._running: Event | None = None
        self._began = 0.0
        self._aside: Connection | None = None
        self._thread = threading.Thread(target=self._watch, name="schemactl-watch", daemon=True)
        #: For whom the step in hand, or the last one, was last seen to wait.
        self.blockers = ""

    def __enter__(self) -> Watch:
        if self._dialect:
            self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        if self._dialect:
            self._thread.join(2 * TICK)  # one that hangs in a look ends with the process

    def tell(self, event: Event) -> None:
        """Hand an event on, never two at a time."""
        with self._guard:
            self._progress(event)

    @contextmanager
    def step(self, event: Event) -> Iterator[None]:
        """While a step runs. `event` names it."""
        with self._guard:
            self._running, self._began, self.blockers = event, time.monotonic(), ""
        try:
            yield
        finally:
            with self._guard:
                self._running = None

    def _watch(self) -> None:
        next_look, cancelled = 0.0, None
        while not self._over.wait(TICK):
            running, now = self._running, time.monotonic()
            if running is None:
                continue
            if self._cancel.is_set() and cancelled is not running:
                cancelled = running if self._try(self._end) else None
            elif now - self._began >= self._first and now >= next_look:
                next_look = now + (INTERVAL if self._try(self._look) else RESPITE)
        if self._aside is not None:
            self._aside.invalidate()

    def _try(self, act: Callable[[Watches, Connection, Event], None]) -> bool:
        from sqlalchemy.exc import SQLAlchemyError

        running = self._running
        assert self._dialect is not None
        try:
            if self._aside is None:
                self._aside = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            if running is not None:
                act(self._dialect, self._aside, running)
        except SQLAlchemyError:
            if self._aside is not None:
                self._aside.invalidate()
            self._aside = None
            return False
        return True

    def _look(self, dialect: Watches, aside: Connection, running: Event) -> None:
        sight = dialect.look(aside, self._session)
        with self._guard:
            if running is not self._running:
                return
            self.blockers = sight.blockers
            seconds = time.monotonic() - self._began
            if seconds >= FIRST_LOOK:
                message = f"waits for {sight.blockers}" if sight.blockers else sight.phase
                share = None if sight.blockers else sight.share
                self._progress(replace(running, kind="watched", seconds=seconds, message=message, share=share))

    def _end(self, dialect: Watches, aside: Connection, running: Event) -> None:
        if running is self._running:
            dialect.cancel(aside, self._session)
