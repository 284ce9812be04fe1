"""Random pairs of schemas, of all kinds of objects: the one is brought to the other, and the server judges.

    python -m pytest tests/pairs                                      the short run: the same pairs each time
    python -m pytest tests/pairs --pairs 2000 --pairs-seed 7          a long one (`make pairs N=2000 SEED=7`)
    python -m pytest tests/pairs --pairs 2000 --pairs-seed 7 -k 7-118     one pair of it again
    python -m pytest tests/pairs --pairs 2000 --my 9.7                on one server (`ARGS='--my 9.7'`)

Choices come from `random.Random` and not from a Hypothesis strategy: a pair takes some thousands of them, more than
Hypothesis gives to one example, and each try on a server takes a second. What is shrunk is the pair, by its pieces.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from tests.pairs import mysql, postgres
from tests.pairs.dialect import Dialect
from tests.pairs.generate import Pair, pair
from tests.pairs.judge import InvalidSchema, migrate
from tests.pairs.minimise import minimal
from tests.pairs.pieces import Schema, render
from tests.support.collector import SERVERS, chosen_images
from tests.support.script import Platform
from tests.support.servers import AnyServer

Case = tuple[Dialect, str, int]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    base = metafunc.config.getoption("--pairs-seed")
    cases = [case for dialect in (postgres.DIALECT, mysql.DIALECT) for case in _cases(dialect, metafunc.config)]
    ids = [f"{Platform.of(image).id}-{base}-{number}" for _, image, number in cases]
    metafunc.parametrize(("dialect", "image", "number"), cases, ids=ids)


def _cases(dialect: Dialect, config: pytest.Config) -> Iterator[Case]:
    """The pairs to migrate, each on one server of the dialect, or on each where they are not shared out."""
    turn = [image for image, share in dialect.shares.items() for _ in range(share)]
    for number in range(config.getoption("--pairs")):
        for image in chosen_images(dialect.name, config):
            if not turn or turn[number % len(turn)] == image:
                yield dialect, image, number


@pytest.fixture
def server(request: pytest.FixtureRequest, dialect: Dialect, image: str) -> AnyServer:
    found = request.config.stash[SERVERS].get(image)
    dialect.prepare(found)
    return found


def test_pair(server: AnyServer, dialect: Dialect, image: str, number: int, request: pytest.FixtureRequest) -> None:
    rng = random.Random(f"{request.config.getoption('--pairs-seed')}-{number}")
    made = pair(rng, dialect.slots, Platform.of(image))
    printed = number % 4 == 0

    def text(schema: Schema) -> str:
        return render(schema, dialect.header)

    failure = migrate(dialect, server, text(made.one), text(made.other), printed=printed)
    if failure is None:
        return

    def fails(smaller: Pair) -> bool:
        try:
            again = migrate(dialect, server, text(smaller.one), text(smaller.other), printed=printed)
        except InvalidSchema:
            return False
        return again is not None and again.alike == failure.alike

    small = minimal(made, fails)
    shown = migrate(dialect, server, text(small.one), text(small.other), printed=printed) or failure
    pytest.fail(f"{shown}\n-- before.sql --\n{text(small.one)}-- after.sql --\n{text(small.other)}", pytrace=False)
