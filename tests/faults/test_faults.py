"""Random migrations, struck at random moments: by kill -9, by the network, by locks, by signals. The next run converges.

    python -m pytest tests/faults                                         the short run: the same each time
    python -m pytest tests/faults --faults 200 --faults-seed 7            a long one (`make faults N=200 SEED=7`)
    python -m pytest tests/faults --faults 200 --faults-seed 7 -k pg18-7-12-   one of it again; the moment may differ

Only servers are killed that this test has started for itself.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults.conftest import FACT
from tests.faults.run import Unfit, run
from tests.faults.server import Doomed
from tests.pairs import mysql, postgres
from tests.pairs.dialect import Dialect
from tests.pairs.generate import pair
from tests.pairs.pieces import render
from tests.support.collector import chosen_images
from tests.support.script import Platform
from tests.support.servers import ERRORS, message

#: The servers of each engine, in turn.
ENGINES = (
    (postgres.DIALECT, ("postgres:18", "postgres:15", "postgres:18")),
    (mysql.DIALECT, ("mysql:9.7",)),
    (mysql.DIALECT, ("mariadb:11.8", "mariadb:10.11")),
)
#: Pairs that are drawn before one is fit.
DRAWS = 20


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    base = metafunc.config.getoption("--faults-seed")
    cases = list(_cases(metafunc.config))
    ids = [f"{Platform.of(image).id}-{base}-{number}-" for _, image, number in cases]
    # In `make test`, the runs on one server are one process's, so that it is started once.
    marked = [pytest.param(*case, marks=pytest.mark.xdist_group(f"faults {case[1]}")) for case in cases]
    metafunc.parametrize(("dialect", "image", "number"), marked, ids=ids)


def _cases(config: pytest.Config) -> Iterator[tuple[Dialect, str, int]]:
    for dialect, turn in ENGINES:
        for number in range(config.getoption("--faults")):
            image = turn[number % len(turn)]
            if image in chosen_images(dialect.name, config):
                yield dialect, image, number


@pytest.mark.timeout(900)
def test_fault(
    doomed: Callable[[str], Doomed],
    dialect: Dialect,
    image: str,
    number: int,
    request: pytest.FixtureRequest,
    tmp_path: Path,
) -> None:
    rng = random.Random(f"{request.config.getoption('--faults-seed')}-{image}-{number}")
    server = doomed(image)
    dialect.prepare(server.server)
    for _ in range(DRAWS):
        made = pair(rng, dialect.slots, Platform.of(image))
        before, after = (render(schema, dialect.header) for schema in (made.one, made.other))
        try:
            seen = run(dialect, server, before, after, rng, tmp_path)
        except Unfit:
            continue
        except ERRORS as error:
            if server.answers():
                raise
            text = f"-- before.sql --\n{before}-- after.sql --\n{after}"
            pytest.fail(f"the server died of itself: {message(error)}\n{server.last_words()}\n{text}", pytrace=False)
        break
    else:
        pytest.fail(f"{DRAWS} pairs drawn, and none fit")
    fact = {"server": image, "kind": seen.kind, "steps": seen.steps, "left": seen.left, "rows": seen.rows}
    request.node.user_properties.append((FACT, fact))
    if seen.problems:
        problems = "\n".join(seen.problems)
        told = f"{seen.kind}, {'online, ' if seen.online else ''}{seen.steps} steps, exit code {seen.code}"
        pytest.fail(
            f"{told}\n{problems}\n-- printed --\n{seen.printed}\n-- before.sql --\n{before}-- after.sql --\n{after}",
            pytrace=False,
        )
