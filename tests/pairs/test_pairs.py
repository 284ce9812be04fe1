"""Random pairs of schemas, of all kinds of objects: the one is brought to the other, and the server judges.

    python -m pytest tests/pairs                                      the short run: the same pairs each time
    python -m pytest tests/pairs --pairs 2000 --pairs-seed 7          a long one (`make pairs N=2000 SEED=7`)
    python -m pytest tests/pairs --pairs 2000 --pairs-seed 7 -k 7-118     one pair of it again

Choices come from `random.Random` and not from a Hypothesis strategy: a pair takes some thousands of them, more than
Hypothesis gives to one example, and each try on a server takes a second. What is shrunk is the pair, by its pieces.
"""

from __future__ import annotations

import random

import pytest

from tests.pairs.generate import Pair, pair
from tests.pairs.judge import InvalidSchema, migrate
from tests.pairs.minimise import minimal
from tests.pairs.pieces import ROLES, render
from tests.support.collector import SERVERS, chosen_images
from tests.support.servers import Server, versions

#: Of ten pairs, so many run on each server, the newest first.
SHARES = (6, 2, 2)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    config = metafunc.config
    newest_first = sorted(versions("postgres"), reverse=True)
    turn = [version for version, share in zip(newest_first, SHARES, strict=True) for _ in range(share)]
    chosen = {int(image.partition(":")[2]) for image in chosen_images("postgres", config)}
    base = config.getoption("--pairs-seed")
    cases = [(turn[number % len(turn)], number) for number in range(config.getoption("--pairs"))]
    cases = [(version, number) for version, number in cases if version in chosen]
    ids = [f"pg{version}-{base}-{number}" for version, number in cases]
    metafunc.parametrize(("version", "number"), cases, ids=ids)


@pytest.fixture
def server(request: pytest.FixtureRequest, version: int) -> Server:
    found = request.config.stash[SERVERS].get(f"postgres:{version}")
    assert isinstance(found, Server)
    with found.database() as database:
        for role in ROLES:
            # Workers of pytest-xdist may make the same one at the same time.
            database.execute(
                f"DO $$BEGIN CREATE ROLE {role}; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END$$"
            )
    return found


def test_pair(server: Server, version: int, number: int, request: pytest.FixtureRequest) -> None:
    made = pair(random.Random(f"{request.config.getoption('--pairs-seed')}-{number}"), version)
    printed = number % 4 == 0
    failure = migrate(server, render(made.one), render(made.other), printed=printed)
    if failure is None:
        return

    def fails(smaller: Pair) -> bool:
        try:
            again = migrate(server, render(smaller.one), render(smaller.other), printed=printed)
        except InvalidSchema:
            return False
        return again is not None and again.alike == failure.alike

    small = minimal(made, fails)
    shown = migrate(server, render(small.one), render(small.other), printed=printed) or failure
    pytest.fail(f"{shown}\n-- before.sql --\n{render(small.one)}-- after.sql --\n{render(small.other)}", pytrace=False)
