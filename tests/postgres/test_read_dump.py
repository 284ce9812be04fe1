"""Every statement that pg_dump of 15, 17 and 18 can print is understood, or refused by its name."""

from __future__ import annotations

import pytest

from schemactl.dialect import SourceText
from schemactl.errors import (
    MissingObjectError,
    NotDdlError,
    SchemactlError,
    SourceError,
    SqlSyntaxError,
    UnsupportedError,
)
from schemactl.model import Catalog, ForeignServer, ForeignWrapper, Publication, PublishedTable, Table, View
from schemactl_postgres import PostgresDialect
from schemactl_postgres.options import ColumnOptions, MaterializedOptions, TableOptions

SECRET = "hunter2"
GIVEN = """
CREATE TABLE public.t (id int NOT NULL, a text);
CREATE SEQUENCE public.s;
CREATE INDEX i ON public.t (id);
CREATE FUNCTION public.f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER trg BEFORE INSERT ON public.t FOR EACH ROW EXECUTE FUNCTION public.f();
CREATE FOREIGN DATA WRAPPER w;
CREATE SERVER srv FOREIGN DATA WRAPPER w OPTIONS (host 'h');
CREATE FOREIGN TABLE public.ft (id int) SERVER srv OPTIONS (table_name 't');
CREATE PUBLICATION pub FOR TABLE public.t;
"""


def read(text: str) -> Catalog:
    source = SourceText(name="dump.sql", text=text)
    return PostgresDialect().read([source], default_schema="public").catalog


@pytest.mark.parametrize(
    "statement",
    [
        "SET statement_timeout = 0;",
        "SET transaction_timeout = 0;",
        "SET idle_in_transaction_session_timeout = 0;",
        "SET client_encoding = 'UTF8';",
        "SET standard_conforming_strings = on;",
        "SET check_function_bodies = false;",
        "SET xmloption = content;",
        "SET client_min_messages = warning;",
        "SET row_security = off;",
        "SET default_tablespace = '';",
        "SET default_table_access_method = heap;",
        "SET default_toast_compression = 'lz4';",
        "SELECT pg_catalog.set_config('search_path', '', false);",
        "\\restrict SFkUgJ1\n",
        "\\unrestrict SFkUgJ1\n",
        "\\connect db\n",
        "ALTER TABLE public.t OWNER TO bob;",
        "ALTER SEQUENCE public.s OWNER TO bob;",
        "ALTER SCHEMA public OWNER TO pg_database_owner;",
        "ALTER FUNCTION public.f() OWNER TO bob;",
        "ALTER FOREIGN TABLE public.ft OWNER TO bob;",
        "ALTER FOREIGN DATA WRAPPER w OWNER TO bob;",
        "ALTER SERVER srv OWNER TO bob;",
        "ALTER PUBLICATION pub OWNER TO bob;",
        "COMMENT ON SCHEMA public IS 'standard public schema';",
        "ALTER TABLE ONLY public.t REPLICA IDENTITY NOTHING;",
        "ALTER TABLE ONLY public.t FORCE ROW LEVEL SECURITY;",
        "ALTER TABLE public.t SET WITHOUT CLUSTER;",
        "ALTER TABLE ONLY public.t ALTER COLUMN id SET STATISTICS 100;",
    ],
)
def test_settings_and_owners_are_understood_and_change_nothing_else(statement: str) -> None:
    """What an ALTER of a table's own says is looked at elsewhere; nothing else may differ."""
    before, after = read(GIVEN), read(f"{GIVEN}\n{statement}")
    assert {o.key for o in before.objects} == {o.key for o in after.objects}
    differing = [o.key.name for o in after.objects if o not in before.objects]
    assert differing in ([], ["t"])


