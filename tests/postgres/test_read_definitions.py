"""The reader on operators, casts, text search and their like: what statements lead to, and errors with their place."""

from __future__ import annotations

import pytest

from schemactl.dialect import SourceText
from schemactl.errors import DuplicateObjectError, MissingObjectError, SourceError, SqlSyntaxError, UnsupportedError
from schemactl.model import Definition, Desired, Extension
from schemactl_postgres.read import read


def desired(*texts: str) -> Desired:
    sources = [SourceText(name=f"{n}.sql", text=text) for n, text in enumerate(texts)]
    return read(sources, default_schema="public")


def definitions(*texts: str) -> dict[str, Definition]:
    return {str(o.key): o for o in desired(*texts).catalog.objects if isinstance(o, Definition)}


def test_alter_operator_leads_where_the_server_gets_to() -> None:
    found = definitions(
        """
        CREATE OPERATOR === (PROCEDURE = int4eq, LEFTARG = int, RIGHTARG = int4, RESTRICT = eqsel, SORT1 = <);
        ALTER OPERATOR public.=== (integer, integer) SET (RESTRICT = NONE, JOIN = eqjoinsel, HASHES);
        CREATE OPERATOR !! (FUNCTION = int4um, RIGHTARG = int);
        DROP OPERATOR !! (NONE, int);
        """
    )
    assert dict(found["operator public.===(integer, integer)"].properties) == {
        "function": "int4eq",
        "hashes": "",
        "join": "eqjoinsel",
        "merges": "",
    }
    assert len(found) == 1


def test_an_operator_is_linked_back_by_one_made_later() -> None:
    one = "CREATE OPERATOR <<< (FUNCTION = int4lt, LEFTARG = int, RIGHTARG = bigint);"
    other = "CREATE OPERATOR >>> (FUNCTION = int4gt, LEFTARG = bigint, RIGHTARG = int, COMMUTATOR = <<<);"
    key = "operator public.<<<(integer, bigint)"
    assert definitions(one + other)[key].get("commutator") == "OPERATOR(public.>>>)"
    # The other way round, the server puts the new one in the place of the name that it had noted.
    assert definitions(other + one)[key].get("commutator") is None


def test_names_of_later_files_are_found() -> None:
    found = definitions(
        "CREATE OPERATOR ~> (FUNCTION = pair_in, LEFTARG = pair, RIGHTARG = pair)",
        "CREATE TYPE pair AS (a int); CREATE FUNCTION pair_in(pair, pair) RETURNS bool LANGUAGE sql AS 'SELECT true'",
    )
    assert found["operator public.~>(public.pair, public.pair)"].get("function") == "public.pair_in"


def test_what_a_class_leaves_out_is_what_the_server_takes() -> None:
    found = definitions(
        """
        CREATE OPERATOR CLASS c FOR TYPE int USING btree AS OPERATOR 1 <, OPERATOR 3 = (int, bigint) FOR SEARCH,
            FUNCTION 1 btint48cmp(int, bigint), FUNCTION 2 btint4sortsupport(internal), STORAGE int;
        """
    )
    assert set(found) == {
        "operator family public.c USING btree",
        "operator class public.c USING btree",
        "member of an operator family public.operator 1 (integer, integer) IN public.c USING btree",
        "member of an operator family public.operator 3 (integer, bigint) IN public.c USING btree",
        "member of an operator family public.function 1 (integer, bigint) IN public.c USING btree",
        "member of an operator family public.function 2 (integer, integer) IN public.c USING btree",
    }
    assert [t.text for t in found["operator class public.c USING btree"].types] == ["integer"]


def test_what_is_dropped_is_gone() -> None:
    assert not definitions(
        """
        CREATE SCHEMA s; CREATE TYPE s.m AS ENUM ('a'); CREATE CAST (s.m AS int) WITH INOUT;
        CREATE TEXT SEARCH DICTIONARY s.d (TEMPLATE = simple); CREATE OPERATOR FAMILY s.f USING gin;
        DROP SCHEMA s CASCADE;
        CREATE CAST (int AS bytea) WITHOUT FUNCTION; DROP CAST (int4 AS bytea); DROP CAST IF EXISTS (int AS bytea);
        CREATE OPERATOR FAMILY f USING btree;
        ALTER OPERATOR FAMILY f USING btree ADD OPERATOR 1 < (int, int), FUNCTION 1 (int, int) btint4cmp(int, int);
        ALTER OPERATOR FAMILY f USING btree DROP FUNCTION 1 (int, int);
        DROP OPERATOR FAMILY f USING btree CASCADE;
        """
    )


