"""The reader: normal forms, made-up names, errors with their place; and that a server agrees with all of it."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import Any

import pytest
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from schemactl.dialect import SourceText
from schemactl.errors import (
    DuplicateObjectError,
    MissingObjectError,
    NotDdlError,
    SourceError,
    SqlSyntaxError,
    UnknownTypeError,
    UnsupportedError,
)
from schemactl.model import (
    Catalog,
    Check,
    Column,
    Desired,
    Enum,
    Expression,
    Extension,
    ForeignKey,
    Kind,
    NotNull,
    ObjectKey,
    Sequence,
    SequenceOptions,
    Table,
)
from schemactl_postgres.inspect import inspect
from schemactl_postgres.options import ColumnOptions, IndexOptions, TableOptions
from schemactl_postgres.read import read
from tests.support.servers import Database


def script(*texts: str) -> Desired:
    return read([SourceText(name=f"{n}.sql", text=t) for n, t in enumerate(texts)], default_schema="public")


def table(text: str, name: str = "t", schema: str = "public") -> Table:
    found = script(text).catalog.table(schema, name)
    assert found is not None
    return found


def column(clauses: str) -> Column:
    return table(f"CREATE TABLE t (a {clauses})").columns[0]


TYPES = {
    "int": "integer",
    "INT4": "integer",
    "pg_catalog.int4": "integer",
    '"int4"': "integer",
    "smallint": "smallint",
    "int8": "bigint",
    "bool": "boolean",
    "real": "real",
    "float": "double precision",
    "float(24)": "real",
    "float(25)": "double precision",
    "double precision": "double precision",
    "dec(10, 2)": "numeric(10,2)",
    "decimal(10)": "numeric(10,0)",
    "numeric(3,-2)": "numeric(3,-2)",
    "numeric": "numeric",
    "char": "character(1)",
    "national character varying(3)": "character varying(3)",
    "char varying (9)": "character varying(9)",
    "varchar": "character varying",
    "bpchar": "bpchar",
    "bpchar(3)": "character(3)",
    '"char"': '"char"',
    "bit": "bit(1)",
    "bit varying(4)": "bit varying(4)",
    "pg_catalog.bit": '"bit"',
    "timestamp": "timestamp without time zone",
    "timestamp(3) with time zone": "timestamp(3) with time zone",
    "timestamptz(9)": "timestamp(6) with time zone",
    "timetz": "time with time zone",
    "interval(3)": "interval(3)",
    "interval year to month": "interval year to month",
    "interval day to second(2)": "interval day to second(2)",
    "int[3][]": "integer[]",
    "text array[4]": "text[]",
    "public.mood[]": "public.mood[]",
    "vector(3)": "vector(3)",
    '"Odd"[]': '"Odd"[]',
    "geometry(Point, 4326)": "geometry(Point,4326)",
}


@pytest.mark.parametrize(("written", "printed"), TYPES.items())
def test_types_are_spelled_as_the_server_prints_them(written: str, printed: str) -> None:
    assert column(written).type.text == printed


def test_a_type_resolves_to_an_enum_of_the_script_even_a_later_one() -> None:
    enum = ObjectKey(kind=Kind.TYPE, schema="public", name="mood")
    for text in (
        "CREATE TYPE mood AS ENUM ('a'); CREATE TABLE t (a mood[])",
        "CREATE TABLE t (a mood[]); CREATE TYPE mood AS ENUM ('a')",
    ):
        data = table(text).columns[0].type
        assert (data.text, data.uses) == ("public.mood[]", enum)
    assert column("citext").type.uses == ObjectKey(kind=Kind.TYPE, name="citext")


def test_names_fold_and_are_cut_to_63_bytes() -> None:
    long = "é" * 40
    found = table(f'CREATE TABLE T (AbÉ int, "A ""q""" int, {long} int)')
    assert [c.name for c in found.columns] == ["abÉ", 'A "q"', "é" * 31]