@pytest.mark.parametrize(
    ("statement", "cls", "named"),
    [
        ("SECURITY LABEL FOR x ON TABLE public.t IS 'y';", UnsupportedError, "a security label"),
        ("CREATE DATABASE d WITH TEMPLATE = template0;", UnsupportedError, "a database: d"),
        ("ALTER DATABASE d SET search_path TO 'a';", UnsupportedError, "a database: d"),
        ("COMMENT ON DATABASE d IS 'x';", UnsupportedError, "a comment on a database"),
        ("SET SESSION AUTHORIZATION 'bob';", NotDdlError, "SET SESSION AUTHORIZATION"),
        ("SET ROLE bob;", NotDdlError, "SET ROLE"),
        ("SET default_tablespace = ts;", NotDdlError, "SET default_tablespace to ts"),
        ("SET client_encoding = 'LATIN1';", NotDdlError, "SET client_encoding to LATIN1"),
        ("SELECT pg_catalog.setval('public.s', 42, true);", NotDdlError, "SELECT setval()"),
        ("SELECT pg_catalog.lo_create('123');", NotDdlError, "SELECT lo_create()"),
        (
            "SELECT * FROM pg_catalog.pg_restore_relation_stats('version', '180000'::integer);",
            NotDdlError,
            "SELECT pg_restore_relation_stats()",
        ),
        (
            "SELECT * FROM pg_catalog.pg_restore_attribute_stats('version', '180000'::integer);",
            NotDdlError,
            "SELECT pg_restore_attribute_stats()",
        ),
        (
            "SELECT pg_catalog.binary_upgrade_set_next_pg_type_oid('1'::pg_catalog.oid);",
            NotDdlError,
            "SELECT binary_upgrade_set_next_pg_type_oid()",
        ),
        ("ALTER LARGE OBJECT 123 OWNER TO bob;", UnsupportedError, "a large object"),
        ("COMMENT ON LARGE OBJECT 123 IS 'x';", UnsupportedError, "a comment on a large object"),
        ("GRANT SELECT ON LARGE OBJECT 123 TO bob;", UnsupportedError, "privileges on a large object"),
        (
            "ALTER DEFAULT PRIVILEGES FOR ROLE a GRANT SELECT ON LARGE OBJECTS TO b;",
            UnsupportedError,
            "default privileges on large objects",
        ),
        ("COPY public.t (id) FROM stdin;", NotDdlError, "COPY"),
        ("REFRESH MATERIALIZED VIEW public.mv;", NotDdlError, "REFRESH"),
        ("GRANT CONNECT ON DATABASE d TO bob;", UnsupportedError, "privileges on a database"),
        ("GRANT SET ON PARAMETER x TO bob;", UnsupportedError, "privileges on a server setting"),
        ("DROP OWNED BY bob;", UnsupportedError, "what a role owns"),
        ("IMPORT FOREIGN SCHEMA a FROM SERVER srv INTO public;", NotDdlError, "IMPORT"),
        (
            f"CREATE USER MAPPING FOR bob SERVER srv OPTIONS (password '{SECRET}');",
            UnsupportedError,
            "a user mapping: bob ON srv",
        ),
        (
            f"ALTER USER MAPPING FOR bob SERVER srv OPTIONS (SET password '{SECRET}');",
            UnsupportedError,
            "a user mapping: bob ON srv",
        ),
        (f"CREATE SUBSCRIPTION x CONNECTION 'password={SECRET}' PUBLICATION p;", UnsupportedError, "a subscription: x"),
        (f"ALTER SUBSCRIPTION x CONNECTION 'password={SECRET}';", UnsupportedError, "a subscription: x"),
        ("COMMENT ON SUBSCRIPTION x IS 'y';", UnsupportedError, "a comment on a subscription"),
        (f"CREATE ROLE bob PASSWORD '{SECRET}';", UnsupportedError, "a role: bob"),
    ],
)
def test_the_rest_is_refused_by_name(statement: str, cls: type[SourceError], named: str) -> None:
    with pytest.raises(cls) as caught:
        read(f"{GIVEN}\n{statement}")
    assert named in caught.value.message
    assert caught.value.hint
    assert caught.value.place is not None
    assert SECRET not in shown(caught.value)


def shown(error: SchemactlError) -> str:
    return f"{error.message} {error.hint} {error.subject} {error.place.caret() if error.place else ''}"


