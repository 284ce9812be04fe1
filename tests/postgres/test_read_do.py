"""DO blocks: what is read as if it stood outside of them, and what is refused."""

from __future__ import annotations

import pytest

from schemactl.dialect import SourceText
from schemactl.errors import MissingObjectError, NotDdlError, SchemactlError, SqlSyntaxError, UnsupportedError
from schemactl.model import Catalog, Role
from schemactl_postgres.read import read

GUARDED = "DO $$\nBEGIN\n    IF NOT EXISTS ({}) THEN\n        {};\n    END IF;\nEND $$;"
CAUGHT = "DO $$ BEGIN\n    {};\nEXCEPTION WHEN {} THEN {};\nEND $$;"


def catalog(text: str) -> Catalog:
    return read([SourceText(name="schema.sql", text=text)], default_schema="public").catalog


def refused(text: str, error: type[SchemactlError]) -> SchemactlError:
    with pytest.raises(error) as caught:
        catalog(text)
    assert type(caught.value) is error
    assert caught.value.place is not None
    return caught.value


@pytest.mark.parametrize(
    ("query", "statement"),
    [
        ("SELECT 1 FROM pg_type WHERE typname = 'mood'", "CREATE TYPE mood AS ENUM ('a')"),
        ("SELECT * FROM pg_catalog.pg_type t WHERE t.typname = 'mood' LIMIT 1", "CREATE TYPE mood AS (a int)"),
        (
            "SELECT FROM pg_type WHERE typname = 'mood' AND typtype = 'd' AND typnamespace = current_schema()::regnamespace",
            "CREATE DOMAIN mood AS text",
        ),
        ("SELECT t.oid FROM pg_tables t WHERE tablename = 't' AND schemaname = current_schema()", "CREATE TABLE t ()"),
        ("SELECT 1 FROM pg_views WHERE viewname = 'v'", "CREATE VIEW v AS SELECT 1"),
        ("SELECT 1 FROM pg_matviews WHERE matviewname = 'v'", "CREATE MATERIALIZED VIEW v AS SELECT 1"),
        ("SELECT 1 FROM pg_extension WHERE extname = 'citext'", "CREATE EXTENSION citext"),
        (
            "SELECT FROM pg_class WHERE relname = 's' AND relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = 'public')",
            "CREATE SEQUENCE s",
        ),
    ],
)
def test_guarded(query: str, statement: str) -> None:
    assert catalog(GUARDED.format(query, statement)) == catalog(f"{statement};")


@pytest.mark.parametrize(
    "condition", ["duplicate_object", "duplicate_table OR duplicate_schema", "SQLSTATE '42710'", "DUPLICATE_COLUMN"]
)
def test_caught(condition: str) -> None:
    statement = "CREATE TYPE mood AS ENUM ('a')"
    assert catalog(CAUGHT.format(statement, condition, "NULL")) == catalog(f"{statement};")


def test_a_guard_is_heeded() -> None:
    """What is there already is not made, so that it is not made twice."""
    guarded = GUARDED.format("SELECT 1 FROM pg_type WHERE typname = 'mood'", "CREATE TYPE mood AS ENUM ('a')")
    plain = "CREATE TYPE mood AS ENUM ('a');"
    assert catalog(plain + guarded + guarded) == catalog(plain)


@pytest.mark.parametrize(
    ("query", "statement", "said"),
    [
        ("SELECT 1 FROM pg_type WHERE typname = 'Mood'", "CREATE TYPE Mood AS ENUM ()", "tests for Mood"),
        ("SELECT 1 FROM pg_type WHERE typname = 'mood'", "CREATE TABLE mood ()", "makes table public.mood"),
        ("SELECT 1 FROM pg_roles WHERE rolname = 'a'", "CREATE TABLE a ()", "makes table public.a"),
        ("SELECT 1 FROM pg_roles WHERE rolname = 'a'", "CREATE ROLE b", "makes role b"),
        ("SELECT 1 FROM pg_user WHERE usename = 'a'", "CREATE ROLE a", "pg_user never lists a, which cannot log in"),
        ("SELECT 1 FROM pg_group WHERE groname = 'a'", "CREATE USER a", "pg_group never lists a, which can log in"),
        ("SELECT 1 FROM pg_tables WHERE tablename = 't' AND schemaname = 'x'", "CREATE TABLE t ()", "tests for x.t"),
        ("SELECT 1 FROM pg_tables WHERE tablename = 't' AND hasindexes = 'x'", "CREATE TABLE t ()", "tests hasindexes"),
        ("SELECT 1 FROM pg_tables WHERE tablename LIKE 't'", "CREATE TABLE t ()", "expected ="),
        ("SELECT 1 FROM pg_tables WHERE schemaname = 'public'", "CREATE TABLE t ()", "does not say which tablename"),
        ("SELECT 1 FROM pg_tables WHERE tablename = 't' OR true", "CREATE TABLE t ()", "from here on"),
        ("SELECT 1 FROM pg_tables WHERE tablename = 't' AND tablename = 'u'", "CREATE TABLE t ()", "besides"),
        ("SELECT 1 FROM mine WHERE tablename = 't'", "CREATE TABLE t ()", "looks into mine"),
        ("SELECT 1 FROM public.pg_tables WHERE tablename = 't'", "CREATE TABLE t ()", "looks into public.pg_tables"),
        ("SELECT 1 FROM pg_class WHERE relname = 't' AND relkind = 'v'", "CREATE TABLE t ()", "makes table public.t"),
        ("SELECT 1 FROM pg_tables WHERE tablename = 't'", "CREATE TABLE t (); CREATE TABLE u ()", "more than one"),
        ("SELECT 1 FROM pg_tables WHERE tablename = 't'", "DROP TABLE t", "not understood"),
        ("SELECT 1 FROM pg_tables WHERE tablename = 't'", "EXECUTE 'CREATE TABLE t ()'", "not understood"),
        (
            "SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relowner WHERE c.relname = 't'",
            "CREATE TABLE t ()",
            "this join",
        ),
    ],
)
def test_guards_that_are_refused(query: str, statement: str, said: str) -> None:
    error = refused(GUARDED.format(query, statement), NotDdlError)
    assert said in error.message
    assert "IF NOT EXISTS" in error.hint and "EXCEPTION WHEN duplicate_object" in error.hint


