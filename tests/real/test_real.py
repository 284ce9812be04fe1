"""The schemas of real applications: read, planned, made anew, and their dumps read, on each server."""

from __future__ import annotations

import pytest

from tests.real.check import loaded
from tests.real.manifest import Application, applications
from tests.real.packages import NoPackage, Packages
from tests.support.servers import Server

ALL = applications()


@pytest.fixture(scope="session")
def packages() -> Packages:
    try:
        return Packages(ALL)
    except NoPackage as error:
        pytest.fail(str(error), pytrace=False)


@pytest.mark.parametrize("application", ALL, ids=lambda application: application.name.replace(" ", "_"))
def test_a_real_schema(application: Application, packages: Packages, postgres_server: Server) -> None:
    with loaded(application, packages, postgres_server) as found:
        if failures := list(found.failures(postgres_server)):
            pytest.fail("\n\n".join(failures), pytrace=False)