def test_the_default_access_method_is_that_of_tables_without_one() -> None:
    found = read(
        """SET default_table_access_method = columnar;
        CREATE TABLE a (id int); CREATE TABLE b (id int) USING heap; CREATE TABLE p (id int) PARTITION BY LIST (id);
        CREATE TABLE c PARTITION OF p DEFAULT; CREATE MATERIALIZED VIEW v AS SELECT 1 AS x;
        SET default_table_access_method = heap;
        CREATE TABLE d (id int);"""
    )
    methods = {
        o.name: o.options.access_method
        for o in found.objects
        if isinstance(o, Table | View) and isinstance(o.options, TableOptions | MaterializedOptions)
    }
    assert methods == {"a": "columnar", "p": None, "c": "columnar", "v": "columnar"}


# publications


def published(text: str) -> dict[str, tuple[str, ...]]:
    """`publication table: columns` of what the script publishes."""
    return {f"{o.name} {o.on.path}": o.columns for o in read(text).objects if isinstance(o, PublishedTable)}


def test_a_publication_may_stand_before_its_tables() -> None:
    text = "CREATE PUBLICATION p FOR TABLE t (b, a) WHERE (a > 0); CREATE TABLE t (a int, b int);"
    assert published(text) == {"p public.t": ("a", "b")}


def test_published_tables_follow_what_becomes_of_them() -> None:
    text = "CREATE TABLE t (a int, b int); CREATE TABLE u (a int); CREATE PUBLICATION p FOR TABLE t (a), u;"
    assert published(text + "ALTER TABLE t RENAME TO v; ALTER TABLE v RENAME a TO c;") == {
        "p public.u": (),
        "p public.v": ("c",),
    }
    assert published(text + "DROP TABLE t;") == {"p public.u": ()}
    assert published(text + "ALTER TABLE t DROP COLUMN a CASCADE;") == {"p public.u": ()}
    assert published(text + "ALTER PUBLICATION p SET TABLE t;") == {"p public.t": ()}
    assert published(text + "ALTER PUBLICATION p RENAME TO q;") == {"q public.t": ("a",), "q public.u": ()}
    assert published(text + "ALTER PUBLICATION p DROP TABLE t;") == {"p public.u": ()}
    assert published(text + "DROP PUBLICATION p;") == {}


def test_without_only_the_heirs_of_a_table_are_published_too() -> None:
    text = "CREATE TABLE t (a int); CREATE TABLE u () INHERITS (t); CREATE PUBLICATION p FOR TABLE "
    assert published(text + "t WHERE (a > 1);") == {"p public.t": (), "p public.u": ()}
    assert published(text + "ONLY t;") == {"p public.t": ()}
    parts = "CREATE TABLE m (a int) PARTITION BY LIST (a); CREATE TABLE n PARTITION OF m DEFAULT; CREATE PUBLICATION p FOR TABLE m;"
    assert published(parts) == {"p public.m": ()}


def test_the_words_table_and_schema_hold_until_the_next() -> None:
    text = "CREATE SCHEMA s; CREATE TABLE t (a int); CREATE TABLE u (a int);"
    found = read(
        text
        + "CREATE PUBLICATION p FOR TABLES IN SCHEMA s, CURRENT_SCHEMA, TABLE t, u WITH (publish = 'TRUNCATE,insert');"
    )
    (publication,) = (o for o in found.objects if isinstance(o, Publication))
    assert publication.schemas == ("public", "s")
    assert publication.publish == ("insert", "truncate")
    assert len([o for o in found.objects if isinstance(o, PublishedTable)]) == 2