@pytest.mark.parametrize(
    "text",
    [
        "DO 'BEGIN NULL; END';",
        "DO LANGUAGE plperl $$ BEGIN NULL; END $$;",
        "DO $$ DECLARE n int; BEGIN NULL; END $$;",
        "DO $$ BEGIN CREATE TABLE t (); END $$;",
        "DO $$ BEGIN EXECUTE 'CREATE TABLE t ()'; END $$;",
        "DO $$ BEGIN EXECUTE format('CREATE TABLE %I ()', 't'); END $$;",
        "DO $$ BEGIN PERFORM 1; EXCEPTION WHEN duplicate_object THEN NULL; END $$;",
        "DO $$ BEGIN IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'a') THEN NULL; END IF; END $$;",
        "DO $$ BEGIN CREATE INDEX CONCURRENTLY i ON t (a) $$;",
        CAUGHT.format("CREATE TABLE t ()", "others", "NULL"),
        CAUGHT.format("CREATE TABLE t ()", "unique_violation", "NULL"),
        CAUGHT.format("CREATE TABLE t ()", "duplicate_table", "DROP TABLE t"),
        CAUGHT.format("CREATE TABLE t ()", "duplicate_table", "RAISE"),
    ],
)
def test_other_blocks_are_refused(text: str) -> None:
    assert "IF NOT EXISTS" in refused(text, NotDdlError).hint


def test_places_are_those_of_the_file() -> None:
    error = refused(
        "\n-- a\n" + CAUGHT.format("CREATE TABLE t (id nothing[)", "duplicate_table", "NULL"), SqlSyntaxError
    )
    assert (error.place.line, error.place.column) == (4, 32)  # type: ignore[union-attr]
    error = refused(CAUGHT.format("CREATE INDEX i ON nowhere (id)", "duplicate_table", "NULL"), MissingObjectError)
    assert (error.place.line, error.place.column) == (2, 23)  # type: ignore[union-attr]


def test_roles() -> None:
    query = "SELECT 1 FROM pg_roles WHERE rolname = 'app'"
    made = catalog(GUARDED.format(query, "CREATE USER app IN GROUP a, b ADMIN CURRENT_USER CONNECTION LIMIT -1"))
    (role,) = made.objects
    assert isinstance(role, Role)
    assert role.options == ("LOGIN", "IN ROLE a, b", "ADMIN CURRENT_USER", "CONNECTION LIMIT -1")
    assert catalog(CAUGHT.format("CREATE ROLE app; CREATE ROLE app LOGIN", "duplicate_object", "NULL")).objects == (
        role,
    )


@pytest.mark.parametrize(
    ("statement", "error"),
    [
        ("CREATE ROLE app PASSWORD 'hunter2'", UnsupportedError),
        ("CREATE ROLE app ENCRYPTED PASSWORD 'hunter2'", UnsupportedError),
        ("CREATE ROLE app PASWORD 'hunter2'", SqlSyntaxError),
        ("CREATE ROLE app LOGIN NOLOGIN PASSWORD 'hunter2'", SqlSyntaxError),
        ("CREATE ROLE public", SqlSyntaxError),
        ("ALTER ROLE app PASSWORD 'hunter2'", UnsupportedError),
        ("CREATE USER MAPPING FOR app SERVER s OPTIONS (password 'hunter2')", UnsupportedError),
    ],
)
def test_roles_that_are_refused(statement: str, error: type[SchemactlError]) -> None:
    found = refused(CAUGHT.format(statement, "duplicate_object", "NULL"), error)
    assert "hunter2" not in str(found) + found.hint + (found.place.caret() if found.place else "")
