"""The reader of routines and triggers: what a signature means, what becomes of it, and errors with their place."""

from __future__ import annotations

import pytest

from schemactl.dialect import SourceText
from schemactl.errors import (
    DuplicateObjectError,
    MissingObjectError,
    SourceError,
    SqlSyntaxError,
    UnknownTypeError,
    UnsupportedError,
)
from schemactl.model import Aggregate, Catalog, Routine, Trigger
from schemactl_postgres.read import read


def catalog(text: str) -> Catalog:
    return read([SourceText(name="a.sql", text=text)], default_schema="public").catalog


def routine(head: str, tail: str = "RETURNS int LANGUAGE sql AS ''") -> Routine:
    (found,) = [o for o in catalog(f"CREATE FUNCTION {head} {tail}").objects if isinstance(o, Routine)]
    return found


KEYS = {
    "f()": "f()",
    "f(int, varchar(9), char, bit(3), timestamp(3) with time zone)": (
        "f(integer, character varying, character, bit, timestamp with time zone)"
    ),
    "f(a double precision, double precision, int[3], numeric(3,1)[] = '{}')": (
        "f(double precision, double precision, integer[], numeric[])"
    ),
    "f(IN a int, INOUT b int, VARIADIC c text[])": "f(integer, integer, text[])",
    "f(a in int, b variadic text[])": "f(integer, text[])",
    'f("IN" int, "char", "a b" text)': 'f(integer, "char", text)',
    "f(interval year to month, time, national character varying(3))": (
        "f(interval, time without time zone, character varying)"
    ),
    'f(anyelement, "any", internal, pg_catalog.record, cstring[])': 'f(anyelement, "any", internal, record, cstring[])',
    "s.f(x date DEFAULT (1, 2)::text)": "f(date)",
    '"F x"(pg_class)': "F x(pg_class)",
}


@pytest.mark.parametrize("head", KEYS)
def test_the_key_names_the_types_that_a_caller_gives(head: str) -> None:
    result = "RETURNS int LANGUAGE sql AS ''" if "INOUT" not in head else "LANGUAGE sql AS ''"
    assert routine(head, result).key.name == KEYS[head]


def test_a_result_that_is_implied() -> None:
    one, two = routine("f(out a int)", "LANGUAGE sql AS ''"), routine("f(out a int, out b int)", "LANGUAGE sql AS ''")
    assert (str(one.returns), str(two.returns)) == ("integer", "record")
    table = routine("f()", "RETURNS TABLE (a int, b text) LANGUAGE sql AS ''")
    assert [a.mode for a in table.arguments] == ["TABLE", "TABLE"]
    assert table.returns_set


def test_attributes_stand_in_any_order_and_what_is_assumed_is_not_kept() -> None:
    first = routine("f()", "RETURNS int LANGUAGE SQL RETURNS NULL ON NULL INPUT AS ''")
    assert (first.language, first.strict) == ("sql", True)
    second = routine("f()", "RETURNS SETOF int COST 100 ROWS 1000 AS 'x' LANGUAGE 'SQL' NOT LEAKPROOF IMMUTABLE")
    assert (second.cost, second.rows, second.volatility, second.body) == (None, None, "IMMUTABLE", "x")
    third = routine("f()", "RETURNS int LANGUAGE c AS 'lib'")
    assert (third.library, third.body) == ("lib", "f")


def test_settings_are_kept_as_the_server_keeps_them() -> None:
    found = routine(
        "f()",
        "RETURNS int LANGUAGE sql SET search_path = a, \"B c\", '' SET work_mem TO '1MB' SET TIME ZONE 'UTC' "
        "SET statement_timeout = 5 SET enable_sort TO off AS ''",
    )
    assert found.settings == (
        ("search_path", 'a, "B c", ""'),
        ("work_mem", "1MB"),
        ("timezone", "UTC"),
        ("statement_timeout", "5"),
        ("enable_sort", "off"),
    )


FUNCTION = "CREATE FUNCTION f(a int) RETURNS int LANGUAGE sql AS '';\n"


def test_what_becomes_of_a_routine() -> None:
    found = catalog(
        FUNCTION
        + """
        CREATE FUNCTION f(a text) RETURNS int LANGUAGE sql AS '';
        CREATE OR REPLACE FUNCTION f(b int) RETURNS int LANGUAGE sql AS 'new';
        ALTER FUNCTION f(int) OWNER TO somebody;
        ALTER FUNCTION f(x int) STABLE SECURITY DEFINER SET search_path TO '' RESET ALL;
        COMMENT ON FUNCTION f(integer) IS 'kept';
        ALTER ROUTINE f(text) RENAME TO g;
        ALTER FUNCTION g SET SCHEMA other;
        CREATE PROCEDURE gone(a int) LANGUAGE sql AS '';
        DROP ROUTINE gone;
        DROP FUNCTION IF EXISTS nothing(int), nothing;
        """
    )
    routines = [o for o in found.objects if isinstance(o, Routine)]
    assert [o.key.path for o in routines] == ["other.g(text)", "public.f(integer)"]
    assert (routines[1].body, routines[1].volatility, routines[1].comment) == ("new", "STABLE", "kept")
    assert routines[1].settings == ()


