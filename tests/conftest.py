"""What every test may ask for: a real server, an empty database on it, and scenario files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support import mysql, proved
from tests.support.collector import DIALECTS, SERVERS, chosen_images, pytest_collect_file
from tests.support.script import Platform
from tests.support.servers import Database, Server, Servers, images, versions

__all__ = ["pytest_collect_file"]  # a hook, for pytest to find here


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("schemactl")

    def servers(option: str, choices: list[Any], what: str, kind: type = str) -> None:
        text = f"run on this {what} only; may be given again, and beside the others"
        group.addoption(option, action="append", default=[], type=kind, choices=choices, help=text)

    servers("--pg", list(versions("postgres")), "Postgres version", int)
    servers("--my", [image.partition(":")[2] for image in images("mysql", "mariadb")], "version of MySQL or MariaDB")
    servers("--server", list(images()), "server")
    group.addoption("--pairs", type=int, default=40, help="how many random pairs of schemas to migrate")
    group.addoption("--pairs-seed", default="1", help="what the pairs are drawn from")
    group.addoption("--faults", type=int, default=2, help="how many migrations to strike, on each engine")
    group.addoption("--faults-seed", default="1", help="what these are drawn from")
    group.addoption(
        "--prove",
        metavar="DEV-URL",
        help="in place of all other judging, prove the plan of each migration of a scenario on this dev database",
    )
    group.addoption("--long", action="store_true", help="run what takes minutes of waiting as well")
    group.addoption("--update", action="store_true", help="make what scenarios got what they expect")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "long: waits for minutes, and runs with --long only; a short one stands beside it"
    )
    config.addinivalue_line("markers", "mariadb(version, ...): run on MariaDB only, on these versions or on all")
    config.addinivalue_line("markers", "mysql(version, ...): run on MySQL only, on these versions or on all")
    config.addinivalue_line("markers", "postgres(version, ...): run on these Postgres versions only")
    config.addinivalue_line("markers", "no_self_check(reason): what the inspector prints makes another database")
    # Of pytest-xdist, and there without it as well.
    config.addinivalue_line("markers", "xdist_group(name): run by one process, one after the other")
    config.addinivalue_line("markers", "newest_postgres: run on the newest Postgres only, for what is the same on all")
    config.addinivalue_line(
        "markers", "postgres_ends: run on the oldest and the newest Postgres, and with --long on those between"
    )


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


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for line in proved.summary(report for reports in terminalreporter.stats.values() for report in reports):
        terminalreporter.write_line(line)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that uses a server runs on each version: test[pg15], test[pg17], ...; test[my9.7], test[maria10.11], ..."""
    for dialect, names in DIALECTS.items():
        fixture = f"{dialect}_server"
        if fixture in metafunc.fixturenames:
            wanted = _wanted(metafunc.definition, names, long=metafunc.config.getoption("--long"))
            chosen = [image for image in chosen_images(dialect, metafunc.config) if image in wanted]
            ids = [Platform.of(image).id for image in chosen]
            # A test that has no server in this run is deselected below.
            metafunc.parametrize(fixture, chosen or [None], ids=ids or ["none"], indirect=True, scope="session")


def _wanted(test: pytest.Item, names: tuple[str, ...], *, long: bool) -> tuple[str, ...]:
    """The images, among those of these names, that the markers of a test leave."""
    marked = {name: marker.args for name in names if (marker := test.get_closest_marker(name))}
    if marked:
        stated = {f"{name}:{version}" for name, args in marked.items() for version in args}
        return tuple(image for name in marked for image in images(name) if image in stated or not marked[name])
    every = images(*names)
    if "postgres" in names:
        if test.get_closest_marker("newest_postgres"):
            return every[-1:]
        if test.get_closest_marker("postgres_ends") and not long:
            return (every[0], every[-1])
    return every


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the tests whose servers the command line leaves out, and the long ones."""
    fixtures = [f"{dialect}_server" for dialect in DIALECTS]

    def idle(item: pytest.Item) -> bool:
        params = item.callspec.params if isinstance(item, pytest.Function) and hasattr(item, "callspec") else {}
        if item.get_closest_marker("long") and not config.getoption("--long"):
            return True
        return any(params.get(fixture, fixture) is None for fixture in fixtures)

    if left_out := [item for item in items if idle(item)]:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if not idle(item)]


@pytest.fixture(scope="session")
def postgres_server(request: pytest.FixtureRequest) -> Server:
    """A running Postgres, shared by the whole test run; its `database()` makes further databases."""
    server = request.config.stash[SERVERS].get(request.param)
    assert isinstance(server, Server)
    return server


@pytest.fixture
def postgres_database(postgres_server: Server) -> Iterator[Database]:
    """A new, empty database: `.url`, `.version`, `.execute(script)`, `.query(statement)`, `.connect()`."""
    with postgres_server.database() as database:
        yield database


@pytest.fixture(scope="session")
def mysql_server(request: pytest.FixtureRequest) -> mysql.Server:
    """A running MySQL or MariaDB, shared by the whole test run; its `database()` makes further databases."""
    server = request.config.stash[SERVERS].get(request.param)
    assert isinstance(server, mysql.Server)
    return server


@pytest.fixture
def mysql_database(mysql_server: mysql.Server) -> Iterator[mysql.Database]:
    """A new, empty database: as on Postgres, and `.mariadb`, whether it is one."""
    with mysql_server.database() as database:
        yield database