def test_a_language_without_a_handler_is_an_extension() -> None:
    text = "CREATE OR REPLACE TRUSTED PROCEDURAL LANGUAGE plperl; ALTER PROCEDURAL LANGUAGE plperl OWNER TO someone"
    (found,) = desired(text).catalog.objects
    assert found == Extension(name="plperl")


ERRORS: list[tuple[str, type[SourceError], str]] = [
    ("CREATE OPERATOR === (LEFTARG = int, RIGHTARG = int)", SqlSyntaxError, "1:17"),
    ("CREATE OPERATOR === (FUNCTION = f, LEFTARG = int)", SqlSyntaxError, "1:17"),
    ("CREATE OPERATOR === (FUNCTION = f, RIGHTARG = int, COLOUR = red)", SqlSyntaxError, "1:52"),
    ("CREATE OPERATOR f (FUNCTION = f, RIGHTARG = int)", SqlSyntaxError, "1:19"),
    ("ALTER OPERATOR === (int, int) SET (RESTRICT = f)", MissingObjectError, "1:16"),
    ("DROP OPERATOR === (int)", SqlSyntaxError, "1:19"),
    ("COMMENT ON OPERATOR === (int, int) IS 'x'", MissingObjectError, "1:21"),
    ("CREATE CAST (int AS text) WITH FUNCTION f AS IMPLICIT", UnsupportedError, "1:41"),
    ("CREATE CAST (int AS text) WITH INOUT AS EXPLICIT", SqlSyntaxError, "1:41"),
    ("CREATE CAST (int AS text) WITH INOUT; CREATE CAST (int4 AS text) WITH INOUT", DuplicateObjectError, "1:51"),
    ("DROP CAST (int AS text)", MissingObjectError, "1:11"),
    ("CREATE OPERATOR CLASS c FOR TYPE int USING btree AS OPERATOR 1 < RECHECK", UnsupportedError, "1:66"),
    ("ALTER OPERATOR FAMILY f USING btree ADD OPERATOR 1 < (int, int)", MissingObjectError, "1:23"),
    ("CREATE OPERATOR FAMILY f USING gin; ALTER OPERATOR FAMILY f USING gin RENAME TO g", UnsupportedError, "1:71"),
    ("CREATE TEXT SEARCH DICTIONARY d (StopWords = a)", SqlSyntaxError, "1:31"),
    ("CREATE TEXT SEARCH CONFIGURATION c (PARSER = p, COPY = simple)", SqlSyntaxError, "1:37"),
    ("CREATE TEXT SEARCH CONFIGURATION c (COPY = other)", UnsupportedError, "1:44"),
    (
        "CREATE TEXT SEARCH CONFIGURATION c (COPY = simple);"
        "ALTER TEXT SEARCH CONFIGURATION c ADD MAPPING FOR word WITH simple",
        DuplicateObjectError,
        "1:102",
    ),
    (
        "CREATE TEXT SEARCH CONFIGURATION c (PARSER = p);ALTER TEXT SEARCH CONFIGURATION c DROP MAPPING FOR word",
        MissingObjectError,
        "1:100",
    ),
    ("CREATE TEXT SEARCH TEMPLATE t (START = f)", SqlSyntaxError, "1:32"),
    ("CREATE LANGUAGE l VALIDATOR f", SqlSyntaxError, "1:17"),
    ("CREATE ACCESS METHOD a TYPE QUEUE HANDLER h", SqlSyntaxError, "1:29"),
    ("CREATE OR REPLACE OPERATOR === (FUNCTION = f, RIGHTARG = int)", SqlSyntaxError, "1:19"),
    ("CREATE TYPE t", UnsupportedError, "1:13"),
]


@pytest.mark.parametrize(("text", "error", "place"), ERRORS, ids=[text for text, _, _ in ERRORS])
def test_errors_have_their_place(text: str, error: type[SourceError], place: str) -> None:
    with pytest.raises(error) as caught:
        desired(text)
    assert caught.value.place is not None
    assert f"{caught.value.place.line}:{caught.value.place.column}" == place
