"""What only a server can tell: whether two texts of an expression are one to it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Connection
from sqlalchemy.engine import make_url

from schemactl.dialect import SourceText
from schemactl.diff import adopt_names
from schemactl.model import Catalog
from schemactl_postgres import PostgresDialect
from schemactl_postgres.confirm import confirm
from tests.support.servers import Database

DIALECT = PostgresDialect()


@contextmanager
def connected(database: Database, user: str | None = None) -> Iterator[Connection]:
    url = make_url(database.url)
    if user is not None:
        url = url.set(username=user, password="pw")
    engine = DIALECT.engine(url, application_name="schemactl tests")
    with engine.connect() as connection:
        yield connection


def sides(connection: Connection, desired: str) -> tuple[Catalog, Catalog]:
    """The desired catalog, settled but not confirmed, and the live one."""
    actual = DIALECT.inspect(connection, schemas=["public"])
    connection.rollback()
    read = DIALECT.read([SourceText(name="schema.sql", text=desired)], default_schema="public")
    return adopt_names(DIALECT.settle(read, actual), actual), actual


def confirmed(database: Database, desired: str, user: str | None = None) -> tuple[bool, bool]:
    """Whether the tables are equal before and after the server was asked."""
    with connected(database, user) as connection:
        before, actual = sides(connection, desired)
        after = adopt_names(confirm(connection, before, actual), actual)
        assert not connection.in_transaction()
        left = connection.exec_driver_sql("SELECT count(*) FROM pg_class WHERE relpersistence = 't'").scalar_one()
        assert left == 0
    return before.tables() == actual.tables(), after.tables() == actual.tables()


#: Tables whose text the static form cannot tell from the server's.
SAME = {
    "a function of the user's": "CREATE TABLE t (a int, CHECK (is_ok(a)))",
    "a function that converts": "CREATE TABLE t (a int CHECK (sqrt(a) > 2))",
    "a literal in another zone": "CREATE TABLE t (a timestamptz DEFAULT '2020-01-01 00:00:00+01')",
    "a money literal": "CREATE TABLE t (a money DEFAULT '12')",
    "a generated column": "CREATE TABLE t (a int, b int GENERATED ALWAYS AS (twice(a)) STORED)",
    "char beside text": "CREATE TABLE t (a char(3), b text, CHECK (a = b), CHECK (a || 'x' <> b))",
    "an index": "CREATE TABLE t (a int, b char(9)); CREATE INDEX i ON t (twice(a), lower(b)) WHERE is_ok(a)",
    "an index without a name": "CREATE TABLE t (a int); CREATE INDEX ON t (twice(a)); CREATE INDEX ON t (is_ok(a))",
    "an exclusion": "CREATE TABLE t (a int, EXCLUDE USING btree (twice(a) WITH =) WHERE (is_ok(a)))",
    "the table's name before the column": "CREATE TABLE t (a int, CHECK (is_ok(t.a)))",
    "quoted names": 'CREATE TABLE "T t" ("A b" int CHECK (is_ok("A b")), "select" int DEFAULT twice(2))',
}
FUNCTIONS = """
CREATE FUNCTION is_ok(int) RETURNS boolean IMMUTABLE LANGUAGE sql AS 'SELECT true';
CREATE FUNCTION twice(int) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT $1 * 2';
"""


def functions(database: Database) -> None:
    """In a schema that is not managed, on the path of every session: routines are not yet."""
    database.execute(f"CREATE SCHEMA lib; SET search_path = lib; {FUNCTIONS}")
    database.execute(f'ALTER DATABASE "{database.name}" SET search_path = public, lib')


def test_the_server_knows_its_own_words(postgres_database: Database) -> None:
    functions(postgres_database)
    for what, text in SAME.items():
        postgres_database.execute("SET client_min_messages = error; DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        postgres_database.execute(text)
        assert confirmed(postgres_database, text) == (False, True), what


DIFFERENT = [
    ("CREATE TABLE t (a int, CHECK (is_ok(a)))", "CREATE TABLE t (a int, CHECK (NOT is_ok(a)))"),
    ("CREATE TABLE t (a int DEFAULT twice(1))", "CREATE TABLE t (a int DEFAULT twice(2))"),
    ("CREATE TABLE t (a text DEFAULT 'x')", "CREATE TABLE t (a text DEFAULT no_such_function())"),
    ("CREATE TABLE t (a int)", "CREATE TABLE t (a int DEFAULT twice(1))"),
    ("CREATE TABLE t (a timestamptz DEFAULT now())", "CREATE TABLE t (a timestamptz DEFAULT CURRENT_TIMESTAMP)"),
    (
        "CREATE TYPE m AS ENUM ('a'); CREATE TABLE t (x m DEFAULT 'a')",
        "CREATE TYPE m AS ENUM ('a', 'b'); CREATE TABLE t (x m DEFAULT 'b')",
    ),
    (
        "CREATE TABLE t (a int); CREATE INDEX i ON t (twice(a))",
        "CREATE TABLE t (a int); CREATE INDEX i ON t (twice(a + 0))",
    ),
]


def test_what_differs_stays_different(postgres_database: Database) -> None:
    functions(postgres_database)
    for live, desired in DIFFERENT:
        postgres_database.execute("SET client_min_messages = error; DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        postgres_database.execute(live)
        assert confirmed(postgres_database, desired) == (False, False), desired


def test_one_that_fails_does_not_keep_the_others(postgres_database: Database) -> None:
    functions(postgres_database)
    postgres_database.execute("CREATE TABLE t (a int, b text DEFAULT 'x', CONSTRAINT c CHECK (is_ok(a)))")
    desired = "CREATE TABLE t (a int, b text DEFAULT no_such_function(), CONSTRAINT c CHECK (is_ok(a)))"
    with connected(postgres_database) as connection:
        before, actual = sides(connection, desired)
        after = confirm(connection, before, actual).tables()[0]
    live = actual.tables()[0]
    assert after.constraints == live.constraints
    assert after.columns != live.columns


def test_a_dump_restored_is_the_same_schema(postgres_database: Database) -> None:
    """Postgres stores IN over varchar in other words each time: once from the script, once from its own text."""
    script = "CREATE TABLE t (v varchar(9) CONSTRAINT c CHECK (v IN ('a', 'b') AND v NOT IN ('c', 'd')))"
    postgres_database.execute(script)
    definition = "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'c'"
    [[first]] = postgres_database.query(definition)
    postgres_database.execute(f"ALTER TABLE t DROP CONSTRAINT c, ADD CONSTRAINT c {first}")
    [[second]] = postgres_database.query(definition)
    assert first != second
    assert confirmed(postgres_database, script) == (True, True)


def test_a_function_of_an_extension(postgres_database: Database) -> None:
    script = "CREATE TABLE t (a text CHECK (similarity(a, 'x') > 0.5))"
    postgres_database.execute(
        "CREATE SCHEMA ext; CREATE EXTENSION pg_trgm SCHEMA ext; SET search_path = public, ext;" + script
    )
    assert confirmed(postgres_database, script) == (False, True)


def test_nothing_runs_where_nothing_is_in_doubt(postgres_database: Database) -> None:
    script = "CREATE TABLE t (a int DEFAULT 1, CHECK (a IN (1, 2)))"
    postgres_database.execute(script)
    with connected(postgres_database) as connection:
        desired, actual = sides(connection, script + "; CREATE TABLE u (b int CHECK (b > sqrt(2)))")
        connection.close()  # whoever would ask, could not
        assert confirm(connection, desired, actual) is desired


def test_without_the_right_to_make_temporary_tables(postgres_database: Database) -> None:
    functions(postgres_database)
    script = "CREATE TABLE t (a int, CHECK (is_ok(a)))"
    role = f"plain_{postgres_database.name}"
    name = postgres_database.name
    postgres_database.execute(script)
    postgres_database.execute(
        f"CREATE ROLE {role} LOGIN PASSWORD 'pw'; GRANT USAGE ON SCHEMA lib TO {role};"
        f'REVOKE TEMP ON DATABASE "{name}" FROM PUBLIC'
    )
    try:
        assert confirmed(postgres_database, script, role) == (False, False)
        # nothing more than that right is needed: not even to see the table
        postgres_database.execute(f'GRANT TEMP ON DATABASE "{name}" TO {role}')
        assert confirmed(postgres_database, script, role) == (False, True)
    finally:
        postgres_database.execute(f"DROP OWNED BY {role}; DROP ROLE {role}")


@pytest.mark.newest_postgres
def test_a_database_that_takes_no_changes(postgres_database: Database) -> None:
    functions(postgres_database)
    script = "CREATE TABLE t (a int, CHECK (is_ok(a)))"
    postgres_database.execute(script)
    postgres_database.execute(f'ALTER DATABASE "{postgres_database.name}" SET default_transaction_read_only = on')
    assert confirmed(postgres_database, script) == (False, False)


@pytest.mark.newest_postgres
def test_tables_that_others_hold_locked_are_not_waited_for(postgres_database: Database) -> None:
    functions(postgres_database)
    script = "CREATE TABLE t (a int, b serial, CHECK (is_ok(a)))"
    postgres_database.execute(script)
    with connected(postgres_database) as connection:
        desired, actual = sides(connection, script)
        with postgres_database.connect() as other, other.transaction():
            other.execute("LOCK TABLE t IN ACCESS EXCLUSIVE MODE")
            assert confirm(connection, desired, actual).tables() == actual.tables()


@pytest.mark.newest_postgres
def test_more_tables_than_one_transaction_takes(postgres_database: Database) -> None:
    functions(postgres_database)
    script = "".join(f"CREATE TABLE t{n} (a int DEFAULT twice({n}), CHECK (is_ok(a)));" for n in range(250))
    postgres_database.execute(script)
    with connected(postgres_database) as connection:
        desired, actual = sides(connection, script)
        assert confirm(connection, desired, actual).tables() == actual.tables()