def test_serial_is_a_sequence_and_a_default() -> None:
    catalog = script('CREATE TABLE "T" (a smallserial)').catalog
    found = catalog.table("public", "T")
    assert found is not None
    assert not found.columns[0].nullable
    assert found.columns[0].default == Expression(text="", canonical="nextval('public.\"T_a_seq\"'::regclass)")
    assert catalog.get(ObjectKey(kind=Kind.SEQUENCE, schema="public", name="T_a_seq")) == Sequence(
        schema="public",
        name="T_a_seq",
        type=column("smallint").type,
        options=SequenceOptions(start=1, increment=1, minimum=1, maximum=32767),
        owned_by=found.child(Kind.COLUMN, "a"),
    )


def test_nextval_names_its_sequence_in_full() -> None:
    found = table("CREATE SEQUENCE s; CREATE TABLE t (a int DEFAULT nextval('s'))").columns[0].default
    assert found is not None
    assert found.text == "nextval('public.s'::regclass)"
    assert found.uses == (ObjectKey(kind=Kind.SEQUENCE, schema="public", name="s"),)


def test_a_check_is_named_after_the_column_that_it_mentions() -> None:
    found = table(
        """CREATE TABLE t (a text, time int, date int, year int,
        CHECK (a::timestamp with time zone > now()), CHECK (a::pg_catalog.date <> CAST(a AS date)),
        CHECK (extract(year from a::date) > 1), CHECK (t.date > 1))"""
    )
    assert [c.name for c in found.constraints] == ["t_a_check", "t_a_check1", "t_a_check2", "t_date_check"]


DEFAULTS = {
    "int DEFAULT 5 + 3 NOT NULL": "5 + 3",
    "text DEFAULT 'a' || 'b' COLLATE \"C\"": "'a' || 'b'",
    "int DEFAULT CASE WHEN 1 IS NOT NULL THEN 2 END CHECK (a > 1)": "CASE WHEN 1 IS NOT NULL THEN 2 END",
    "bool DEFAULT (1 IS NULL) NULL": "(1 IS NULL)",
    "text DEFAULT E'it\\'s, )' UNIQUE": "E'it\\'s, )'",
    "text[] DEFAULT '{}'::text[]": "'{}'::text[]",
    "bool DEFAULT 1 IS NOT DISTINCT FROM 2 NOT NULL": "1 IS NOT DISTINCT FROM 2",
    "int DEFAULT NULL": None,
    "int DEFAULT (NULL)::integer NOT NULL": None,
    "int DEFAULT NULL::int + 1": "NULL::int + 1",
    "int DEFAULT NULL::int": None,
}


@pytest.mark.parametrize(("clauses", "default"), DEFAULTS.items())
def test_a_default_ends_where_the_next_clause_begins(clauses: str, default: str | None) -> None:
    found = column(clauses).default
    assert (found.text if found else None) == default


NAMES = {
    "CREATE TABLE t (a int PRIMARY KEY, b int UNIQUE, c int REFERENCES t, d int CHECK (d > 0))": [
        "t_b_key",
        "t_c_fkey",
        "t_d_check",
        "t_pkey",
    ],
    "CREATE TABLE t (a int, b int, CHECK (a > b), CHECK (b > a), CHECK (a > 0))": ["t_a_check", "t_check", "t_check1"],
    "CREATE TABLE t (a int, b int, UNIQUE (a, b), UNIQUE (a) INCLUDE (b))": ["t_a_b_key", "t_a_b_key1"],
    "CREATE TABLE t (a int UNIQUE PRIMARY KEY, UNIQUE (a))": ["t_pkey"],
    "CREATE TABLE t (a int PRIMARY KEY, CONSTRAINT foo UNIQUE (a))": ["foo"],
    "CREATE TABLE t (a int4range, EXCLUDE USING gist (a WITH &&))": ["t_a_excl"],
}


@pytest.mark.parametrize(("text", "names"), NAMES.items())
def test_constraints_get_the_names_that_the_server_makes_up(text: str, names: list[str]) -> None:
    assert [c.name for c in table(text).constraints] == names


