"""The operator: what is watched, the queue, the leases and the probes, strung together; and how it ends."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import aiohttp

from schemactl.dialect import Patience
from schemactl.errors import ClusterError
from schemactl.operator.api import Api, ApiError, path
from schemactl.operator.known import GROUP, PLURAL, VERSION, Cluster, Key, known
from schemactl.operator.lease import Timing
from schemactl.operator.look import Looker
from schemactl.operator.metrics import Metrics
from schemactl.operator.probes import serving
from schemactl.operator.queue import WorkQueue
from schemactl.operator.recorder import Recorder
from schemactl.operator.references import Ref, Values
from schemactl.operator.schemas import Schemas
from schemactl.operator.shards import Duties, Shard, scope_of
from schemactl.operator.sweep import sweep
from schemactl.operator.turns import Turns, lane
from schemactl.operator.watch import Sight, watch
from schemactl.operator.writer import Writer

log = logging.getLogger(__name__)

#: Seconds between two tries to find the CRD in place, and between two sweeps.
CRD_RETRY = 5.0
SWEEP = 300.0
#: Seconds that the leases may go unlooked at before the process is taken for stuck.
STUCK = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """`namespaces`: none for all. `lease_namespace`: where the Leases are. `workers` looks are done at a time, of those
    `per_database` in one database. `grace`: seconds that a step may go on once the operator is told to stop. `schemas`:
    how what a schema.url names must begin. `watch_secrets`: those that are labelled so."""

    namespaces: tuple[str, ...] = ()
    label_selector: str = ""
    lease_namespace: str
    shard: Shard = field(default_factory=Shard)
    workers: int = 16
    per_database: int = 4
    grace: float = 20.0
    schemas: tuple[str, ...] = ()
    watch_secrets: bool = True
    host: str = "0.0.0.0"  # noqa: S104  # in a pod, whose port the kubelet and Prometheus ask
    port: int = 8080
    patience: Patience = field(default_factory=Patience)
    timing: Timing = field(default_factory=Timing)


class Operator:
    """Reconciles AtlasSchemas of a cluster until it is told to stop."""

    def __init__(self, options: Options, api: Api, pool: ThreadPoolExecutor, home: Path) -> None:
        """`home` is a directory of ours alone, where anything is fetched."""
        self._options = options
        self._api = api
        self._cluster = Cluster()
        self._values = Values(api)
        self._metrics = Metrics(self._cluster)
        self._writer = Writer(api, self._cluster)
        self._watching = asyncio.Event()
        self._stop = asyncio.Event()
        self._hurry = asyncio.Event()
        self._duties = Duties(
            api,
            own=options.shard,
            scope=scope_of(options.namespaces, options.label_selector),
            namespace=options.lease_namespace,
            identity=f"{socket.gethostname()}-{os.getpid()}",
            timing=options.timing,
            gained=self._gained,
            lost=lambda shard: self._metrics.holds(shard, held=False),
            settled=self._settled,
        )
        looker = Looker(
            api=api,
            cluster=self._cluster,
            values=self._values,
            schemas=Schemas(options.schemas, home),
            writer=self._writer,
            recorder=Recorder(api),
            metrics=self._metrics,
            pool=pool,
            patience=options.patience,
            turns=Turns(),
            mine=self._duties.halt_of,
        )
        self._queue: WorkQueue[Key] = WorkQueue(
            looker.look, workers=options.workers, lane=self._lane, width=options.per_database
        )
        self._metrics.gauge("schemactl_workqueue_depth", "Resources that wait for a worker", lambda: self._queue.depth)
        self._metrics.gauge(
            "schemactl_workqueue_working", "Resources being looked at", lambda: len(self._queue.working)
        )
        self._metrics.counter("schemactl_workqueue_retries", "Looks that failed", lambda: self._queue.retries)
        self._metrics.counter("schemactl_status_writes", "Statuses written", lambda: self._writer.writes)
        self._metrics.counter("schemactl_api_requests", "Requests but those of the watches", lambda: api.requests)

    async def run(self) -> None:
        """Work until SIGTERM or SIGINT, then stop between two steps and let others take over; at a second one, at once."""
        self._heed_signals()
        options = self._options
        async with serving(options.host, options.port, self._metrics, alive=self._alive, ready=self._ready) as port:
            log.info("listens on %s:%d", options.host, port)
            if not await self._crd_is_there():
                return
            async with (
                _background(self._duties.run()) as duties,
                _background(self._sweep()),
                _background(self._queue.run()) as working,
                _background(self._watch()) as watching,
            ):
                stopping = asyncio.create_task(self._stop.wait())
                await asyncio.wait((duties, working, watching, stopping), return_when=asyncio.FIRST_COMPLETED)
                if duties.done():
                    await duties
                stopping.cancel()
                self._stop.set()
                log.info("stops")
                self._queue.close()
                await self._duties.release(grace=options.grace, hurry=self._hurry)
                await working
                await watching

    async def _watch(self) -> None:
        options = self._options
        watching = watch(
            Sight(resource=self._saw, gone=self._lost_sight, reference=self._saw_reference),
            namespaces=options.namespaces,
            label_selector=options.label_selector,
            secrets=options.watch_secrets,
            stop=self._stop,
            ready=self._watching,
        )
        async with asyncio.TaskGroup() as group:
            group.create_task(watching)
            await self._watching.wait()
            # kopf has put its own handlers in place of ours; until now they would have ended the watch, and thus us.
            self._heed_signals()

    def _heed_signals(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._signalled)

    def _signalled(self) -> None:
        (self._hurry if self._stop.is_set() else self._stop).set()

    def _lane(self, key: Key) -> str | None:
        of = self._cluster.get(key)
        return None if of is None else lane(of)

    def _saw(self, value: dict[str, Any]) -> None:
        seen = known(value)
        if self._cluster.take(seen):
            self._queue.add(seen.key)

    def _lost_sight(self, value: dict[str, Any]) -> None:
        """Deleted, or of another label now. The database is left as it is."""
        key = Key(value["metadata"]["namespace"], value["metadata"]["name"])
        found = self._cluster.get(key)
        if found is not None and found.uid == value["metadata"]["uid"]:
            self._forget(key)

    def _forget(self, key: Key) -> None:
        self._cluster.forget(key)
        self._queue.forget(key)

    def _saw_reference(self, ref: Ref, watched: bool) -> None:
        self._values.changed(ref, watched=watched)
        for key in self._cluster.owners(ref):
            self._queue.add(key)

    def _gained(self, shard: int) -> None:
        self._metrics.holds(shard, held=True)
        for of in self._cluster:
            if self._duties.is_in(shard, of.uid):
                self._queue.add(of.key)

    async def _settled(self, shard: int) -> None:
        def in_shard(key: Key) -> bool:
            of = self._cluster.get(key)
            return of is None or self._duties.is_in(shard, of.uid)

        await self._queue.settled(in_shard)

    async def _crd_is_there(self) -> bool:
        """Wait for it; False where we are told to stop first."""
        namespace = self._options.namespaces[0] if self._options.namespaces else None
        told = ""
        while not self._stop.is_set():
            try:
                await self._api.get(path(f"{GROUP}/{VERSION}", PLURAL, namespace), limit="1")
            except (ApiError, aiohttp.ClientError, OSError) as error:
                missing = isinstance(error, ApiError) and error.status == 404
                text = "the CRD of AtlasSchema is not installed" if missing else f"cannot list AtlasSchemas: {error}"
                if text != told:
                    log.warning("%s; trying again", text)
                told = text
            else:
                return True
            try:
                await asyncio.wait_for(self._stop.wait(), CRD_RETRY)
            except TimeoutError:
                continue
        return False

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(SWEEP)
            try:
                gone = await sweep(self._api, self._cluster, self._options.namespaces)
            except (ApiError, aiohttp.ClientError, OSError) as error:
                log.warning("could not list AtlasSchemas: %s", error)
                continue
            for key in gone:
                log.warning("%s is gone, and no watch told so", key)
                self._forget(key)

    def _alive(self) -> str:
        silent = asyncio.get_running_loop().time() - self._duties.alive_at
        return (
            f"the leases were last looked at {silent:.0f} s ago" if self._watching.is_set() and silent > STUCK else ""
        )

    def _ready(self) -> str:
        if self._stop.is_set():
            return "it is stopping"
        return "" if self._watching.is_set() else "it does not watch yet"


@asynccontextmanager
async def _background(work: Any) -> AsyncIterator[asyncio.Task[None]]:
    """A task that does not outlive the block."""
    task = asyncio.create_task(work)
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def serve(options: Options) -> None:
    """Run an operator in this event loop. Raises ClusterError."""
    pool = ThreadPoolExecutor(options.workers, thread_name_prefix="look")
    try:
        # Only commits are kept in files: the pod's own file system may be for reading only.
        fetches = any(prefix.startswith("git+") for prefix in options.schemas)
        with TemporaryDirectory(prefix="schemactl-") if fetches else nullcontext("") as home:
            async with Api() as api:
                await Operator(options, api, pool, Path(home)).run()
    except (ApiError, aiohttp.ClientError, OSError) as error:
        raise ClusterError(f"the API server cannot be spoken to: {type(error).__name__}: {error}") from None
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
