"""MySQL and MariaDB servers that tests get: real, of the versions asked for, reached by loopback, and only if asked."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pymysql
import pytest
from sqlalchemy.engine import make_url

from tests.support.mysql import Database, Server
from tests.support.servers import HOST, PASSWORD, images

ROOT = Path(__file__).parent.parent.parent


def test_the_version_is_the_one_asked_for(mysql_database: Database) -> None:
    [(text,)] = mysql_database.query("SELECT VERSION()")
    assert text is not None
    assert text.startswith(".".join(map(str, mysql_database.version)) + ".")
    assert ("MariaDB" in text) is mysql_database.mariadb


def test_only_loopback_is_published(mysql_server: Server) -> None:
    from testcontainers.core.docker_client import DockerClient

    published = [
        binding
        for container in DockerClient().client.containers.list()
        for binding in (container.ports.get("3306/tcp") or ())
        if binding["HostPort"] == str(mysql_server.port)
    ]
    assert [binding["HostIp"] for binding in published] == [HOST]


def test_the_url_is_read_alike_everywhere(mysql_database: Database) -> None:
    assert " " not in mysql_database.url
    parts = urlsplit(mysql_database.url)
    assert (parts.scheme, parts.hostname) == ("mariadb" if mysql_database.mariadb else "mysql", HOST)
    assert unquote(parts.password or "") == PASSWORD
    url = make_url(mysql_database.url)
    assert (url.host, url.password, url.database) == (HOST, PASSWORD, mysql_database.name)
    assert mysql_database.query("SELECT DATABASE(), USER() LIKE 'root@%'") == [(mysql_database.name, "1")]


def test_a_wrong_password_is_refused(mysql_database: Database) -> None:
    with pytest.raises(pymysql.OperationalError, match="Access denied"):
        pymysql.connect(host=HOST, port=mysql_database.port, user="root", password="wrong")


def test_a_database_is_its_tests_own(mysql_server: Server) -> None:
    with mysql_server.database() as one, mysql_server.database() as other:
        one.execute("CREATE TABLE t (a int, b varbinary(9)); INSERT INTO t VALUES (1, x'61ff'), (NULL, 'é%s')")
        assert one.query("SELECT a, b FROM t ORDER BY a DESC") == [("1", "a\\xff"), (None, "é%s")]
        assert other.query("SHOW TABLES") == []


def test_a_database_goes_even_if_it_is_in_use(mysql_server: Server) -> None:
    with mysql_server.database() as database:
        database.execute("CREATE TABLE t (a int)")
        connection = database.connect()
        with connection.cursor() as cursor:
            cursor.execute("BEGIN; SELECT * FROM t")  # which holds a lock that DROP waits for
            cursor.nextset()
    with pytest.raises(pymysql.OperationalError):
        connection.ping(reconnect=False)
    with pytest.raises(pymysql.OperationalError, match="Unknown database"):
        database.connect()


@pytest.mark.parametrize("script", ["", "\n", "-- nothing\n", "SELECT 1;\n-- the end\n"])
def test_a_script_may_do_nothing(mysql_database: Database, script: str) -> None:
    mysql_database.execute(script)


def test_a_script_is_run_up_to_its_first_error(mysql_database: Database) -> None:
    with pytest.raises(pymysql.MySQLError, match=r"nonsense"):
        mysql_database.execute("CREATE TABLE a (a int); nonsense; CREATE TABLE b (a int)")
    with pytest.raises(pymysql.MySQLError, match=r"1064.*nonsense"):
        mysql_database.execute("DELIMITER $$\nCREATE TABLE c (a int)$$\nnonsense$$\nCREATE TABLE d (a int)$$\n")
    assert mysql_database.query("SHOW TABLES") == [("a",), ("c",)]


def test_a_dump_restores_all_that_is_stored(mysql_server: Server) -> None:
    with mysql_server.database() as one, mysql_server.database() as other:
        one.execute(
            "DELIMITER $$\n"
            "CREATE TABLE t (a int)$$ CREATE VIEW v AS SELECT a FROM t$$ INSERT INTO t VALUES (1)$$"
            "CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW BEGIN SET NEW.a = 1; SET NEW.a = 2; END$$"
            "CREATE FUNCTION f() RETURNS int DETERMINISTIC RETURN 1$$ CREATE PROCEDURE p() SELECT 1$$"
            "CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO SELECT 1$$"
        )
        dump = one.dump("--skip-comments")
        assert "DELIMITER ;;" in dump
        other.execute(dump)
        assert other.dump("--skip-comments") == dump
        assert other.query("SELECT count(*) FROM t") == [("0",)]


@pytest.mark.mysql
def test_a_test_may_ask_for_mysql(mysql_server: Server) -> None:
    assert not mysql_server.mariadb


@pytest.mark.mariadb("11.8")
def test_a_test_may_ask_for_a_version_of_mariadb(mysql_server: Server) -> None:
    assert (mysql_server.mariadb, mysql_server.version) == (True, (11, 8))


@pytest.mark.mysql
@pytest.mark.mariadb("10.11")
def test_a_test_may_ask_for_both(mysql_server: Server) -> None:
    assert mysql_server.version in {(9, 7), (10, 11)}


def test_the_list_is_read() -> None:
    assert images("mysql", "mariadb") == ("mariadb:10.11", "mariadb:11.8", "mysql:9.7")
    assert images("postgres")[-1] == images()[-1] == "postgres:18"


@pytest.mark.parametrize(
    ("options", "ids"),
    [
        ([], ["maria10.11", "maria11.8", "my9.7", "pg15", "pg17", "pg18"]),
        (["--pg", "18"], ["pg18"]),
        (["--my", "9.7"], ["my9.7"]),
        (["--my", "10.11", "--my", "9.7"], ["maria10.11", "my9.7"]),
        (["--server", "mariadb:11.8", "--pg", "15"], ["maria11.8", "pg15"]),
    ],
)
def test_the_command_line_chooses_servers(options: list[str], ids: list[str]) -> None:
    """What is not chosen is not run, and so not started."""
    files = [
        "tests/infra/test_servers.py",
        "tests/infra/test_servers_mysql.py",
        "tests/scenarios/postgres/add_column.txtar",
    ]
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:xdist", "-p", "no:cacheprovider"]
    alone = {name: value for name, value in os.environ.items() if name != "PYTEST_ADDOPTS"}
    done = subprocess.run([*command, *options, *files], cwd=ROOT, env=alone, capture_output=True, text=True, check=True)
    names = [line for line in done.stdout.splitlines() if "::" in line]
    marks = ("pg", "my", "maria")
    found = {
        word
        for name in names
        for word in name.rpartition("::")[2].replace("[", "-").rstrip("]").split("-")
        if word.startswith(marks) and word[-1].isdigit()
    }
    assert sorted(found) == ids
    assert not any("none" in name for name in names)