def test_triggers_follow_their_table() -> None:
    found = catalog(
        """
        CREATE TRIGGER early AFTER INSERT OR UPDATE OF a ON app.t EXECUTE PROCEDURE f(1, 'b', c);
        CREATE TABLE u (a int);
        CREATE TRIGGER gone BEFORE DELETE ON u FOR EACH ROW EXECUTE FUNCTION s.f();
        DROP TABLE u;
        CREATE TABLE app.t (a int);
        """
    )
    assert [o.key.path for o in found.objects if isinstance(o, Trigger)] == ["app.t.early"]
    found = catalog(
        """
        CREATE TABLE t (a int);
        CREATE TRIGGER early AFTER INSERT OR UPDATE OF a ON t EXECUTE PROCEDURE f(1, 'b', c);
        ALTER TABLE t DISABLE TRIGGER early;
        ALTER TRIGGER early ON t RENAME TO late;
        ALTER TABLE t RENAME a TO b;
        ALTER TABLE t RENAME TO moved;
        """
    )
    (trigger,) = [o for o in found.objects if isinstance(o, Trigger)]
    assert trigger.key.path == "public.moved.late"
    assert (trigger.events, trigger.columns, trigger.arguments) == (("INSERT", "UPDATE"), ("b",), ("1", "b", "c"))
    assert (trigger.enabled, trigger.for_each_row) == ("D", False)


def test_both_forms_of_an_aggregate_are_one() -> None:
    new = catalog("CREATE AGGREGATE a(int) (SFUNC = int4pl, STYPE = int4, PARALLEL = UNSAFE, SSPACE = 0)")
    old = catalog("CREATE AGGREGATE a (BASETYPE = int, SFUNC1 = int4pl, STYPE1 = integer)")
    assert new == old
    (found,) = new.objects
    assert isinstance(found, Aggregate)
    assert found.options == (("sfunc", "int4pl"), ("stype", "integer"))


ERRORS = [
    (FUNCTION + FUNCTION, DuplicateObjectError, "2:17"),
    ("CREATE FUNCTION f() LANGUAGE sql AS ''", SqlSyntaxError, "1:17"),
    ("CREATE FUNCTION f() RETURNS int LANGUAGE sql", SqlSyntaxError, "1:17"),
    ("CREATE FUNCTION f() RETURNS int AS ''", SqlSyntaxError, "1:17"),
    ("CREATE FUNCTION f() RETURNS int AS '' LANGUAGE sql FAST", SqlSyntaxError, "1:52"),
    ("CREATE FUNCTION f() RETURNS int AS '' STABLE VOLATILE LANGUAGE sql", SqlSyntaxError, "1:46"),
    ("CREATE FUNCTION f(out a int) RETURNS text AS '' LANGUAGE sql", SqlSyntaxError, "1:38"),
    ("CREATE FUNCTION f(serial) RETURNS int AS '' LANGUAGE sql", UnknownTypeError, "1:19"),
    ("CREATE FUNCTION f(t.a%TYPE) RETURNS int AS '' LANGUAGE sql", UnsupportedError, "1:19"),
    ("CREATE FUNCTION f(int) RETURNS int TRANSFORM FOR TYPE x AS '' LANGUAGE sql", UnsupportedError, "1:36"),
    ("CREATE FUNCTION f() RETURNS int SET a FROM CURRENT AS '' LANGUAGE sql", UnsupportedError, "1:37"),
    (FUNCTION + "DROP FUNCTION f(text)", MissingObjectError, "2:15"),
    (FUNCTION + "DROP PROCEDURE f(int)", MissingObjectError, "2:16"),
    (FUNCTION + "COMMENT ON FUNCTION g(int) IS 'x'", MissingObjectError, "2:21"),
    (FUNCTION + FUNCTION.replace("int)", "text)") + "DROP FUNCTION f", SqlSyntaxError, "3:15"),
    ("CREATE TRIGGER a AFTER INSERT ON t EXECUTE FUNCTION f()", MissingObjectError, "1:34"),
    ("CREATE TABLE t (a int); CREATE TRIGGER a INSERT ON t EXECUTE FUNCTION f()", SqlSyntaxError, "1:42"),
    ("CREATE TABLE t (a int); CREATE TRIGGER a AFTER SELECT ON t EXECUTE FUNCTION f()", SqlSyntaxError, "1:48"),
    ("CREATE TABLE t (a int); DROP TRIGGER a ON t", MissingObjectError, "1:38"),
    ("CREATE TABLE t (a int UNIQUE DEFERRABLE); ALTER TABLE t DISABLE TRIGGER ALL", UnsupportedError, "1:73"),
    ("CREATE AGGREGATE a(int) (SFUNC = int4pl)", SqlSyntaxError, "1:18"),
    ("CREATE AGGREGATE a(int) (SFUNC = int4pl, STYPE = int, SPEED = 3)", SqlSyntaxError, "1:55"),
    ("CREATE EVENT TRIGGER e ON ddl_command_end WHEN day IN ('x') EXECUTE FUNCTION f()", SqlSyntaxError, "1:48"),
    ("DROP EVENT TRIGGER e", MissingObjectError, "1:20"),
]


@pytest.mark.parametrize(("text", "error", "place"), ERRORS)
def test_an_error_says_where(text: str, error: type[SourceError], place: str) -> None:
    with pytest.raises(SourceError) as caught:
        catalog(text)
    assert type(caught.value) is error
    assert caught.value.place is not None
    assert f"{caught.value.place.line}:{caught.value.place.column}" == place