INDEX_NAMES = {
    "(a, b DESC)": "t_a_b_idx",
    "(lower(b))": "t_lower_idx",
    "((b || 'x'), (a + 1))": "t_expr_expr1_idx",
    "((a::text))": "t_a_idx",
    "((a + 1)::text)": None,
    "(((a + 1)::text))": "t_text_idx",
    "(coalesce(b, ''), (CASE WHEN a > 1 THEN 1 ELSE 2 END))": "t_coalesce_case_idx",
    "(a) INCLUDE (b)": "t_a_b_idx",
    "((b AT TIME ZONE 'UTC'))": "t_timezone_idx",
}


@pytest.mark.parametrize(("keys", "name"), INDEX_NAMES.items())
def test_indexes_get_the_names_that_the_server_makes_up(keys: str, name: str | None) -> None:
    text = f"CREATE TABLE t (a int, b text); CREATE INDEX ON t {keys}"
    if name is None:
        with pytest.raises(SqlSyntaxError):
            script(text)
    else:
        assert [i.name for i in table(text).indexes] == [name]


def test_index_keys_have_one_normal_form() -> None:
    found = table(
        """CREATE TABLE t (a int, b text COLLATE "C", c jsonb, d int[]);
        CREATE INDEX i ON t (a int4_ops DESC, (b) COLLATE "C" text_pattern_ops NULLS FIRST, lower(b));
        CREATE INDEX j ON t USING gin (c jsonb_ops, d array_ops);
        CREATE UNIQUE INDEX k ON t (a) NULLS NOT DISTINCT WITH (fillfactor = 70) WHERE a > 1"""
    )
    first, second, third = found.indexes
    assert [(p.column, p.descending, p.nulls_first, p.collation) for p in first.parts] == [
        ("a", True, True, None),
        ("b", False, True, None),
        (None, False, False, None),
    ]
    assert [getattr(p.options, "opclass", None) for p in (*first.parts, *second.parts)] == [
        None,
        "text_pattern_ops",
        None,
        None,
        None,
    ]
    assert third.options == IndexOptions(nulls_not_distinct=True, storage=(("fillfactor", "70"),))
    assert third.predicate == Expression(text="", canonical="a > 1")


def test_a_foreign_key_may_go_to_a_table_created_later_or_elsewhere() -> None:
    found = table("CREATE TABLE t (a int REFERENCES u ON DELETE CASCADE); CREATE TABLE u (id int PRIMARY KEY)")
    foreign = found.constraints[0]
    assert isinstance(foreign, ForeignKey)
    assert (foreign.references.name, foreign.referenced_columns, foreign.on_delete) == ("u", ("id",), "CASCADE")
    assert table("CREATE TABLE t (a int REFERENCES other.u (id))").constraints


def test_comments_and_indexes_may_stand_in_an_earlier_file() -> None:
    catalog = script("COMMENT ON TABLE t IS E'a\\nb'; CREATE INDEX i ON t (a)", "CREATE TABLE t (a int)").catalog
    found = catalog.tables()[0]
    assert found.comment == "a\nb"
    assert found.indexes


def test_alter_table_is_played() -> None:
    found = table(
        """CREATE TABLE s (a int, b int, c int, CHECK (a > b), UNIQUE (b), CONSTRAINT ck CHECK (A + c > 0));
        CREATE INDEX i ON s (c) WHERE b > 0;
        ALTER TABLE ONLY s RENAME a TO "A b";
        ALTER TABLE s DROP b, ADD COLUMN IF NOT EXISTS c text, ALTER c SET NOT NULL, ALTER c SET STATISTICS 9,
            ENABLE ROW LEVEL SECURITY, SET (fillfactor=50), OWNER TO nobody;
        ALTER TABLE s RENAME TO t"""
    )
    assert [(c.name, c.nullable) for c in found.columns] == [("A b", True), ("c", False)]
    assert found.columns[1].options == ColumnOptions(statistics=9)
    assert found.options == TableOptions(row_security=True, storage=(("fillfactor", "50"),))
    assert found.indexes == ()
    (check,) = found.constraints
    assert isinstance(check, Check)
    assert (check.name, check.expression.canonical) == ("ck", '"A b" + c > 0')


