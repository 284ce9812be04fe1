"""The schemas of real applications: read, planned, made anew, and their dumps read, on each server."""

from __future__ import annotations

import pymysql
import pytest

from tests.real.check import loaded
from tests.real.manifest import Application, applications
from tests.real.packages import NoPackage, Packages
from tests.support import mysql
from tests.support.servers import AnyServer, Server

ON_POSTGRES = applications("postgres")
ON_MYSQL = applications("mysql")


@pytest.fixture(scope="session")
def packages() -> Packages:
    try:
        return Packages([*ON_POSTGRES, *ON_MYSQL])
    except NoPackage as error:
        pytest.fail(str(error), pytrace=False)


def _name(application: Application) -> str:
    return application.name.replace(" ", "_")


@pytest.mark.parametrize("application", ON_POSTGRES, ids=_name)
def test_a_real_schema_of_postgres(application: Application, packages: Packages, postgres_server: Server) -> None:
    _check(application, packages, postgres_server)


@pytest.mark.parametrize("application", ON_MYSQL, ids=_name)
def test_a_real_schema_of_mysql(application: Application, packages: Packages, mysql_server: mysql.Server) -> None:
    if refusal := application.refusal(mysql_server):
        with pytest.raises(pymysql.MySQLError, match=refusal), loaded(application, packages, mysql_server):
            pass
    else:
        _check(application, packages, mysql_server)


def _check(application: Application, packages: Packages, server: AnyServer) -> None:
    with loaded(application, packages, server) as found:
        if failures := list(found.failures(server)):
            pytest.fail("\n\n".join(failures), pytrace=False)
