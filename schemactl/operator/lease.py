"""One coordination.k8s.io Lease: who holds it, taking it, keeping it, giving it up.

A holder that does not renew in time is taken for dead by its observers, each by its own clock: clocks of machines are
never compared. A lease is no fence. A holder that cannot renew stops by itself before others may begin, and what really
keeps two apart at one database is the lock there.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

import aiohttp

from schemactl.operator.api import Api, ApiError, Object, path

GROUP = "coordination.k8s.io/v1"
#: Set by whose the lease ought to be, for a holder that only stands in to give it back.
WANTED_BY = "db.atlasgo.io/wanted-by"
#: Set by a holder whose own the lease is: it is not asked to give it up.
AT_HOME = "db.atlasgo.io/at-home"


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """Seconds: a lease not renewed for `duration` is free; one that cannot be renewed for `deadline` is given up by its
    holder; `retry` lies between two tries."""

    duration: float = 15.0
    deadline: float = 10.0
    retry: float = 2.0


@dataclass(slots=True, kw_only=True)
class Lease:
    """`home`: it ought to be ours. Otherwise we only stand in for a holder that is gone."""

    api: Api
    namespace: str
    name: str
    identity: str
    home: bool
    timing: Timing
    clock: Callable[[], float] = time.monotonic
    held: bool = False
    #: Whether its home asked for it.
    wanted: bool = False
    _object: Object | None = None
    _seen: tuple[object, ...] | None = None
    _seen_at: float = field(default=0.0)
    _renewed_at: float = 0.0

    async def tick(self) -> None:
        """Renew it, or take it where that may be. Never raises for what the API server or the network does."""
        try:
            await (self._renew() if self.held else self._acquire())
        except (ApiError, aiohttp.ClientError, OSError):
            self._object = None
        if self.held and self.clock() - self._renewed_at > self.timing.deadline:
            self.held = False

    async def release(self) -> None:
        """Let others have it at once. Best effort: else it runs out."""
        if not self.held:
            return
        self.held = self.wanted = False
        try:
            found = self._object or await self._read()
            if found is not None and self._holder(found) == self.identity:
                await self._write(found, holder="")
        except (ApiError, aiohttp.ClientError, OSError):
            return
        finally:
            self._object = None
            self._observe(None)

    async def _renew(self) -> None:
        found = self._object or await self._read()
        if found is None or self._holder(found) != self.identity:
            self.held = False
            return
        self.wanted = not self.home and WANTED_BY in _annotations(found)
        began = self.clock()
        await self._write(found, holder=self.identity)
        self._renewed_at = began

    async def _acquire(self) -> None:
        found = await self._read()
        self._observe(found)
        holder = self._holder(found) if found is not None else ""
        if holder == self.identity or (not holder and self.home) or self._is_stale():
            began = self.clock()
            await self._write(found, holder=self.identity)
            self.held, self._renewed_at, self.wanted = True, began, False
        elif found is not None and self._may_ask(_annotations(found)):
            _annotations(found)[WANTED_BY] = self.identity
            await self.api.replace(self._path(), found)

    def _may_ask(self, annotations: dict[str, str]) -> bool:
        """Whether to ask the holder for it: it only stands in for us, and has not been asked yet."""
        return self.home and AT_HOME not in annotations and annotations.get(WANTED_BY) != self.identity

    def _observe(self, found: Object | None) -> None:
        spec = found["spec"] if found is not None else {}
        seen = (spec.get("holderIdentity"), spec.get("renewTime"))
        if self._seen != seen:
            self._seen, self._seen_at = seen, self.clock()

    def _is_stale(self) -> bool:
        """Nothing has happened to it for its duration: its holder is dead, or nobody wants it who should."""
        return self.clock() - self._seen_at > self.timing.duration

    def _holder(self, found: Object) -> str:
        return found["spec"].get("holderIdentity") or ""

    async def _read(self) -> Object | None:
        try:
            return await self.api.get(self._path())
        except ApiError as error:
            if error.status == 404:
                return None
            raise

    async def _write(self, found: Object | None, *, holder: str) -> None:
        """Raises ApiError (409) where somebody was quicker."""
        self._object = None
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        old = found["spec"] if found is not None else {}
        changes = bool(holder) and old.get("holderIdentity") != holder
        spec = {
            "holderIdentity": holder,
            "leaseDurationSeconds": max(1, round(self.timing.duration)),
            "acquireTime": now if changes else old.get("acquireTime", now),
            "renewTime": now,
            "leaseTransitions": old.get("leaseTransitions", 0) + changes,
        }
        metadata = {"name": self.name, "namespace": self.namespace, **(found["metadata"] if found is not None else {})}
        annotations = dict(metadata.get("annotations") or {})
        if changes:
            annotations.pop(WANTED_BY, None)
        annotations.pop(AT_HOME, None)
        if holder and self.home:
            annotations[AT_HOME] = holder
        metadata["annotations"] = annotations
        body = {"apiVersion": GROUP, "kind": "Lease", "metadata": metadata, "spec": spec}
        if found is None:
            self._object = await self.api.create(path(GROUP, "leases", self.namespace), body)
        else:
            self._object = await self.api.replace(self._path(), body)

    def _path(self) -> str:
        return path(GROUP, "leases", self.namespace, self.name)


def _annotations(found: Object) -> dict[str, str]:
    annotations: dict[str, str] = found["metadata"].setdefault("annotations", {})
    return annotations