def test_enums_and_extensions() -> None:
    catalog = script(
        """CREATE EXTENSION IF NOT EXISTS pgcrypto WITH SCHEMA x VERSION '1.3' CASCADE;
        CREATE TYPE e AS ENUM ('b', 'it''s'); ALTER TYPE e ADD VALUE 'a' BEFORE 'b';
        ALTER TYPE e RENAME VALUE 'it''s' TO 'c'"""
    ).catalog
    assert catalog.objects == (
        Extension(name="pgcrypto", schema="x", version="1.3"),
        Enum(schema="public", name="e", values=("a", "b", "c")),
    )


PG_DUMP = r"""
\restrict AbC123
SET statement_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET default_tablespace = '';
SET default_table_access_method = heap;
CREATE TABLE public.t (id integer NOT NULL);
ALTER TABLE public.t OWNER TO someone;
ALTER TABLE public.t ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.t_id_seq START WITH 1 INCREMENT BY 1 NO MINVALUE NO MAXVALUE CACHE 1
);
ALTER TABLE ONLY public.t ADD CONSTRAINT t_pkey PRIMARY KEY (id);
\unrestrict AbC123
"""


def test_what_pg_dump_prints_equals_what_was_written() -> None:
    written = "BEGIN; CREATE TABLE t (id int GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY); COMMIT;"
    assert script(PG_DUMP).catalog == script(written).catalog


def test_places_point_at_names() -> None:
    places = script("CREATE TABLE t (\n  a int,\n\tCONSTRAINT c CHECK (a > 0)\n);\nCREATE INDEX i ON t (a);").places
    assert {key.name: (place.line, place.column) for key, place in places.items()} == {
        "t": (1, 14),
        "a": (2, 3),
        "c": (3, 13),
        "i": (5, 14),
    }


