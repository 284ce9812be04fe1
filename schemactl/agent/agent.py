"""The loop: notice what changed, look at what is due, never at one resource twice at a time.

All state is in the main thread; workers get a resource with its inputs and hand back a result. The statuses live as
long as the process: after a restart the first look is a first apply, whatever `policy.drift` says.
"""

from __future__ import annotations

import itertools
import queue
import signal
import threading
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

import msgspec

from schemactl.agent.files import Files
from schemactl.agent.output import Output
from schemactl.agent.references import TreeReferences
from schemactl.agent.tree import Entry, Snapshot, Tree
from schemactl.dialect import Patience
from schemactl.errors import ResourceError
from schemactl.reconcile import Inputs, Means, Result, reconcile, resolve
from schemactl.resource import AtlasSchema, Status

#: Seconds between two looks at the files.
POLL = 1.0
#: Nothing failed, and nothing was done: what these say of Ready is for a person to settle.
REFUSED = frozenset({"LintPolicyError", "FirstRunDestructive", "ApprovalPending"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """`interval` replaces every resource's own (seconds); `workers` resources are looked at together."""

    once: bool = False
    interval: float | None = None
    workers: int = 4
    patience: Patience = field(default_factory=Patience)


@dataclass(slots=True)
class _Watched:
    """A resource as the agent knows it.

    `due` is monotonic; None: not before a change. `version` is of the inputs, and no two are alike in one process.
    """

    resource: AtlasSchema
    inputs: Inputs | ResourceError
    version: int
    status: Status = field(default_factory=Status)
    due: float | None = 0.0
    looked: bool = False


class Agent:
    """Reconciles all AtlasSchemas below a directory until stopped, or once."""

    def __init__(self, root: Path, options: Options, output: Output, environment: Mapping[str, str]) -> None:
        self._tree = Tree(root)
        self._files = Files(root)
        self._options = options
        self._output = output
        self._environment = environment
        self._watched: dict[str, _Watched] = {}
        self._running: set[str] = set()
        self._versions = itertools.count(1)
        self._done: queue.SimpleQueue[tuple[str, int, Result] | None] = queue.SimpleQueue()
        self._stop = threading.Event()
        self._cancel = threading.Event()
        self._signal: int | None = None
        self._passed_over: tuple[tuple[str, str], ...] = ()

    def run(self) -> int:
        """Work until done or stopped, print the table, and return the exit code. Raises NoManifestError."""
        self._tree.changed()
        snapshot = self._tree.snapshot()
        self._tree.require_resource(snapshot)
        self._take(snapshot)
        with self._signals():
            pool = ThreadPoolExecutor(self._options.workers, thread_name_prefix="look")
            try:
                self._loop(pool)
            finally:
                self._stop.set()
                pool.shutdown(wait=True, cancel_futures=True)
            self._collect(0)
        self._output.table({name: watched.status for name, watched in sorted(self._watched.items())})
        return self._exit_code()

    def _loop(self, pool: ThreadPoolExecutor) -> None:
        scanned = time.monotonic()
        while not self._stop.is_set():
            now = time.monotonic()
            if not self._options.once and now - scanned >= POLL:
                scanned = now
                if self._tree.changed() or self._files.changed():
                    self._take(self._tree.snapshot())
            for name, watched in self._due(now):
                watched.due = None
                self._running.add(name)
                pool.submit(self._look, name, watched.version, watched.resource, watched.inputs, watched.status)
            if self._options.once and all(watched.looked for watched in self._watched.values()):
                return
            soon = min(self._dues().values(), default=now + POLL)
            self._collect(max(0.01, min(POLL, soon - time.monotonic())))

    def _dues(self) -> dict[str, float]:
        return {n: w.due for n, w in self._watched.items() if w.due is not None and n not in self._running}

    def _due(self, now: float) -> list[tuple[str, _Watched]]:
        """What is to be looked at now, the longest due first."""
        due = sorted((moment, name) for name, moment in self._dues().items() if moment <= now)
        return [(name, self._watched[name]) for _, name in due]

    def _look(
        self, name: str, version: int, resource: AtlasSchema, inputs: Inputs | ResourceError, before: Status
    ) -> None:
        means = Means(patience=self._options.patience, stop=self._stop, cancel=self._cancel)
        self._done.put((name, version, reconcile(resource, inputs, before, now=datetime.now(UTC), means=means)))

    def _collect(self, wait: float) -> None:
        """Take in the results that are there, waiting `wait` seconds for the first."""
        try:
            item = self._done.get(timeout=wait) if wait else self._done.get_nowait()
            while True:
                if item is not None:
                    self._take_result(*item)
                item = self._done.get_nowait()
        except queue.Empty:
            return

    def _take_result(self, name: str, version: int, result: Result) -> None:
        now = datetime.now(UTC)
        for report in result.report:
            self._output.report(name, report, now)
        self._running.discard(name)
        watched = self._watched.get(name)
        if watched is None:
            return
        watched.status, watched.looked = result.status, True
        if watched.version != version:
            watched.due = 0.0
        elif result.next_look is not None and not self._options.once:
            watched.due = time.monotonic() + result.next_look

    def _take(self, snapshot: Snapshot) -> None:
        """Note what came, went or changed; what changed is due now."""
        now = datetime.now(UTC)
        references = TreeReferences(snapshot, self._environment)
        self._files.forget()
        for name, entry in snapshot.entries.items():
            resource, inputs = self._read(entry, references)
            watched = self._watched.get(name)
            if watched is None:
                self._watched[name] = _Watched(resource=resource, inputs=inputs, version=next(self._versions))
            elif watched.resource.spec != resource.spec or not _same(watched.inputs, inputs):
                watched.version = next(self._versions)
                generation = watched.resource.metadata.generation + 1
                metadata = msgspec.structs.replace(resource.metadata, generation=generation)
                watched.resource = msgspec.structs.replace(resource, metadata=metadata)
                watched.inputs, watched.due = inputs, 0.0
            elif watched.resource.metadata.annotations != resource.metadata.annotations:
                watched.version = next(self._versions)
                generation = watched.resource.metadata.generation
                metadata = msgspec.structs.replace(resource.metadata, generation=generation)
                watched.resource, watched.due = msgspec.structs.replace(resource, metadata=metadata), 0.0
        for name in self._watched.keys() - snapshot.entries.keys():
            del self._watched[name]
            self._output.note(f"{name}  forgotten: its manifest is gone; the database is left as it is", now)
        if snapshot.passed_over and snapshot.passed_over != self._passed_over:
            kinds = ", ".join(f"{kind} ({file})" for kind, file in snapshot.passed_over)
            self._output.note(f"passed over, nothing to do with schemas: {kinds}", now)
        self._passed_over = snapshot.passed_over

    def _read(self, entry: Entry, references: TreeReferences) -> tuple[AtlasSchema, Inputs | ResourceError]:
        resource = entry.resource
        if self._options.interval is not None:
            spec = msgspec.structs.replace(resource.spec, interval=f"{self._options.interval * 1000:.0f}ms")
            resource = msgspec.structs.replace(resource, spec=spec)
        if entry.error is not None:
            return resource, entry.error
        try:
            return resource, resolve(resource, references, entry.locate, fetch=self._files.beside(entry.file))
        except ResourceError as error:
            return resource, error

    @contextmanager
    def _signals(self) -> Iterator[None]:
        """Stop between steps at the first signal, cancel the steps in hand at the second; a third acts as if we were not here."""

        def stop(number: int, _frame: FrameType | None) -> None:
            if self._signal is None:
                self._signal = number
                self._stop.set()
                self._done.put(None)
                return
            self._cancel.set()
            for one, handler in before.items():
                signal.signal(one, handler)

        before = {one: signal.signal(one, stop) for one in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for one, handler in before.items():
                signal.signal(one, handler)

    def _exit_code(self) -> int:
        if self._signal is not None:
            return 130 if self._signal == signal.SIGINT or self._options.once else 0
        ready = [w.status.condition("Ready") for w in self._watched.values()]
        failures = {c.reason for c in ready if c is not None and c.status == "False"}
        if not failures:
            return 0
        return 3 if failures <= REFUSED else 1


def _same(one: Inputs | ResourceError, other: Inputs | ResourceError) -> bool:
    """Whether two inputs, or two errors in their place, are the same to a user."""
    if isinstance(one, ResourceError) and isinstance(other, ResourceError):
        return (type(one), one.message, one.place) == (type(other), other.message, other.place)
    return one == other