@pytest.mark.parametrize(
    ("statement", "cls", "named"),
    [
        ("CREATE PUBLICATION p FOR TABLE nothing;", MissingObjectError, "nothing"),
        ("CREATE PUBLICATION p FOR TABLE t (nothing);", MissingObjectError, "public.t.nothing"),
        ("CREATE PUBLICATION p FOR TABLE t, t;", SourceError, "published table public.t.p is created twice"),
        ("CREATE PUBLICATION pub;", SourceError, "publication pub is created twice"),
        ("CREATE PUBLICATION p FOR t;", SqlSyntaxError, "expected TABLE or TABLES IN SCHEMA"),
        ("CREATE PUBLICATION p FOR ALL SEQUENCES;", SqlSyntaxError, "expected TABLE or TABLES IN SCHEMA"),
        ("CREATE PUBLICATION p WITH (publish = 'upsert');", SqlSyntaxError, "upsert cannot be published"),
        ("CREATE PUBLICATION p WITH (strange = 1);", SqlSyntaxError, "strange is no parameter"),
        ("CREATE PUBLICATION p FOR TABLE ft;", SqlSyntaxError, "a foreign table cannot be published"),
        ("CREATE PUBLICATION p FOR ALL TABLES; ALTER PUBLICATION p ADD TABLE t;", SqlSyntaxError, "is for all tables"),
        ("ALTER PUBLICATION pub DROP TABLE ft;", SqlSyntaxError, "a foreign table cannot be published"),
        ("DROP PUBLICATION nothing;", MissingObjectError, "nothing"),
        ("ALTER TABLE t DROP COLUMN id; CREATE PUBLICATION p FOR TABLE t (id);", MissingObjectError, "public.t.id"),
        (
            "CREATE PUBLICATION p FOR TABLE t WHERE (id > 1); ALTER TABLE t DROP COLUMN id;",
            SqlSyntaxError,
            "the publication p needs it",
        ),
    ],
)
def test_a_wrong_publication_is_refused(statement: str, cls: type[SourceError], named: str) -> None:
    with pytest.raises(cls) as caught:
        read(f"{GIVEN}\n{statement}")
    assert named in caught.value.message


# wrappers, servers and foreign tables


def test_options_are_added_set_and_dropped() -> None:
    found = read(
        GIVEN
        + """ALTER SERVER srv VERSION '2' OPTIONS (SET host 'b', ADD port '1', dbname 'd');
        ALTER SERVER srv OPTIONS (DROP port, "add" 'x', drop 'y');
        ALTER SERVER srv RENAME TO moved;
        ALTER FOREIGN DATA WRAPPER w VALIDATOR postgresql_fdw_validator OPTIONS (debug '1');
        ALTER FOREIGN TABLE ft ALTER COLUMN id OPTIONS (column_name 'ID'), OPTIONS (SET table_name 'u');"""
    )
    server = next(o for o in found.objects if isinstance(o, ForeignServer))
    assert (server.name, server.version) == ("moved", "2")
    assert server.settings == (("add", "x"), ("dbname", "d"), ("drop", "y"), ("host", "b"))
    wrapper = next(o for o in found.objects if isinstance(o, ForeignWrapper))
    assert (wrapper.settings, wrapper.validator is not None) == ((("debug", "1"),), True)
    table = found.table("public", "ft")
    assert table is not None and isinstance(table.options, TableOptions) and table.options.foreign is not None
    assert (table.options.foreign.server, table.options.foreign.settings) == ("moved", (("table_name", "u"),))
    assert isinstance(table.columns[0].options, ColumnOptions)
    assert table.columns[0].options.foreign == (("column_name", "ID"),)


