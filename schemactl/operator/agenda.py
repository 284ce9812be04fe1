"""What is to be worked on, and when: each key once, none by two workers, with delays and growing waits after failures.

Keys of one lane, say of one database, share what they work on: only so many of them are taken at a time, and those that
would be too many let others by.

Pure: the caller says what time it is. `queue.py` puts it into an event loop.
"""

from __future__ import annotations

import heapq
import itertools
import random
from collections import deque
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)

#: Doublings after which a wait grows no more, whatever its cap: 2 ** 30 s are 34 years.
_DOUBLINGS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Backoff:
    """Seconds to wait after the n-th failure in a row: doubled each time up to the cap, less up to `spread` by chance."""

    first: float = 1.0
    cap: float = 30.0
    spread: float = 0.25
    random: Callable[[], float] = random.random

    def wait(self, failures: int) -> float:
        longest = min(self.cap, self.first * 2.0 ** min(failures - 1, _DOUBLINGS))
        return longest * (1 - self.spread * self.random())


def alone(_: Hashable) -> Hashable:
    """For keys that share nothing."""
    return None


@dataclass(slots=True)
class Agenda(Generic[K]):
    """Keys are ready (in the order in which they came), due later, or taken; a taken one may be asked for again.

    `lane` says what a key shares with others at this moment, None for nothing; `width` of a lane are taken at a time.
    """

    backoff: Backoff = field(default_factory=Backoff)
    lane: Callable[[K], Hashable] = alone
    width: int = 1
    _ready: deque[K] = field(default_factory=deque)
    _queued: set[K] = field(default_factory=set)
    #: Each with the lane that it was taken in.
    _taken: dict[K, Hashable] = field(default_factory=dict)
    _used: dict[Hashable, int] = field(default_factory=dict)
    #: Of the queued ones, those whose lane was full when it was their turn.
    _held: dict[Hashable, deque[K]] = field(default_factory=dict)
    _again: set[K] = field(default_factory=set)
    _failures: dict[K, int] = field(default_factory=dict)
    _due: dict[K, float] = field(default_factory=dict)
    #: May hold more than `_due`: what does not agree with it is passed over.
    _heap: list[tuple[float, int, K]] = field(default_factory=list)
    _count: itertools.count[int] = field(default_factory=itertools.count)

    def add(self, key: K) -> None:
        """Work on the key as soon as may be; if it is being worked on, once more after that."""
        self._due.pop(key, None)
        if key in self._taken:
            self._again.add(key)
        elif key not in self._queued:
            self._queued.add(key)
            self._ready.append(key)

    def add_at(self, key: K, moment: float) -> None:
        """Work on the key at that moment, or sooner if it is asked for sooner."""
        if key in self._queued or key in self._again or self._due.get(key, moment + 1) <= moment:
            return
        self._due[key] = moment
        heapq.heappush(self._heap, (moment, next(self._count), key))

    def take(self, now: float) -> K | None:
        """A key to work on, or None where none may be. Each one taken must be given back, by `done` or `failed`."""
        self._ripen(now)
        while self._ready:
            key = self._ready.popleft()
            if key not in self._queued:
                continue
            lane = self.lane(key)
            if lane is not None and self._used.get(lane, 0) >= self.width:
                self._held.setdefault(lane, deque()).append(key)
                continue
            self._queued.remove(key)
            self._taken[key] = lane
            self._used[lane] = self._used.get(lane, 0) + 1
            return key
        return None

    def done(self, key: K, again_at: float | None = None) -> None:
        """The work went well; once more at that moment, if one is given."""
        self._failures.pop(key, None)
        self._give_back(key)
        if again_at is not None:
            self.add_at(key, again_at)

    def failed(self, key: K, now: float) -> float:
        """The work failed: once more after a wait, whose seconds are returned."""
        failures = self._failures[key] = self._failures.get(key, 0) + 1
        wait = self.backoff.wait(failures)
        self._give_back(key)
        self.add_at(key, now + wait)
        return wait

    def forget(self, key: K) -> None:
        """The key is of no interest any more. If it is being worked on, that ends as it may."""
        self._queued.discard(key)
        self._again.discard(key)
        self._due.pop(key, None)
        self._failures.pop(key, None)

    def next_due(self) -> float | None:
        """The moment from which `take` has more to give, while nothing is added: None where there is none."""
        while self._heap and self._due.get(self._heap[0][2]) != self._heap[0][0]:
            heapq.heappop(self._heap)
        return self._heap[0][0] if self._heap else None

    @property
    def ready(self) -> int:
        return len(self._queued)

    @property
    def taken(self) -> frozenset[K]:
        return frozenset(self._taken)

    def _ripen(self, now: float) -> None:
        while (moment := self.next_due()) is not None and moment <= now:
            self.add(self._heap[0][2])

    def _give_back(self, key: K) -> None:
        self._leave(self._taken.pop(key))
        if key in self._again:
            self._again.remove(key)
            self.add(key)

    def _leave(self, lane: Hashable) -> None:
        """One of those that wait for the lane is next, before all that came later; all of them where it is empty, since
        their lane may be another by now."""
        self._used[lane] -= 1
        held = self._held.get(lane, deque())
        if not self._used[lane]:
            del self._used[lane]
            self._ready.extendleft(reversed(held))
            held.clear()
        while held:
            key = held.popleft()
            if key in self._queued:
                self._ready.appendleft(key)
                break
        if not held:
            self._held.pop(lane, None)
