"""Servers that may be killed, and a table of what befell whom."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults.server import Doomed
from tests.support.collector import SERVERS

FACT = "fault"


@pytest.fixture(scope="session")
def doomed(request: pytest.FixtureRequest) -> Iterator[Callable[[str], Doomed]]:
    """A server by its image, for this process alone."""
    made: dict[str, Doomed] = {}
    alive: Path = request.config.stash[SERVERS].directory / "alive"

    def get(image: str) -> Doomed:
        if image in made and not made[image].answers():  # it died of itself, and the run before has failed of that
            made.pop(image).stop()
        if image not in made:
            made[image] = Doomed(image, alive)
        return made[image]

    yield get
    for server in made.values():
        server.stop()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Runs by what befell them: how many were struck with the plan begun and not done, and how many went wrong."""
    all_, midway, rows, wrong = Counter[str](), Counter[str](), Counter[str](), Counter[str]()
    for report in (*terminalreporter.getreports("passed"), *terminalreporter.getreports("failed")):
        for name, value in report.user_properties:
            if name == FACT and report.when == "call":
                key = f"{value['server']}: {value['kind']}"
                all_[key] += 1
                midway[key] += 0 < value["left"] < value["steps"]
                rows[key] += value["rows"] > 0
                wrong[key] += report.failed
    if all_:
        terminalreporter.section("faults")
        line = "{:45} {:>5} {:>13} {:>10} {:>6}"
        terminalreporter.line(line.format("", "runs", "partly done", "with rows", "wrong"))
        for key in sorted(all_):
            terminalreporter.line(line.format(key, all_[key], midway[key], rows[key], wrong[key]))
        sums = (sum(c.values()) for c in (all_, midway, rows, wrong))
        terminalreporter.line(line.format("all", *sums))
