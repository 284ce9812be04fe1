"""The laws of the work queue, whatever is asked of it in whatever order."""

from __future__ import annotations

import asyncio

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from schemactl.operator.agenda import Agenda, Backoff
from schemactl.operator.queue import WorkQueue

KEYS = st.sampled_from("abcdef")
SECONDS = st.floats(min_value=0, max_value=1000)


class AgendaMachine(RuleBasedStateMachine):
    """Beside the agenda, the least that is known for sure: who is owed a turn, and by when at the latest."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self.agenda: Agenda[str] = Agenda(Backoff(first=1, cap=8, random=lambda: 0.0), self.lane, width=2)
        #: What is not in it has no lane.
        self.lanes: dict[str, str] = {}
        #: The lane in which each key was taken.
        self.used: dict[str, str | None] = {}
        self.owed: dict[str, float] = {}
        self.taken: set[str] = set()
        self.failures: dict[str, int] = {}

    def owe(self, key: str, moment: float) -> None:
        self.owed[key] = min(moment, self.owed.get(key, moment))

    def lane(self, key: str) -> str | None:
        return self.lanes.get(key)

    def room(self, key: str) -> bool:
        lane = self.lane(key)
        return lane is None or sum(lane == used for used in self.used.values()) < 2

    @rule(key=KEYS, lane=st.sampled_from(("left", "right", None)))
    def change_lane(self, key: str, lane: str | None) -> None:
        """While a key waits, the lane that it waits for stays."""
        if key in self.owed:
            return
        self.lanes.pop(key, None)
        if lane is not None:
            self.lanes[key] = lane

    @rule(key=KEYS)
    def add(self, key: str) -> None:
        self.agenda.add(key)
        self.owe(key, self.now)

    @rule(key=KEYS, delay=SECONDS)
    def add_later(self, key: str, delay: float) -> None:
        self.agenda.add_at(key, self.now + delay)
        self.owe(key, self.now + delay)

    @rule(seconds=SECONDS)
    def pass_time(self, seconds: float) -> None:
        self.now += seconds

    @rule(key=KEYS)
    def forget(self, key: str) -> None:
        self.agenda.forget(key)
        self.owed.pop(key, None)
        self.failures.pop(key, None)

    @rule()
    def take(self) -> None:
        ripe = {key for key, moment in self.owed.items() if moment <= self.now} - self.taken
        key = self.agenda.take(self.now)
        if key is None:
            assert not any(self.room(one) for one in ripe), "whoever is ripe finds its lane full"
            return
        assert key in ripe, "no key before its time, none that nobody asked for, and none that is being worked on"
        assert self.room(key)
        self.taken.add(key)
        self.used[key] = self.lane(key)
        del self.owed[key]

    @precondition(lambda self: self.taken)
    @rule(data=st.data(), delay=st.none() | SECONDS)
    def finish(self, data: st.DataObject, delay: float | None) -> None:
        key = data.draw(st.sampled_from(sorted(self.taken)))
        self.agenda.done(key, None if delay is None else self.now + delay)
        self.taken.remove(key)
        del self.used[key]
        self.failures.pop(key, None)
        if delay is not None:
            self.owe(key, self.now + delay)

    @precondition(lambda self: self.taken)
    @rule(data=st.data())
    def fail(self, data: st.DataObject) -> None:
        key = data.draw(st.sampled_from(sorted(self.taken)))
        count = self.failures[key] = self.failures.get(key, 0) + 1
        wait = self.agenda.failed(key, self.now)
        assert wait == min(8, 2 ** (count - 1))
        self.taken.remove(key)
        del self.used[key]
        self.owe(key, self.now + wait)

    @invariant()
    def agrees(self) -> None:
        assert self.agenda.taken == self.taken

    @invariant()
    def wakes_in_time(self) -> None:
        """Nobody who sleeps until `next_due` oversleeps."""
        later = [moment for key, moment in self.owed.items() if moment > self.now and key not in self.taken]
        if later and not self.agenda.ready:
            due = self.agenda.next_due()
            assert due is not None
            assert due <= min(later)

    def teardown(self) -> None:
        """Nothing that is owed is lost."""
        for key in sorted(self.taken):
            self.agenda.done(key)
        end, found = max([self.now, *self.owed.values()]), set()
        while (taken := self.agenda.take(end)) is not None:
            found.add(taken)
            self.agenda.done(taken)
        assert found == set(self.owed)


TestAgenda = AgendaMachine.TestCase
TestAgenda.settings = settings(max_examples=200, stateful_step_count=40, deadline=None)


@given(st.integers(min_value=1, max_value=10_000), st.floats(min_value=0, max_value=1))
def test_a_wait_is_never_longer_than_the_cap_nor_shorter_than_its_part(failures: int, chance: float) -> None:
    backoff = Backoff(first=0.5, cap=60, spread=0.25, random=lambda: chance)
    assert 0.5 * 0.75 <= backoff.wait(failures) <= 60
    assert failures < 8 or backoff.wait(failures) >= 45


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(0, 2)), min_size=1, max_size=40),
    st.integers(min_value=1, max_value=3),
)
def test_workers_are_bounded_and_never_two_at_one_key(work: list[tuple[str, int]], workers: int) -> None:
    """Keys come while others are worked on, some fail, and all that was asked for is done in the end."""

    async def run() -> None:
        working: set[str] = set()
        done: dict[str, int] = {}
        failing = {key: failures for key, failures in work}

        async def handle(key: str) -> None:
            assert key not in working
            working.add(key)
            assert len(working) <= workers
            assert sum(one in "abc" for one in working) <= 2
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            working.remove(key)
            if failing.get(key):
                failing[key] -= 1
                raise ValueError("a failure of the test")
            done[key] = done.get(key, 0) + 1

        lanes: dict[str, int] = dict.fromkeys("abc", 1)
        queue = WorkQueue(handle, workers=workers, lane=lanes.get, width=2, backoff=Backoff(first=0.001, cap=0.002))
        runner = asyncio.create_task(queue.run())
        asked: dict[str, int] = {}
        for key, pauses in work:
            queue.add(key)
            asked[key] = asked.get(key, 0) + 1
            for _ in range(pauses):
                await asyncio.sleep(0)
        async with asyncio.timeout(20):
            while set(done) != set(asked) or queue.depth or queue.working:
                await asyncio.sleep(0.001)
        queue.close()
        async with asyncio.timeout(20):
            await runner
        assert all(done[key] <= asked[key] for key in done), "asked for again while it waits, a key is worked on once"

    asyncio.run(run())
