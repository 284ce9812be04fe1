"""What every test may ask for: a real server, an empty database on it, and scenario files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.collector import SERVERS, chosen_versions, pytest_collect_file
from tests.support.servers import Database, Server, Servers, versions

__all__ = ["pytest_collect_file"]  # a hook, for pytest to find here


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("schemactl")
    group.addoption(
        "--pg",
        action="append",
        type=int,
        choices=versions("postgres"),
        help="run on this Postgres version only; may be given again",
    )
    group.addoption("--pairs", type=int, default=40, help="how many random pairs of schemas to migrate")
    group.addoption("--pairs-seed", default="1", help="what the pairs are drawn from")
    group.addoption("--update", action="store_true", help="make what scenarios got what they expect")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "postgres(version, ...): run on these Postgres versions only")
    config.addinivalue_line("markers", "no_self_check(reason): what the inspector prints makes another database")
    config.addinivalue_line("markers", "newest_postgres: run on the newest Postgres only, for what is the same on all")


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    config = session.config
    base: Path = config._tmp_path_factory.getbasetemp()  # type: ignore[attr-defined]
    if hasattr(config, "workerinput"):  # a worker of pytest-xdist: its directory lies in that of the run
        config.stash[SERVERS] = Servers(base.parent / "servers")
    else:
        config.stash[SERVERS] = Servers(base / "servers")
        config.stash[SERVERS].hold()


def pytest_unconfigure(config: pytest.Config) -> None:
    """In the process that began the run, when its workers are done: stop the servers."""
    if SERVERS in config.stash and not hasattr(config, "workerinput"):
        config.stash[SERVERS].stop()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that uses a Postgres server runs on each version: test[pg15], test[pg17], ..."""
    if "postgres_server" not in metafunc.fixturenames:
        return
    wanted = versions("postgres")
    if marker := metafunc.definition.get_closest_marker("postgres"):
        wanted = marker.args
    elif metafunc.definition.get_closest_marker("newest_postgres"):
        wanted = wanted[-1:]
    chosen = [version for version in chosen_versions(metafunc.config) if version in wanted]
    ids = [f"pg{version}" for version in chosen]
    metafunc.parametrize("postgres_server", chosen, ids=ids, indirect=True, scope="session")


@pytest.fixture(scope="session")
def postgres_server(request: pytest.FixtureRequest) -> Server:
    """A running Postgres, shared by the whole test run; its `database()` makes further databases."""
    return request.config.stash[SERVERS].postgres(request.param)


@pytest.fixture
def postgres_database(postgres_server: Server) -> Iterator[Database]:
    """A new, empty database: `.url`, `.version`, `.execute(script)`, `.query(statement)`, `.connect()`."""
    with postgres_server.database() as database:
        yield database
