"""A Lease whose time, rivals and failures are driven by the test: there is no server, and no second that passes by itself."""

from __future__ import annotations

import asyncio
import copy
from dataclasses import dataclass, field
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemactl.operator.api import Api, ApiError
from schemactl.operator.lease import WANTED_BY, Lease, Timing

TIMING = Timing(duration=15.0, deadline=10.0, retry=2.0)


@dataclass
class Server:
    """Of the API server, one Lease: versions that grow, and a 409 for who has not seen the newest."""

    now: float = 0.0
    kept: dict[str, Any] | None = None
    version: int = 0
    #: Who cannot reach it.
    cut_off: set[str] = field(default_factory=set)
    #: Who is answered with an error though the write was done: the answer was lost.
    deaf: set[str] = field(default_factory=set)

    def lease(self, identity: str, *, home: bool = True) -> Lease:
        api = cast("Api", _Client(self, identity))
        return Lease(
            api=api,
            namespace="n",
            name="l",
            identity=identity,
            home=home,
            timing=TIMING,
            clock=lambda: self.now,
        )

    @property
    def holder(self) -> str:
        return "" if self.kept is None else self.kept["spec"]["holderIdentity"]


@dataclass
class _Client:
    server: Server
    identity: str

    async def get(self, _path: str) -> dict[str, Any]:
        self._reach()
        if self.server.kept is None:
            raise ApiError(404, "not found")
        return copy.deepcopy(self.server.kept)

    async def create(self, _path: str, body: dict[str, Any]) -> dict[str, Any]:
        self._reach()
        if self.server.kept is not None:
            raise ApiError(409, "already there")
        return self._keep(body)

    async def replace(self, _path: str, body: dict[str, Any]) -> dict[str, Any]:
        self._reach()
        if body["metadata"].get("resourceVersion") != str(self.server.version):
            raise ApiError(409, "moved")
        return self._keep(body)

    def _reach(self) -> None:
        if self.identity in self.server.cut_off:
            raise ConnectionRefusedError

    def _keep(self, body: dict[str, Any]) -> dict[str, Any]:
        self.server.version += 1
        self.server.kept = copy.deepcopy(body)
        self.server.kept["metadata"]["resourceVersion"] = str(self.server.version)
        if self.identity in self.server.deaf:
            raise TimeoutError
        return copy.deepcopy(self.server.kept)


def run(*steps: Any) -> None:
    async def all_of_them() -> None:
        for step in steps:
            await step

    asyncio.run(all_of_them())


@pytest.fixture
def server() -> Server:
    return Server()


def tick(server: Server, *leases: Lease, seconds: float = 0.0) -> None:
    server.now += seconds
    run(*(lease.tick() for lease in leases))


def test_the_first_one_has_it_and_keeps_it(server: Server) -> None:
    one, other = server.lease("one"), server.lease("other")
    for _ in range(60):
        tick(server, one, other, seconds=2)
        assert (one.held, other.held) == (True, False)
    assert server.kept is not None
    assert server.kept["spec"]["leaseTransitions"] == 1


def test_a_dead_one_is_replaced_once_it_was_silent_for_the_duration_by_the_observers_clock(server: Server) -> None:
    one, other = server.lease("one"), server.lease("other")
    tick(server, one, other)
    for _ in range(7):
        tick(server, other, seconds=2)
        assert not other.held, f"after {server.now} s"
    tick(server, other, seconds=1.5)
    assert other.held


def test_one_that_cannot_renew_gives_up_before_another_may_have_it(server: Server) -> None:
    one, other = server.lease("one"), server.lease("other")
    tick(server, one, other)
    server.cut_off.add("one")
    while not other.held:
        tick(server, one, other, seconds=0.5)
        assert not (one.held and other.held)
    assert not one.held
    server.cut_off.clear()
    tick(server, one, other)
    assert (one.held, other.held) == (False, True)


def test_one_whose_lease_was_taken_lets_go_at_the_next_tick(server: Server) -> None:
    one, other = server.lease("one"), server.lease("other")
    tick(server, one, other)
    tick(server, other, seconds=16)
    assert (one.held, other.held) == (True, True), "one sleeps, and knows of nothing: a lease is no fence"
    tick(server, one)
    tick(server, one)
    assert (one.held, other.held) == (False, True)


def test_a_release_is_seen_at_once(server: Server) -> None:
    one, other = server.lease("one"), server.lease("other")
    tick(server, one, other)
    run(one.release())
    assert server.holder == ""
    tick(server, other)
    assert (one.held, other.held) == (False, True)


def test_a_write_whose_answer_is_lost_is_found_to_be_ours(server: Server) -> None:
    one = server.lease("one")
    server.deaf.add("one")
    tick(server, one)
    assert (server.holder, one.held) == ("one", False)
    server.deaf.clear()
    tick(server, one, seconds=2)
    assert one.held


def test_who_stands_in_is_asked_and_gives_it_back(server: Server) -> None:
    stand_in, home = server.lease("stand-in", home=False), server.lease("home")
    tick(server, stand_in)
    assert not stand_in.held, "not before its home was silent for the duration"
    tick(server, stand_in, seconds=16)
    assert stand_in.held
    tick(server, home, stand_in)
    assert server.kept is not None
    assert server.kept["metadata"]["annotations"][WANTED_BY] == "home"
    tick(server, stand_in)
    assert stand_in.wanted
    run(stand_in.release())
    tick(server, home, stand_in)
    assert (home.held, stand_in.held, home.wanted) == (True, False, False)


@given(
    st.lists(
        st.tuples(st.sampled_from(("a", "b", "c")), st.floats(0.1, 3.0), st.sampled_from(("", "cut", "mend", "deaf"))),
        max_size=120,
    )
)
def test_no_two_hold_it_at_a_time_as_long_as_each_ticks(steps: list[tuple[str, float, str]]) -> None:
    """Whatever is cut off and mended again."""
    server = Server()
    leases = {name: server.lease(name) for name in "abc"}
    for name, seconds, what in steps:
        if what == "cut":
            server.cut_off.add(name)
        elif what == "deaf":
            server.deaf.add(name)
        elif what == "mend":
            server.cut_off.discard(name)
            server.deaf.discard(name)
        server.now += seconds
        for lease in leases.values():
            run(lease.tick())
            assert sum(it.held for it in leases.values()) <= 1