@pytest.mark.parametrize(
    ("statement", "cls", "named"),
    [
        ("CREATE SERVER srv FOREIGN DATA WRAPPER w;", SourceError, "foreign server srv is created twice"),
        ("CREATE SERVER x;", SqlSyntaxError, "expected FOREIGN DATA WRAPPER"),
        (
            "CREATE SERVER x FOREIGN DATA WRAPPER w OPTIONS (a 'b', a 'c');",
            SqlSyntaxError,
            "the option a is given twice",
        ),
        ("ALTER SERVER srv OPTIONS (DROP nothing);", SqlSyntaxError, "there is no option nothing"),
        ("ALTER SERVER srv OPTIONS (ADD host 'x');", SqlSyntaxError, "the option host is there already"),
        ("DROP SERVER srv;", SqlSyntaxError, "table public.ft needs it"),
        ("DROP FOREIGN DATA WRAPPER w;", SqlSyntaxError, "foreign server srv needs it"),
        ("CREATE FOREIGN DATA WRAPPER x HANDLER nothing;", MissingObjectError, "a function nothing"),
        ("CREATE FOREIGN TABLE x (id int PRIMARY KEY) SERVER srv;", SqlSyntaxError, "a foreign table has no keys"),
        ("ALTER TABLE ft ADD UNIQUE (id);", SqlSyntaxError, "a foreign table has no keys"),
        ("CREATE INDEX ON ft (id);", SqlSyntaxError, "a foreign table has no indexes"),
        ("ALTER FOREIGN TABLE t ADD x int;", SqlSyntaxError, "public.t is no foreign table"),
        ("DROP FOREIGN TABLE t;", SqlSyntaxError, "public.t is no foreign table"),
        ("ALTER FOREIGN TABLE ft ENABLE ROW LEVEL SECURITY;", SqlSyntaxError, "a foreign table knows no ENABLE"),
        ("CREATE FOREIGN TABLE x (id int);", SqlSyntaxError, "expected SERVER"),
        ("ALTER TABLE t OPTIONS (a 'b');", SqlSyntaxError, '"OPTIONS" is not understood'),
        (
            "CREATE TABLE m (id int PRIMARY KEY) PARTITION BY LIST (id); CREATE FOREIGN TABLE x PARTITION OF m DEFAULT SERVER srv;",
            SqlSyntaxError,
            "cannot have m_pkey",
        ),
        ("GRANT USAGE ON FOREIGN SERVER nothing TO bob;", MissingObjectError, "nothing"),
        ("GRANT SELECT ON FOREIGN SERVER srv TO bob;", SqlSyntaxError, "SELECT is no privilege of a foreign server"),
    ],
)
def test_what_the_server_would_not_take_is_refused(statement: str, cls: type[SourceError], named: str) -> None:
    with pytest.raises(cls) as caught:
        read(f"{GIVEN}\n{statement}")
    assert named in caught.value.message


@pytest.mark.parametrize(
    "options",
    [
        f"password '{SECRET}'",
        f"host 'h', sslpassword '{SECRET}'",
        f"passfile '{SECRET}'",
        f"\"Api_Key\" '{SECRET}'",
        f"aws_secret_access_key '{SECRET}'",
        f"access_token '{SECRET}'",
        f"dsn 'host=h password={SECRET}'",
        f"url 'https://me:{SECRET}@h/'",
        f"host 'h' '{SECRET}'",
        f"host {SECRET}",
        f"host 'h', '{SECRET}'",
        f"host 'h', 1 '{SECRET}'",
        f"host 'h') nonsense (x '{SECRET}'",
    ],
)
@pytest.mark.parametrize(
    "statement",
    [
        "CREATE FOREIGN DATA WRAPPER x OPTIONS ({});",
        "ALTER FOREIGN DATA WRAPPER w OPTIONS (ADD {});",
        "CREATE SERVER x FOREIGN DATA WRAPPER w OPTIONS ({});",
        "ALTER SERVER srv OPTIONS (SET {});",
        "CREATE FOREIGN TABLE x (id int) SERVER srv OPTIONS ({});",
        "CREATE FOREIGN TABLE x (id int OPTIONS ({})) SERVER srv;",
        "ALTER FOREIGN TABLE ft OPTIONS (ADD {});",
        "ALTER FOREIGN TABLE ft ALTER id OPTIONS ({});",
    ],
)
def test_what_may_be_secret_is_refused_and_never_shown(statement: str, options: str) -> None:
    with pytest.raises(SourceError) as caught:
        read(GIVEN + statement.format(options))
    assert SECRET not in shown(caught.value)


@pytest.mark.parametrize("option", ["tokenizer", "keyspace", "passive", "author", "key_file_format", "bypass"])
def test_what_only_resembles_a_secret_is_read(option: str) -> None:
    assert read(f"{GIVEN} ALTER SERVER srv OPTIONS (ADD {option} 'x');")
