"""The reader on types, statistics, collations and hints: what it makes of them, and its errors with their place."""

from __future__ import annotations

import pytest

from schemactl.dialect import SourceText
from schemactl.errors import DuplicateObjectError, MissingObjectError, SourceError, SqlSyntaxError, UnsupportedError
from schemactl.model import Composite, Desired, Domain, Kind, ObjectKey, Range, Statistics
from schemactl_postgres.read import read
from schemactl_postgres.read.range_type import multirange_name


def desired(text: str) -> Desired:
    return read([SourceText(name="a.sql", text=text)], default_schema="public")


def only(text: str, kind: type) -> object:
    return next(o for o in desired(text).catalog.objects if isinstance(o, kind))


def test_alter_domain_leads_where_the_server_gets_to() -> None:
    domain = only(
        """
        CREATE DOMAIN d AS text DEFAULT 'a' CONSTRAINT one CHECK (VALUE <> '') CHECK (VALUE <> 'x');
        ALTER DOMAIN d DROP DEFAULT;
        ALTER DOMAIN d SET NOT NULL;
        ALTER DOMAIN d RENAME CONSTRAINT one TO two;
        ALTER DOMAIN d ADD CONSTRAINT late CHECK (length(VALUE) > 1) NOT VALID;
        ALTER DOMAIN d VALIDATE CONSTRAINT late;
        ALTER DOMAIN d DROP CONSTRAINT IF EXISTS nowhere;
        ALTER DOMAIN d DROP CONSTRAINT d_check;
        ALTER DOMAIN d ADD CHECK (VALUE ~ 'b');
        COMMENT ON CONSTRAINT two ON DOMAIN d IS 'text';
        ALTER DOMAIN d RENAME TO e;
        """,
        Domain,
    )
    assert isinstance(domain, Domain)
    assert (domain.name, domain.default, domain.nullable) == ("e", None, False)
    assert [(c.name, c.validated, c.comment) for c in domain.constraints] == [
        ("d_check", True, None),
        ("late", True, None),
        ("two", True, "text"),
    ]


def test_a_domain_over_a_domain_takes_its_default() -> None:
    found = desired("CREATE DOMAIN a AS text DEFAULT 'x'; CREATE DOMAIN b AS a; ALTER DOMAIN a DROP DEFAULT;")
    defaults = {o.name: o.default for o in found.catalog.objects if isinstance(o, Domain)}
    assert defaults["a"] is None
    assert str(defaults["b"]) == "'x'"


def test_alter_type_leads_where_the_server_gets_to() -> None:
    it = only(
        """
        CREATE TYPE t AS (a int, b text COLLATE "C", c date);
        ALTER TYPE t ADD ATTRIBUTE d text, DROP ATTRIBUTE a CASCADE, ALTER ATTRIBUTE b SET DATA TYPE varchar(3);
        ALTER TYPE t RENAME ATTRIBUTE c TO e;
        """,
        Composite,
    )
    assert isinstance(it, Composite)
    assert [(a.name, a.type.text, a.collation) for a in it.attributes] == [
        ("b", "character varying(3)", None),
        ("e", "date", None),
        ("d", "text", None),
    ]


def test_types_follow_the_type_that_is_renamed_beneath_them() -> None:
    found = desired(
        "CREATE TYPE m AS ENUM ('a'); CREATE DOMAIN d AS m; CREATE TYPE c AS (x m[]); ALTER TYPE m RENAME TO n;"
    )
    texts = {
        o.key.name: [o.type.text] if isinstance(o, Domain) else [a.type.text for a in o.attributes]
        for o in found.catalog.objects
        if isinstance(o, Domain | Composite)
    }
    assert texts == {"d": ["public.n"], "c": ["public.n[]"]}


@pytest.mark.parametrize(
    ("name", "multirange"),
    [("floatrange", "floatmultirange"), ("span", "span_multirange"), ("range_of", "multirange_of")],
)
def test_the_name_of_a_multirange(name: str, multirange: str) -> None:
    assert multirange_name(name) == multirange
    it = only(f"CREATE TYPE {name} AS RANGE (subtype = float8)", Range)
    assert isinstance(it, Range)
    assert it.multirange == multirange


