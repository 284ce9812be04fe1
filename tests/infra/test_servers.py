"""The servers that tests get are the real ones, of the versions asked for, reached in no other way than by loopback."""

from __future__ import annotations

from urllib.parse import urlsplit

import psycopg
import pytest
from sqlalchemy.engine import make_url

from tests.support.servers import HOST, PASSWORD, Database, Server, versions


def test_the_version_is_the_one_asked_for(postgres_database: Database) -> None:
    [(number,)] = postgres_database.query("SHOW server_version_num")
    assert number is not None
    assert int(number) // 10000 == postgres_database.version


def test_only_loopback_is_published(postgres_server: Server) -> None:
    from testcontainers.core.docker_client import DockerClient

    published = [
        binding
        for container in DockerClient().client.containers.list()
        for binding in (container.ports.get("5432/tcp") or ())
        if binding["HostPort"] == str(postgres_server.port)
    ]
    assert [binding["HostIp"] for binding in published] == [HOST]


def test_libpq_and_sqlalchemy_read_the_url_alike(postgres_database: Database) -> None:
    assert " " not in postgres_database.url
    assert urlsplit(postgres_database.url).hostname == HOST
    url = make_url(postgres_database.url)
    assert (url.host, url.password, url.database) == (HOST, PASSWORD, postgres_database.name)
    libpq = psycopg.conninfo.conninfo_to_dict(postgres_database.url)
    assert (libpq["password"], libpq["dbname"]) == (PASSWORD, postgres_database.name)
    assert postgres_database.query("SELECT current_database()") == [(postgres_database.name,)]


def test_a_wrong_password_is_refused(postgres_database: Database) -> None:
    url = make_url(postgres_database.url).set(password="wrong")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(url.render_as_string(hide_password=False))


@pytest.mark.parametrize("extension", ["btree_gist", "citext", "hstore", "pg_trgm", "pgcrypto", "uuid-ossp"])
def test_contrib_extensions_can_be_created(postgres_database: Database, extension: str) -> None:
    postgres_database.execute(f'CREATE EXTENSION "{extension}"')


def test_a_database_is_utf8_and_sorts_as_the_official_images_do(postgres_database: Database) -> None:
    query = "SELECT pg_encoding_to_char(encoding), datcollate FROM pg_database WHERE datname = current_database()"
    assert postgres_database.query(query) == [("UTF8", "en_US.utf8")]


def test_a_database_is_its_tests_own(postgres_server: Server) -> None:
    with postgres_server.database() as one, postgres_server.database() as other:
        one.execute("CREATE TABLE t (a int); INSERT INTO t VALUES (1), (NULL)")
        assert one.query("SELECT a, true FROM t ORDER BY a") == [("1", "t"), (None, "t")]
        assert other.query("SELECT count(*) FROM pg_class WHERE relname = 't'") == [("0",)]


def test_a_database_goes_even_if_it_is_in_use(postgres_server: Server) -> None:
    with postgres_server.database() as database:
        connection = database.connect()
    with pytest.raises(psycopg.OperationalError):
        connection.execute("SELECT 1")
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        database.connect()


@pytest.mark.newest_postgres
def test_a_test_may_ask_for_the_newest_server_only(postgres_server: Server) -> None:
    assert postgres_server.version == versions("postgres")[-1]