ERRORS: list[tuple[str, type[SourceError], str]] = [
    ("CREATE TABLE t (a int", SqlSyntaxError, "1:22"),
    ("CREATE TABLE t (a int,)", SqlSyntaxError, "1:23"),
    ("CREATE TABLE t (a int\n  b int)", SqlSyntaxError, "2:3"),
    ("CREATE TABLE t (a lol I dunno)", SqlSyntaxError, "1:23"),
    ("CREATE TABLE t (a int DEFAULT)", SqlSyntaxError, "1:30"),
    ("CREATE TABLE t (a int) ENGINE=InnoDB", SqlSyntaxError, "1:24"),
    ("CREATE TABLE t (é text DEFAULT 'abc", SqlSyntaxError, "1:32"),
    ("/* ' */ CREATE TABLE t (/* a text", SqlSyntaxError, "1:25"),
    ("CREATE TABLE t (a text DEFAULT $x$abc)", SqlSyntaxError, "1:32"),
    ("CREATE TABLE t (a int); ALTER TABLE t FROB x", SqlSyntaxError, "1:39"),
    ("CREATE TABLE t (a int DEFAULT 1 GENERATED ALWAYS AS IDENTITY)", SqlSyntaxError, "1:33"),
    ("CREATE TABLE t (a int); ALTER TABLE t RENAME a TO b, DROP c", SqlSyntaxError, "1:52"),
    ("FROBNICATE", SqlSyntaxError, "1:1"),
    ("CREATE TABLE t (a text(5))", UnknownTypeError, "1:19"),
    ("CREATE TABLE t (a serial[])", UnknownTypeError, "1:19"),
    ("CREATE TABLE t (a SETOF int)", UnknownTypeError, "1:19"),
    ("CREATE TABLE t (a int, a text)", DuplicateObjectError, "1:24"),
    ("CREATE TABLE t (a int);\nCREATE TABLE t (b int)", DuplicateObjectError, "2:14"),
    ("CREATE SEQUENCE t; CREATE TABLE t (b int)", DuplicateObjectError, "1:33"),
    ("CREATE TABLE t (a int REFERENCES nope)", MissingObjectError, "1:34"),
    ("CREATE TABLE t (a int);\nCREATE INDEX i ON t (b)", MissingObjectError, "2:22"),
    ("COMMENT ON COLUMN t.a IS 'x'", MissingObjectError, "1:21"),
    ("DROP TABLE x", MissingObjectError, "1:12"),
    ("CREATE TEMP VIEW v AS SELECT 1", UnsupportedError, "1:8"),
    ("CREATE VIEW v WITH (fillfactor = 70) AS SELECT 1", SqlSyntaxError, "1:13"),
    ("CREATE VIEW v AS SELECT 1;\nCREATE VIEW v AS SELECT 2", DuplicateObjectError, "2:13"),
    ("CREATE VIEW v AS SELECT 1;\nALTER VIEW v RENAME TO w", UnsupportedError, "2:14"),
    ("CREATE TABLE t (a int);\nCREATE VIEW v AS SELECT * FROM t;\nDROP TABLE t", SqlSyntaxError, "3:12"),
    (
        "CREATE TABLE t (a int);\nCREATE VIEW v AS SELECT a FROM t;\nALTER TABLE t RENAME a TO b",
        UnsupportedError,
        "3:27",
    ),
    ("CREATE OR REPLACE MATERIALIZED VIEW v AS SELECT 1", SqlSyntaxError, "1:8"),
    ("CREATE RECURSIVE VIEW v AS SELECT 1", SqlSyntaxError, "1:25"),
    ("CREATE TABLE t (a int);\nCREATE RULE r AS ON SELECT TO t DO INSTEAD SELECT 1", UnsupportedError, "2:21"),
    ("CREATE RULE r AS ON INSERT TO t DO NOTHING", MissingObjectError, "1:31"),
    ("CREATE TABLE t (a int);\nDROP RULE r ON t", MissingObjectError, "2:11"),
    ("CREATE TABLE t (a int) PARTITION BY SIZE (a)", SqlSyntaxError, "1:37"),
    ("CREATE TABLE t (a int) PARTITION BY RANGE (b)", MissingObjectError, "1:44"),
    ("CREATE TABLE t (a int) INHERITS (b)", MissingObjectError, "1:34"),
    ("CREATE TABLE t (a int); CREATE TABLE p PARTITION OF t DEFAULT", SqlSyntaxError, "1:55"),
    ("CREATE TABLE p PARTITION OF t DEFAULT", MissingObjectError, "1:29"),
    (
        "CREATE TABLE t (a int) PARTITION BY LIST (a); CREATE TABLE p PARTITION OF t FOR VALUES FROM (1) TO (2)",
        SqlSyntaxError,
        "1:77",
    ),
    (
        "CREATE TABLE t (a int) PARTITION BY LIST (a); CREATE TABLE p PARTITION OF t (b NOT NULL) DEFAULT",
        MissingObjectError,
        "1:78",
    ),
    (
        "CREATE TABLE t (a int) PARTITION BY RANGE (a); CREATE TABLE p PARTITION OF t FOR VALUES FROM (1, 2) TO (3, 4)",
        SqlSyntaxError,
        "1:78",
    ),
    (
        "CREATE TABLE t (a int) PARTITION BY HASH (a); CREATE TABLE p PARTITION OF t FOR VALUES WITH (MODULUS 2)",
        SqlSyntaxError,
        "1:93",
    ),
    (
        "CREATE TABLE t (a int) PARTITION BY LIST (a); CREATE TABLE p (b int); ALTER TABLE t ATTACH PARTITION p DEFAULT",
        SqlSyntaxError,
        "1:102",
    ),
    (
        "CREATE TABLE t (a int) PARTITION BY LIST (a); CREATE TABLE p PARTITION OF t DEFAULT; ALTER TABLE p DROP a",
        SqlSyntaxError,
        "1:105",
    ),
    ("CREATE TABLE t (a int4range, PRIMARY KEY (a WITHOUT OVERLAPS))", SqlSyntaxError, "1:61"),
    ("CREATE TABLE t (a int, b int4range, FOREIGN KEY (a, PERIOD b) REFERENCES t (a, b))", SqlSyntaxError, "1:82"),
    ("CREATE TABLE t (a int CONSTRAINT b NOT NULL CONSTRAINT c NOT NULL)", SqlSyntaxError, "1:56"),
    ("CREATE TABLE t (a int CONSTRAINT b NOT NULL, CONSTRAINT c NOT NULL a)", SqlSyntaxError, "1:68"),
    ("CREATE TABLE t (a int NOT NULL); ALTER TABLE t ADD NOT NULL a NO INHERIT", SqlSyntaxError, "1:61"),
    (
        "CREATE TABLE t (a int, CONSTRAINT c CHECK (a > 0)); ALTER TABLE t ADD CONSTRAINT c NOT NULL a",
        DuplicateObjectError,
        "1:93",
    ),
    (
        "CREATE TABLE t (a int CONSTRAINT b NOT NULL); ALTER TABLE t ALTER CONSTRAINT b DEFERRABLE",
        SqlSyntaxError,
        "1:80",
    ),
    ("CREATE TABLE t (a int PRIMARY KEY); ALTER TABLE t DROP CONSTRAINT t_a_not_null", SqlSyntaxError, "1:67"),
    (
        "CREATE TABLE t (a int CONSTRAINT b NOT NULL); COMMENT ON CONSTRAINT t_a_not_null ON t IS ''",
        MissingObjectError,
        "1:69",
    ),
    ("CREATE TYPE c AS (a int); CREATE TABLE t OF c; ALTER TYPE c ADD ATTRIBUTE b int", UnsupportedError, "1:61"),
    ("CREATE TYPE c AS (a int); CREATE TABLE t OF c; DROP TYPE c", SqlSyntaxError, "1:58"),
    ("CREATE TYPE c AS (a int); CREATE TABLE t (b int); ALTER TABLE t OF c", SqlSyntaxError, "1:68"),
    ("CREATE TYPE c AS ENUM ('a'); CREATE TABLE t OF c", SqlSyntaxError, "1:48"),
    ("CREATE TABLE t (a int); ALTER TABLE t NOT OF", SqlSyntaxError, "1:43"),
    (
        "CREATE TABLE t (a int); CREATE INDEX i ON t (a); ALTER INDEX i DEPENDS ON EXTENSION e",
        MissingObjectError,
        "1:85",
    ),
    ("CREATE TABLE t (a int); CREATE INDEX i ON t (a); ALTER INDEX i ALTER 2 SET STATISTICS 1", SqlSyntaxError, "1:70"),
    ("CREATE TABLE t (a int UNIQUE); ALTER INDEX t_a_key ALTER 1 SET STATISTICS 1", UnsupportedError, "1:58"),
    ("CREATE TABLE t (a int); ALTER TABLE t DISABLE RULE r", MissingObjectError, "1:52"),
    ("CREATE TEMP TABLE t (a int)", UnsupportedError, "1:8"),
    ('CREATE TABLE U&"abc" (a int)', UnsupportedError, "1:14"),
    ("CREATE TABLE t (a int); INSERT INTO t VALUES (1)", NotDdlError, "1:25"),
    ("DO $$ BEGIN END $$", NotDdlError, "1:1"),
    ("SET work_mem = 1", NotDdlError, "1:5"),
    ("\\i other.sql", NotDdlError, "1:1"),
]