def test_statistics_go_with_their_columns_and_follow_them() -> None:
    it = only(
        """
        CREATE TABLE t (a int, b int, c int);
        CREATE STATISTICS s ON a, b, (a + c) FROM t;
        CREATE STATISTICS gone ON b, c FROM t;
        ALTER TABLE t RENAME COLUMN a TO x;
        ALTER STATISTICS gone RENAME TO really;
        ALTER TABLE t RENAME TO u;
        DROP STATISTICS really;
        """,
        Statistics,
    )
    assert isinstance(it, Statistics)
    assert (it.table.name, it.columns, [e.text for e in it.expressions]) == ("u", ("b", "x"), ["x + c"])


def test_hints_belong_to_what_they_stand_above_or_behind() -> None:
    found = desired(
        """
        -- schemactl:renamed from=a
        -- what it is for
        CREATE TABLE t (
            id serial PRIMARY KEY, -- @renamed from="Old Id"
            -- schemactl:renamed from=was
            name text
        );
        CREATE INDEX i /* @renamed from=public.old_i */ ON t (name);
        """
    )

    def part(kind: Kind, name: str) -> ObjectKey:
        return ObjectKey(kind=kind, schema="public", table="t", name=name)

    assert found.renames == {
        ObjectKey(kind=Kind.TABLE, schema="public", name="t"): ObjectKey(kind=Kind.TABLE, schema="public", name="a"),
        part(Kind.COLUMN, "id"): part(Kind.COLUMN, "Old Id"),
        part(Kind.COLUMN, "name"): part(Kind.COLUMN, "was"),
        part(Kind.INDEX, "i"): part(Kind.INDEX, "old_i"),
    }


@pytest.mark.parametrize(
    ("text", "error", "column"),
    [
        ("CREATE DOMAIN d AS serial", SqlSyntaxError, 20),
        ("CREATE DOMAIN d AS text NULL NOT NULL", SqlSyntaxError, 30),
        ("CREATE DOMAIN d AS text UNIQUE", SqlSyntaxError, 25),
        ("CREATE DOMAIN d AS text; CREATE TYPE d AS ENUM ('a')", DuplicateObjectError, 38),
        ("ALTER DOMAIN d SET NOT NULL", MissingObjectError, 14),
        ("CREATE DOMAIN d AS int; ALTER DOMAIN d VALIDATE CONSTRAINT c", MissingObjectError, 60),
        ("CREATE DOMAIN d AS int; CREATE TABLE t (a d); DROP DOMAIN d", SqlSyntaxError, 59),
        ("CREATE TYPE t AS (a int, a text)", DuplicateObjectError, 26),
        ("CREATE TYPE t AS (a int); ALTER TYPE t DROP ATTRIBUTE b", MissingObjectError, 55),
        ("CREATE TYPE t AS RANGE (collation = x)", SqlSyntaxError, 13),
        ("CREATE TYPE t AS RANGE (subtype = int4, size = 3)", SqlSyntaxError, 41),
        ("CREATE TYPE t (input = f)", UnsupportedError, 13),
        ("CREATE TABLE t (a int); CREATE STATISTICS s ON a FROM t", SqlSyntaxError, 43),
        ("CREATE TABLE t (a int); CREATE STATISTICS s (sizes) ON a, a FROM t", SqlSyntaxError, 46),
        ("CREATE COLLATION c (provider = dbase)", SqlSyntaxError, 20),
        ('CREATE COLLATION c FROM "C"', UnsupportedError, 25),
        ("CREATE TABLE t (); -- x\n-- schemactl:renamed from=u", SqlSyntaxError, 1),
    ],
)
def test_errors_name_the_place(text: str, error: type[SourceError], column: int) -> None:
    with pytest.raises(error) as caught:
        desired(text)
    assert caught.value.place is not None
    assert caught.value.place.column == column
