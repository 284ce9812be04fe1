"""Which process looks after which resources: by a hash of the uid, and a Lease for each shard.

One process, or several that stand by for each other, are the case of one shard. Of more, each process has one of its
own, and stands in for those whose process is gone until that is back and asks for it.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import random
import re
import threading
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import Self

from schemactl.operator.api import Api
from schemactl.operator.lease import Lease, Timing

log = logging.getLogger(__name__)
LEASE = "schemactl-operator"


@dataclass(frozen=True, slots=True)
class Shard:
    """Shard `index`, from 0, of `count`."""

    index: int = 0
    count: int = 1

    @classmethod
    def parse(cls, text: str) -> Self:
        """Of `I/N`. Raises ValueError."""
        match = re.fullmatch(r"(\d+)/(\d+)", text)
        if not match or not int(match[1]) < int(match[2]) <= 1000:
            raise ValueError(f"{text!r} is no shard: write 0/3 for the first of three")
        return cls(int(match[1]), int(match[2]))

    def lease(self, scope: str = "") -> str:
        name = f"{LEASE}-{scope}" if scope else LEASE
        return name if self.count == 1 else f"{name}-{self.index}-of-{self.count}"


def scope_of(namespaces: Iterable[str], label_selector: str) -> str:
    """A word for what a process looks at, "" for everything: processes stand by only for those that look at the same."""
    seen = (*sorted(set(namespaces)), label_selector.strip())
    if seen == ("",):
        return ""
    return hashlib.blake2b("\0".join(seen).encode(), digest_size=4).hexdigest()


def shard_of(uid: str, count: int) -> int:
    """The shard whose hash with the uid is the highest (rendezvous): with another count, few uids move."""

    def weight(index: int) -> bytes:
        return hashlib.blake2b(f"{index}/{uid}".encode(), digest_size=8).digest()

    return max(range(count), key=weight)


@dataclass(frozen=True, slots=True)
class Halt:
    """What ends looks: `stop` before their next step, `cancel` in the midst of one."""

    stop: threading.Event = field(default_factory=threading.Event)
    cancel: threading.Event = field(default_factory=threading.Event)


class Duties:
    """The shards that this process looks after at this moment. `gained` is told of each new one."""

    def __init__(
        self,
        api: Api,
        *,
        own: Shard,
        scope: str,
        namespace: str,
        identity: str,
        timing: Timing,
        gained: Callable[[int], None],
        lost: Callable[[int], None],
        settled: Callable[[int], Awaitable[None]],
    ) -> None:
        self._count = own.count
        self._timing = timing
        self._gained, self._lost, self._settled = gained, lost, settled
        self._halts: dict[int, Halt] = {}
        self._leases = {
            index: Lease(
                api=api,
                namespace=namespace,
                name=Shard(index, own.count).lease(scope),
                identity=identity,
                home=index == own.index,
                timing=timing,
            )
            for index in range(own.count)
        }
        #: What stops the looks that still run in shards which are being given back.
        self._returning: dict[int, Halt] = {}
        #: Of shards that were lost: a statement of theirs may still run.
        self._dropped: list[Halt] = []
        self._tasks: set[asyncio.Task[None]] = set()
        #: When all leases were last gone through, by the event loop's clock.
        self.alive_at = asyncio.get_running_loop().time()

    def halt_of(self, uid: str) -> Halt | None:
        """What ends looks at this resource; None where they are not ours to do."""
        return self._halts.get(shard_of(uid, self._count))

    def is_in(self, shard: int, uid: str) -> bool:
        return shard_of(uid, self._count) == shard

    async def run(self) -> None:
        """Take, keep and give back leases, until cancelled."""
        while True:
            for index, lease in self._leases.items():
                await lease.tick()
                self._settle(index, lease)
            self.alive_at = asyncio.get_running_loop().time()
            await asyncio.sleep(self._timing.retry * random.uniform(0.8, 1.0))  # noqa: S311  # no secret

    async def release(self, *, grace: float, hurry: asyncio.Event) -> None:
        """Stop what is under way between two steps, wait for it, and let others have the leases.

        A step that takes longer than `grace` seconds is cancelled, or at once where there is `hurry`.
        """
        halts = [*self._halts.values(), *self._returning.values(), *self._dropped]
        for halt in halts:
            halt.stop.set()
        held = tuple(self._halts)
        at_rest = asyncio.gather(*(self._settled(index) for index in self._leases), *self._tasks)
        hurried = asyncio.create_task(hurry.wait())
        await asyncio.wait((at_rest, hurried), timeout=grace, return_when=asyncio.FIRST_COMPLETED)
        if not at_rest.done():
            log.warning("cancels the statements that still run")
            for halt in halts:
                halt.cancel.set()
        hurried.cancel()
        await at_rest
        for index in held:
            await self._leases[index].release()
            self._drop(index)

    def _settle(self, index: int, lease: Lease) -> None:
        if index in self._returning:
            if not lease.held:
                self._returning[index].stop.set()
        elif lease.held and index not in self._halts:
            log.info("looks after shard %d of %d", index, self._count, extra={"shard": index})
            self._halts[index] = Halt()
            self._gained(index)
        elif not lease.held and index in self._halts:
            log.warning("lost the lease of shard %d", index, extra={"shard": index})
            self._drop(index)
        elif lease.held and lease.wanted:
            task = asyncio.create_task(self._give_back(index, lease))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _give_back(self, index: int, lease: Lease) -> None:
        """Begin no more looks, wait for those that run (their lease is renewed meanwhile), and release."""
        log.info("gives shard %d back", index, extra={"shard": index})
        self._returning[index] = self._halts.pop(index)
        self._lost(index)
        try:
            await self._settled(index)
            await lease.release()
        finally:
            del self._returning[index]

    def _drop(self, index: int) -> None:
        if (halt := self._halts.pop(index, None)) is None:
            return  # lost meanwhile
        halt.stop.set()
        self._dropped.append(halt)
        self._lost(index)