@pytest.mark.parametrize(("text", "cls", "at"), ERRORS)
def test_an_error_says_where(text: str, cls: type[SourceError], at: str) -> None:
    with pytest.raises(SourceError) as caught:
        script(text)
    assert type(caught.value) is cls, caught.value
    place = caught.value.place
    assert place is not None
    assert f"{place.line}:{place.column}" == at
    assert place.excerpt == text.split("\n")[place.line - 1]


RICH = """
CREATE SCHEMA app;
CREATE TYPE app.mood AS ENUM ('sad', 'ok');
CREATE TYPE "Odd Type" AS ENUM ();
CREATE SEQUENCE s1 AS smallint INCREMENT BY -2 CACHE 5 CYCLE;
CREATE SEQUENCE s2; ALTER SEQUENCE s2 AS integer INCREMENT 3;
CREATE UNLOGGED TABLE types (
    a int, b numeric(3,-2), c dec(9), d float(3), e char, f bpchar, g "char", h bit, i bit varying, j timestamp(3),
    k timetz(1), l interval day to second(2), m int[3][4], n app.mood[], o "Odd Type", p pg_catalog.varchar(3),
    q jsonb, r name, s int4range, t inet, u pg_catalog.bit, v timestamp(9), w text
) WITH (fillfactor=70, autovacuum_enabled = off, toast.autovacuum_enabled=false);
CREATE TABLE app.parent (
    id bigserial PRIMARY KEY,
    "Mixed Case" text COLLATE "C" UNIQUE NULLS NOT DISTINCT,
    code varchar(20) NOT NULL DEFAULT 'x' CONSTRAINT code_ck CHECK (code <> '') NO INHERIT,
    n int DEFAULT NULL CHECK (n > 0 AND n < 100),
    m int CHECK (m > n) DEFAULT 5 + 3,
    gen int GENERATED ALWAYS AS (n * 2) STORED,
    ident int GENERATED BY DEFAULT AS IDENTITY (START WITH 5 INCREMENT 2 SEQUENCE NAME app.special),
    period tstzrange,
    UNIQUE (n, m) INCLUDE (id) WITH (fillfactor=80) DEFERRABLE INITIALLY DEFERRED,
    UNIQUE (n), UNIQUE (n), CONSTRAINT named UNIQUE (id),
    CHECK (n > m), CHECK (n + m > 0), CHECK (n <> 3), CHECK (true),
    EXCLUDE USING gist (period WITH &&) WHERE (n > 0),
    EXCLUDE (code WITH =, (lower(code)) WITH OPERATOR(pg_catalog.=))
);
CREATE TABLE child (
    id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    p bigint REFERENCES app.parent ON DELETE CASCADE ON UPDATE SET NULL,
    a int, b int, self int REFERENCES child (id),
    CONSTRAINT fk2 FOREIGN KEY (a) REFERENCES app.parent (n) ON DELETE SET NULL (a) NOT VALID
);
ALTER TABLE child ADD COLUMN extra text UNIQUE CHECK (extra <> '') DEFAULT 'q', ADD COLUMN IF NOT EXISTS a text;
ALTER TABLE child ADD CHECK (a > 0) NOT VALID, ADD FOREIGN KEY (b) REFERENCES child NOT VALID;
ALTER TABLE child ALTER a TYPE bigint USING a::bigint, ALTER b SET DEFAULT 7, ALTER b SET NOT NULL,
    ALTER b SET STATISTICS 100, ALTER extra SET STORAGE MAIN;
ALTER TABLE child RENAME COLUMN a TO "A b";
CREATE INDEX ON child (lower(extra), b DESC NULLS LAST, "A b");
CREATE INDEX ON child ((extra || 'x'), (b + 1), ("A b"), (extra COLLATE "C"));
CREATE INDEX ON child ((b::text), lower(extra), upper(extra), (lower(extra)), ((b + 1)::numeric(3,1)));
CREATE INDEX ON child (b) INCLUDE (extra);
CREATE INDEX ix1 ON child (extra text_pattern_ops, b int4_ops NULLS FIRST) WITH (fillfactor = 50) WHERE b > 3;
CREATE INDEX ix2 ON types USING gin (q jsonb_path_ops, m array_ops);
CREATE INDEX ix3 ON types USING brin (a int4_minmax_multi_ops(values_per_range=16), p text_minmax_ops);
CREATE INDEX ix4 ON types (p varchar_ops, w text_ops, o enum_ops, t inet_ops, e bpchar_ops, g char_ops, s range_ops);
CREATE UNIQUE INDEX ux ON child (b, "A b") NULLS NOT DISTINCT;
ALTER TABLE child ADD CONSTRAINT uxc UNIQUE USING INDEX ux;
ALTER TABLE child RENAME CONSTRAINT uxc TO uxd;
ALTER INDEX ix1 RENAME TO ix1b;
ALTER INDEX ix1b SET (fillfactor=60, deduplicate_items=off);
ALTER TABLE child CLUSTER ON uxd, REPLICA IDENTITY FULL, ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
COMMENT ON TABLE child IS E'line\\n two''s';
COMMENT ON COLUMN child."A b" IS 'c';
COMMENT ON CONSTRAINT uxd ON child IS $$d'x$$;
ALTER TABLE child ALTER id SET GENERATED BY DEFAULT SET START 9 SET INCREMENT BY 3;
ALTER TABLE child RENAME TO kid;
ALTER TABLE kid ADD s serial;
CREATE TABLE thin (a int, b int, c serial, CHECK (a > b), UNIQUE (a, b));
CREATE INDEX ON thin (b) WHERE a > 1;
ALTER TABLE thin DROP COLUMN a;
CREATE TABLE moved (id serial PRIMARY KEY, x text UNIQUE, i int GENERATED ALWAYS AS IDENTITY);
ALTER TABLE moved SET SCHEMA app;
ALTER TABLE app.moved RENAME TO moved2;
CREATE TABLE d1 (a int); DROP TABLE d1; CREATE TABLE d1 (b int); CREATE TABLE IF NOT EXISTS d1 (c int);
CREATE TABLE a_very_long_table_name_that_is_really_quite_long_indeed_yes (
    a_very_long_column_name_that_is_really_quite_long_indeed_yes int UNIQUE, id serial
);
CREATE TABLE "Ünïcödé täblé" ("ä" serial, "select" int CHECK ("select" > 0), CHECK ("ä" > 0 AND "select" > 1));
ALTER SEQUENCE s1 OWNED BY d1.b; ALTER SEQUENCE s2 RENAME TO "S two";
CREATE TABLE twice (a bigint REFERENCES app.parent, b bigint, CONSTRAINT twice_b_fkey CHECK (b > 0));
ALTER TABLE twice ADD FOREIGN KEY (b) REFERENCES app.parent;
ALTER TABLE twice ALTER CONSTRAINT twice_a_fkey DEFERRABLE INITIALLY DEFERRED;
SET search_path = app, public;
CREATE TABLE inside (m mood DEFAULT 'ok', x "Odd Type", p bigint REFERENCES parent);
SET search_path = public;
"""


