"""Whose turn it is in a database: of this process, one resource at a time carries out statements there.

The lock in the database would keep them apart as well, but whoever waits for that holds a worker and a session, and gives
up in an error. Here it waits a little, and comes again later without one.
"""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass, field

import msgspec

from schemactl.operator.known import Known
from schemactl.operator.queue import Postponed

#: Seconds that a worker waits for its turn before it does something else.
PATIENCE = 5.0


class TakenError(Postponed):
    """Another resource's statements run in the database, and take long."""


@dataclass(slots=True)
class Turns:
    """For one event loop."""

    patience: float = PATIENCE
    _locks: dict[str, asyncio.Lock] = field(default_factory=dict)
    _asked: dict[str, int] = field(default_factory=dict)

    async def take(self, place: str) -> None:
        """Have the turn in the database of this URL; it must be given back. Raises TakenError."""
        lock = self._locks.setdefault(place, asyncio.Lock())
        self._asked[place] = self._asked.get(place, 0) + 1
        try:
            await asyncio.wait_for(lock.acquire(), self.patience)
        except BaseException as error:
            self._leave(place)
            if isinstance(error, TimeoutError):
                raise TakenError(f"the statements of another resource run in {place}") from None
            raise

    def give_back(self, place: str) -> None:
        self._locks[place].release()
        self._leave(place)

    def _leave(self, place: str) -> None:
        self._asked[place] -= 1
        if not self._asked[place]:
            del self._asked[place], self._locks[place]


def lane(of: Known) -> str:
    """What is the same for resources of one database: its URL, once a look has told of it; until then, what the spec says."""
    if of.status.target:
        return of.status.target
    spec = of.resource.spec
    said = msgspec.json.encode([of.key.namespace, spec.url, spec.url_from, spec.credentials])
    return hashlib.blake2b(said, digest_size=16).hexdigest()  # it may hold a password