def shape(value: Any) -> Any:
    """A value without what is settled later: the text of its expressions, and whether a NOT NULL has its usual name."""
    if isinstance(value, Expression):
        return "an expression"
    if isinstance(value, NotNull):
        return None if value == NotNull(name=value.name) else value
    if isinstance(value, tuple):
        return tuple(shape(v) for v in value)
    if is_dataclass(value) and not isinstance(value, type):
        return type(value).__name__, {f.name: shape(getattr(value, f.name)) for f in fields(value) if f.compare}
    return value


def shapes(catalog: Catalog) -> dict[str, Any]:
    default = ObjectKey(kind=Kind.SCHEMA, name="public")
    return {str(o.key): shape(o) for o in catalog.objects if o.key != default}


def live(database: Database) -> Catalog:
    engine = create_engine(database.url.replace("postgresql://", "postgresql+psycopg://"), poolclass=NullPool)
    with engine.connect() as connection:
        return inspect(connection, schemas=None)


def test_a_server_that_runs_the_script_holds_what_was_read(postgres_database: Database) -> None:
    postgres_database.execute(RICH)
    assert shapes(script(RICH).catalog) == shapes(live(postgres_database))


def test_a_dump_of_the_database_is_read_as_the_database(postgres_database: Database) -> None:
    postgres_database.execute(RICH)
    dump = postgres_database.dump("--schema-only")
    assert shapes(script(dump).catalog) == shapes(live(postgres_database))
